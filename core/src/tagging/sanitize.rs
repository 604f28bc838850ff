//! Names that a registry accepts.

/// Longest tag that a registry accepts, in characters (all of them ASCII).
pub(crate) const MAX_TAG: usize = 128;

/// Makes a tag of a branch name, with `-suffix` at its end if there is one.
///
/// Lower case, everything outside `a-z0-9` becomes `-`, runs are collapsed, the ends trimmed; the name is cut so that
/// it fits together with the suffix, and is `branch` when nothing is left of it.
///
/// ```
/// use buildonce_core::tagging::sanitize;
/// assert_eq!(sanitize("feature/Add_New-Feature", Some("abc1234")), "feature-add-new-feature-abc1234");
/// assert_eq!(sanitize("日本語", None), "branch");
/// ```
pub fn sanitize(name: &str, suffix: Option<&str>) -> String {
    let room = suffix.map_or(MAX_TAG, |s| MAX_TAG.saturating_sub(1 + s.len()));
    let mut out = sanitized(name, &[], room);
    if let Some(suffix) = suffix {
        out.push('-');
        out.push_str(suffix);
    }
    out
}

/// The name's part alone, at most `room` bytes long; characters of `keep` stay as they are inside the name.
pub(crate) fn sanitized(name: &str, keep: &[char], room: usize) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let c = c.to_ascii_lowercase();
        let kept = c.is_ascii_lowercase() || c.is_ascii_digit() || keep.contains(&c);
        if kept {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() > room {
            break;
        }
    }
    out.truncate(room);
    let trimmed = out.trim_matches(|c: char| !c.is_ascii_alphanumeric()).len();
    let start = out.len() - out.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).len();
    let out = out.get(start..start + trimmed).unwrap_or_default().to_owned();
    if out.is_empty() { "branch".chars().take(room).collect() } else { out }
}
