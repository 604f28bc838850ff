//! What must not be kept, and how it is hidden.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::shapes;

/// Shortest value that is hidden wherever it stands, in bytes. Shorter ones stand in too many words.
const SHORTEST: usize = 6;

/// Words that make the name of an environment variable that of a secret, when one of its parts between underscores is or ends with it.
const WORDS: [&str; 9] =
    ["TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS", "APIKEY", "JWT"];

/// Pairs of parts that do the same.
const PAIRS: [(&str, &str); 6] = [
    ("API", "KEY"),
    ("ACCESS", "KEY"),
    ("PRIVATE", "KEY"),
    ("SIGNING", "KEY"),
    ("ENCRYPTION", "KEY"),
    ("DOCKER", "PASS"),
];

/// What must not be kept.
///
/// These are the values of environment variables whose names say that they are secret, and everything that looks like a credential: tokens
/// of GitHub, GitLab, Docker Hub, AWS, npm, the Python index and Slack, JSON Web Tokens, values of `Authorization` and similar headers, passwords
/// in addresses and private keys. What was recognised once is also recognised in other letters and with other separators,
/// as names of branches and images change on their way.
///
/// A secret of which none of this is true can't be told from any other text.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Exact values.
    values: Vec<String>,
}

/// Secrets show how many they are, and nothing else.
impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").field("values", &self.values.len()).finish()
    }
}

impl Secrets {
    /// The secrets of an environment, given as names and values. Values of fewer than six bytes are left out.
    pub fn of(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut secrets = Self::default();
        for (_, value) in environment.into_iter().filter(|(name, _)| is_secret(name)) {
            secrets.learn(&value);
            // A key of several lines is also shown line by line.
            value.lines().for_each(|line| secrets.learn(line));
        }
        secrets
    }

    fn learn(&mut self, value: &str) {
        let value = value.trim();
        if value.len() >= SHORTEST && !self.values.iter().any(|known| known == value) {
            self.values.push(value.to_owned());
        }
    }

