//! What the program and the supervisor tell each other over their socket.

use std::fmt;

/// What the program asks for, one byte each. The end of the stream means that the program is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The command may start. Comes with the file that it reads, if any.
    Start,
    /// Forward `SIGINT`, then escalate.
    Interrupt,
    /// Send `SIGTERM`, then escalate.
    Terminate,
    /// Send `SIGKILL`.
    Kill,
}

impl Order {
    /// As it is sent.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Start => b's',
            Self::Interrupt => b'i',
            Self::Terminate => b't',
            Self::Kill => b'k',
        }
    }

    /// As it is received. What is not known can only come from another program, which must not keep processes alive.
    pub(super) const fn of(byte: u8) -> Self {
        match byte {
            b's' => Self::Start,
            b'i' => Self::Interrupt,
            b't' => Self::Terminate,
            _ => Self::Kill,
        }
    }
}

/// What the supervisor says, one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    /// The command ended by itself.
    Exited(i32),
    /// A signal ended the command.
    Signalled(i32),
    /// The command could not be started.
    SpawnFailed {
        /// There is no such program.
        missing: bool,
        /// The system's words.
        message: String,
    },
    /// A process that could not be ended.
    Survivor(String),
    /// Nothing is left.
    Gone,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => writeln!(f, "exited {code}"),
            Self::Signalled(number) => writeln!(f, "signalled {number}"),
            Self::SpawnFailed { missing: true, message } => writeln!(f, "missing {}", one_line(message)),
            Self::SpawnFailed { missing: false, message } => writeln!(f, "unusable {}", one_line(message)),
            Self::Survivor(name) => writeln!(f, "survivor {}", one_line(name)),
            Self::Gone => writeln!(f, "gone"),
        }
    }
}

impl Report {
    /// Reads a line without its end. `None` for what no supervisor of this version writes.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let spawn_failed = |missing| Self::SpawnFailed { missing, message: rest.to_owned() };
        Some(match word {
            "exited" => Self::Exited(rest.parse().ok()?),
            "signalled" => Self::Signalled(rest.parse().ok()?),
            "missing" => spawn_failed(true),
            "unusable" => spawn_failed(false),
            "survivor" => Self::Survivor(rest.to_owned()),
            "gone" => Self::Gone,
            _ => return None,
        })
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read_back_as_they_were() {
        for report in [
            Report::Exited(-1),
            Report::Signalled(9),
            Report::SpawnFailed { missing: true, message: "no such file".to_owned() },
            Report::SpawnFailed { missing: false, message: "permission denied".to_owned() },
            Report::Survivor("sudo (12)".to_owned()),
            Report::Gone,
        ] {
            let line = report.to_string();
            assert_eq!(Report::parse(line.strip_suffix('\n').unwrap()), Some(report));
        }
        assert_eq!(Report::parse("exited x"), None);
        assert_eq!(Report::Survivor("a\nb".to_owned()).to_string(), "survivor a b\n");
    }

    #[test]
    fn an_unknown_order_ends_everything() {
        for order in [Order::Start, Order::Interrupt, Order::Terminate, Order::Kill] {
            assert_eq!(Order::of(order.byte()), order);
        }
        assert_eq!(Order::of(b'?'), Order::Kill);
    }
}
