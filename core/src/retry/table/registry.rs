//! What registries answer: things that are not there, uploads that broke, contents that do not fit.

use crate::retry::model::{
    Kind::{Permanent, Transient},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Permanent, 88, "registry.repo-missing", "repo-missing",
        r"name[_ ]unknown|repository name not known|repository (?:with name )?\S+ (?:was |is )?(?:does not exist|not found)|repositorynotfoundexception|(?:project|namespace|registry|organization|repository) \S{0,80} ?(?:not found|does not exist|doesn't exist|could not be found)|repository .* not found",
        ("NAME_UNKNOWN: The repository with name 'acme/app' does not exist in the registry", "OCI distribution-spec error codes")),
    Rule::new(Permanent, 86, "registry.tag-missing", "tag-missing",
        r"manifest[_ ]unknown|manifest for \S+ not found|manifest (?:unknown|not found|does not exist|invalid)|manifest_invalid|tag \S+ (?:was |is )?(?:not found|does not exist|unknown|not exist)|tag (?:does not exist|not found)|image \S{1,200} (?:was )?not found|no such manifest|image not found|requested image not found|failed to resolve reference \S+: .*: not found|(?:docker\.io|ghcr\.io|quay\.io|gcr\.io|mcr\.microsoft\.com|amazonaws\.com|registry\S*)/\S+: not found|failed to resolve source metadata for \S+: \S+: not found",
        ("manifest for acme/app:1.0 not found: manifest unknown: manifest unknown", "OCI distribution-spec error codes; containerd core/remotes/docker/resolver.go")),
    // What is not in the local store may be missing because a pull failed before.
    Rule::new(Permanent, 61, "registry.local-image-missing", "tag-missing",
        r"no such image|image not known",
        ("Error: No such image: app:test", "moby daemon/images; containers/storage")).likely(),
    Rule::new(Permanent, 90, "registry.platform-missing", "platform-missing",
        r"no match(?:ing)? (?:for platform in )?manifest(?: for|:)|no matching manifest|no match for platform|no image found in (?:manifest list|image index) for|does not match the specified platform|image (?:operating system|platform)|no child with platform|not (?:found|available) for platform|platform.{0,30}not (?:supported|available|found)|choosing (?:an )?image from manifest list.*no image|unsupported platform|no supported platform found",
        ("no match for platform in manifest: not found", "containerd core/images/image.go; moby distribution/pull_v2.go; containers/image")),
    Rule::new(Permanent, 92, "registry.tag-immutable", "tag-immutable",
        r"(?:tag|repository|image|artifact|manifest).{0,80}\bimmutab|immutable (?:tag|image|repository|artifact)|imagetagalreadyexists|tag .{0,200}already exists|already exists in the .{0,200}(?:repository|cannot)|cannot (?:be )?(?:overwrite|overwritten|update existing tag|be updated)|(?:package|version|release) .{0,100}already exists|cannot publish over|previously published",
        ("tag invalid: The image tag '1.2' already exists in the 'app' repository and cannot be overwritten because the repository is immutable.", "Amazon ECR, Harbor, Google Artifact Registry"))
        .remedy(Remedy::VerifyRemoteDigest),
    Rule::new(Transient, 83, "registry.blob-upload", "blob-upload-unknown",
        r"blob[_ ]upload[_ ](?:unknown|invalid)|blob upload (?:unknown|invalid)|upload (?:session )?(?:is )?(?:unknown|expired|not found|invalid)|unknown upload|upload resumed at wrong offset|invalid (?:content )?range|range_?not_?satisfiable|416 requested range|layerpartstoosmall|uploadnotfound|invalid upload|failed to upload (?:layer|blob)|uploading layer.*failed",
        ("blob upload unknown: blob upload unknown to registry", "OCI distribution-spec error codes; go-containerregistry pkg/v1/remote/transport/error.go")),
    Rule::new(Transient, 82, "registry.digest-mismatch", "digest-mismatch",
        r"layer verification failed|digest[_ ]invalid|digest (?:did|does) not match|unexpected commit (?:digest|size)|failed size validation|does not match (?:the )?(?:uploaded content|expected digest|target digest|digest)|size[_ ]invalid|digest mismatch|mismatched? digest|content digest .* mismatch|invalid checksum digest|blob .*(?:hash|digest).*mismatch|invalid tar header|archive/tar: invalid|gzip: invalid|zlib: invalid|flate: corrupt|unexpected size|short read|corrupt(?:ed)? (?:layer|blob|download|input)",
        ("filesystem layer verification failed for digest sha256:bbf", "moby distribution/pull_v2.go; containerd core/content; OCI DIGEST_INVALID")).likely(),
    Rule::new(Transient, 82, "registry.content-missing", "content-digest-not-found",
        r"content digest sha256:\S+: not found|content sha256:\S+: not found|could not fetch content descriptor|blob[_ ]unknown|blob (?:unknown|not found)|manifest[_ ]blob[_ ]unknown|manifest references a manifest or blob|unknown blob|layer (?:does not exist|not known|unknown)|content at \S+ not found|failed to get (?:layer|blob|reader from content store)|failed to copy: content|missing (?:blob|layer|content)|sha256:[0-9a-f]{8,}\S*: not found",
        ("content digest sha256:8e1dfa: not found", "containerd core/content; OCI BLOB_UNKNOWN")).likely(),
    Rule::new(Transient, 81, "registry.commit-failed", "commit-failed",
        r"failed commit on ref|ref \S+ locked|: locked for \d|failed to commit|error committing the finished image.*(?:reset|eof|timeout|5\d\d)",
        ("failed commit on ref \"layer-sha256:1\": unexpected status from PUT request", "containerd core/remotes/docker/pusher.go")).likely().remedy(Remedy::VerifyRemoteDigest),
    Rule::new(Permanent, 91, "registry.entry-exists", "entry-exists",
        r"equivalent entry already exists|entry already exists in the transparency log",
        ("[POST /api/v1/log/entries][409] createLogEntryConflict: an equivalent entry already exists in the transparency log", "sigstore/rekor pkg/api/entries.go"))
        .remedy(Remedy::VerifyRemoteDigest),
    Rule::new(Permanent, 89, "registry.unsupported", "unsupported",
        r"\bmanifest type .{0,60}unsupported|unsupported (?:manifest|media ?type|schema)|mediatype.*(?:not supported|unsupported|should be)|schema ?(?:version ?)?1.*(?:deprecated|removed|not supported|no longer)|the operation is unsupported|max depth exceeded|unsupported: |registry does not support|no signatures found|no matching signatures|signature (?:verification|validation) failed|failed to verify signature|source image rejected|not acceptable|layer.{0,20}too (?:large|big)|(?:layer|blob|manifest|image|size)\b.{0,60}exceeds the (?:limit|maximum)|maximum (?:allowed )?(?:size|layer)",
        ("Error: no matching signatures: crypto/rsa: verification error", "sigstore/cosign pkg/cosign/verify.go; containers/image signature policy")),
    Rule::new(Transient, 71, "registry.unknown", "registry-unknown",
        r"\bunknown: unknown(?: error)?\b|\bunknown error\b|error from registry: unknown|unavailable: |code = unavailable|\b(?:registry|server) (?:is )?unavailable|unexpected http (?:response|status)",
        ("failed to push: unknown: unknown error", "OCI distribution-spec error codes, UNKNOWN; gRPC status 14")).likely(),
    Rule::new(Transient, 58, "registry.push-failed", "push-failed",
        r"failed to (?:push|copy|do request|fetch oauth token|fetch anonymous token|read blob|resolve source metadata|fetch content|download (?:layer|blob|image))|error (?:pushing image|pulling image|writing blob|copying (?:image|blob)|reading blob|pinging (?:docker )?registry|initializing source|initializing destination)|(?:push|pull|download) failed|writing blob:|reading blob |unable to ping registry",
        ("error pushing image \"ghcr.io/acme/app:1\"", "containers/image copy; moby distribution; containerd core/remotes/docker")).doubtful(),
];
