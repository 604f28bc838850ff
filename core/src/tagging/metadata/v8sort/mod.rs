//! The order that `Array.prototype.sort` of V8 gives, for comparators that are no order.
//!
//! A priority that is no number compares as equal to everything, which is not transitive: the result depends on the
//! algorithm, and Rust's sort may refuse such a comparator. V8 sorts with `TimSort` (binary insertion for runs shorter
//! than the minimum, then merges with galloping), described in the `listsort.txt` of `CPython`; this is the same
//! sequence of comparisons and moves.

mod merge;

use std::cmp::Ordering;

/// Runs at least this long gallop when one side of a merge keeps winning.
const MIN_GALLOP: usize = 7;

/// Where an item stood before.
type Place = usize;

/// Sorts stably as V8 does; `order(a, b)` may contradict itself. Places are sorted, and the items move once, at the end.
pub(super) fn sort<T>(items: &mut Vec<T>, order: &dyn Fn(&T, &T) -> Ordering) {
    let held = std::mem::take(items);
    let of_places = |a: &Place, b: &Place| match (held.get(*a), held.get(*b)) {
        (Some(a), Some(b)) => order(a, b),
        _ => Ordering::Equal,
    };
    let places = sorted(held.len(), &of_places);
    let mut held: Vec<Option<T>> = held.into_iter().map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| held.get_mut(place)?.take()));
}

fn sorted(count: usize, order: &dyn Fn(&Place, &Place) -> Ordering) -> Vec<Place> {
    let mut sorter = Sorter { items: (0..count).collect(), order, runs: Vec::new(), min_gallop: MIN_GALLOP };
    sorter.sort();
    sorter.items
}

#[derive(Clone, Copy)]
struct Run {
    base: usize,
    length: usize,
}

struct Sorter<'a> {
    items: Vec<Place>,
    order: &'a dyn Fn(&Place, &Place) -> Ordering,
    runs: Vec<Run>,
    min_gallop: usize,
}

impl Sorter<'_> {
    fn sort(&mut self) {
        let total = self.items.len();
        if total < 2 {
            return;
        }
        let min_run = min_run_length(total);
        let mut low = 0;
        while low < total {
            let remaining = total - low;
            let mut length = self.count_and_make_run(low, total);
            if length < min_run {
                let forced = min_run.min(remaining);
                self.binary_insertion(low, low + length, low + forced);
                length = forced;
            }
            self.runs.push(Run { base: low, length });
            self.merge_collapse();
            low += length;
        }
        while self.runs.len() > 1 {
            let mut n = self.runs.len() - 2;
            if n > 0 && self.run(n - 1) < self.run(n + 1) {
                n -= 1;
            }
            self.merge_at(n);
        }
    }

    fn run(&self, n: usize) -> usize {
        self.runs.get(n).map_or(0, |run| run.length)
    }

    fn less(&self, a: usize, b: usize) -> bool {
        match (self.items.get(a), self.items.get(b)) {
            (Some(a), Some(b)) => (self.order)(a, b) == Ordering::Less,
            _ => false,
        }
    }

    /// The length of the run that starts at `low`; a strictly descending one is turned round.
    fn count_and_make_run(&mut self, low: usize, high: usize) -> usize {
        if low + 1 == high {
            return 1;
        }
        let descending = self.less(low + 1, low);
        let mut end = low + 2;
        while end < high && self.less(end, end - 1) == descending {
            end += 1;
        }
        if descending && let Some(run) = self.items.get_mut(low..end) {
            run.reverse();
        }
        end - low
    }

    fn binary_insertion(&mut self, low: usize, start: usize, high: usize) {
        for at in start..high {
            let (mut left, mut right) = (low, at);
            while left < right {
                let middle = left + (right - left) / 2;
                if self.less(at, middle) {
                    right = middle;
                } else {
                    left = middle + 1;
                }
            }
            if let Some(range) = self.items.get_mut(left..=at) {
                range.rotate_right(1);
            }
        }
    }

    /// Keeps the lengths of the pending runs falling fast enough.
    fn merge_collapse(&mut self) {
        while self.runs.len() > 1 {
            let mut n = self.runs.len() - 2;
            let grows = |s: &Self, n: usize| n >= 1 && s.run(n - 1) <= s.run(n) + s.run(n + 1);
            if grows(self, n) || (n >= 1 && grows(self, n - 1)) {
                if self.run(n - 1) < self.run(n + 1) {
                    n -= 1;
                }
            } else if self.run(n) > self.run(n + 1) {
                break;
            }
            self.merge_at(n);
        }
    }

    fn merge_at(&mut self, n: usize) {
        let (Some(&left), Some(&right)) = (self.runs.get(n), self.runs.get(n + 1)) else { return };
        self.runs.remove(n + 1);
        if let Some(run) = self.runs.get_mut(n) {
            run.length = left.length + right.length;
        }
        let a: Vec<Place> = self.items.get(left.base..left.base + left.length).unwrap_or_default().to_vec();
        let b: Vec<Place> = self.items.get(right.base..right.base + right.length).unwrap_or_default().to_vec();
        let Some(&first) = b.first() else { return };
        // What is already in place at both ends takes no part.
        let skip = self.gallop_right(first, &a, 0);
        let Some(a) = a.get(skip..).filter(|a| !a.is_empty()) else { return };
        let Some(&last) = a.last() else { return };
        let keep = self.gallop_left(last, &b, b.len() - 1);
        let Some(b) = b.get(..keep).filter(|b| !b.is_empty()) else { return };
        let merged = if a.len() <= b.len() { self.merge_low(a, b) } else { self.merge_high(a, b) };
        let base = left.base + skip;
        if let Some(target) = self.items.get_mut(base..base + merged.len()) {
            target.clone_from_slice(&merged);
        }
    }
}

/// Between 32 and 64 such that the number of runs is just under a power of two; all of a shorter list.
fn min_run_length(mut n: usize) -> usize {
    let mut rest = 0;
    while n >= 64 {
        rest |= n & 1;
        n >>= 1;
    }
    n + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_is_one_gives_a_stable_sort() {
        for length in [0, 1, 2, 31, 32, 63, 64, 65, 200, 1000] {
            // A fixed scramble with many equal keys, long runs and runs that fall.
            let keys = |n: usize| (n * 7919 % 61, n);
            let mut items: Vec<(usize, usize)> =
                (0..length).map(keys).map(|(key, n)| if n % 5 < 3 { (n / 3, n) } else { (key, n) }).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort(&mut items, &|a, b| a.0.cmp(&b.0));
            assert_eq!(items, expected, "{length}");
        }
    }

    #[test]
    fn an_order_that_contradicts_itself_gives_the_order_of_v8() {
        // What node printed for `list.sort((a, b) => a < b ? -1 : a > b ? 1 : 0)`.
        for (items, expected) in [
            (vec![3.0, f64::NAN, 1.0, 2.0], "[3.0, NaN, 1.0, 2.0]"),
            (vec![2.0, f64::NAN, 1.0, 3.0, f64::NAN, 0.0], "[2.0, NaN, 1.0, 3.0, NaN, 0.0]"),
            (vec![5.0, 1.0, f64::NAN, 4.0, 2.0, f64::NAN, 3.0, 0.0], "[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, NaN, NaN]"),
        ] {
            let mut items = items;
            sort(&mut items, &|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
            assert_eq!(format!("{items:?}"), expected);
        }
    }
}
