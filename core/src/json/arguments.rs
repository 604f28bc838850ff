//! The parameters of a call.
//!
//! Each parameter is read by itself, so that the code which reads a type stands in the component once, whatever functions take it,
//! and so that a failure can name the parameter.

use serde::de::DeserializeOwned;

use super::{Failure, FailureCode};
use crate::read::{self, Fault, Members, Others, Reader, Refusal};

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
    names: &'static [&'static str],
    members: Members,
}

impl<'a> Fields<'a> {
    /// Splits an object into its members; a name that is not among `names`, or is there twice, is refused.
    pub(super) fn of(input: &'a str, names: &'static [&'static str]) -> Result<Self, Failure> {
        let members = read::check(input).and_then(|()| {
            let mut reader = Reader::new(input, 0, Others::Refused);
            reader.members(names, "an object with the function's parameters").map_err(|stop| reader.refusal(stop))
        });
        match members {
            Ok(members) => Ok(Self { input, names, members }),
            Err(refusal) => Err(match &refusal.fault {
                Fault::UnknownKey(name, _) => {
                    invalid(format!("there is no parameter `{name}`; {}", expected(names)), Some(name))
                }
                Fault::DuplicateKey(name) => invalid(format!("the parameter `{name}` is there twice"), Some(name)),
                _ => invalid(placed(&refusal, input), None),
            }),
        }
    }

    /// The value of a parameter; nothing is the same as `null`.
    #[inline(never)]
    pub(super) fn take<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let mut reader = match self.place(name) {
            Some(place) => Reader::new(self.input, place, Others::Refused),
            None => Reader::new("null", 0, Others::Refused),
        };
        T::deserialize(&mut reader).map_err(|stop| self.failure(&reader.refusal(stop), name))
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| *own == name).and_then(|field| self.members.place(field))
    }

    #[cold]
    #[inline(never)]
    fn failure(&self, refusal: &Refusal, name: &str) -> Failure {
        let missing = self.place(name).is_none();
        let message = if missing { format!("the parameter `{name}` is missing") } else { placed(refusal, self.input) };
        invalid(message, Some(name))
    }
}

/// A refusal's words with its place in the whole input.
fn placed(refusal: &Refusal, input: &str) -> String {
    let place = refusal.place(input);
    let help = refusal.help().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{} at line {} column {}{help}", refusal.fault, place.line, place.column)
}

fn expected(names: &[&str]) -> String {
    match names {
        [] => "the function takes none".to_owned(),
        names => format!("the function takes `{}`", names.join("`, `")),
    }
}

#[cold]
#[inline(never)]
fn invalid(message: String, field: Option<&str>) -> Failure {
    Failure { code: FailureCode::InvalidInput, message, field: field.map(str::to_owned) }
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
            (r#"{"name": null}"#, "name: expected a string, found null at line 1 column 10"),
            ("{\n  \"suffix\": null,\n  \"name\": 12}", "name: expected a string, found a number at line 3 column 11"),
            (r#"{"name": "x", "name": "y"}"#, "name: the parameter `name` is there twice"),
            ("[1]", ": expected an object with the function's parameters, found a list at line 1 column 1"),
            (r#"{"name": "x"} 1"#, ": no JSON: trailing characters at line 1 column 15"),
            ("", ": no JSON: the text ends while parsing a value at line 1 column 1"),
        ] {
            assert_eq!(refused(input), expected, "{input}");
        }
    }
}
