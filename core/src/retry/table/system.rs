//! What an operating system says about files and commands. Often a consequence, so these weigh little.

use crate::retry::model::Kind::Permanent;
use crate::retry::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new(Permanent, 72, "system.command-missing", "command-missing",
        r"command not found|^(?:/\S+/|\S+: |-)?(?:ba|da|a)?sh: (?:line )?(?:\d+: )?\S+: not found|: not found$.*sh:|unknown command|is not recognized as|no such program|exec: \S+: not found|can't open '.*': no such|exec: \x22.*\x22: .*(?:not found|no such|permission)|cannot execute|unable to find \S+ executable|bad interpreter|env: \S+ no such file|is not executable",
        ("/bin/sh: 1: cmake: not found", "POSIX shells, exit status 127")),
    Rule::new(Permanent, 50, "system.no-such-file", "file-missing",
        r"no such file or directory|\benoent\b|cannot stat|cannot access|can't open|file not found|filenotfounderror|does not exist|cannot find the (?:file|path)|not a directory|is a directory|cannot open|could not (?:open|read|find)",
        ("cp: cannot stat 'dist': No such file or directory", "errno ENOENT")).likely(),
    Rule::new(Permanent, 51, "system.permission", "permission",
        r"permission denied|\beacces\b|\beperm\b|not permitted|are you root|you must be root|read-only file|\berofs\b|file exists|\beexist\b|directory not empty|not owned by|dubious ownership|must be owned by|insufficient (?:permissions|privileges)",
        ("mkdir: cannot create directory '/app': Permission denied", "errno EACCES, EPERM, EROFS")).likely(),
    Rule::new(Permanent, 57, "system.crash", "crash",
        r"segmentation fault|\bsigsegv\b|\bsigabrt\b|\bsigill\b|illegal instruction|core dumped|bus error|aborted \(|signal 11|signal 6\b|signal 4\b|signal: (?:segmentation|aborted|illegal|bus)|stack smashing|double free|exit (?:code|status):? 1(?:3[2456]|39)\b|non-zero code: 1(?:3[2456]|39)\b|internal compiler error|fatal signal|floating point exception|stack overflow|assertion .* failed",
        ("Segmentation fault (core dumped)", "Linux signal names; bash siglist.c")).likely(),
];
