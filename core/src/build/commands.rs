//! The command lines of the steps. Which builder is told what in which words is a rule like any other; the manuals of `docker`,
//! `buildah` and `podman` are the source.

use super::model::{BuildRequest, CONTEXT, DIGEST_FILE, ImageCopy, Task};
use crate::policy::matcher::registry::is_loopback;
use crate::policy::{BUILDER_ARGUMENTS, Operation};
use crate::tagging::{ArchiveFormat, ArchiveMethod, ArchivePlan, BuilderRun, ImagePlan, PlannedImage};

/// How the builder of a plan works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `docker buildx`: pushes while it builds, and writes the digest into a metadata file.
    Buildx,
    /// `buildah` and `podman`: build into their own store, from where the image is pushed.
    OwnStore,
    /// A command line of the policy, which pushes by itself.
    Own,
}

/// What the steps are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commands<'a> {
    pub(super) plan: &'a ImagePlan,
    pub(super) request: &'a BuildRequest,
}

impl<'a> Commands<'a> {
    pub(super) fn style(self) -> Style {
        match self.plan.builder.as_slice() {
            [] => Style::Buildx,
            [name] if name == "buildx" => Style::Buildx,
            [name] if name == "buildah" || name == "podman" => Style::OwnStore,
            _ => Style::Own,
        }
    }

    /// Whether the builder tells the digest of what a task pushed.
    pub(super) fn tells_digest(task: &Task) -> bool {
        task.copy.is_some() || task.command.iter().any(|word| word.contains(DIGEST_FILE))
    }

    /// The builder's runs.
    pub(super) fn builds(self) -> Vec<Task> {
        let archive = self.plan.delivery.archive.as_ref().filter(|own| own.method == ArchiveMethod::BuilderExport);
        let count = self.plan.runs.len();
        let task = |(number, run): (usize, &BuilderRun)| Task {
            id: if number == 0 { "build".to_owned() } else { format!("build {}", number + 1) },
            operation: Operation::Build,
            registry: None,
            command: self.build(run),
            copy: None,
            // Where there is a second run, it is the one that writes the file.
            writes: archive
                .filter(|_| self.style() != Style::OwnStore && number + 1 == count)
                .map(|own| own.path.clone()),
        };
        self.plan.runs.iter().enumerate().map(task).collect()
    }

    fn build(self, run: &BuilderRun) -> Vec<String> {
        let pushes = run.outputs.iter().any(|output| output == "type=registry");
        let mut command = Vec::new();
        for word in &run.command {
            if word == BUILDER_ARGUMENTS {
                command.extend(run.arguments.iter().cloned());
                if self.style() == Style::Buildx && pushes {
                    command.extend(["--metadata-file".to_owned(), DIGEST_FILE.to_owned()]);
                }
                if let Some(file) = &self.request.file {
                    command.extend(["--file".to_owned(), file.clone()]);
                }
                command.extend(self.request.arguments.iter().cloned());
            } else {
                command.push(word.replace(CONTEXT, &self.request.context));
            }
        }
        // An own command line says itself where the folder belongs.
        if self.style() != Style::Own {
            command.push(self.request.context.clone());
        }
        command
    }

    /// Sends the image from the builder's own store to a registry, under its first name there.
    pub(super) fn push(self, image: &PlannedImage) -> Option<Task> {
        let (first, target) = (self.local()?, image.references.first()?);
        let several = self.plan.delivery.platforms.len() > 1;
        let mut command = words(self.plan, if several { &["manifest", "push", "--all"] } else { &["push"] });
        command.extend(["--digestfile".to_owned(), DIGEST_FILE.to_owned()]);
        if self.request.plain_http.contains(&image.registry) || is_loopback(&image.registry) {
            command.push("--tls-verify=false".to_owned());
        }
        command.extend([first.to_owned(), format!("docker://{target}")]);
        Some(Task {
            id: format!("push {}", image.name),
            operation: Operation::Push,
            registry: Some(image.registry.clone()),
            command,
            copy: None,
            writes: None,
        })
    }

    /// Gives the image another name, where it is pushed already.
    pub(super) fn copy(image: &str, digest: &str, target: &str) -> Task {
        Task {
            id: format!("tag {target}"),
            operation: Operation::Push,
            registry: target.split_once('/').map(|(host, _)| host.to_owned()),
            command: Vec::new(),
            copy: Some(ImageCopy { image: image.to_owned(), digest: digest.to_owned(), target: target.to_owned() }),
            writes: None,
        }
    }

    /// Writes the archive of an image that is built, with what must happen before.
    pub(super) fn archive(self, archive: &ArchivePlan, pushed: Option<(&str, &str)>) -> Vec<Task> {
        let task = |id: &str, operation, command: Vec<String>, writes: bool| Task {
            id: id.to_owned(),
            operation,
            registry: None,
            command,
            copy: None,
            writes: writes.then(|| archive.path.clone()),
        };
        let docker = |arguments: &[&str]| ["docker"].iter().chain(arguments).map(|word| (*word).to_owned()).collect();
        if self.style() == Style::OwnStore {
            let Some(local) = self.local() else { return Vec::new() };
            let place = |kind: &str| format!("{kind}:{}:{}", archive.path, archive.reference);
            let mut command = match archive.format {
                ArchiveFormat::DockerArchive => words(self.plan, &["push", local]),
                ArchiveFormat::OciArchive => words(self.plan, &["manifest", "push", "--all", local]),
            };
            command.push(match archive.format {
                ArchiveFormat::DockerArchive => place("docker-archive"),
                ArchiveFormat::OciArchive => place("oci-archive"),
            });
            return vec![task("archive", Operation::Default, command, true)];
        }
        let save = || {
            task("archive", Operation::Default, docker(&["save", "--output", &archive.path, &archive.reference]), true)
        };
        match (archive.method, pushed) {
            (ArchiveMethod::BuilderExport, _) => Vec::new(),
            (ArchiveMethod::SaveAfterPull, Some((image, digest))) => {
                let source = format!("{image}@{digest}");
                vec![
                    task("pull", Operation::Pull, docker(&["pull", "--quiet", &source]), false),
                    task("name", Operation::Default, docker(&["tag", &source, &archive.reference]), false),
                    save(),
                ]
            }
            _ => vec![save()],
        }
    }

    /// What the image is called in the builder's own store.
    pub(super) fn local(self) -> Option<&'a str> {
        self.plan.runs.first()?.references.first().map(String::as_str)
    }
}

fn words(plan: &ImagePlan, arguments: &[&str]) -> Vec<String> {
    plan.builder.iter().cloned().chain(arguments.iter().map(|word| (*word).to_owned())).collect()
}

/// A reference without a digest, by its name and tag.
pub(super) fn split(reference: &str) -> (&str, &str) {
    reference.rsplit_once(':').unwrap_or((reference, ""))
}
