//! The end of an output, as plain lines.

use serde::Serialize;

/// How much of an output is read, in bytes from its end.
pub const TAIL_BYTES: usize = 128 << 10;

/// How many lines are read, from the end. Empty lines do not count.
pub const TAIL_LINES: usize = 1500;

/// How much of one line is read: half of it from its start, half from its end.
pub const LINE_BYTES: usize = 8 << 10;

/// How much of an output is read, counted from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TailLimits {
    /// In bytes.
    pub bytes: u32,
    /// Lines that are not empty.
    pub lines: u32,
    /// Of one line, in bytes: half of it from its start, half from its end.
    pub line_bytes: u32,
}

/// How much of an output [`super::classify`] reads. A host need not keep more.
pub fn reading() -> TailLimits {
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    TailLimits { bytes: number(TAIL_BYTES), lines: number(TAIL_LINES), line_bytes: number(LINE_BYTES) }
}

/// One line without colours, timestamps and the prefixes of builders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What a person would read.
    pub(super) text: String,
    /// The same in lower case and without the commands that a builder quotes: what is matched. Words inside a command are not
    /// what happened.
    pub(super) matched: String,
    /// The number of BuildKit's step.
    pub(super) step: Option<u32>,
    /// A quoted piece of a source file, or the echo of a command: never evidence.
    pub(super) quoted: bool,
}

/// Cuts the end off an output and cleans its lines.
pub(super) fn lines(output: &str) -> Vec<Line> {
    let mut start = output.len().saturating_sub(TAIL_BYTES);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    let tail = output.get(start..).unwrap_or_default();
    let mut lines: Vec<Line> = tail
        .rsplit(['\n', '\r'])
        .filter_map(|raw| {
            let line = clean(raw);
            (!line.text.is_empty()).then_some(line)
        })
        .take(TAIL_LINES)
        .collect();
    lines.reverse();
    lines
}

fn clean(raw: &str) -> Line {
    let plain = shorten(&strip_escapes(raw));
    let mut text = plain.trim();
    // Engines put their time in front, then come the services of a compose file or a step of the builder with its own time.
    loop {
        let shorter = strip_command(strip_timestamp(text)).trim_start();
        if shorter.len() == text.len() {
            break;
        }
        text = shorter;
    }
    let (step, rest) = strip_step(text);
    let text = strip_timestamp(rest).trim().to_owned();
    let matched = without_command(&text).to_ascii_lowercase();
    let quoted = is_quoted(&text);
    Line { text, matched, step, quoted }
}

/// Removes ANSI escape sequences and control characters.
fn strip_escapes(raw: &str) -> String {
    if !raw.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // A control sequence ends with a byte from `@` to `~`.
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                // A command to the terminal's window ends with BEL or with ESC and a backslash.
                Some(']') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' {
                            break;
                        }
                        if c == '\u{1b}' {
                            chars.next_if_eq(&'\\');
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Keeps both ends of a line that is too long.
fn shorten(line: &str) -> String {
    if line.len() <= LINE_BYTES {
        return line.to_owned();
    }
    let mut head = LINE_BYTES / 2;
    while !line.is_char_boundary(head) {
        head -= 1;
    }
    let mut tail = line.len() - LINE_BYTES / 2;
    while !line.is_char_boundary(tail) {
        tail += 1;
    }
    [line.get(..head).unwrap_or_default(), " … ", line.get(tail..).unwrap_or_default()].concat()
}

/// Removes `2023-02-02T08:26:35.28Z `, `2023-02-02 08:26:35,155 ` and `[2023-…] ` in front.
fn strip_timestamp(text: &str) -> &str {
    let bare = text.strip_prefix('[').unwrap_or(text);
    let bytes = bare.as_bytes();
    let shape = b"dddd?dd?dd?dd:dd:dd";
    let fits = bytes.len() > shape.len()
        && shape.iter().zip(bytes).all(|(shape, byte)| match shape {
            b'd' => byte.is_ascii_digit(),
            b':' => *byte == b':',
            _ => !byte.is_ascii_alphanumeric() || *byte == b'T',
        });
    if !fits {
        return text;
    }
    let rest = bare.get(shape.len()..).unwrap_or_default();
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | ':' | 'Z'));
    rest.trim_start_matches([']', ' '])
}

/// Removes what GitHub's runner puts in front of a line: `##[error]`, `::error::`.
fn strip_command(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix("##[") {
        // What a runner only warns about stays a warning: the classifier looks for the word.
        return rest.split_once(']').filter(|(level, _)| *level != "warning").map_or(text, |(_, rest)| rest);
    }
    if text.starts_with("::error") {
        return text.get(2..).and_then(|rest| rest.split_once("::")).map_or(text, |(_, rest)| rest);
    }
    text
}

