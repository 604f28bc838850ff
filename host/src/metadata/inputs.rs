//! The inputs of an action: variables that the runner sets.

use std::ffi::OsString;

use buildonce::types::MetadataInputs;

use crate::environment;
use crate::problem::Problem;

/// Reads every input. The runner calls them `INPUT_SEP-TAGS`; a shell cannot pass such a name on, so `INPUT_SEP_TAGS` is read too.
pub(crate) fn from_variables(lookup: impl Fn(&str) -> Option<OsString>) -> Result<MetadataInputs, Problem> {
    let input = |name: &str| one(name, &lookup).map(Option::unwrap_or_default);
    Ok(MetadataInputs {
        context: input("context")?,
        images: input("images")?,
        tags: input("tags")?,
        flavor: input("flavor")?,
        labels: input("labels")?,
        annotations: input("annotations")?,
        sep_tags: input("sep-tags")?,
        sep_labels: input("sep-labels")?,
        sep_annotations: input("sep-annotations")?,
        bake_target: input("bake-target")?,
        strict: input("strict")?,
        api: input("api")?,
    })
}

/// Reads one input.
pub(crate) fn one(name: &str, lookup: impl Fn(&str) -> Option<OsString>) -> Result<Option<String>, Problem> {
    let runner = format!("INPUT_{}", name.to_ascii_uppercase());
    match environment::exact(&runner, &lookup)? {
        Some(value) => Ok(Some(value)),
        None => environment::exact(&runner.replace('-', "_"), &lookup),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_read_under_both_spellings_and_not_trimmed() {
        let inputs = from_variables(|name| match name {
            "INPUT_SEP-TAGS" => Some(OsString::from(" ")),
            "INPUT_SEP_LABELS" => Some(OsString::from(",")),
            "INPUT_TAGS" => Some(OsString::from("type=sha\n")),
            _ => None,
        });
        let inputs = inputs.unwrap();
        assert_eq!(
            (inputs.sep_tags.as_str(), inputs.sep_labels.as_str(), inputs.tags.as_str()),
            (" ", ",", "type=sha\n")
        );
        assert_eq!(inputs.images, "");
    }
}
