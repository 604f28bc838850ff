//! Archives that somebody else saved, whole and otherwise.

use std::fs;
use std::io::Read;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::registry::sha256;

/// A member: a file with these bytes, or a link to that name.
enum Member<'a> {
    File(&'a str, &'a [u8]),
    Link(&'a str, &'a str),
}

use Member::{File as Plain, Link};

fn tar_of(members: &[Member<'_>]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for member in members {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        match member {
            Plain(name, bytes) => {
                header.set_size(bytes.len() as u64);
                // Written as it is: the library itself refuses names that leave the folder.
                header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
                header.set_cksum();
                out.append(&header, *bytes).unwrap();
            }
            Link(name, target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                out.append_link(&mut header, name, target).unwrap();
            }
        }
    }
    out.into_inner().unwrap()
}

/// What is told of a file with these bytes.
fn told(bytes: &[u8]) -> Result<usize, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("image.tar");
    fs::write(&path, bytes).unwrap();
    read(&path, "image.tar").map(|seen| seen.images.len()).map_err(|fault| fault.to_string())
}

/// Takes an image out; what is in the new file, by name.
fn taken_out(bytes: &[u8], config: &str, names: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let folder = TempDir::new().unwrap();
    let (from, to) = (folder.path().join("image.tar"), folder.path().join("one.tar"));
    fs::write(&from, bytes).unwrap();
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    extract(&from, config, &names, &to).map_err(|fault| fault.to_string())?;
    let mut members = BTreeMap::new();
    for entry in tar::Archive::new(File::open(to).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        members.insert(entry.path().unwrap().display().to_string(), bytes);
    }
    Ok(members)
}

fn manifest(members: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&members["manifest.json"]).unwrap()
}