/// Removes `#12 34.56 ` and gives the step's number.
fn strip_step(text: &str) -> (Option<u32>, &str) {
    let Some(rest) = text.strip_prefix('#') else { return (None, text) };
    let Some((number, rest)) = rest.split_once(' ') else { return (None, text) };
    let Ok(step) = number.parse() else { return (None, text) };
    let rest = rest.trim_start();
    match rest.split_once(' ') {
        Some((seconds, after)) if is_seconds(seconds) => (Some(step), after),
        _ => (Some(step), rest),
    }
}

fn is_seconds(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// What a builder says about a failed command, without the command.
fn without_command(text: &str) -> String {
    for (open, close) in [
        ("process \"", "\" did not complete"),
        ("executor failed running [", "]: "),
        ("The command '", "' returned a non-zero code"),
        ("while running runtime: ", "exit status"),
        ("building at STEP \"", "\": "),
    ] {
        let Some((before, rest)) = text.split_once(open) else { continue };
        let Some((_, after)) = rest.rsplit_once(close) else { continue };
        return [before, open, "…", close, after].concat();
    }
    text.to_owned()
}

/// Whether a line is an excerpt of a file (`  35 | >>> COPY …`) or the echo of a command (`Step 3/9 : RUN …`, `[3/9] RUN …`,
/// `+ curl …`).
fn is_quoted(text: &str) -> bool {
    let excerpt = text
        .split_once(" |")
        .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    let bare = text.trim_start_matches(['>', '=', ' ']);
    let echo = bare.strip_prefix('[').and_then(|rest| rest.split_once("] ")).is_some_and(|(name, rest)| {
        name.bytes().last().is_some_and(|b| b.is_ascii_digit()) && starts_with_instruction(rest)
    }) || bare
        .strip_prefix("Step ")
        .and_then(|rest| rest.split_once(" : "))
        .is_some_and(|(_, rest)| starts_with_instruction(rest))
        || bare
            .strip_prefix("STEP ")
            .and_then(|rest| rest.split_once(": "))
            .is_some_and(|(_, rest)| starts_with_instruction(rest));
    excerpt || echo || text.starts_with("+ ")
}

fn starts_with_instruction(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    matches!(
        word,
        "RUN" | "COPY" | "ADD" | "FROM" | "ENV" | "ARG" | "WORKDIR" | "CMD" | "ENTRYPOINT" | "LABEL" | "USER" | "SHELL"
    ) && !text.contains(" ERROR: ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(output: &str) -> Vec<String> {
        lines(output).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn colours_times_and_step_prefixes_go_away() {
        for (raw, plain) in [
            ("\u{1b}[31mERROR\u{1b}[0m: no", "ERROR: no"),
            ("\u{1b}]0;title\u{7}done", "done"),
            ("2023-02-02T08:26:35.2824031Z #12 34.5 E: broken", "E: broken"),
            ("#12 [3/4] x", "[3/4] x"),
            ("2022-11-08 15:15:29,455 Cannot pull", "Cannot pull"),
            ("2024-01-02T03:04:05Z ##[error]Process failed", "Process failed"),
            ("::error file=a.c,line=1::bad", "bad"),
            ("#7 1.2 2024-01-02 03:04:05 bad", "bad"),
            ("10 20 30", "10 20 30"),
        ] {
            assert_eq!(text(raw), [plain], "{raw:?}");
        }
    }

    #[test]
    fn a_carriage_return_ends_a_line() {
        assert_eq!(text("pulling 1%\rpulling 2%\rfailed\r\n"), ["pulling 1%", "pulling 2%", "failed"]);
    }

    #[test]
    fn only_the_end_is_read() {
        let many = "a line\n".repeat(TAIL_LINES * 3);
        assert_eq!(lines(&many).len(), TAIL_LINES);
        let long = "ä".repeat(TAIL_BYTES);
        let one = lines(&long);
        assert_eq!(one.len(), 1);
        assert!(one.iter().all(|line| line.text.len() <= LINE_BYTES + 8));
    }

    #[test]
    fn commands_are_no_evidence() {
        let line =
            lines("process \"/bin/sh -c curl --fail || echo timeout\" did not complete successfully: exit code: 1");
        assert_eq!(line[0].matched, "process \"…\" did not complete successfully: exit code: 1");
        for quoted in ["  35 | >>> RUN curl x", " > [stage 3/4] RUN timeout 5 x:", "Step 2/3 : RUN wget", "+ curl x"] {
            assert!(lines(quoted)[0].quoted, "{quoted}");
        }
        assert!(!lines("E: Unable to locate package x")[0].quoted);
    }
}
