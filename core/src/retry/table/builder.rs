//! Builders and daemons: BuildKit, dockerd, buildah, podman, containerd.

use crate::retry::model::{
    Kind::{Ambiguous, Permanent, Transient},
    Remedy,
};
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Transient, 84, "builder.lost", "builder-lost",
        r"failed to receive status|runc did not terminate|error reading (?:from server: |server preface)|connection closed before server preface|graceful_?stop|closing transport|transport is closing|transport: error while dialing|no active sessions?|session .{0,40}(?:not found|healthcheck failed|expired|closed)|buildkitd? (?:daemon )?(?:exited|crashed|is not running|has been|died)|failed to (?:list workers|dial grpc|get status|initialize builder|bootstrap|boot)|listing workers|(?:waiting|wait) for (?:buildkit|builder|buildkitd)|could not connect to (?:buildkitd?|builder|endpoint)|unable to upgrade to h2c|all subconns are in transientfailure|latest (?:connection|balancer) error|connection error: desc|no builder .* (?:running|reachable)|(?:container|builder) .{0,60}is not running|frontend grpc server closed|(?:error|failed).*(?:grpc|rpc).*(?:closed|eof)|lease .* (?:not found|does not exist)|failed to (?:find|create) (?:solver )?(?:job|lease)|unknown job|no such job|http2: frame too large",
        ("failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF", "moby/buildkit client/solve.go; grpc-go internal/transport")),
    Rule::new(Transient, 83, "builder.daemon-unreachable", "daemon-unreachable",
        r"cannot connect to the docker daemon|is the docker daemon running|error during connect|unable to connect to (?:podman|docker|the docker)|cannot connect to podman|docker daemon is not (?:running|responding)|failed to connect to the docker|docker\.sock.{0,60}(?:eof|refused|reset|timeout|no such file)|containerd\.sock.{0,60}(?:eof|refused|reset|timeout|no such file)|containerd(?: is)? (?:not|did not) (?:running|start)|timeout waiting for (?:docker|containerd|the daemon)|dockerd? (?:failed to start|did not become|not ready)|daemon (?:is )?not (?:running|ready|available)|lost connection to (?:the )?daemon",
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "docker/cli vendor client/errors.go")).likely(),
    Rule::new(Permanent, 91, "builder.daemon-denied", "daemon-denied",
        r"permission denied while trying to connect to the docker|(?:docker|containerd|podman|buildkitd)\.sock: (?:connect: )?permission denied|dial unix \S+: connect: permission denied|got permission denied while",
        ("permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock", "docker/cli vendor client/errors.go")),
    Rule::new(Permanent, 92, "builder.unsupported", "builder-unsupported",
        r"(?:feature|driver|exporter|export|operation|builder|frontend|entitlement|network\.host|security\.insecure).{0,60}(?:is|does|are) (?:currently )?not (?:currently )?(?:support|allow|enable)|does not currently support|is not supported for the (?:current )?docker|docker exporter|unknown (?:driver|exporter|importer|frontend|builder|cache exporter)|could not find (?:driver|builder)|no builder .* found|multiple platforms feature|enable experimental|entitlement .*not allowed|granting entitlement|existing instance for|unsupported (?:frontend|capability|driver|output|exporter)|requested experimental",
        ("ERROR: Multi-platform build is not supported for the docker driver.", "docker/buildx build, driver")),
    Rule::new(Permanent, 86, "builder.runtime", "runtime-failed",
        r"exec format error|executable file not found|oci runtime.{0,40}(?:error|failed)|unable to start container process|runc (?:run|create) failed|crun: |failed to create (?:shim|containerd) task|no such file or directory: unknown|container_linux|operation not permitted|error mounting|failed to mount|newuidmap|newgidmap|user namespaces? (?:is|are|not|cannot)|cannot (?:clone|set up namespace|re-exec)|unshare: |overlay.{0,40}(?:invalid argument|not supported)|lchown .*(?:invalid|not permitted)|failed to register layer: .*(?:chown|operation not permitted|invalid)|potentially insufficient uids|(?:apparmor|seccomp).{0,40}(?:fail|error|denied)|container name .* is already in use|must be run as root|requires root (?:priv|access|perm)|read-only file system",
        ("exec /bin/sh: exec format error", "opencontainers/runc; Linux execve ENOEXEC; containers/storage")).likely(),
    Rule::new(Transient, 80, "builder.busy", "storage-busy",
        r"device or resource busy|\bebusy\b|text file busy|\betxtbsy\b|could not get lock|unable to (?:acquire|lock|obtain)|dpkg (?:frontend|status).{0,20}lock|is (?:already )?locked|lock (?:file )?(?:is )?held|waiting for .{0,20}lock|another (?:process|instance|operation) (?:is|has)|resource (?:is )?(?:busy|locked)|database is locked|operation (?:is )?already in progress|conflict.*in progress|try again\b.*(?:lock|busy)",
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "errno EBUSY, ETXTBSY; apt-pkg/contrib/fileutl.cc")).likely(),
    Rule::new(Ambiguous, 79, "builder.snapshot", "builder-store-corrupt",
        r"(?:parent )?snapshot \S+ (?:does not exist|already exists)|failed to (?:prepare|stat|create|get) (?:extraction )?snapshot|failed to prepare \S+ as \S+|failed to extract layer|failed to create (?:temp|overlay)|mount callback failed|failed to solve: (?:failed to )?(?:load|get) (?:ref|cache|edge)|inconsistent graph state|layer not found|failed to get edge|failed to read expected number of bytes|input/output error|\beio\b|structure needs cleaning|stale (?:nfs )?file handle|bad message|unlinkat .*directory not empty|error (?:creating|committing) (?:overlay|container|layer)|failed to (?:apply|unpack|decompress)|error processing tar file|untar.{0,20}(?:error|exit)|unpigz",
        ("failed to prepare extraction snapshot \"extract-1\": parent snapshot sha256:1 does not exist: not found", "containerd core/snapshots; moby/buildkit solver")).remedy(Remedy::Prune),
    Rule::new(Ambiguous, 34, "builder.solve", "build-failed",
        r"^(?:error: )?failed to solve(?:: |$)|buildx (?:failed|bake failed)|error building(?: image)?\b|build failed\b|failed to build\b",
        ("ERROR: failed to solve: something", "docker/buildx build; docker/build-push-action")),
];