    /// Hides secrets in every text of a document; true when there was one. What looks like a credential is remembered.
    pub fn hide(&mut self, document: &mut Value) -> bool {
        match document {
            Value::String(text) => {
                for range in shapes::find(text) {
                    // A key's lines are also met one by one, and their ends as escapes.
                    for line in text.get(range).unwrap_or_default().split('\n').flat_map(|line| line.split(r"\n")) {
                        self.learn(line);
                    }
                }
                match self.mask(text) {
                    Cow::Borrowed(_) => false,
                    Cow::Owned(masked) => {
                        *text = masked;
                        true
                    }
                }
            }
            Value::Array(items) => items.iter_mut().map(|item| self.hide(item)).fold(false, |any, hidden| any | hidden),
            Value::Object(fields) => {
                fields.values_mut().map(|field| self.hide(field)).fold(false, |any, hidden| any | hidden)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// A text without secrets, of the same length, so that places in it keep their meaning.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut ranges = shapes::find(text);
        for value in &self.values {
            ranges.extend(occurrences(text, value));
        }
        let mut bytes = text.as_bytes().to_vec();
        for range in ranges {
            blot(&mut bytes, range);
        }
        if bytes == text.as_bytes() {
            return Cow::Borrowed(text);
        }
        // Whole characters are replaced, so this is text; were it not, nothing of it would be kept.
        Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let parts: Vec<_> = name.split('_').collect();
    parts.iter().any(|part| WORDS.iter().any(|word| part.ends_with(word)) || matches!(*part, "PAT" | "CREDENTIAL"))
        || parts.windows(2).any(|pair| PAIRS.iter().any(|(a, b)| pair == [*a, *b]))
}

/// Replaces what a range holds: a number by ones, anything else by `x`. Both may stand in names, and in JSON where the other did.
/// Escapes stay, because the text may be a JSON document.
fn blot(bytes: &mut [u8], range: Range<usize>) {
    let Some(secret) = bytes.get_mut(range) else { return };
    let filler = if secret.iter().all(u8::is_ascii_digit) { b'1' } else { b'x' };
    let mut escaped = 0;
    let mut backslash = false;
    for byte in secret {
        if escaped > 0 {
            escaped -= 1;
        } else if backslash {
            backslash = false;
            escaped = if *byte == b'u' { 4 } else { 0 };
            if !byte.is_ascii() {
                *byte = filler;
            }
        } else if *byte == b'\\' {
            backslash = true;
        } else {
            *byte = filler;
        }
    }
}

/// Where a text holds a value, also in other letters and with other separators between its letters and digits.
fn occurrences(text: &str, value: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<_> = text.match_indices(value).map(|(at, _)| at..at + value.len()).collect();
    let core = value.trim_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).as_bytes();
    let letters = core.iter().filter(|byte| is_letter(**byte)).count();
    if letters >= SHORTEST {
        let first = core.first().copied().unwrap_or_default();
        let starts = bytes.iter().enumerate().filter(|(_, byte)| byte.eq_ignore_ascii_case(&first));
        found.extend(starts.filter_map(|(at, _)| Some(at..at + length(bytes.get(at..)?, core)?)));
    }
    found
}

/// What belongs to a value in every form of it: letters and digits, of any script.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// How many bytes a text's start takes to say what the value says.
fn length(text: &[u8], value: &[u8]) -> Option<usize> {
    let (mut at, mut rest) = (0, value);
    while let Some((&byte, after)) = rest.split_first() {
        if is_letter(byte) {
            text.get(at).filter(|found| found.eq_ignore_ascii_case(&byte))?;
            at += 1;
            rest = after;
        } else {
            let gap = |bytes: &[u8]| bytes.iter().take_while(|byte| !is_letter(**byte)).count();
            let skipped = gap(text.get(at..)?);
            if skipped == 0 {
                return None;
            }
            at += skipped;
            rest = rest.get(gap(rest)..)?;
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Secrets {
        Secrets::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn secret_variables_are_known_by_their_names() {
        for name in [
            "GITHUB_TOKEN",
            "CI_REGISTRY_PASSWORD",
            "NPM_TOKEN",
            "npmToken",
            "MY_SECRET",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_API_KEY",
            "DEPLOY_PRIVATE_KEY",
            "GH_PAT",
            "GPG_PASSPHRASE",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in
            ["PWD", "PATH", "GITHUB_ACTOR", "GIT_AUTHOR_NAME", "KEYBOARD", "CI_COMMIT_TITLE", "PATTERN", "COMPASS"]
        {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_secret_is_hidden_in_every_form_that_a_name_gives_it() {
        let secrets = environment(&[("MY_TOKEN", "Hunter2/Zwei"), ("PIN_SECRET", "12345678"), ("A_TOKEN", "true")]);
        for (text, expected) in [
            ("a Hunter2/Zwei b", "a xxxxxxxxxxxx b"),
            ("feature-hunter2-zwei-abc1234", "feature-xxxxxxxxxxxx-abc1234"),
            ("hunter2--ZWEI", "xxxxxxxxxxxxx"),
            ("hunter2zwei", "hunter2zwei"),
            ("hunter2", "hunter2"),
            ("{\"id\": 12345678}", "{\"id\": 11111111}"),
            ("true", "true"),
            ("caf\u{e9} Hunter2/Zwei", "caf\u{e9} xxxxxxxxxxxx"),
        ] {
            assert_eq!(secrets.mask(text), expected, "{text}");
        }
    }

    #[test]
    fn a_masked_document_is_still_a_document() {
        let payload = json!({"body": "key\nghp_01234abcd\u{e9}\n-----BEGIN PRIVATE KEY-----\nAB\u{1}CD\n-----END PRIVATE KEY-----"});
        let mut document = json!({"payload": payload.to_string()});
        let mut secrets = Secrets::default();
        assert!(secrets.hide(&mut document));
        let masked = document["payload"].as_str().unwrap();
        let inner: Value = serde_json::from_str(masked).unwrap();
        assert!(!masked.contains("01234") && !masked.contains("AB"), "{masked}");
        assert!(inner["body"].as_str().unwrap().starts_with("key\nghp_xxxxxxxxx\u{e9}\n"), "{inner}");
        assert!(!secrets.hide(&mut document), "what is masked stays as it is");
    }

    #[test]
    fn what_was_recognised_once_is_known_from_then_on() {
        let mut secrets = Secrets::default();
        assert!(secrets.hide(&mut json!("AKIAIOSFODNN7EXAMPLE")));
        let mut later = json!({"tag": ["branch-akiaiosfodnn7example"]});
        assert!(secrets.hide(&mut later));
        assert_eq!(later, json!({"tag": ["branch-akiaxxxxxxxxxxxxxxxx"]}));
        assert_eq!(format!("{secrets:?}"), "Secrets { values: 1 }");
    }

    #[test]
    fn every_line_of_a_secret_of_several_lines_is_hidden() {
        let secrets = environment(&[("DEPLOY_PRIVATE_KEY", "first line of it\nsecond line of it\n")]);
        assert_eq!(secrets.mask("x second line of it y"), "x xxxxxxxxxxxxxxxxx y");
        assert_eq!(secrets.mask(r"first line of it\nsecond line of it"), r"xxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxxx");
    }
}
