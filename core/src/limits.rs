//! How large an input may be. Every limit has an error of its own, so that no input ends in a trap.

/// A policy document, in bytes.
pub const POLICY_BYTES: usize = 1 << 20;

/// Nodes of a policy document after its aliases are resolved.
pub const POLICY_NODES: usize = 50_000;

/// How deep a policy document may nest.
pub const POLICY_DEPTH: usize = 64;

/// Tag rules of one policy.
pub const TAG_RULES: usize = 500;

/// An event payload, in bytes. GitHub caps webhook payloads at 25 MB.
pub const PAYLOAD_BYTES: usize = 32 << 20;

/// A facts document, in bytes.
pub const FACTS_BYTES: usize = 32 << 20;

/// One environment variable's value, in bytes.
pub const VARIABLE_BYTES: usize = 4 << 20;

/// A glob or a template, in bytes.
pub const PATTERN_BYTES: usize = 4096;

/// Steps of a compiled regular expression.
pub const REGEX_OPERATIONS: usize = 1 << 15;

/// A receipt, in bytes.
pub const RECEIPT_BYTES: usize = 4 << 20;

/// What a host saw and did during one build, in events.
pub const BUILD_EVENTS: usize = 10_000;
