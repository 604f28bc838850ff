//! What comes next, until the name has the image.

use super::commands::Commands;
use super::model::{AliasEvent, AliasImage, AliasRequest, AliasStep, AliasStepKind, AliasTask, Store};
use crate::diagnostic::Diagnostics;
use crate::policy::Policy;
use crate::reference::{Digest, ImageReference, Platform, Scheme};
use crate::selection::{ArchiveSeen, SelectedPlatform};
use crate::{Diagnostic, Reason};

/// Says what comes next, from what came of every task so far.
///
/// The image of one platform gets the name: that of the request, else that of the machine. Errors: the name cannot be used, or the platform was not
/// among those that were selected.
pub fn next(policy: &Policy, request: &AliasRequest, events: &[AliasEvent]) -> Result<AliasStep, Diagnostics> {
    check_name(&request.name)?;
    let store = request.into.unwrap_or(match policy.build.builder.first().map(String::as_str) {
        Some("podman") => Store::Podman,
        Some("buildah") => Store::Buildah,
        _ => Store::Docker,
    });
    let wanted = wanted(request)?;
    let step = |kind| AliasStep { kind, store, task: None, reason: None, image_id: None, platform: None };
    if store == Store::Registry && request.image.as_ref().is_some_and(|own| own.archive.is_none()) {
        let message = "the image is in a registry, and not in a file";
        let help = "give it more names there, or in another registry, by a promotion: `buildonce promote --to NAME`";
        return Err(vec![Diagnostic::error("already-in-a-registry", message).help(help)]);
    }
    let Some(image) = &request.image else { return Ok(step(AliasStepKind::Select)) };
    let chosen = choose(image, &wanted)?;
    let commands = Commands { request, store, chosen };
    Ok(match course(&commands, image, events) {
        Ok(()) => AliasStep {
            image_id: Some(chosen.config.clone()),
            platform: Some(chosen.platform.clone()),
            ..step(AliasStepKind::Done)
        },
        Err(Stop::Run(task)) => AliasStep { task: Some(*task), ..step(AliasStepKind::Run) },
        Err(Stop::Fail(reason)) => AliasStep { reason: Some(reason), ..step(AliasStepKind::Fail) },
    })
}

/// What keeps the name from having the image.
enum Stop {
    /// This must be done first.
    Run(Box<AliasTask>),
    Fail(Reason),
}

/// A name that every store takes, and that says which tag is meant: nothing here completes it by `latest`.
fn check_name(name: &str) -> Result<(), Diagnostics> {
    let wrong = |message: String| {
        Err(vec![Diagnostic::error("invalid-alias", message).help("write a name with a tag, such as `app:local`")])
    };
    match ImageReference::parse(name) {
        Err(error) => wrong(error.message),
        Ok(own) if own.scheme != Scheme::Registry => wrong(format!("`{name}` names a file, and no image")),
        Ok(own) if own.digest.is_some() => {
            wrong(format!("`{name}` has a digest, and a digest cannot be given to an image"))
        }
        Ok(own) if own.tag.is_none() => wrong(format!("`{name}` has no tag")),
        Ok(_) => Ok(()),
    }
}

fn wanted(request: &AliasRequest) -> Result<Platform, Diagnostics> {
    Platform::parse(request.platform.as_ref().unwrap_or(&request.machine))
        .map_err(|error| vec![Diagnostic::error("invalid-platform", error.message)])
}

/// The one platform whose image gets the name.
fn choose<'a>(image: &'a AliasImage, wanted: &Platform) -> Result<&'a SelectedPlatform, Diagnostics> {
    let fits = |own: &&SelectedPlatform| Platform::parse(&own.platform).is_ok_and(|own| own.matches(wanted));
    image.platforms.iter().find(fits).ok_or_else(|| {
        let all: Vec<_> = image.platforms.iter().map(|own| own.platform.as_str()).collect();
        let message = format!("the selected image has no image for {wanted}, only for {}", all.join(", "));
        vec![Diagnostic::error("platform-not-selected", message).help("name one of them with --platform")]
    })
}

fn course(commands: &Commands<'_>, image: &AliasImage, events: &[AliasEvent]) -> Result<(), Stop> {
    let chosen = commands.chosen;
    let tasks = match (&image.archive, &chosen.digest) {
        (Some(archive), _) => {
            if !holds(archive, &chosen.config) {
                let message =
                    format!("the archive {} does not hold the image {} any more", archive.path, chosen.config);
                return Err(Stop::Fail(Reason::new("archive-changed", message)));
            }
            commands.loaded(&archive.path)
        }
        (None, Some(digest)) => {
            let name = image.reference.split('@').next().unwrap_or_default();
            commands.pulled(name, digest)
        }
        (None, None) => {
            return Err(Stop::Fail(Reason::new("no-source", "the image is neither in a registry nor in a file")));
        }
    };
    for task in tasks {
        outcome(task, events)?;
    }
    let look = outcome(commands.look(), events)?;
    let own = Digest::parse(&format!("sha256:{}", look.output.trim().trim_start_matches("sha256:")));
    let own = own.as_ref().map(Digest::as_str);
    // The manifest was seen to lead to this config, so either names the image.
    let by_manifest = image.archive.is_none() && own.is_some() && own == chosen.digest.as_deref();
    if own == Some(chosen.config.as_str()) || by_manifest {
        return Ok(());
    }
    let other = |told: &str| {
        let message = format!("{} has {told}, and {} was selected", commands.request.name, chosen.config);
        Stop::Fail(Reason::new("image-differs", message))
    };
    if commands.store != Store::Docker {
        return Err(other(own.unwrap_or("no image")));
    }
    let saved = outcome(commands.save(), events)?;
    match &saved.archive {
        Some(archive) if archive.images.len() == 1 && holds(archive, &chosen.config) => Ok(()),
        _ => Err(other(own.unwrap_or("another image"))),
    }
}

/// Whether an archive has the image with this config.
fn holds(archive: &ArchiveSeen, config: &str) -> bool {
    archive.images.iter().any(|own| Digest::of(own.config.as_bytes()).as_str() == config)
}

/// What came of a task that ended well.
fn outcome(task: AliasTask, events: &[AliasEvent]) -> Result<&AliasEvent, Stop> {
    let Some(event) = events.iter().rfind(|event| event.task == task.id) else {
        return Err(Stop::Run(Box::new(task)));
    };
    if event.succeeded {
        return Ok(event);
    }
    if let (Some(archive), Some(_)) = (&task.archive, &task.config) {
        let message = format!("the image cannot be taken out of {archive}: {}", event.cause);
        return Err(Stop::Fail(Reason::new("archive-unreadable", message)));
    }
    let code = match event.cause.as_str() {
        "command-missing" | "spawn-failed" => "tool-missing",
        "daemon-unreachable" => "daemon-unreachable",
        _ => "alias-failed",
    };
    let who = task.command.first().map_or("the registry".to_owned(), |program| format!("`{program}`"));
    let cause = if event.cause.is_empty() { "unknown" } else { &event.cause };
    Err(Stop::Fail(Reason::new(code, format!("{who} failed to {} the image: {cause}", verb(&task.id)))))
}

fn verb(id: &str) -> &str {
    match id {
        "name" => "tag",
        "look" => "find",
        "push" => "take",
        own => own,
    }
}
