//! What holds in every world.

use buildonce_core::build::{BuildRequest, BuildStepKind, LandingState};
use proptest::prelude::*;

use super::world::{Luck, World, policy, push};

fn luck() -> impl Strategy<Value = Vec<Luck>> {
    let one = prop_oneof![
        4 => Just(Luck::Fine),
        2 => Just(Luck::Fails),
        2 => Just(Luck::LostAnswer),
        1 => Just(Luck::Lies),
        1 => Just(Luck::Silent),
        1 => Just(Luck::Hopeless),
    ];
    prop::collection::vec(one, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A receipt means that every name has the image; without one every name is told as it is. Nothing that landed is pushed again.
    #[test]
    fn a_receipt_means_that_every_name_has_the_image(
        builder in prop::sample::select(vec!["buildx", "buildah"]),
        images in 1..3_usize,
        several in any::<bool>(),
        build in luck(), push_a in luck(), push_b in luck(), tag in luck(),
    ) {
        let names = ["a.example/app", "b.example/app"];
        let platforms = if several { "[linux/amd64, linux/arm64]" } else { "[linux/amd64]" };
        let source = format!(
            "version: 1\nimages: [{}]\ntags: ['sha-{{{{sha}}}}', latest]\nbuild: {{builder: {builder}, platforms: {{default: {platforms}}}}}\n",
            names[..images].join(", ")
        );
        let mut world = World::default();
        for (task, luck) in [("build", build), ("push a", push_a), ("push b", push_b), ("tag", tag)] {
            world.luck.insert(task.to_owned(), luck.into());
        }
        let request = BuildRequest { context: ".".to_owned(), ..BuildRequest::default() };
        let end = world.run(&policy(&source), &push(&["a.example", "b.example"]), &request);
        match end.step.kind {
            BuildStepKind::Done => {
                let receipt = end.receipt();
                for image in &receipt.images {
                    for tag in &image.tags {
                        let reference = format!("{}:{tag}", image.name);
                        let body = world.content.get(&reference).unwrap_or_else(|| panic!("{reference} is not there"));
                        let digest = buildonce_core::reference::Digest::of(body.as_bytes()).to_string();
                        prop_assert_eq!(Some(&digest), receipt.digest.as_ref());
                    }
                }
                prop_assert_eq!(receipt.images.len(), images);
            }
            BuildStepKind::Fail => {
                prop_assert!(end.step.reason.is_some());
                for landing in &end.step.landings {
                    let there = world.content.contains_key(&landing.reference);
                    prop_assert_eq!(there, landing.state != LandingState::Missing, "{:?}", landing);
                }
            }
            other => prop_assert!(false, "{other:?}"),
        }
        // After a push that worked, whatever its answer, the same push is not made again.
        for image in &names[..images] {
            let tries: Vec<_> = world.log.iter().filter(|line| line.starts_with(&format!("push {image} "))).collect();
            let landed = tries.iter().position(|line| !line.ends_with("(Fails)") && !line.ends_with("(Hopeless)"));
            prop_assert!(landed.is_none_or(|at| at + 1 == tries.len()), "{:?}", tries);
        }
    }
}
