//! SHA-256 as people and documents write it.

use sha2::{Digest, Sha256};

use crate::render::put;

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        put!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of some bytes in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
