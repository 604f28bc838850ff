//! The merges of two runs that stand side by side.

use std::cmp::Ordering;

use super::{MIN_GALLOP, Place, Sorter};

impl Sorter<'_> {
    /// Where `key` belongs in `run`, before what equals it; the search starts at `hint`.
    pub(super) fn gallop_left(&self, key: Place, run: &[Place], hint: usize) -> usize {
        gallop(run, hint, &|item| (self.order)(item, &key) == Ordering::Less)
    }

    /// Where `key` belongs in `run`, after what equals it; the search starts at `hint`.
    pub(super) fn gallop_right(&self, key: Place, run: &[Place], hint: usize) -> usize {
        gallop(run, hint, &|item| (self.order)(&key, item) != Ordering::Less)
    }

    /// Merges from the front: `a` is the shorter run, and the first of `b` is known to come first.
    #[expect(
        clippy::many_single_char_names,
        reason = "the runs a and b and their cursors have these names in every text on it"
    )]
    pub(super) fn merge_low(&mut self, a: &[Place], b: &[Place]) -> Vec<Place> {
        let mut out: Vec<Place> = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        out.extend(b.first().copied());
        j += 1;
        let rest = |out: &mut Vec<Place>, i: usize, j: usize| {
            // The last of `a` is known to come after everything of `b`.
            out.extend_from_slice(b.get(j..).unwrap_or_default());
            out.extend_from_slice(a.get(i..).unwrap_or_default());
        };
        let finish = |out: &mut Vec<Place>, i: usize, j: usize| {
            out.extend_from_slice(a.get(i..).unwrap_or_default());
            out.extend_from_slice(b.get(j..).unwrap_or_default());
        };
        if j == b.len() {
            finish(&mut out, i, j);
            return out;
        }
        if a.len() == 1 {
            rest(&mut out, i, j);
            return out;
        }
        let mut min_gallop = self.min_gallop;
        loop {
            let (mut wins_a, mut wins_b) = (0, 0);
            while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
                if (self.order)(y, x) == Ordering::Less {
                    out.push(*y);
                    j += 1;
                    wins_b += 1;
                    wins_a = 0;
                    if j == b.len() {
                        finish(&mut out, i, j);
                        return out;
                    }
                    if wins_b >= min_gallop {
                        break;
                    }
                } else {
                    out.push(*x);
                    i += 1;
                    wins_a += 1;
                    wins_b = 0;
                    if a.len() - i == 1 {
                        rest(&mut out, i, j);
                        return out;
                    }
                    if wins_a >= min_gallop {
                        break;
                    }
                }
            }
            min_gallop += 1;
            let mut first = true;
            while wins_a >= MIN_GALLOP || wins_b >= MIN_GALLOP || first {
                first = false;
                min_gallop = 1.max(min_gallop.saturating_sub(1));
                self.min_gallop = min_gallop;
                let (Some(y), left) = (b.get(j), a.get(i..).unwrap_or_default()) else { break };
                wins_a = self.gallop_right(*y, left, 0);
                out.extend_from_slice(left.get(..wins_a).unwrap_or_default());
                i += wins_a;
                if wins_a > 0 {
                    if a.len() - i == 1 {
                        rest(&mut out, i, j);
                        return out;
                    }
                    if i == a.len() {
                        finish(&mut out, i, j);
                        return out;
                    }
                }
                out.push(*y);
                j += 1;
                if j == b.len() {
                    finish(&mut out, i, j);
                    return out;
                }
                let (Some(x), right) = (a.get(i), b.get(j..).unwrap_or_default()) else { break };
                wins_b = self.gallop_left(*x, right, 0);
                out.extend_from_slice(right.get(..wins_b).unwrap_or_default());
                j += wins_b;
                if wins_b > 0 && j == b.len() {
                    finish(&mut out, i, j);
                    return out;
                }
                out.push(*x);
                i += 1;
                if a.len() - i == 1 {
                    rest(&mut out, i, j);
                    return out;
                }
            }
            min_gallop += 1;
            self.min_gallop = min_gallop;
        }
    }

    /// Merges from the back: `b` is the shorter run, and the last of `a` is known to come last.
    #[expect(
        clippy::many_single_char_names,
        reason = "the runs a and b and their cursors have these names in every text on it"
    )]
    pub(super) fn merge_high<'r>(&mut self, a: &'r [Place], b: &'r [Place]) -> Vec<Place> {
        // Built back to front, turned round at the end.
        let mut out: Vec<Place> = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (a.len(), b.len());
        let take = |out: &mut Vec<Place>, from: &[Place]| out.extend(from.iter().rev().copied());
        let done = |mut out: Vec<Place>, first: &[Place], second: &[Place]| {
            take(&mut out, first);
            take(&mut out, second);
            out.reverse();
            out
        };
        let upto = |run: &'r [Place], end: usize| run.get(..end).unwrap_or_default();
        out.extend(a.last().copied());
        i -= 1;
        if i == 0 {
            return done(out, upto(b, j), &[]);
        }
        if b.len() == 1 {
            return done(out, upto(a, i), b);
        }
        let mut min_gallop = self.min_gallop;
        loop {
            let (mut wins_a, mut wins_b) = (0, 0);
            while let (Some(x), Some(y)) = (a.get(i.wrapping_sub(1)), b.get(j.wrapping_sub(1))) {
                if (self.order)(y, x) == Ordering::Less {
                    out.push(*x);
                    i -= 1;
                    wins_a += 1;
                    wins_b = 0;
                    if i == 0 {
                        return done(out, upto(b, j), &[]);
                    }
                    if wins_a >= min_gallop {
                        break;
                    }
                } else {
                    out.push(*y);
                    j -= 1;
                    wins_b += 1;
                    wins_a = 0;
                    if j == 1 {
                        return done(out, upto(a, i), upto(b, j));
                    }
                    if wins_b >= min_gallop {
                        break;
                    }
                }
            }
            min_gallop += 1;
            let mut first = true;
            while wins_a >= MIN_GALLOP || wins_b >= MIN_GALLOP || first {
                first = false;
                min_gallop = 1.max(min_gallop.saturating_sub(1));
                self.min_gallop = min_gallop;
                let Some(y) = b.get(j.wrapping_sub(1)) else { break };
                let left = upto(a, i);
                let keep = self.gallop_right(*y, left, i - 1);
                wins_a = i - keep;
                take(&mut out, left.get(keep..).unwrap_or_default());
                i = keep;
                if wins_a > 0 && i == 0 {
                    return done(out, upto(b, j), &[]);
                }
                out.push(*y);
                j -= 1;
                if j == 1 {
                    return done(out, upto(a, i), upto(b, j));
                }
                let Some(x) = a.get(i.wrapping_sub(1)) else { break };
                let right = upto(b, j);
                let keep = self.gallop_left(*x, right, j - 1);
                wins_b = j - keep;
                take(&mut out, right.get(keep..).unwrap_or_default());
                j = keep;
                if wins_b > 0 {
                    if j == 1 {
                        return done(out, upto(a, i), upto(b, j));
                    }
                    if j == 0 {
                        return done(out, upto(a, i), &[]);
                    }
                }
                out.push(*x);
                i -= 1;
                if i == 0 {
                    return done(out, upto(b, j), &[]);
                }
            }
            min_gallop += 1;
            self.min_gallop = min_gallop;
        }
    }
}

/// Doubles its stride away from `hint` until `before` changes, then halves in between. Answers the first position
/// whose item is not `before` the key, as far as the comparator is one.
fn gallop(run: &[Place], hint: usize, before: &dyn Fn(&Place) -> bool) -> usize {
    let is_before = |at: usize| run.get(at).is_some_and(&before);
    let (mut low, mut high);
    if is_before(hint) {
        let limit = run.len() - hint;
        let (mut last, mut stride) = (0, 1);
        while stride < limit && is_before(hint + stride) {
            last = stride;
            stride = (stride << 1) + 1;
        }
        low = hint + last + 1;
        high = hint + stride.min(limit);
    } else {
        let limit = hint + 1;
        let (mut last, mut stride) = (0, 1);
        while stride < limit && !is_before(hint - stride) {
            last = stride;
            stride = (stride << 1) + 1;
        }
        low = hint + 1 - stride.min(limit);
        high = hint - last;
    }
    while low < high {
        let middle = low + ((high - low) >> 1);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    high
}
