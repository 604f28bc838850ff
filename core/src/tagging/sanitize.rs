//! Names that a registry accepts.

use std::borrow::Cow;

/// Longest tag that a registry accepts, in characters (all of them ASCII).
pub(crate) const MAX_TAG: usize = 128;

/// What a name is called of which nothing is left.
const NAMELESS: &str = "branch";

/// Makes a tag of a branch name, with `-suffix` at its end if there is one.
///
/// Lower case, everything outside `a-z0-9` becomes `-`, runs are collapsed, the ends trimmed; the name is cut so that
/// it fits together with the suffix, and is `branch` when nothing is left of it. The suffix is meant to be a commit and
/// is taken as it is; one that no tag could end with has its bad characters replaced by `-`, and its length is limited
/// to 121 characters, so that the answer is a valid tag for every input.
///
/// ```
/// use buildonce_core::tagging::sanitize;
/// assert_eq!(sanitize("feature/Add_New-Feature", Some("abc1234")), "feature-add-new-feature-abc1234");
/// assert_eq!(sanitize("日本語", None), "branch");
/// ```
pub fn sanitize(name: &str, suffix: Option<&str>) -> String {
    let suffix = suffix.map(tag_characters).unwrap_or_default();
    let suffix = suffix.get(..MAX_TAG - 1 - NAMELESS.len()).unwrap_or(&suffix);
    if suffix.is_empty() {
        return sanitized(name, &[], MAX_TAG);
    }
    let mut out = sanitized(name, &[], MAX_TAG - 1 - suffix.len());
    out.push('-');
    out.push_str(suffix);
    out
}

/// The name's part alone, at most `room` bytes long, or `branch` when nothing is left of it. Characters of `keep` stay as
/// they are inside the name; only `.` and `_` can be kept.
pub(crate) fn sanitized(name: &str, keep: &[char], room: usize) -> String {
    let out = cleaned(name, keep, room);
    if out.is_empty() { NAMELESS.get(..room).unwrap_or(NAMELESS).to_owned() } else { out }
}

/// Like [`sanitized`], but empty when nothing is left.
pub(crate) fn cleaned(name: &str, keep: &[char], room: usize) -> String {
    let mut out = String::with_capacity(name.len().min(room));
    // A character that is not ASCII is one dash, and so are its bytes, as dashes are collapsed.
    for byte in name.bytes() {
        if out.len() >= room {
            break;
        }
        // ASCII only: Unicode lower-casing would turn U+212A, the Kelvin sign, into a `k`.
        let c = char::from(byte.to_ascii_lowercase());
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if out.is_empty() {
            // The start is trimmed by never writing anything else there.
        } else if matches!(c, '.' | '_') && keep.contains(&c) {
            out.push(c);
        } else if !out.ends_with('-') {
            out.push('-');
        }
    }
    // After the cut, as a cut can leave a dash at the end.
    let end = out.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
    out.truncate(end);
    out
}

/// The text with everything that no tag may hold replaced by `-`, case kept.
pub(crate) fn tag_characters(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_tag_byte) {
        return Cow::Borrowed(text);
    }
    let replaced = |c: char| u8::try_from(c).ok().filter(|b| is_tag_byte(*b)).map_or('-', char::from);
    Cow::Owned(text.chars().map(replaced).collect())
}

/// Whether a registry accepts the tag: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
pub(crate) fn is_tag(text: &str) -> bool {
    text.len() <= MAX_TAG && text.bytes().all(is_tag_byte) && !text.is_empty() && !text.starts_with(['.', '-'])
}

fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn branch_names_become_tags_as_the_origin_documents_them() {
        for (branch, tag) in [
            ("feature/Add_New-Feature", "feature-add-new-feature-abc1234"),
            ("feature/dns/subdomain", "feature-dns-subdomain-abc1234"),
            ("feature/fix-#123", "feature-fix-123-abc1234"),
            ("HOTFIX/Critical-Bug", "hotfix-critical-bug-abc1234"),
            ("dependabot/npm_and_yarn/frontend/vite-5.0.12", "dependabot-npm-and-yarn-frontend-vite-5-0-12-abc1234"),
            ("feature/foo-", "feature-foo-abc1234"),
            ("-foo", "foo-abc1234"),
            ("_wip/x", "wip-x-abc1234"),
            ("日本語", "branch-abc1234"),
            ("...", "branch-abc1234"),
            ("feature/日本語", "feature-abc1234"),
            ("feature//a", "feature-a-abc1234"),
            ("feature/v1.2", "feature-v1-2-abc1234"),
            ("#123-fix", "123-fix-abc1234"),
            ("\u{212A}elvin", "elvin-abc1234"),
            ("", "branch-abc1234"),
        ] {
            assert_eq!(sanitize(branch, Some("abc1234")), tag, "{branch}");
        }
    }

    #[test]
    fn long_names_are_cut_to_what_fits_with_the_commit() {
        assert_eq!(sanitize(&"x".repeat(200), Some("abc1234")), format!("{}-abc1234", "x".repeat(120)));
        let cut_on_dash = format!("feature/{}-yyyy", "x".repeat(111));
        let tag = sanitize(&cut_on_dash, Some("abc1234"));
        assert_eq!((tag.len(), tag.contains("--")), (127, false));
        assert_eq!(sanitize(&"x".repeat(1 << 20), None).len(), 128);
        assert_eq!(sanitize(&"/".repeat(1 << 20), None), "branch");
    }

    #[test]
    fn kept_characters_stay_inside_the_name_only() {
        let keep = ['.', '_'];
        for (name, expected) in [
            ("feature/v1.2_b", "feature-v1.2_b"),
            ("_wip.", "wip"),
            ("..a..", "a"),
            ("A._B", "a._b"),
            ("...", "branch"),
        ] {
            assert_eq!(sanitized(name, &keep, MAX_TAG), expected, "{name}");
        }
        assert_eq!(sanitized("a/b c", &['/', ' '], MAX_TAG), "a-b-c", "nothing else can be kept");
    }

    #[test]
    fn a_suffix_that_no_tag_can_end_with_still_gives_a_tag() {
        for (suffix, expected) in [("", "x"), ("a b", "x-a-b"), ("ü", "x--")] {
            assert_eq!(sanitize("x", Some(suffix)), expected, "{suffix}");
        }
        assert_eq!(sanitize("日", Some(&"f".repeat(500))).len(), MAX_TAG);
    }

    #[test]
    fn tags_are_told_from_what_no_registry_accepts() {
        for good in ["a", "_", "A.b-c_d", "0", &"x".repeat(128)] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", "-a", ".a", "a b", "a/b", "a:b", "ä", "a\n", &"x".repeat(129)] {
            assert!(!is_tag(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_name_gives_a_valid_tag_that_stays_as_it_is(name in any::<String>(), suffix in any::<Option<String>>()) {
            let tag = sanitize(&name, suffix.as_deref());
            prop_assert!(is_tag(&tag), "{tag}");
            let alone = sanitize(&name, None);
            prop_assert_eq!(&sanitize(&alone, None), &alone);
        }

        #[test]
        fn kept_characters_never_make_a_name_invalid(name in "[a-zA-Z._/ -]{0,40}", room in 1_usize..40) {
            let once = sanitized(&name, &['.', '_'], room);
            prop_assert!(is_tag(&once) && once.len() <= room);
            prop_assert_eq!(sanitized(&once, &['.', '_'], room), once);
        }
    }
}
