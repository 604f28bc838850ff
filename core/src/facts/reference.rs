//! Git references, taken apart.

use super::{Reference, ReferenceKind};

impl Reference {
    /// Takes a whole reference apart. A name that is no `refs/…` is of kind other.
    ///
    /// ```
    /// use buildonce_core::facts::{Reference, ReferenceKind};
    /// let reference = Reference::parse("refs/pull/12/merge");
    /// assert_eq!((reference.kind, reference.name.as_str()), (ReferenceKind::Change, "12"));
    /// ```
    pub fn parse(full: &str) -> Self {
        let (kind, name) = if let Some(branch) = full.strip_prefix("refs/heads/") {
            (ReferenceKind::Branch, branch)
        } else if let Some(tag) = full.strip_prefix("refs/tags/") {
            (ReferenceKind::Tag, tag)
        } else if let Some(number) = change_number(full) {
            (ReferenceKind::Change, number)
        } else {
            (ReferenceKind::Other, full.strip_prefix("refs/").unwrap_or(full))
        };
        Self { full: full.to_owned(), name: name.to_owned(), kind }
    }

    /// The reference of a branch.
    pub fn branch(name: &str) -> Self {
        Self { full: format!("refs/heads/{name}"), name: name.to_owned(), kind: ReferenceKind::Branch }
    }

    /// The reference of a tag.
    pub fn tag(name: &str) -> Self {
        Self { full: format!("refs/tags/{name}"), name: name.to_owned(), kind: ReferenceKind::Tag }
    }

    /// The name, if this is a branch.
    pub fn as_branch(&self) -> Option<&str> {
        (self.kind == ReferenceKind::Branch).then_some(self.name.as_str())
    }

    /// The name, if this is a tag.
    pub fn as_tag(&self) -> Option<&str> {
        (self.kind == ReferenceKind::Tag).then_some(self.name.as_str())
    }
}

/// The number in `refs/pull/N/…` (GitHub) or `refs/merge-requests/N/…` (GitLab).
fn change_number(full: &str) -> Option<&str> {
    let rest = full.strip_prefix("refs/pull/").or_else(|| full.strip_prefix("refs/merge-requests/"))?;
    let (number, rest) = rest.split_once('/')?;
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (digits && !rest.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_tells_its_kind_and_its_name() {
        for (full, kind, name) in [
            ("refs/heads/main", ReferenceKind::Branch, "main"),
            ("refs/heads/feature/x", ReferenceKind::Branch, "feature/x"),
            ("refs/tags/v1.2.3", ReferenceKind::Tag, "v1.2.3"),
            ("refs/pull/12/merge", ReferenceKind::Change, "12"),
            ("refs/pull/12/head", ReferenceKind::Change, "12"),
            ("refs/merge-requests/7/train", ReferenceKind::Change, "7"),
            ("refs/pull/12", ReferenceKind::Other, "pull/12"),
            ("refs/pull/x/merge", ReferenceKind::Other, "pull/x/merge"),
            ("refs/pull/12/", ReferenceKind::Other, "pull/12/"),
            ("refs/notes/commits", ReferenceKind::Other, "notes/commits"),
            ("main", ReferenceKind::Other, "main"),
            ("refs/heads/", ReferenceKind::Branch, ""),
        ] {
            let reference = Reference::parse(full);
            assert_eq!((reference.kind, reference.name.as_str()), (kind, name), "{full}");
            assert_eq!(reference.full, full);
        }
    }
}
