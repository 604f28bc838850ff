//! The builder's arguments. Which one means what for which builder is a rule like any other: so it stands here once, for every program
//! that runs a builder or shows how.
//!
//! Sources: the manuals of `docker buildx build`, `buildah build` and `podman build`. An own command line gets the arguments of `docker buildx build`,
//! which most builders have taken over.

use super::delivery;
use super::model::{ArchiveFormat, ArchiveMethod, ArchivePlan, BuilderRun, Delivery, PlannedImage};
use crate::Entry;
use crate::policy::BUILDER_ARGUMENTS;
use crate::text::concat;

/// What a build is made of, besides its context.
pub(super) struct Parts<'a> {
    pub(super) builder: &'a [String],
    pub(super) images: &'a [PlannedImage],
    pub(super) labels: &'a [Entry],
    pub(super) annotations: &'a [Entry],
    pub(super) build_args: &'a [Entry],
    pub(super) delivery: &'a Delivery,
    /// Without cache and with fresh base images.
    pub(super) force_refresh: bool,
}

/// How the builder takes its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// `--output` says where the image goes.
    Buildx,
    /// Into the builder's own store, from where it is pushed and saved afterwards.
    OwnStore,
}

/// Every run of the builder, in order. Usually one; a builder that writes one output in each build writes the archive of a pushed image of several
/// platforms in a second one, from its cache.
pub(super) fn decide(parts: &Parts<'_>) -> Vec<BuilderRun> {
    let delivery = parts.delivery;
    let dialect = match parts.builder {
        [name] if name == "buildah" || name == "podman" => Dialect::OwnStore,
        _ => Dialect::Buildx,
    };
    if dialect == Dialect::OwnStore {
        return vec![run(parts, dialect, Vec::new())];
    }
    let archive = delivery.archive.as_ref().filter(|archive| archive.method == ArchiveMethod::BuilderExport);
    let mut outputs = Vec::new();
    if delivery.push {
        outputs.push("type=registry".to_owned());
    }
    if delivery.load {
        outputs.push("type=docker".to_owned());
    }
    let second = delivery.reasons.iter().any(|reason| reason.code == delivery::SECOND_EXPORT);
    match archive {
        Some(archive) if second => {
            vec![run(parts, dialect, outputs), run(parts, dialect, vec![file(archive)])]
        }
        archive => {
            outputs.extend(archive.map(file));
            vec![run(parts, dialect, outputs)]
        }
    }
}

/// An archive as `--output` has it.
fn file(archive: &ArchivePlan) -> String {
    let kind = match archive.format {
        ArchiveFormat::DockerArchive => "docker",
        ArchiveFormat::OciArchive => "oci",
    };
    format!("type={kind},{}", field(&format!("dest={}", archive.path)))
}

/// One field of a line of comma-separated values.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn run(parts: &Parts<'_>, dialect: Dialect, outputs: Vec<String>) -> BuilderRun {
    let references = references(parts);
    let several = parts.delivery.platforms.len() > 1;
    let annotations = annotations(parts, dialect, &outputs);
    // Each is one word: a list of them reads line by line, and a value that begins with `-` stays a value.
    let mut arguments = Vec::new();
    match (dialect, references.first()) {
        // A list of images has one name in the store; it is pushed under the others.
        (Dialect::OwnStore, Some(first)) if several => arguments.push(concat(&["--manifest=", first])),
        _ => arguments.extend(references.iter().map(|reference| concat(&["--tag=", reference]))),
    }
    if !parts.delivery.platforms.is_empty() {
        arguments.push(concat(&["--platform=", &parts.delivery.platforms.join(",")]));
    }
    let pair = |option: &str, entry: &Entry| concat(&[option, &entry.key, "=", &entry.value]);
    arguments.extend(parts.labels.iter().map(|label| pair("--label=", label)));
    arguments.extend(annotations.iter().map(|annotation| concat(&["--annotation=", annotation])));
    arguments.extend(parts.build_args.iter().map(|arg| pair("--build-arg=", arg)));
    arguments.extend(outputs.iter().map(|output| concat(&["--output=", output])));
    if parts.force_refresh {
        let pull = if dialect == Dialect::Buildx { "--pull" } else { "--pull-always" };
        arguments.extend(["--no-cache".to_owned(), pull.to_owned()]);
    }
    let command = command(parts.builder);
    BuilderRun { references, annotations, outputs, arguments, command }
}

