//! The builder's arguments for a shell or a script.

use buildonce::types::{BuilderRun, ImagePlan};

/// The word of a run's command line that stands for its arguments.
const ARGUMENTS: &str = "{{args}}";

/// The arguments of the builder's first run, quoted for a POSIX shell, on one line. Nothing when nothing is built.
pub(crate) fn args(plan: &ImagePlan) -> String {
    plan.runs.first().map(|run| words(&run.arguments) + "\n").unwrap_or_default()
}

/// The whole command lines of the builder's runs, quoted for a POSIX shell, one on each line.
pub(crate) fn command_lines(plan: &ImagePlan) -> String {
    let filled = |run: &BuilderRun| {
        let place = |word: &String| if word == ARGUMENTS { run.arguments.clone() } else { vec![word.clone()] };
        words(&run.command.iter().flat_map(place).collect::<Vec<_>>()) + "\n"
    };
    plan.runs.iter().map(filled).collect()
}

/// Words that a shell reads back as they are, on one line unless one of them holds a line break.
pub(crate) fn words(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// One word; of an option only its value is put in quotes.
fn quoted(word: &str) -> String {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=+:,./@%".contains(c));
    if !word.is_empty() && plain(word) {
        return word.to_owned();
    }
    let quote = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    match word.split_once('=') {
        Some((option, value)) if option.starts_with("--") && plain(option) => format!("{option}={}", quote(value)),
        _ => quote(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{sample_plan, sample_skip};

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        for (word, expected) in [
            ("--tag", "--tag"),
            ("--label=a=b c", "--label='a=b c'"),
            ("--a b=c d", "'--a b=c d'"),
            ("a=b c", "'a=b c'"),
            ("ghcr.io/acme/app:v1.2", "ghcr.io/acme/app:v1.2"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(x) `y` \\", "'$(x) `y` \\'"),
            ("", "''"),
            ("a\nb", "'a\nb'"),
            ("~", "'~'"),
            ("größe", "'größe'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_every_word_back() {
        let texts = ["it's", "--x=a  b'", "a  b", "$HOME", "a\nb", "\"x\"", "#", "*", "!", "-", "ä"].map(str::to_owned);
        let script = format!("printf '%s\\0' {}", words(&texts));
        let done = std::process::Command::new("/bin/sh").arg("-c").arg(script).output().unwrap();
        assert_eq!(String::from_utf8(done.stdout).unwrap(), texts.map(|text| text + "\0").concat());
    }

    #[test]
    fn a_plan_gives_its_runs() {
        assert_eq!(args(&sample_plan()), "--tag=ghcr.io/acme/app:pr-12-1111111 --output=type=registry\n");
        assert_eq!(
            command_lines(&sample_plan()),
            "docker buildx build --tag=ghcr.io/acme/app:pr-12-1111111 --output=type=registry\n"
        );
        let mut skip = sample_skip();
        skip.runs.clear();
        assert_eq!((args(&skip), command_lines(&skip)), (String::new(), String::new()));
    }
}
