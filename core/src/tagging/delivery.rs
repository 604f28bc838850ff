//! What the builder does with the result.
//!
//! Builders differ in what one build can write. buildx before 0.14 refuses to push and load at once, and no buildx loads
//! several platforms; buildah and podman always keep what they built in their own store and push from there. A plan that
//! the builder refuses is worse than a slower one, so an unknown version counts as an old one.

use super::model::{ArchiveFormat, ArchiveMethod, ArchivePlan, Delivery, PlannedImage};
use crate::facts::Facts;
use crate::policy::{Policy, Scope, Verdict, When};
use crate::text::concat;
use crate::{Diagnostic, Reason};

/// What is built when no rule says for which platforms.
const DEFAULT_PLATFORM: &str = "linux/amd64";

/// The first buildx that writes several outputs of one build, `--push` with `--load` among them.
const SEVERAL_OUTPUTS: (u64, u64) = (0, 14);

/// The first buildx that knows `--annotation`.
const ANNOTATIONS: (u64, u64) = (0, 12);

/// The code of the reason that the archive takes a second build.
pub(super) const SECOND_EXPORT: &str = "second-export";

/// How a builder writes what it built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outputs {
    /// Any of them in one build.
    Several,
    /// One in each build.
    One,
    /// Into its own store; everything else is made from there.
    OwnStore,
}

/// Platforms for the run, with the reason.
pub(super) fn platforms(policy: &Policy, facts: &Facts, errors: &mut Vec<Diagnostic>) -> (Vec<String>, Reason) {
    for (at, rule) in policy.build.platforms.iter().enumerate() {
        match rule.when.check(&Scope { facts, registry: None }).verdict {
            Verdict::Unmet => {}
            Verdict::Unknown(error) => errors.push(error),
            Verdict::Met if rule.platforms.is_empty() => {
                let error = Diagnostic::error("no-platforms", "the rule names no platform");
                errors.push(rule.place.mark(error.help("name one, such as `linux/amd64`")));
            }
            Verdict::Met => {
                let mut platforms: Vec<String> = Vec::with_capacity(rule.platforms.len());
                for platform in &rule.platforms {
                    if !platforms.contains(platform) {
                        platforms.push(platform.clone());
                    }
                }
                let message = format!("platform rule {} is the first that matches", at + 1);
                return (platforms, Reason::new("platform-rule", message));
            }
        }
    }
    let reason = Reason::new("platforms-default", format!("no platform rule matches, so it is {DEFAULT_PLATFORM}"));
    (vec![DEFAULT_PLATFORM.to_owned()], reason)
}

/// Whether a condition of the policy's `build` section holds; an unknown one is an error and counts as not.
pub(super) fn wanted(when: &When, facts: &Facts, errors: &mut Vec<Diagnostic>) -> Result<(), String> {
    let check = when.check(&Scope { facts, registry: None });
    match &check.verdict {
        Verdict::Met => Ok(()),
        Verdict::Unmet => Err(check.objection()),
        Verdict::Unknown(error) => {
            errors.push(error.clone());
            Err(error.message.clone())
        }
    }
}

