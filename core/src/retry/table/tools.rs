//! git, and programs around images: trivy, cosign, skopeo, helm.

use crate::retry::model::Kind::{Permanent, Transient};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Permanent, 88, "git.missing", "git-reference-missing",
        r"couldn't find remote ref|remote branch .* not found|pathspec .* did not match|reference is not a tree|not our ref|did not match any file|fatal: (?:ambiguous argument|not a git|bad (?:object|revision)|invalid (?:refspec|reference)|unable to find|no (?:url|such)|refusing|detected dubious|needed a single)|unknown revision or path|no such ref|unadvertised object|could not find (?:commit|ref|branch)|merge conflict|repository '.*' not found|remote: (?:repository )?not found|non-fast-forward|\(fetch first\)",
        ("fatal: couldn't find remote ref refs/heads/nope", "git fetch-pack.c, remote.c")),
    Rule::new(Transient, 80, "git.network", "git-net",
        r"remote end hung up|rpc failed|fetch-pack|early eof|index-pack failed|unexpected disconnect|sideband packet|unable to access 'http.*(?:could not resolve|failed to connect|timed? ?out|error: 5\d\d|ssl|gnutls|reset|empty reply|recv|operation|refused)|ssh: connect to host .* (?:timed out|refused|unreachable)|kex_exchange_identification|connection (?:to \S+ )?closed by|bad pack header|protocol error: bad",
        ("error: RPC failed; curl 56 GnuTLS recv error (-54)", "git remote-curl.c, fetch-pack.c, index-pack.c")),
    Rule::new(Permanent, 55, "git.remote", "git-remote",
        r"could not read from remote repository|clone of .* failed|failed to clone|fatal: clone|git clone.*failed|git fetch.*failed|unable to access 'http|the process '\S*git\S*' failed",
        ("fatal: Could not read from remote repository.", "git connect.c")).doubtful(),
    Rule::new(Transient, 66, "scanner.database", "scanner-database",
        r"(?:failed|unable) to (?:download|update|fetch|load|initialize) .{0,30}(?:vulnerability|java|trivy|grype|vuln|policy|checks)\S* ?(?:db|database|bundle)|(?:vulnerability|java)? ?db (?:error|download)|oci artifact error|database (?:metadata|download) (?:error|failed)|failed to load vulnerability db",
        ("FATAL Fatal error init error: DB error: failed to download vulnerability DB", "aquasecurity/trivy pkg/db; anchore/grype")).likely(),
];
