//! Whether a label says that an image was built from one of this run's commits.

use std::collections::BTreeMap;

use super::model::{OverrideRevision, Proof};
use crate::Reason;
use crate::tagging::AcceptedRevision;
use crate::text::shown;

/// The label with the address of the source.
const SOURCE: &str = "org.opencontainers.image.source";

/// What an image must prove.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// One of these must hold.
    pub(crate) accepted: &'a [AcceptedRevision],
    /// Whether that is asked at all.
    pub(crate) revision: OverrideRevision,
    /// The value of the source label.
    pub(crate) source: Option<&'a str>,
}

/// What the labels of one image say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Labels {
    /// The image may be used.
    Fine(Proof, Vec<AcceptedRevision>),
    /// The image was built from another commit, by these labels.
    Stale(Reason, Vec<AcceptedRevision>),
    /// The image may not be used.
    Refused(Reason),
}

/// Whether a text is a full object name: a short one finds commits, but never proves one.
pub(super) fn is_full(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A label's value as it is compared: shells leave carriage returns, people upper case.
fn plain(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

impl Wanted<'_> {
    /// Judges the labels of one platform's image.
    pub(super) fn judge(&self, labels: &BTreeMap<String, String>) -> Labels {
        if let Some(source) = self.source {
            let own = labels.get(SOURCE).map(|text| text.trim().trim_end_matches('/')).unwrap_or_default();
            if !own.eq_ignore_ascii_case(source.trim().trim_end_matches('/')) {
                let message = format!("its label `{SOURCE}` is `{}`, not `{}`", shown(own), shown(source));
                return Labels::Refused(Reason::new("source-mismatch", message));
            }
        }
        if self.revision == OverrideRevision::Any {
            return Labels::Fine(Proof::Waived, self.told(labels));
        }
        let told = self.told(labels);
        let proves = |said: &&AcceptedRevision| is_full(&said.revision) && self.accepted.contains(said);
        let proofs: Vec<_> = told.iter().filter(proves).cloned().collect();
        if !proofs.is_empty() {
            return Labels::Fine(Proof::Proven, proofs);
        }
        let said: Vec<_> = told.iter().map(|said| format!("`{}` is `{}`", said.label, shown(&said.revision))).collect();
        let said = said.join(", ");
        if told.is_empty() {
            let message = "it has no label that says from which commit it was built".to_owned();
            Labels::Refused(Reason::new("revision-missing", message))
        } else if told.iter().any(|said| is_full(&said.revision)) {
            Labels::Stale(Reason::new("revision-mismatch", format!("it was built from another commit: {said}")), told)
        } else {
            Labels::Refused(Reason::new("revision-not-full", format!("its label is not a full commit name: {said}")))
        }
    }

    /// What the labels say that could be proof, each label once.
    fn told(&self, labels: &BTreeMap<String, String>) -> Vec<AcceptedRevision> {
        let mut told: Vec<AcceptedRevision> = Vec::new();
        for AcceptedRevision { label, .. } in self.accepted {
            let revision = labels.get(label).map(|text| plain(text)).filter(|text| !text.is_empty());
            if let Some(revision) = revision.filter(|_| told.iter().all(|other| other.label != *label)) {
                told.push(AcceptedRevision { label: label.clone(), revision });
            }
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "abc1234111111111111111111111111111111111";
    const OTHER: &str = "0a1b2c3333333333333333333333333333333333";

    fn code(labels: &[(&str, &str)]) -> String {
        let accepted = ["r", "h"].map(|label| AcceptedRevision { label: label.to_owned(), revision: HEAD.to_owned() });
        let wanted = Wanted { accepted: &accepted, revision: OverrideRevision::Accepted, source: None };
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        match wanted.judge(&labels) {
            Labels::Fine(..) => "fine".to_owned(),
            Labels::Stale(reason, _) | Labels::Refused(reason) => reason.code,
        }
    }

    #[test]
    fn only_a_full_revision_of_this_run_is_proof() {
        let (upper, carriage) = (HEAD.to_ascii_uppercase(), format!("{HEAD}\r"));
        for (labels, expected) in [
            (vec![("r", HEAD)], "fine"),
            (vec![("r", upper.as_str())], "fine"),
            (vec![("r", carriage.as_str())], "fine"),
            (vec![("r", OTHER), ("h", HEAD)], "fine"),
            (vec![("r", "abc1234"), ("h", HEAD)], "fine"),
            (vec![("r", OTHER)], "revision-mismatch"),
            (vec![("r", "abc1234")], "revision-not-full"),
            (vec![("r", "abc1234"), ("h", OTHER)], "revision-mismatch"),
            (vec![("r", " ")], "revision-missing"),
            (vec![("x", HEAD)], "revision-missing"),
            (vec![], "revision-missing"),
        ] {
            assert_eq!(code(&labels), expected, "{labels:?}");
        }
    }

    #[test]
    fn the_source_must_be_the_wanted_one() {
        let wanted = |source| Wanted { accepted: &[], revision: OverrideRevision::Any, source: Some(source) };
        let labels = BTreeMap::from([(SOURCE.to_owned(), "https://github.com/Acme/App".to_owned())]);
        assert!(matches!(wanted("https://github.com/acme/app/").judge(&labels), Labels::Fine(Proof::Waived, _)));
        assert!(matches!(wanted("https://github.com/acme/other").judge(&labels), Labels::Refused(_)));
        assert!(matches!(wanted("x").judge(&BTreeMap::new()), Labels::Refused(_)));
    }
}