/// Plans the delivery of a build. `tag` is the primary tag's name.
pub(super) fn decide(
    policy: &Policy,
    facts: &Facts,
    images: &[PlannedImage],
    tag: Option<&str>,
    platforms: Vec<String>,
    platform_reason: Reason,
) -> (Delivery, Vec<Diagnostic>, Vec<Diagnostic>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let push = images.iter().any(|image| image.push);
    let mut load = policy.build.load.as_ref().is_some_and(|when| wanted(when, facts, &mut errors).is_ok());
    let mut archive = policy.build.archive.when.as_ref().is_some_and(|when| wanted(when, facts, &mut errors).is_ok());
    let mut reasons = vec![platform_reason];
    if !push && !archive && denied(images) {
        archive = true;
        let message = "the image cannot be pushed, so it goes into a file for the later jobs";
        reasons.push(Reason::new("archive-instead-of-push", message));
    }
    if !push && !archive && !load {
        let message = "the image is built, but neither pushed nor loaded nor written to a file";
        let help = "set `build.load`, `build.archive` or `build.push`, or log in to a registry";
        warnings.push(Diagnostic::warning("image-goes-nowhere", message).help(help));
    }
    let several = platforms.len() > 1;
    let wanted_outputs = usize::from(push) + usize::from(load) + usize::from(archive);
    let outputs = outputs(policy, facts, wanted_outputs > 1, &mut reasons);
    if load && several && outputs != Outputs::OwnStore {
        load = false;
        reasons.push(Reason::new("load-needs-one-platform", "an image of several platforms cannot be loaded"));
    }
    if load && push && outputs == Outputs::One {
        load = false;
        let message = "the builder cannot push and load at once: who needs the image here pulls it back";
        reasons.push(Reason::new("pull-back-instead-of-load", message));
    }
    let (format, method) = match (several, outputs) {
        (true, Outputs::One) if push => {
            let message = "the builder writes one output per build: the file is a second export from its cache";
            if archive {
                reasons.push(Reason::new(SECOND_EXPORT, message));
            }
            (ArchiveFormat::OciArchive, ArchiveMethod::BuilderExport)
        }
        (true, _) => (ArchiveFormat::OciArchive, ArchiveMethod::BuilderExport),
        (false, Outputs::OwnStore) => {
            if archive && !load {
                load = true;
                reasons.push(Reason::new("kept-in-own-store", "the builder keeps every image in its own store"));
            }
            (ArchiveFormat::DockerArchive, ArchiveMethod::SaveAfterLoad)
        }
        (false, _) if load => (ArchiveFormat::DockerArchive, ArchiveMethod::SaveAfterLoad),
        (false, Outputs::One) if push => {
            if archive {
                let message = "the builder writes one output per build: the file is made of the pushed image";
                reasons.push(Reason::new("save-after-pull", message));
            }
            (ArchiveFormat::DockerArchive, ArchiveMethod::SaveAfterPull)
        }
        (false, _) => (ArchiveFormat::DockerArchive, ArchiveMethod::BuilderExport),
    };
    let archive = tag.filter(|_| archive).and_then(|tag| {
        let reference = format!("{}:{tag}", named(images)?);
        Some(ArchivePlan { path: policy.build.archive.path.clone(), format, method, reference })
    });
    (Delivery { platforms, push, load, archive, reasons }, warnings, errors)
}

/// The delivery of a run that builds nothing.
pub(super) fn none(platforms: Vec<String>, platform_reason: Reason) -> Delivery {
    let reasons = vec![Reason::new("not-built", "nothing is built, so nothing is delivered"), platform_reason];
    Delivery { platforms, push: false, load: false, archive: None, reasons }
}

/// Whether a push was meant and is refused for want of rights.
fn denied(images: &[PlannedImage]) -> bool {
    let refused = |image: &PlannedImage| {
        image.reasons.first().is_some_and(|r| matches!(r.code.as_str(), "fork-cannot-push" | "no-credentials"))
    };
    images.iter().any(|image| image.active && refused(image))
}

/// The name inside the archive: one that is pushed, so that a pull finds it, else one that is used, else any.
fn named(images: &[PlannedImage]) -> Option<&str> {
    let first = |wanted: fn(&PlannedImage) -> bool| images.iter().find(|image| wanted(image));
    let image = first(|i| i.push).or_else(|| first(|i| i.active)).or_else(|| first(|i| !i.registry.is_empty()))?;
    Some(&image.name)
}

/// How the policy's builder writes; says why when that shapes the plan.
fn outputs(policy: &Policy, facts: &Facts, shapes_plan: bool, reasons: &mut Vec<Reason>) -> Outputs {
    let mut cautious = |code: &str, message: String| {
        if shapes_plan {
            reasons.push(Reason::new(code, message));
        }
        Outputs::One
    };
    match builder(policy) {
        "buildah" | "podman" => Outputs::OwnStore,
        "buildx" => match buildx(facts) {
            Some((_, version)) if version >= SEVERAL_OUTPUTS => Outputs::Several,
            Some((text, _)) => cautious(
                "builder-one-output",
                format!("buildx {text} writes one output per build; 0.14 writes several"),
            ),
            None => cautious(
                "builder-version-unknown",
                "the version of buildx is not known, so it may write only one output per build".to_owned(),
            ),
        },
        _ => cautious(
            "own-builder",
            "what the policy's own builder command can write is not known, so it writes one output per build"
                .to_owned(),
        ),
    }
}

