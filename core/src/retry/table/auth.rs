//! Who may do what: logins, rights, tokens.

use crate::retry::model::{
    Kind::{Permanent, Transient},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Permanent, 92, "auth.expired", "auth-expired",
        r"(?:authorization |authentication |access |id |bearer |security |session |the |your )?(?:token|credentials?|login|session|password)\b.{0,20}\bexpired|expired ?token|reauthenticate|token is expired|exp not satisfied|jwt expired|expired (?:access|auth|bearer) ?token|signature has expired",
        ("denied: Your authorization token has expired. Reauthenticate and try again.", "Amazon ECR error text; distribution auth/token"))
        .remedy(Remedy::Relogin),
    Rule::new(Permanent, 91, "auth.wrong-password", "unauthorized",
        r"incorrect username or password|invalid (?:username|user name|login|user)(?: or |/| and )(?:password|token)|(?:bad|invalid|wrong|incorrect|revoked) (?:credentials?|password|api.?key|access token|auth token|api token|token)\b|password (?:is )?(?:incorrect|required)|username (?:and|or|is) .{0,14}required|username and password required|authentication failed for '|authentication (?:is )?required.*personal access token|support for password authentication was removed|could not read (?:username|password)|http basic: access denied|invalid_client|invalid_grant|\binvalidauthentication|\bcould not authenticate\b",
        ("unauthorized: incorrect username or password", "https://hub.docker.com; git http.c; GitLab")),
    Rule::new(Permanent, 90, "auth.none", "auth-missing",
        r"no basic auth credentials|credentials? (?:not|were not|could not be) (?:found|provided|loaded|set)|no (?:valid )?credentials?(?: found| provided| for| are|\b.*(?:found|configured|available))|not logged in|please (?:run|do|use) .{0,24}\blogin\b|must (?:be|have|first).{0,12}log(?:ged)? ?in|cannot perform an interactive login|unable to locate credentials|credential(?:s)? ?helper.*(?:not found|error)|docker-credential-.*(?:not found|not installed|error)|(?:username|password|token|secret|input).{0,20}(?:required and )?not supplied|ineedauth|eneedauth|no oauth|authentication credentials were not provided|anonymous (?:access|credentials).*(?:denied|cannot)|must provide --username",
        ("no basic auth credentials", "distribution registry/client/auth; docker/cli cli/config/credentials")),
    Rule::new(Permanent, 91, "auth.no-right-to-package", "forbidden",
        r"installation not allowed to|permission_denied|not allowed to (?:write|create|push|access|read)|token provided does not match expected scopes|does not have (?:the )?(?:required |sufficient |necessary )?(?:permissions?|access|scopes?|rights|privileges|['a-z.]+ permission)|insufficient[_ ](?:scope|permission|privilege|right|authentication)s?|(?:lacks?|missing|requires?|needs?) (?:the )?(?:required |necessary |following )?['\x22]?(?:permission|scope|[a-z]+:[a-z]+ (?:permission|scope)|packages:write|write:packages|read:packages)|not authorized to perform|accessdenied|access ?denied(?:exception)?\b.*(?:user|role|policy|perform)|is not authorized|unauthorizedexception|caller does not have permission|permission '[a-z.]+' denied|no permission|resource not accessible by|you (?:do not|don't) have (?:permission|access|the)|write_package|read_package|must have admin|protected (?:tag|branch|repository)|saml (?:sso|enforcement)|ip (?:address )?(?:is )?not allowed|blocked by (?:policy|administrator|organization)",
        ("denied: installation not allowed to Write organization package", "ghcr.io; https://docs.github.com/packages; AWS IAM; Google IAM")),
    Rule::new(Permanent, 89, "auth.pull-access", "repo-missing",
        r"pull access denied|repository does not exist or may require|may require 'docker login'|requires 'docker login'",
        ("pull access denied for acme/app, repository does not exist or may require 'docker login'", "moby distribution/errors.go")),
    Rule::new(Permanent, 88, "auth.resource-denied", "denied",
        r"requested access to the resource is denied|access to the (?:requested )?resource (?:is )?(?:denied|forbidden|not authorized)|access forbidden|denied: (?:access|permission|requested|unauthenticated|you|user|repo|project|unauthorized|the |not |wrong|project)|denied: [a-z]+ (?:does|is|not)",
        ("denied: requested access to the resource is denied", "distribution registry/api/errcode; Docker Hub")),
    // A token server that could not be reached says so elsewhere on the line, and that counts more.
    Rule::new(Permanent, 76, "auth.unauthorized", "unauthorized",
        concat!(status!("401"), r"|\b401 unauthorized\b|\bunauthorized\b|authentication required|\bunauthenticated\b|authentication failed|login failed|failed to authenticate|error getting credentials|authorization failed|not authenticated|\be401\b|\bauthorization required\b|requires authentication|unauthorised"),
        ("unauthorized: authentication required", "distribution registry/api/errcode; RFC 9110 section 15.5.2")),
    // GHCR answers this for missing rights, nearly always, and now and then without any reason.
    Rule::new(Permanent, 75, "auth.forbidden", "forbidden",
        concat!(status!("403"), r"|\b403\b.{0,3}forbidden|\be403\b|<(?:title|h1)>\s*403|\bforbidden\b"),
        ("failed to push: unexpected status: 403 Forbidden", "RFC 9110 section 15.5.4; two truths in oxidecomputer/omicron#1674 and spec of GHCR")).doubtful(),
    Rule::new(Permanent, 74, "auth.denied-bare", "denied",
        r"denied: denied|^denied:?$|: denied:?$|\baccess denied\b|permission denied for",
        ("ERROR: failed to solve: denied: denied", "ghcr.io")).doubtful(),
    Rule::new(Permanent, 91, "auth.ssh", "git-auth",
        r"permission denied \((?:publickey|password|keyboard)|host key verification failed|no matching host key|load key .*: |sign_and_send_pubkey|too many authentication failures|publickey denied",
        ("git@github.com: Permission denied (publickey).", "OpenSSH sshconnect2.c")),
    Rule::new(Transient, 81, "auth.oidc-flake", "oidc-unavailable",
        r"no tokens? available|error fetching (?:the )?(?:ambient|oidc|id) (?:credentials|token)|(?:fulcio|rekor|sigstore|oidc|tuf).{0,60}(?:internal_?error|internal error|5\d\d|unavailable|timed? ?out|eof|reset)|error (?:getting|retrieving|requesting) (?:the )?(?:id|oidc) token|getting signer.*(?:timeout|5\d\d|eof)|(?:calling|posting|signing|uploading|getting).{0,30}(?:rekor|fulcio|tlog).{0,80}(?:5\d\d|timeout|eof)|failed to (?:get|generate|fetch) (?:an? |the )?(?:id|oidc|jwt) token",
        ("getting signer: getting key from Fulcio: retrieving cert: INTERNAL_ERROR", "sigstore/cosign cmd/cosign/cli/sign; actions/toolkit oidc-utils")).likely(),
];
