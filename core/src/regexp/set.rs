//! Sets of code points.

/// The last code point.
pub(super) const LAST: u32 = 0x10_FFFF;

/// A set of code points (or of code units): ranges with both ends in it, in order, with gaps between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Set {
    ranges: Vec<(u32, u32)>,
}

impl Set {
    /// All code points.
    pub(super) fn all() -> Self {
        Self { ranges: vec![(0, LAST)] }
    }

    /// The set of these ranges, which may be in any order.
    pub(super) fn of(ranges: &[(u32, u32)]) -> Self {
        let mut set = Self::default();
        for &(low, high) in ranges {
            set.add(low, high);
        }
        set
    }

    /// Its ranges.
    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// Adds a range.
    pub(super) fn add(&mut self, low: u32, high: u32) {
        if self.ranges.last().is_none_or(|last| last.0 <= low) {
            self.append(low, high);
        } else {
            self.unite(&Self { ranges: vec![(low, high)] });
        }
    }

    /// Adds a range that starts no earlier than the last one.
    fn append(&mut self, low: u32, high: u32) {
        match self.ranges.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => self.ranges.push((low, high)),
        }
    }

    /// Adds another set: the ranges of both are taken in order.
    pub(super) fn unite(&mut self, other: &Self) {
        let mut out = Self { ranges: Vec::with_capacity(self.ranges.len() + other.ranges.len()) };
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        loop {
            let from_left = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) => a.0 <= b.0,
                (Some(_), None) => true,
                (None, _) => false,
            };
            let Some(&(low, high)) = (if from_left { left.next() } else { right.next() }) else { break };
            out.append(low, high);
        }
        *self = out;
    }

    /// Every code point that is not in it.
    pub(super) fn inverted(&self) -> Self {
        let mut out = Self::default();
        let mut next = 0;
        for &(low, high) in &self.ranges {
            if low > next {
                out.ranges.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            out.ranges.push((next, LAST));
        }
        out
    }

    /// Keeps what is in both.
    pub(super) fn intersect(&mut self, other: &Self) {
        let mut outside = self.inverted();
        outside.unite(&other.inverted());
        *self = outside.inverted();
    }

    /// Takes away what is in the other.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.intersect(&other.inverted());
    }

    /// Keeps what is in one of the two only.
    pub(super) fn differ(&mut self, other: &Self) {
        let mut both = self.clone();
        both.intersect(other);
        self.unite(other);
        self.subtract(&both);
    }

    /// Whether a code point is in it.
    pub(super) fn contains(&self, c: u32) -> bool {
        let at = self.ranges.partition_point(|range| range.1 < c);
        self.ranges.get(at).is_some_and(|range| range.0 <= c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_stay_in_order_and_have_gaps() {
        let mut set = Set::of(&[(5, 9), (1, 2), (3, 3), (20, 30), (8, 12)]);
        assert_eq!(set.ranges(), [(1, 3), (5, 12), (20, 30)]);
        assert_eq!(set.inverted().ranges(), [(0, 0), (4, 4), (13, 19), (31, LAST)]);
        set.subtract(&Set::of(&[(2, 6), (25, 25)]));
        assert_eq!(set.ranges(), [(1, 1), (7, 12), (20, 24), (26, 30)]);
        assert_eq!(Set::all().inverted(), Set::default());
        let found: Vec<u32> = (0..10).filter(|c| set.contains(*c)).collect();
        assert_eq!(found, [1, 7, 8, 9]);
    }
}
