//! The input of the build is wrong: Dockerfile, context, references, options.

use crate::retry::model::Kind::Permanent;
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        Permanent,
        93,
        "input.dockerfile",
        "dockerfile-parse",
        r"dockerfile parse error|error parsing (?:the )?(?:dockerfile|containerfile)|unknown instruction|unknown flag: [a-z-]+$|dockerfile.{0,40}(?:cannot be empty|is empty|syntax error)|no build stage in current context|please provide a source image|base name .*should not be blank|circular dependency detected|invalid (?:from|field|mount|flag|instruction)\b.{0,40}(?:value|name|flag|for|stage)|(?:unsupported|missing|unexpected) (?:modifier|bracket|flag|argument|instruction)|requires? (?:exactly |at least )?(?:one|two|\d+) arguments?|syntax error - can't find|file with no instructions|target stage .*(?:not found|could not be found)|target \S+ could not be (?:found|reached)|failed to find (?:target|stage)|failed to (?:reach|find) (?:build )?target|no such (?:target|stage)|unterminated (?:heredoc|quoted|string)|failed to process \S+|only supported in dockerfile|required variable .* (?:not set|missing)|undeclared (?:build )?arg|failed to parse (?:stage|dockerfile)|pull access denied.*stage",
        (
            "failed to solve: dockerfile parse error on line 14: unknown instruction: git",
            "moby/buildkit frontend/dockerfile/parser, instructions",
        ),
    ),
    Rule::new(
        Permanent,
        92,
        "input.dockerfile-missing",
        "dockerfile-missing",
        r"failed to read dockerfile: (?:open|read|stat|lstat|no)|(?:unable to evaluate symlinks in|cannot locate (?:specified )?|could not find(?: a)?|can't find(?: a)?|no|unable to open|open) (?:dockerfile|containerfile)(?: path| specified)?\b|dockerfile: (?:no such file|not found)|dockerfile\S* (?:not found|does not exist)|prepare context: (?:path|the dockerfile|unable to evaluate|context must|unable to read)|the specified dockerfile|unable to read (?:dockerfile|containerfile)|path \S+ not found$|build path .* (?:does not exist|either)|neither \S+ nor|no (?:such )?(?:compose|configuration) file",
        (
            "failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory",
            "moby/buildkit frontend/dockerui; docker/cli cli/command/image/build",
        ),
    ),
    Rule::new(
        Permanent,
        92,
        "input.context-missing",
        "context-missing",
        r"failed to (?:compute cache key|calculate checksum)(?:.*\x22:? not found|.*no such file|.*failed to (?:walk|stat))|(?:copy|add) failed|(?:copy|add)(?:ing)? .*no such file or directory|copier: .*(?:no such|not found)|file not found in build context|excluded by \.dockerignore|forbidden path outside|no source files were specified|cannot copy to non-directory|when using (?:copy|add) with more than one source|no items matching glob|\blstat \S+: no such file|: stat \S+: no such file|failed to (?:walk|stat) /\S+|possible cause.*dockerignore|unable to find (?:secret|ssh)|secret \S+: (?:not found|no such)|secret (?:not found|required)|could not parse ssh|invalid empty ssh agent|context (?:is )?not found|cannot replace (?:to )?directory",
        (
            "failed to compute cache key: failed to calculate checksum of ref a::b: \"/ui\": not found",
            "moby/buildkit cache/contenthash; docker/cli build context; containers/buildah add.go",
        ),
    ),
    Rule::new(
        Permanent,
        92,
        "input.reference",
        "invalid-reference",
        r"invalid reference|invalid tag|repository name must be (?:lowercase|canonical)|could not parse reference|parsing reference \S+: (?:invalid|repository)|not a valid (?:repository|image|tag|reference)|invalid repository|repository can only contain|tag can only contain|repository name component|invalid image name|name_invalid|tag_invalid|unable to parse (?:image|reference|tag)|tag is needed when|invalid (?:image )?(?:digest|name)\b|short-name .* did not resolve|short-name resolution|unqualified-search|cannot use a tag|invalid destination name|invalid source name|unknown transport",
        (
            "invalid reference format: repository name must be lowercase",
            "distribution reference/reference.go; containers/image; go-containerregistry pkg/name",
        ),
    ),
    Rule::new(
        Permanent,
        91,
        "input.options",
        "usage",
        r"^(?:error: )?unknown (?:shorthand )?(?:flag|option|command|argument)|unknown shorthand flag|flag provided but not defined|unrecognized (?:arguments?|option|command)|invalid (?:argument|option|value|choice|input|command)\b.{0,60}(?:for|flag|option|:)|is not a (?:docker|podman|git|valid|recognized) (?:command|option|platform|value)|unexpected (?:argument|input)|no such (?:command|option|subcommand)|^usage: |missing (?:required )?(?:argument|option|parameter|input|flag)|input required and not supplied|required (?:flag|argument|option|input)|conflicting options|mutually exclusive|cannot be used (?:together|with|at the same)|incompatible (?:flags|options)|illegal option|bad option|expected (?:one )?argument|client version \S+ is too",
        ("unknown shorthand flag: 'z' in -z", "spf13/pflag errors; docker/cli; Python argparse; clap"),
    ),
    Rule::new(
        Permanent,
        91,
        "input.document",
        "bad-document",
        r"yaml: (?:line|unmarshal|did not|mapping|control|found)|error (?:parsing|converting|unmarshaling) (?:yaml|json|toml)|unmarshal errors?|cannot unmarshal|did not find expected|could not find expected|mapping values are not allowed|(?:yaml|toml|json|hcl|xml|config|configuration|manifest|compose|workflow)\b.{0,30}(?:is invalid|not valid|parse error|syntax error|validation (?:error|failed))|(?:parser|scanner)error|invalid (?:workflow|yaml|json|toml|configuration|config|compose)|additional propert(?:y|ies) .{0,60}not allowed|ejsonparse|unexpected token .{0,40}(?:json|in ).*position|expected .{0,40}(?:but|, ) ?found|failed to parse (?:\S+ )?(?:yaml|json|toml|config|manifest|compose)|template: .*(?:function|executing|unexpected)|(?:argument|block) named .* is not expected|unsupported block type",
        ("yaml: line 12: mapping values are not allowed in this context", "go-yaml scannerc.go; encoding/json; HCL"),
    ),
];
