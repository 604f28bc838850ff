//! An image in a file into a registry. Its config stays as it is, so its identifier does; its manifest is a new one, as the file has none.

use std::io::{self, Cursor, Read};

use serde_json::json;

use super::copy::{MANIFEST_TYPE, node};
use super::{Address, Document, Failure, Registry, plain, sha256};
use crate::archive::{Part, Parts};

/// The kind of a config.
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";

/// The kind of a layer that is not compressed.
const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";

impl Registry {
    /// Sends an image under a name such as `registry.example/acme/app:1.2`, and tells the digest of the config that is there then.
    pub(crate) fn push(&self, target: &str, image: &Parts) -> Result<String, Failure> {
        let name = target.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
        let (to, tag) = name.ok_or_else(|| Failure::invalid(format!("`{target}` is no name with a tag")))?;
        let address = Address::parse(to, &self.plain)?;
        let (config, length) = (sha256(image.config.as_bytes()), image.config.len() as u64);
        self.send_blob(&address, &config, length, || Ok(Cursor::new(image.config.as_bytes())))?;
        for part in &image.layers {
            self.send_blob(&address, &part.digest, part.size, || image.layer(part))?;
        }
        let layer = |own: &Part| {
            let kind = own.compression.map_or(LAYER_TYPE.to_owned(), |how| format!("{LAYER_TYPE}+{how}"));
            json!({"mediaType": kind, "digest": own.digest, "size": own.size})
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": config, "size": length},
            "layers": image.layers.iter().map(layer).collect::<Vec<_>>(),
        });
        let bytes = manifest.to_string().into_bytes();
        let document = Document { bytes, media_type: None, digest: None };
        self.put_document(to, tag, MANIFEST_TYPE, &document)?;
        let there = node(&self.manifest(to, tag)?)?;
        there.config().ok_or_else(|| Failure::invalid(format!("{target} has no config now")))
    }

    /// Sends a blob, unless it is there.
    fn send_blob<R: Read>(
        &self,
        target: &Address,
        digest: &str,
        length: u64,
        open: impl Fn() -> io::Result<R>,
    ) -> Result<(), Failure> {
        let Some(place) = self.begin_upload(target, plain(digest)?, "")? else { return Ok(()) };
        let mut reader = open().map_err(|e| Failure::file(format!("the file cannot be read: {e}")))?;
        self.upload(target, &place, length, &mut reader)
    }
}
