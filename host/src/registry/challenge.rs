//! The header `www-authenticate`: what a registry wants to see first (RFC 9110 section 11.6.1).

/// One way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password in every request.
    Basic,
    /// A token of a token server.
    Bearer(Bearer),
}

/// Where a token is to be had, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Bearer {
    /// The token server's address.
    pub(super) realm: String,
    /// What the token server calls the registry.
    pub(super) service: Option<String>,
    /// What the token has to allow.
    pub(super) scope: Option<String>,
}

/// The best way in that some headers offer: a token, which an anonymous client may get too, before a password.
pub(super) fn best<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let offered: Vec<Challenge> = headers.flat_map(parse).collect();
    let bearer = offered.iter().find(|one| matches!(one, Challenge::Bearer(_)));
    bearer.or(offered.first()).cloned()
}

/// Reads one header, which may hold several challenges. What is not known is passed over.
fn parse(header: &str) -> Vec<Challenge> {
    let mut schemes: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = header.trim_start_matches([' ', ',']);
    while !rest.is_empty() {
        let (word, after) = split_word(rest);
        if word.is_empty() {
            break;
        }
        if let Some(value) = after.trim_start().strip_prefix('=') {
            let (value, after) = split_value(value.trim_start());
            if let Some((_, parameters)) = schemes.last_mut() {
                parameters.push((word.to_ascii_lowercase(), value));
            }
            rest = after;
        } else {
            schemes.push((word.to_ascii_lowercase(), Vec::new()));
            rest = after;
        }
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    schemes.into_iter().filter_map(|(scheme, parameters)| challenge(&scheme, parameters)).collect()
}

fn challenge(scheme: &str, parameters: Vec<(String, String)>) -> Option<Challenge> {
    match scheme {
        "basic" => Some(Challenge::Basic),
        "bearer" => {
            let mut bearer = Bearer::default();
            for (name, value) in parameters {
                match name.as_str() {
                    "realm" => bearer.realm = value,
                    "service" => bearer.service = Some(value),
                    "scope" => bearer.scope = Some(value),
                    _ => {}
                }
            }
            (!bearer.realm.is_empty()).then_some(Challenge::Bearer(bearer))
        }
        _ => None,
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c))).unwrap_or(text.len());
    text.split_at(end)
}

/// A quoted text, or a word.
fn split_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Challenge::Bearer(Bearer { realm: realm.to_owned(), service: own(service), scope: own(scope) })
    }

    #[test]
    fn challenges_are_read_in_every_spelling() {
        for (header, expected) in [
            ("Basic realm=\"x\"", Some(Challenge::Basic)),
            ("basic", Some(Challenge::Basic)),
            (
                "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:acme/app:pull,push\"",
                Some(bearer(
                    "https://auth.example/token",
                    Some("registry.example"),
                    Some("repository:acme/app:pull,push"),
                )),
            ),
            (
                "BEARER Realm = \"https://a.example/\" , error=\"invalid_token\"",
                Some(bearer("https://a.example/", None, None)),
            ),
            ("Bearer realm=https://a.example/t,service=s", Some(bearer("https://a.example/t", Some("s"), None))),
            ("Bearer realm=\"a\\\"b\"", Some(bearer("a\"b", None, None))),
            (
                "Basic realm=\"x, y\", Bearer realm=\"https://a.example/\"",
                Some(bearer("https://a.example/", None, None)),
            ),
            ("Negotiate abc==, Basic realm=\"x\"", Some(Challenge::Basic)),
            ("Bearer service=\"x\"", None),
            ("Bearer realm=\"unterminated", Some(bearer("unterminated", None, None))),
            ("", None),
            ("=,=\"", None),
        ] {
            assert_eq!(best([header].into_iter()), expected, "{header}");
        }
        assert_eq!(best(["Basic realm=\"x\"", "Bearer realm=\"y\""].into_iter()), Some(bearer("y", None, None)));
    }

    proptest::proptest! {
        #[test]
        fn a_value_comes_back_as_it_was_quoted(realm in "[ -~]{1,40}", service in "[ -~]{0,20}", before in "(|Basic realm=\"x\", )") {
            let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
            let header = format!("{before}Bearer realm={}, service={}", quoted(&realm), quoted(&service));
            proptest::prop_assert_eq!(best([header.as_str()].into_iter()), Some(bearer(&realm, Some(&service), None)));
        }

        #[test]
        fn whatever_comes_is_read_to_its_end(header in "\\PC*", other in "[A-Za-z=\", \\\\]*") {
            best([header.as_str(), other.as_str()].into_iter());
        }
    }
}
