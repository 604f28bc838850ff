//! What holds in every world.

use std::collections::BTreeMap;

use buildonce_core::promotion::{PromotionState, PromotionStepKind};
use proptest::prelude::*;

use super::world::{Luck, World, digest, policy, request, run_of};

fn luck() -> impl Strategy<Value = Vec<Luck>> {
    let one = prop_oneof![4 => Just(Luck::Fine), 3 => Just(Luck::Fails), 2 => Just(Luck::LostAnswer), 1 => Just(Luck::Overtaken)];
    prop::collection::vec(one, 0..4)
}

/// What names have, without what only digests name.
fn names(world: &World) -> BTreeMap<String, String> {
    world.content.keys().filter(|key| !key.contains('@')).map(|key| (key.clone(), world.mark(key))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails and whoever else moves names: the answer tells how every name stands, nothing gets anything but the image or what it
    /// had before, and no name changes while something has still to be copied.
    #[test]
    fn the_answer_tells_what_is_there(
        old in prop::collection::vec(any::<bool>(), 4), copy in luck(), tag_a in luck(), tag_b in luck(), restore in luck(), tries in 1..4_usize,
    ) {
        let to = ["a.example/app:main", "a.example/app:edge", "b.example/app:main", "b.example/app:1"];
        let old: Vec<_> = to.iter().zip(old).filter(|(_, is_old)| *is_old).map(|(name, _)| (*name, "old")).collect();
        let mut world = World { tries, ..World::with(&old) }
            .luck("copy", &copy).luck("tag a", &tag_a).luck("tag b", &tag_b).luck("restore", &restore);
        let before = names(&world);
        let step = world.run(&policy("[main]"), &run_of(None), &request(&to));
        let after = names(&world);
        prop_assert_eq!(step.targets.len(), to.len());
        let is_done = step.kind == PromotionStepKind::Done;
        prop_assert_eq!(is_done, step.reason.is_none());
        for own in &step.targets {
            let now = after.get(&own.reference).map(String::as_str);
            prop_assert_eq!(own.digest.clone(), now.map(|mark| if mark == "overtaker" { digest("overtaker") } else { digest(mark) }));
            match own.state {
                PromotionState::Promoted | PromotionState::Left => prop_assert_eq!(now, Some("tested")),
                PromotionState::Untouched | PromotionState::Restored => {
                    prop_assert_eq!(now, before.get(&own.reference).map(String::as_str));
                }
                PromotionState::Different => prop_assert!(!is_done),
                other => prop_assert!(false, "{other:?}"),
            }
            if is_done {
                prop_assert_eq!(own.state, PromotionState::Promoted);
            }
        }
        // Nobody is told of a name that is left, unless it was new or could not be moved back.
        for own in step.targets.iter().filter(|own| own.state == PromotionState::Left) {
            let gave_up = world.log.iter().any(|line| line.starts_with(&format!("restore {}", own.reference)));
            prop_assert!(own.before.is_none() || gave_up, "{:?}", own);
        }
        let last_copy = world.log.iter().rposition(|line| line.starts_with("copy"));
        let first_tag = world.log.iter().position(|line| line.starts_with("tag"));
        prop_assert!(last_copy.zip(first_tag).is_none_or(|(copy, tag)| copy < tag), "{:?}", world.log);
        // The same again, in a world without trouble, finishes it.
        world.luck.clear();
        let again = world.run(&policy("[main]"), &run_of(None), &request(&to));
        prop_assert_eq!(again.kind, PromotionStepKind::Done);
        prop_assert!(to.iter().all(|name| world.mark(name) == "tested"));
    }
}
