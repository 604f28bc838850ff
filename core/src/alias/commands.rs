//! The command lines of the stores. The manuals of `docker`, `podman` and `buildah` are the source.
//!
//! Docker's classic store identifies an image by the digest of its config, as podman and buildah do. Docker's containerd store identifies it by the
//! digest of its manifest, which an image from a file gets there; what such a name has is then seen in what `docker save` writes of it.
//! A file is never loaded as it is: `docker load` takes every image and every name in it, older ones no OCI layout, and which of several images podman and buildah
//! take depends on names and places. So the one image is taken out first, into a file in the form that all of them read.

use super::model::{ARCHIVE, AliasRequest, AliasTask, AliasTaskKind, Store};
use crate::policy::Operation;
use crate::policy::matcher::registry::is_loopback;
use crate::selection::SelectedPlatform;

/// The steps for one image.
pub(super) struct Commands<'a> {
    pub(super) request: &'a AliasRequest,
    pub(super) store: Store,
    /// The platform that is taken.
    pub(super) chosen: &'a SelectedPlatform,
}

impl Store {
    /// The program that the store belongs to.
    pub(super) const fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Buildah => "buildah",
            // Nobody is run for it.
            Self::Registry => "",
        }
    }
}

impl Commands<'_> {
    /// From a registry, by the digest of the platform's own manifest: then there is nothing to choose from.
    pub(super) fn pulled(&self, image: &str, digest: &str) -> Vec<AliasTask> {
        let source = format!("{image}@{digest}");
        let registry = image.split('/').next().unwrap_or_default();
        let mut words = vec!["pull", "--quiet", "--platform", &self.chosen.platform];
        if self.store != Store::Docker
            && (self.request.plain_http.iter().any(|own| own == registry) || is_loopback(registry))
        {
            words.push("--tls-verify=false");
        }
        words.push(&source);
        let mut pull = self.task("pull", AliasTaskKind::Run, &words);
        pull.operation = Operation::Pull;
        pull.registry = Some(registry.to_owned());
        vec![pull, self.tag(if self.store == Store::Docker { &source } else { self.id() })]
    }

    /// From a file. Docker names what it loads; the others would complete the name in another way than they do later.
    pub(super) fn loaded(&self, path: &str) -> Vec<AliasTask> {
        let mut extract = self.task("extract", AliasTaskKind::Extract, &[]);
        extract.archive = Some(path.to_owned());
        extract.config = Some(self.chosen.config.clone());
        if self.store == Store::Registry {
            return vec![extract];
        }
        if self.store == Store::Docker {
            extract.names.push(self.request.name.clone());
            return vec![extract, self.task("load", AliasTaskKind::Run, &["load", "--quiet", "--input", ARCHIVE])];
        }
        let place = format!("docker-archive:{ARCHIVE}");
        vec![extract, self.task("load", AliasTaskKind::Run, &["pull", "--quiet", &place]), self.tag(self.id())]
    }

    /// Asks what the name has; a registry is given the image first.
    pub(super) fn look(&self) -> AliasTask {
        if self.store == Store::Registry {
            let name = self.request.name.clone();
            return AliasTask {
                operation: Operation::Push,
                registry: name.split_once('/').map(|(host, _)| host.to_owned()),
                names: vec![name],
                ..self.task("push", AliasTaskKind::Push, &[])
            };
        }
        let name = self.request.name.as_str();
        let words: &[&str] = match self.store {
            Store::Buildah => &["inspect", "--type", "image", "--format", "{{.FromImageID}}", name],
            _ => &["image", "inspect", "--format", "{{.Id}}", name],
        };
        self.task("look", AliasTaskKind::Read, words)
    }

    /// Has what the name has written into a file, in which the config is.
    pub(super) fn save(&self) -> AliasTask {
        self.task("save", AliasTaskKind::Inspect, &["save", "--output", ARCHIVE, &self.request.name])
    }

    fn tag(&self, source: &str) -> AliasTask {
        self.task("name", AliasTaskKind::Run, &["tag", source, &self.request.name])
    }

    /// The identifier as the store writes it.
    fn id(&self) -> &str {
        self.chosen.config.trim_start_matches("sha256:")
    }

    /// A task; without words it is the host's own.
    fn task(&self, id: &str, kind: AliasTaskKind, words: &[&str]) -> AliasTask {
        let program = (!words.is_empty()).then(|| self.store.program());
        AliasTask {
            id: id.to_owned(),
            kind,
            operation: Operation::Default,
            registry: None,
            command: program.iter().chain(words).map(|word| (*word).to_owned()).collect(),
            archive: None,
            config: None,
            names: Vec::new(),
        }
    }
}
