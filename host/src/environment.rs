//! The environment variables that the engine may know, and no others.

use std::ffi::OsString;

use crate::problem::Problem;

/// Reads the named variables. One that is not UTF-8 ends the command; what other variables hold does not matter.
pub(crate) fn read(
    names: &[String],
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<Vec<(String, String)>, Problem> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        if let Some(value) = one(name, &lookup)? {
            found.push((name.clone(), value));
        }
    }
    Ok(found)
}

/// Reads one variable as it is: set to nothing is not the same as unset.
pub(crate) fn exact(name: &str, lookup: impl Fn(&str) -> Option<OsString>) -> Result<Option<String>, Problem> {
    lookup(name).map(|value| value.into_string().map_err(|_| not_utf8(name))).transpose()
}

/// Reads one variable; an empty one counts as unset.
pub(crate) fn one(name: &str, lookup: impl Fn(&str) -> Option<OsString>) -> Result<Option<String>, Problem> {
    // Names come from the component: one with these characters is no variable, and the system's interface would panic.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Ok(None);
    }
    match lookup(name).map(OsString::into_string) {
        Some(Ok(value)) => Ok(Some(value).filter(|v| !v.is_empty())),
        Some(Err(_)) => Err(not_utf8(name)),
        None => Ok(None),
    }
}

fn not_utf8(name: &str) -> Problem {
    Problem::usage("invalid-utf8", format!("the environment variable {name} is not UTF-8"))
        .help("set it to UTF-8 text, or unset it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_and_filled_variables_are_read() {
        let names = ["A", "B", "C", "", "X=Y", "N\0"].map(str::to_owned);
        let lookup = |name: &str| match name {
            "A" => Some(OsString::from("1")),
            "B" => Some(OsString::new()),
            "SECRET" => Some(OsString::from("token")),
            _ => None,
        };
        assert_eq!(read(&names, lookup).unwrap(), [("A".to_owned(), "1".to_owned())]);
    }

    #[cfg(unix)]
    #[test]
    fn a_named_variable_that_is_not_utf8_is_an_error() {
        use std::os::unix::ffi::OsStringExt;
        let broken = |_: &str| Some(OsString::from_vec(vec![0xff]));
        assert!(matches!(read(&["A".to_owned()], broken), Err(Problem::Expected { .. })));
    }
}
