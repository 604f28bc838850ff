//! What builders say about the image that they pushed.

use serde::Deserialize;

use crate::Reason;
use crate::read::{self, Others};
use crate::reference::Digest;
use crate::text::shown;

/// buildx's metadata file, as far as it is needed. Its `containerimage.config.digest` is another thing, which is easily taken for the
/// image's digest: it names the config of one platform, and no registry finds an image by it.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default, rename = "containerimage.digest")]
    digest: Option<String>,
}

/// The digest in a builder's file: a metadata file's, or the whole text.
pub(super) fn digest(text: Option<&str>) -> Result<Digest, Reason> {
    let unusable = |message: String| Reason::new("digest-unusable", message);
    let text = text.ok_or_else(|| unusable("the builder ended well, but wrote no file with the digest".to_owned()))?;
    if text.trim().is_empty() {
        return Err(unusable("the builder ended well, but its file for the digest is empty".to_owned()));
    }
    let told = if text.trim_start().starts_with('{') {
        let metadata: Metadata = read::read(text, Others::Skipped)
            .map_err(|refusal| unusable(format!("the builder's metadata file cannot be read: {}", refusal.fault)))?;
        metadata
            .digest
            .ok_or_else(|| unusable("the builder's metadata file has no `containerimage.digest`".to_owned()))?
    } else {
        text.to_owned()
    };
    Digest::parse(&told).ok_or_else(|| {
        unusable(format!("the builder says that the image's digest is `{}`, which is none", shown(told.trim())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_image_s_own_digest_counts() {
        let hex = "0a".repeat(32);
        let own = format!("sha256:{hex}");
        for text in [
            own.clone(),
            format!("{own}\n"),
            format!(
                r#"{{"containerimage.config.digest": "sha256:{}", "containerimage.digest": "{own}", "x": [1]}}"#,
                "0b".repeat(32)
            ),
        ] {
            assert_eq!(digest(Some(&text)).unwrap().as_str(), own, "{text}");
        }
    }

    #[test]
    fn a_file_without_one_is_told() {
        let told = |text: Option<&str>| digest(text).unwrap_err().message;
        let config = format!(r#"{{"containerimage.config.digest": "sha256:{}"}}"#, "0b".repeat(32));
        let all =
            [None, Some(""), Some(" \n"), Some("sha256:0"), Some("{"), Some(config.as_str())].map(told).join("\n");
        insta::assert_snapshot!(all, @"
        the builder ended well, but wrote no file with the digest
        the builder ended well, but its file for the digest is empty
        the builder ended well, but its file for the digest is empty
        the builder says that the image's digest is `sha256:0`, which is none
        the builder's metadata file cannot be read: no JSON: the text ends while parsing an object
        the builder's metadata file has no `containerimage.digest`
        ");
    }
}
