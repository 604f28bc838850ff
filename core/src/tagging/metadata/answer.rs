//! The outputs, in the order in which the action writes them.

use super::globals::Run;
use super::model::{MetadataInputs, MetadataReport, Step};
use super::{Lists, flavor, images, js, labels, output, tags};

/// What is known when the first output is written.
pub(super) struct Decided<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) images: Vec<images::Image>,
    pub(super) flavor: flavor::Flavor,
    pub(super) version: tags::Version,
}

/// Writes the outputs. Labels and annotations are rendered only now, so they may fail after the tags were written.
pub(super) fn answer(
    inputs: &MetadataInputs,
    lists: &Lists,
    decided: &Decided<'_>,
    report: &mut MetadataReport,
) -> Step<()> {
    let Decided { run, images, flavor, version } = decided;
    match &version.main {
        Some(main) => report.group("Docker image version", vec![main.clone()]),
        None => report.nothing("Docker image version"),
    }
    report.write("version", version.main.clone().unwrap_or_default());

    let images = output::image_names(images);
    let names = output::tag_names(version, flavor);
    let tags = output::tags(&images, &names)?;
    run.notes.tags(&names, version);
    if tags.is_empty() {
        report.nothing("Docker tag");
    } else {
        report.group("Docker tags", tags.clone());
    }
    let between = separator(&inputs.sep_tags);
    report.write("tags", tags.join(between));
    report.write("tag-names", names.join(between));

    let labels = labels::pairs(run, version, &lists.labels)?;
    let lines = labels::lines(&labels);
    report.group("Docker labels", lines.clone());
    report.write("labels", lines.join(separator(&inputs.sep_labels)));

    let switch = run.switches.annotations_levels.as_deref();
    let levels = switch.filter(|levels| !levels.is_empty()).unwrap_or("manifest");
    let pairs = labels::pairs(run, version, &lists.annotations)?;
    let lines = labels::lines(&pairs);
    let annotations = labels::at_levels(levels, &lines)?;
    report.group("Annotations", annotations.clone());
    report.write("annotations", annotations.join(separator(&inputs.sep_annotations)));

    let labels = output::label_object(&labels);
    let document =
        serde_json::json!({ "tags": tags, "tag-names": names, "labels": labels, "annotations": annotations });
    report.group("JSON output", output::pretty(&document).lines().map(str::to_owned).collect());
    report.write("json", output::compact(&document));

    let target = Some(js::trim(&inputs.bake_target)).filter(|target| !target.is_empty());
    // The levels reach the bake file in a list of their own that ends at a colon.
    let bake_levels = levels.split(':').next().unwrap_or_default();
    let bake = output::Bake {
        target: target.unwrap_or("docker-metadata-action"),
        images: &images,
        version,
        tags: &tags,
        labels: &labels,
        annotations: &labels::at_levels(bake_levels, &lines)?,
    };
    report.bake_files = bake.files();
    Ok(())
}

/// A separator is taken as it is; only an empty one stands for a line feed.
fn separator(input: &str) -> &str {
    if input.is_empty() { "\n" } else { input }
}
