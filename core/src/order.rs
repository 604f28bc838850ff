//! Sorting that is compiled once.
//!
//! The standard library compiles its sort again for every type and every key, four KiB each time. Here it sorts numbers, and asks for
//! the order of what stands behind them; the items themselves move once, at the end.

use std::cmp::Ordering;
use std::mem;

/// Sorts; what compares as equal keeps its order.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() > 1 {
        let order = sorted(items.len(), &|one, two| match (items.get(one), items.get(two)) {
            (Some(one), Some(two)) => compare(one, two),
            _ => Ordering::Equal,
        });
        arrange(items, order);
    }
}

/// Sorts by a key; what has the same keeps its order.
pub(crate) fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(items, |one, two| key(one).cmp(&key(two)));
}

#[inline(never)]
fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        for pair in order.chunks(2 * width) {
            let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
            merge(left, right, compare, &mut merged);
        }
        order = merged;
        width *= 2;
    }
    order
}

fn merge(left: &[usize], right: &[usize], compare: &dyn Fn(usize, usize) -> Ordering, merged: &mut Vec<usize>) {
    let (mut left, mut right) = (left, right);
    // Lists that are in order already are the most frequent.
    if let (Some(last), Some(first)) = (left.last(), right.first())
        && compare(*last, *first) == Ordering::Greater
    {
        while let ([one, left_rest @ ..], [two, right_rest @ ..]) = (left, right) {
            if compare(*one, *two) == Ordering::Greater {
                merged.push(*two);
                right = right_rest;
            } else {
                merged.push(*one);
                left = left_rest;
            }
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
}

#[inline(never)]
fn arrange<T>(items: &mut Vec<T>, order: Vec<usize>) {
    let mut taken: Vec<_> = mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|place| taken.get_mut(place).and_then(Option::take)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(items in prop::collection::vec((0..9_u8, ".{0,2}"), 0..60)) {
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by_key(&mut ours, |(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(&ours, &theirs);
            sort_by(&mut ours, |one, two| two.1.cmp(&one.1));
            theirs.sort_by(|one, two| two.1.cmp(&one.1));
            prop_assert_eq!(ours, theirs);
        }
    }
}