#[test]
fn f32_what_is_no_archive_is_told_with_what_is_wrong() {
    let saved = |config: &str| json!([{"Config": config, "RepoTags": null, "Layers": []}]).to_string();
    let good = tar_of(&[Plain("c.json", b"{}"), Plain("manifest.json", saved("c.json").as_bytes())]);
    assert_eq!(told(&good), Ok(1), "an image without a name");
    let digest = sha256(b"{}");
    let index = json!({"manifests": [{"digest": digest}]}).to_string();
    let blob = format!("blobs/sha256/{}", digest.trim_start_matches("sha256:"));
    let all = [
        told(b""),
        told(b"<html>nothing here</html>"),
        told(&good[..700]),
        told(&tar_of(&[Plain("other.txt", b"x")])),
        told(&tar_of(&[Plain("manifest.json", b"{}")])),
        told(&tar_of(&[Plain("manifest.json", saved("c.json").as_bytes())])),
        told(&tar_of(&[Plain("manifest.json", saved("../../etc/passwd").as_bytes())])),
        told(&tar_of(&[Plain("manifest.json", saved("c.json").as_bytes()), Link("c.json", "../../etc/passwd")])),
        told(&tar_of(&[Plain("index.json", index.as_bytes()), Plain(&blob, b"{ }")])),
        told(&tar_of(&[Plain("index.json", json!({"manifests": [{"digest": "sha256:../x"}]}).to_string().as_bytes())])),
    ];
    let all: Vec<_> = all.into_iter().map(|own| own.unwrap_err()).collect();
    insta::assert_snapshot!(all.join("\n"), @"
    it has neither a manifest.json, as docker writes it, nor an index.json, as OCI layouts have it
    it is no tar file, or a damaged one: failed to read entire block
    it has neither a manifest.json, as docker writes it, nor an index.json, as OCI layouts have it
    it has neither a manifest.json, as docker writes it, nor an index.json, as OCI layouts have it
    its manifest.json is not what it should be: invalid type: map, expected a sequence at line 1 column 0
    it names c.json, and has no such member
    it names ../../etc/passwd, and has no such member
    it names c.json, and has no such member
    its blob sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a has the bytes of sha256:257c1be96ae69f4b01c2c69bdb6d78605f59175819fb007d0bf245bf48444c4a
    `sha256:../x` is no sha256 digest
    ");
}

#[test]
fn names_that_leave_the_folder_lead_nowhere_and_nothing_is_written_by_them() {
    let saved = json!([{"Config": "c.json", "RepoTags": ["a:x"], "Layers": ["../layer.tar"]}]).to_string();
    let file = tar_of(&[
        Plain("../escaped", b"x"),
        Plain("/absolute", b"x"),
        Plain("c.json", b"{}"),
        Plain("manifest.json", saved.as_bytes()),
    ]);
    assert_eq!(told(&file), Ok(1));
    let refused = taken_out(&file, &sha256(b"{}"), &[]).unwrap_err();
    assert_eq!(refused, "it names ../layer.tar, and has no such member");
}

#[test]
fn f28_one_image_of_several_is_taken_out_with_its_layers_and_the_given_name() {
    let saved = json!([
        {"Config": "other.json", "RepoTags": ["app:test"], "Layers": ["b/layer.tar"]},
        {"Config": "own.json", "RepoTags": ["app:other"], "Layers": ["a/layer.tar", "b/layer.tar", "b/layer.tar"]},
    ]);
    let file = tar_of(&[
        Plain("other.json", b"{\"other\": 1}"),
        Plain("own.json", b"{\"own\": 1}"),
        Plain("a/layer.tar", b"first"),
        Plain("c/layer.tar", b"second"),
        Link("b/layer.tar", "../c/layer.tar"),
        Plain("manifest.json", saved.to_string().as_bytes()),
    ]);
    let config = sha256(b"{\"own\": 1}");
    let members = taken_out(&file, &config, &["app:test"]).unwrap();
    let name = format!("{}.json", config.trim_start_matches("sha256:"));
    let layers = ["layer-0.tar", "layer-1.tar", "layer-1.tar"];
    assert_eq!(manifest(&members), json!([{"Config": name, "RepoTags": ["app:test"], "Layers": layers}]));
    assert_eq!((members.len(), &*members[&name]), (4, &b"{\"own\": 1}"[..]), "{:?}", members.keys());
    assert_eq!((&*members["layer-0.tar"], &*members["layer-1.tar"]), (&b"first"[..], &b"second"[..]));
    assert!(taken_out(&file, &sha256(b"another"), &[]).unwrap_err().starts_with("it has no image sha256:"));
}

#[test]
fn a_layout_s_image_is_taken_out_and_a_layer_that_is_not_its_digest_is_refused() {
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", sha256(bytes).trim_start_matches("sha256:"));
    let config: &[u8] = b"{\"os\": \"linux\"}";
    let layer: &[u8] = b"compressed or not";
    let manifest = json!({"config": {"digest": sha256(config)}, "layers": [{"digest": sha256(layer)}]}).to_string();
    let index = json!({"manifests": [{"digest": sha256(manifest.as_bytes())}]}).to_string();
    let top = json!({"manifests": [{"digest": sha256(index.as_bytes())}]}).to_string();
    let file = |layer_bytes: &[u8]| {
        tar_of(&[
            Plain("index.json", top.as_bytes()),
            Plain(&blob(index.as_bytes()), index.as_bytes()),
            Plain(&blob(manifest.as_bytes()), manifest.as_bytes()),
            Plain(&blob(config), config),
            Plain(&blob(layer), layer_bytes),
        ])
    };
    let members = taken_out(&file(layer), &sha256(config), &[]).unwrap();
    assert_eq!((&*members["layer-0.tar"], self::manifest(&members)[0]["RepoTags"].clone()), (layer, json!([])));
    let refused = taken_out(&file(b"something else"), &sha256(config), &[]).unwrap_err();
    assert!(refused.contains("has the bytes of sha256:"), "{refused}");
}
