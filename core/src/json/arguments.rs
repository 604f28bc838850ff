//! The parameters of a call.
//!
//! Each parameter is read by itself, so that the code which reads a type stands in the component once, whatever functions take it,
//! and so that a failure can name the parameter.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Failure, FailureCode};

/// Parameters that are read from an object.
pub(super) trait Arguments: Sized {
    /// The names of all, in the order in which messages list them.
    const NAMES: &'static [&'static str];

    fn take(fields: &Fields<'_>) -> Result<Self, Failure>;
}

/// Declares a function's parameters. One of type `Option` may be left out.
macro_rules! arguments {
    (struct $name:ident $(<$generic:ident>)? { $($field:ident: $type:ty),* $(,)? }) => {
        struct $name $(<$generic>)? { $($field: $type),* }

        impl $(<$generic: serde::de::DeserializeOwned>)? $crate::json::arguments::Arguments for $name $(<$generic>)? {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),*];

            fn take(fields: &$crate::json::arguments::Fields<'_>) -> Result<Self, $crate::json::Failure> {
                let _ = fields;
                Ok(Self { $($field: fields.take(stringify!($field))?),* })
            }
        }
    };
}

pub(super) use arguments;

/// The input's members, not read yet.
pub(super) struct Fields<'a> {
    input: &'a str,
    members: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Splits an object into its members; a name that is not among `names`, or is there twice, is refused.
    pub(super) fn of(input: &'a str, names: &[&str]) -> Result<Self, Failure> {
        let mut reader = serde_json::Deserializer::from_str(input);
        let members = reader.deserialize_map(Members).and_then(|members| reader.end().map(|()| members));
        let members = members.map_err(|e| invalid(e.to_string(), None))?;
        for (index, (name, _)) in members.iter().enumerate() {
            let message = if !names.contains(&name.as_str()) {
                format!("there is no parameter `{name}`; {}", expected(names))
            } else if members.iter().take(index).any(|(other, _)| other == name) {
                format!("the parameter `{name}` is there twice")
            } else {
                continue;
            };
            return Err(invalid(message, Some(name)));
        }
        Ok(Self { input, members })
    }

    /// The value of a parameter; nothing is the same as `null`.
    #[inline(never)]
    pub(super) fn take<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let Some((_, value)) = self.members.iter().find(|(n, _)| n == name) else {
            return serde_json::from_str("null")
                .map_err(|_| invalid(format!("the parameter `{name}` is missing"), Some(name)));
        };
        serde_json::from_str(value.get()).map_err(|e| invalid(self.placed(value.get(), &e), Some(name)))
    }

    /// The message of an error in a part of the input, with its place in the whole.
    fn placed(&self, part: &str, error: &serde_json::Error) -> String {
        let message = error.to_string();
        let text = message.rsplit_once(" at line ").map_or(message.as_str(), |(text, _)| text);
        let start = (part.as_ptr() as usize).saturating_sub(self.input.as_ptr() as usize);
        let before = self.input.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + error.line();
        let column =
            if error.line() > 1 { 0 } else { start - before.rfind('\n').map_or(0, |end| end + 1) } + error.column();
        format!("{text} at line {line} column {column}")
    }
}

fn expected(names: &[&str]) -> String {
    match names {
        [] => "the function takes none".to_owned(),
        names => format!("the function takes `{}`", names.join("`, `")),
    }
}

fn invalid(message: String, field: Option<&str>) -> Failure {
    Failure { code: FailureCode::InvalidInput, message, field: field.map(str::to_owned) }
}

struct Members;

impl<'a> Visitor<'a> for Members {
    type Value = Vec<(String, &'a RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the function's parameters")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use crate::json::call;

    fn refused(input: &str) -> String {
        let failure = call("tagging.sanitize", input).unwrap_err();
        format!("{}: {}", failure.field.unwrap_or_default(), failure.message)
    }

    #[test]
    fn a_refusal_names_the_parameter_and_its_place_in_the_whole_input() {
        for (input, expected) in [
            (r#"{"nam": "x"}"#, "nam: there is no parameter `nam`; the function takes `name`, `suffix`"),
            ("{}", "name: the parameter `name` is missing"),
            (r#"{"name": null}"#, "name: invalid type: null, expected a string at line 1 column 13"),
            (
                "{\n  \"suffix\": null,\n  \"name\": 12}",
                "name: invalid type: integer `12`, expected a string at line 3 column 12",
            ),
            (r#"{"name": "x", "name": "y"}"#, "name: the parameter `name` is there twice"),
            ("[1]", ": invalid type: sequence, expected an object with the function's parameters at line 1 column 0"),
            (r#"{"name": "x"} 1"#, ": trailing characters at line 1 column 15"),
            ("", ": EOF while parsing a value at line 1 column 0"),
        ] {
            assert_eq!(refused(input), expected, "{input}");
        }
    }
}
