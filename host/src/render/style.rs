//! Colour, or none.

use std::env;
use std::fmt::Display;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style as Ansi};

/// When to write colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is dumb; also when `CLICOLOR_FORCE` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Whether text for one stream is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    colored: bool,
}

impl Style {
    /// No colour.
    pub(crate) const PLAIN: Self = Self { colored: false };

    /// What a choice means for a stream.
    pub(crate) fn of(choice: ColorChoice, stream: &impl IsTerminal) -> Self {
        let variable = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let colored = wanted(
            choice,
            &Surroundings {
                terminal: stream.is_terminal(),
                dumb: env::var_os("TERM").is_some_and(|term| term == "dumb"),
                no_color: variable("NO_COLOR"),
                force: variable("CLICOLOR_FORCE") && env::var_os("CLICOLOR_FORCE").is_none_or(|value| value != "0"),
            },
        );
        Self { colored }
    }

    /// Whether there is colour at all.
    pub(crate) fn is_colored(self) -> bool {
        self.colored
    }

    /// What matters most.
    pub(crate) fn strong(self, text: impl Display) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    /// Headings.
    pub(crate) fn heading(self, text: impl Display) -> String {
        self.paint(Ansi::new().bold().underline(), text)
    }

    /// What can be skipped while reading.
    pub(crate) fn faint(self, text: impl Display) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    /// Something happens.
    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }

    /// Something deserves a look.
    pub(crate) fn caution(self, text: impl Display) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }

    /// Something is wrong.
    pub(crate) fn bad(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    /// A name to copy.
    pub(crate) fn name(self, text: impl Display) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    fn paint(self, ansi: Ansi, text: impl Display) -> String {
        if self.colored { format!("{ansi}{text}{ansi:#}") } else { text.to_string() }
    }
}

/// What `auto` looks at.
#[expect(clippy::struct_excessive_bools, reason = "four independent observations, not a state")]
struct Surroundings {
    terminal: bool,
    dumb: bool,
    no_color: bool,
    force: bool,
}

fn wanted(choice: ColorChoice, seen: &Surroundings) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !seen.no_color && (seen.force || (seen.terminal && !seen.dumb)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_colour_follows_the_conventions() {
        let seen = |terminal, dumb, no_color, force| Surroundings { terminal, dumb, no_color, force };
        for (surroundings, expected) in [
            (seen(true, false, false, false), true),
            (seen(false, false, false, false), false),
            (seen(true, true, false, false), false),
            (seen(true, false, true, false), false),
            (seen(false, false, false, true), true),
            (seen(true, false, true, true), false),
        ] {
            assert_eq!(wanted(ColorChoice::Auto, &surroundings), expected);
        }
        assert!(wanted(ColorChoice::Always, &seen(false, true, true, false)));
        assert!(!wanted(ColorChoice::Never, &seen(true, false, false, true)));
    }
}
