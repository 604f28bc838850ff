//! How much a pattern and a search may take. The numbers are the same on every host, so that every host gives the same answer.

/// Length of a pattern in UTF-16 code units.
pub const PATTERN_LENGTH: usize = 64 << 10;

/// How deep groups and classes may nest: the parser and the compiler recurse into them.
pub const DEPTH: usize = 128;

/// Capturing groups of one pattern; V8 has the same limit.
pub const CAPTURES: usize = 65_535;

/// Steps of one [`super::Budget`]. A step is an instruction, or a character that a repetition or a back-reference looks at. Linear patterns
/// take a few steps for each character; this is a fraction of a second.
pub const STEPS: usize = 10_000_000;

/// Ways back that a search may remember at the same time; each takes 16 bytes in the component.
pub const STACK: usize = 1 << 20;