/// Why the policy's builder is given no annotations, where it is known to take none.
pub(super) fn no_annotations(policy: &Policy, facts: &Facts) -> Option<Reason> {
    let (text, version) = buildx(facts).filter(|_| builder(policy) == "buildx")?;
    let message = || concat(&["buildx ", text, " takes no annotations; 0.12 does"]);
    (version < ANNOTATIONS).then(|| Reason::new("builder-no-annotations", message()))
}

/// The policy's builder by its name; an own command line has none.
fn builder(policy: &Policy) -> &str {
    match policy.build.builder.as_slice() {
        [name] => name,
        [] => "buildx",
        _ => "",
    }
}

/// The version of buildx as it tells it and in numbers, where it is known.
fn buildx(facts: &Facts) -> Option<(&str, (u64, u64))> {
    let found = facts.builder.as_ref().filter(|builder| builder.name == "buildx")?;
    Some((&found.version, version(&found.version)?))
}

/// Major and minor of a version as builders print it: `v0.13.1-desktop.1`, `0.14.0+ds`, `github.com/docker/buildx v0.12.0`.
fn version(text: &str) -> Option<(u64, u64)> {
    text.split_whitespace().find_map(|word| {
        let word = word.strip_prefix(['v', 'V']).unwrap_or(word);
        let (major, rest) = word.split_once('.')?;
        let end = rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        Some((major.parse().ok()?, rest.get(..end)?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Builder, EventKind};
    use crate::policy::{Place, PlatformRule};
    use crate::tagging::testing::{events, policy, push};

    /// A wish: what is pushed, loaded and written to a file, and for how many platforms.
    #[expect(clippy::struct_excessive_bools, reason = "the table below crosses independent wishes")]
    struct Case {
        builder: &'static [&'static str],
        version: Option<&'static str>,
        push: bool,
        load: bool,
        archive: bool,
        several: bool,
    }

    fn image(push: bool, code: &str) -> PlannedImage {
        PlannedImage {
            name: "ghcr.io/acme/app".to_owned(),
            registry: "ghcr.io".to_owned(),
            active: true,
            push,
            reasons: vec![Reason::new(code, "")],
            references: Vec::new(),
        }
    }

    fn decide_case(case: &Case, denial: &str) -> (Delivery, Vec<Diagnostic>) {
        let mut policy = policy([]);
        policy.build.builder = case.builder.iter().map(|b| (*b).to_owned()).collect();
        policy.build.load = case.load.then(When::default);
        policy.build.archive.when = case.archive.then(When::default);
        let builder = case.version.map(|version| Builder { name: "buildx".to_owned(), version: version.to_owned() });
        let facts = Facts { builder, ..push("x") };
        let platforms = ["linux/amd64", "linux/arm64"].iter().take(1 + usize::from(case.several));
        let platforms = platforms.map(|p| (*p).to_owned()).collect();
        let images = [image(case.push, if case.push { "push" } else { denial })];
        let reason = Reason::new("platforms-default", "");
        let (delivery, warnings, errors) = decide(&policy, &facts, &images, Some("t"), platforms, reason);
        assert_eq!(errors, []);
        (delivery, warnings)
    }

    #[test]
    fn f24_a_builder_is_never_asked_for_outputs_that_it_refuses() {
        use ArchiveFormat::{DockerArchive, OciArchive};
        use ArchiveMethod::{BuilderExport, SaveAfterLoad, SaveAfterPull};
        let new = Case {
            builder: &["buildx"],
            version: Some("v0.14.0"),
            push: true,
            load: true,
            archive: true,
            several: false,
        };
        let old = Case { version: Some("0.13.1-desktop.1"), ..new };
        for (name, case, load, archive) in [
            ("everything, new", Case { ..new }, true, Some((DockerArchive, SaveAfterLoad))),
            ("everything, old", Case { ..old }, false, Some((DockerArchive, SaveAfterPull))),
            ("everything, unknown", Case { version: None, ..new }, false, Some((DockerArchive, SaveAfterPull))),
            (
                "everything, unreadable",
                Case { version: Some("dev"), ..new },
                false,
                Some((DockerArchive, SaveAfterPull)),
            ),
            (
                "own command",
                Case { builder: &["make", "{{args}}"], ..new },
                false,
                Some((DockerArchive, SaveAfterPull)),
            ),
            ("push and file, new", Case { load: false, ..new }, false, Some((DockerArchive, BuilderExport))),
            ("push and file, old", Case { load: false, ..old }, false, Some((DockerArchive, SaveAfterPull))),
            ("push and load, old", Case { archive: false, ..old }, false, None),
            ("load and file, old", Case { push: false, ..old }, true, Some((DockerArchive, SaveAfterLoad))),
            ("file, old", Case { push: false, load: false, ..old }, false, Some((DockerArchive, BuilderExport))),
            ("load, old", Case { push: false, archive: false, ..old }, true, None),
            ("several platforms, new", Case { several: true, ..new }, false, Some((OciArchive, BuilderExport))),
            ("several platforms, old", Case { several: true, ..old }, false, Some((OciArchive, BuilderExport))),
            ("podman", Case { builder: &["podman"], load: false, ..new }, true, Some((DockerArchive, SaveAfterLoad))),
            (
                "buildah, several platforms",
                Case { builder: &["buildah"], several: true, ..new },
                true,
                Some((OciArchive, BuilderExport)),
            ),
        ] {
            let (delivery, _) = decide_case(&case, "push-not-wanted");
            let found = delivery.archive.map(|a| (a.format, a.method));
            assert_eq!((delivery.push, delivery.load, found), (case.push, load, archive), "{name}");
        }
    }

    #[test]
    fn a_plan_that_differs_from_the_wish_says_why() {
        let case = Case { builder: &["buildx"], version: None, push: true, load: true, archive: true, several: false };
        let codes = |case: &Case| -> Vec<String> {
            decide_case(case, "push-not-wanted").0.reasons.into_iter().map(|r| r.code).collect()
        };
        assert_eq!(
            codes(&case),
            ["platforms-default", "builder-version-unknown", "pull-back-instead-of-load", "save-after-pull"]
        );
        let case = Case { version: Some("0.12"), several: true, ..case };
        assert_eq!(
            codes(&case),
            ["platforms-default", "builder-one-output", "load-needs-one-platform", "second-export"]
        );
        let plain = Case { load: false, archive: false, ..case };
        assert_eq!(codes(&plain), ["platforms-default"], "one output needs no caution");
    }

    #[test]
    fn f40_an_image_that_cannot_be_pushed_goes_into_a_file() {
        let case =
            Case { builder: &["buildx"], version: None, push: false, load: false, archive: false, several: false };
        for (denial, archived) in
            [("fork-cannot-push", true), ("no-credentials", true), ("push-not-wanted", false), ("no-registry", false)]
        {
            let (delivery, warnings) = decide_case(&case, denial);
            assert_eq!(delivery.archive.is_some(), archived, "{denial}");
            assert_eq!(warnings.iter().any(|w| w.code == "image-goes-nowhere"), !archived, "{denial}");
        }
        let archive = decide_case(&case, "fork-cannot-push").0.archive.unwrap();
        assert_eq!((archive.path.as_str(), archive.reference.as_str()), ("image.tar", "ghcr.io/acme/app:t"));
    }

    #[test]
    fn the_first_platform_rule_that_matches_decides() {
        let rule = |when, platforms: &[&str]| PlatformRule {
            when,
            platforms: platforms.iter().map(|p| (*p).to_owned()).collect(),
            place: Place::default(),
        };
        let mut policy = policy([]);
        let mut errors = Vec::new();
        assert_eq!(platforms(&policy, &push("x"), &mut errors).1.code, "platforms-default");
        policy.build.platforms = vec![
            rule(events(&[EventKind::Tag]), &["linux/s390x"]),
            rule(events(&[EventKind::Push]), &["linux/amd64", "linux/arm64", "linux/amd64"]),
            rule(When::default(), &["linux/riscv64"]),
        ];
        let (found, reason) = platforms(&policy, &push("x"), &mut errors);
        assert_eq!((found.join(" ").as_str(), reason.code.as_str()), ("linux/amd64 linux/arm64", "platform-rule"));
        assert_eq!(errors, []);
    }

    #[test]
    fn builder_versions_are_read_as_builders_print_them() {
        for (text, expected) in [
            ("0.14.0", Some((0, 14))),
            ("v0.13.1-desktop.1", Some((0, 13))),
            ("0.14.0+ds", Some((0, 14))),
            ("github.com/docker/buildx v0.12.1 abcdef", Some((0, 12))),
            ("1.0", Some((1, 0))),
            ("v0.9-rc1", Some((0, 9))),
            ("dev", None),
            ("", None),
            ("99999999999999999999.1", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
