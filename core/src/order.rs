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
    order.sort_by(|one, two| compare(*one, *two));
    order
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