/// What the image is called: where it is pushed to, else every name that is used, and the name inside the archive.
fn references(parts: &Parts<'_>) -> Vec<String> {
    let push = parts.delivery.push;
    let used = parts.images.iter().filter(|image| image.active && (image.push || !push));
    let mut references: Vec<String> = used.flat_map(|image| image.references.iter().cloned()).collect();
    if let Some(archive) = &parts.delivery.archive
        && !references.contains(&archive.reference)
    {
        references.push(archive.reference.clone());
    }
    references
}

/// Annotations with their level. An image of one platform has no index that could carry one: builders refuse that. What goes to a docker store
/// or archive alone has no place for any.
fn annotations(parts: &Parts<'_>, dialect: Dialect, outputs: &[String]) -> Vec<String> {
    let docker_only = !outputs.is_empty() && outputs.iter().all(|output| output.starts_with("type=docker"));
    if docker_only {
        return Vec::new();
    }
    let index = dialect == Dialect::Buildx && parts.delivery.platforms.len() > 1;
    let level = if index { "index:" } else { "" };
    parts.annotations.iter().map(|annotation| concat(&[level, &annotation.key, "=", &annotation.value])).collect()
}

/// The command line without the context, and with one word for the arguments.
fn command(builder: &[String]) -> Vec<String> {
    let words = |words: &[&str]| words.iter().chain(&[BUILDER_ARGUMENTS]).map(|word| (*word).to_owned()).collect();
    match builder {
        [] => words(&["docker", "buildx", "build"]),
        [name] if name == "buildx" => words(&["docker", "buildx", "build"]),
        [name] if name == "buildah" || name == "podman" => words(&[name, "build"]),
        own => own.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    fn entry(key: &str, value: &str) -> Entry {
        Entry { key: key.to_owned(), value: value.to_owned() }
    }

    fn image(name: &str, push: bool) -> PlannedImage {
        PlannedImage {
            name: name.to_owned(),
            registry: "r.example".to_owned(),
            active: true,
            push,
            reasons: Vec::new(),
            references: vec![format!("{name}:t"), format!("{name}:u")],
        }
    }

    fn archive(format: ArchiveFormat, method: ArchiveMethod) -> ArchivePlan {
        ArchivePlan { path: "out,put.tar".to_owned(), format, method, reference: "r.example/b:t".to_owned() }
    }

    /// The arguments of each run, as lines.
    fn lines(builder: &[&str], images: &[PlannedImage], delivery: &Delivery) -> Vec<String> {
        let builder: Vec<_> = builder.iter().map(|word| (*word).to_owned()).collect();
        let parts = Parts {
            builder: &builder,
            images,
            labels: &[entry("l", "a b")],
            annotations: &[entry("n", "v")],
            build_args: &[entry("A", "x=y")],
            delivery,
            force_refresh: delivery.reasons.is_empty(),
        };
        decide(&parts).iter().map(|run| run.arguments.join(" ")).collect()
    }

    fn delivery(platforms: &[&str], push: bool, load: bool, archive: Option<ArchivePlan>) -> Delivery {
        let platforms = platforms.iter().map(|platform| (*platform).to_owned()).collect();
        Delivery { platforms, push, load, archive, reasons: vec![Reason::new("platforms-default", "")] }
    }

    const COMMON: &str = "--label=l=a b";

    #[test]
    fn buildx_is_told_where_everything_goes() {
        use ArchiveFormat::{DockerArchive, OciArchive};
        use ArchiveMethod::{BuilderExport, SaveAfterLoad};
        let (one, two) = (&["linux/amd64"][..], &["linux/amd64", "linux/arm64"][..]);
        let pushed = [image("r.example/a", true), image("r.example/b", false)];
        let kept = [image("r.example/b", false)];
        for (images, delivery, expected) in [
            (
                &pushed[..],
                delivery(one, true, false, None),
                vec![format!(
                    "--tag=r.example/a:t --tag=r.example/a:u --platform=linux/amd64 {COMMON} --annotation=n=v --build-arg=A=x=y --output=type=registry"
                )],
            ),
            (
                &pushed,
                delivery(two, true, false, None),
                vec![format!(
                    "--tag=r.example/a:t --tag=r.example/a:u --platform=linux/amd64,linux/arm64 {COMMON} --annotation=index:n=v --build-arg=A=x=y --output=type=registry"
                )],
            ),
            (
                &kept,
                delivery(one, false, true, Some(archive(DockerArchive, SaveAfterLoad))),
                vec![format!(
                    "--tag=r.example/b:t --tag=r.example/b:u --platform=linux/amd64 {COMMON} --build-arg=A=x=y --output=type=docker"
                )],
            ),
            (
                &kept,
                delivery(two, false, false, Some(archive(OciArchive, BuilderExport))),
                vec![format!(
                    "--tag=r.example/b:t --tag=r.example/b:u --platform=linux/amd64,linux/arm64 {COMMON} --annotation=index:n=v --build-arg=A=x=y --output=type=oci,\"dest=out,put.tar\""
                )],
            ),
        ] {
            assert_eq!(lines(&["buildx"], images, &delivery), expected);
        }
    }

    #[test]
    fn a_second_output_is_a_second_build_where_the_builder_writes_one() {
        let mut wish = delivery(
            &["a/b", "c/d"],
            true,
            false,
            Some(archive(ArchiveFormat::OciArchive, ArchiveMethod::BuilderExport)),
        );
        let images = [image("r.example/b", true)];
        assert_eq!(lines(&["buildx"], &images, &wish).len(), 1);
        wish.reasons.push(Reason::new(delivery::SECOND_EXPORT, ""));
        let runs = lines(&["buildx"], &images, &wish);
        assert_eq!(runs.len(), 2);
        assert!(runs[0].ends_with("--output=type=registry"), "{runs:?}");
        assert!(runs[1].ends_with("--output=type=oci,\"dest=out,put.tar\""), "{runs:?}");
    }

    #[test]
    fn builders_with_a_store_of_their_own_write_nowhere_else() {
        let images = [image("r.example/a", true)];
        let one = delivery(&["linux/amd64"], true, true, None);
        assert_eq!(
            lines(&["podman"], &images, &one),
            [format!(
                "--tag=r.example/a:t --tag=r.example/a:u --platform=linux/amd64 {COMMON} --annotation=n=v --build-arg=A=x=y"
            )]
        );
        let mut two = delivery(&["a/b", "c/d"], true, true, None);
        two.reasons.clear();
        assert_eq!(
            lines(&["buildah"], &images, &two),
            [format!(
                "--manifest=r.example/a:t --platform=a/b,c/d {COMMON} --annotation=n=v --build-arg=A=x=y --no-cache --pull-always"
            )]
        );
    }

    #[test]
    fn a_command_line_has_a_place_for_the_arguments() {
        for (builder, expected) in [
            (&[][..], "docker buildx build {{args}}"),
            (&["buildx"], "docker buildx build {{args}}"),
            (&["podman"], "podman build {{args}}"),
            (&["nice", "my-builder", "{{args}}", "."], "nice my-builder {{args}} ."),
        ] {
            let builder: Vec<_> = builder.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(command(&builder).join(" "), expected);
        }
    }
}
