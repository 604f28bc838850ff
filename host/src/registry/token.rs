//! Token servers: they exchange a login, or none, for a token that a registry takes for a while.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::challenge::Bearer;
use super::failure::is_page;
use super::{Failure, Kind};
use crate::credentials::Login;
use crate::http::{Answer, Client, Request};

/// Largest answer of a token server in bytes.
const LIMIT: u64 = 1 << 20;
/// How long a token holds when its server does not say, as Docker's documentation has it.
const USUAL: Duration = Duration::from_mins(1);
/// A token that is about to end is not used any more.
const MARGIN: Duration = Duration::from_secs(5);

/// A token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) value: String,
    /// When it is not to be used any more.
    pub(super) until: Instant,
}

#[derive(Deserialize)]
struct Given {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

/// Gets a token.
pub(super) fn fetch(client: &Client, bearer: &Bearer, scope: &str, login: Option<&Login>) -> Result<Token, Failure> {
    let mut pairs = Vec::new();
    pairs.extend(bearer.service.as_deref().map(|service| ("service", service)));
    pairs.push(("scope", bearer.scope.as_deref().unwrap_or(scope)));
    let who = format!("the token server {}", server(&bearer.realm));
    let asked = Instant::now();
    let answer = if let Some(Login::Identity(refresh)) = login {
        pairs.extend([("grant_type", "refresh_token"), ("client_id", "buildonce"), ("refresh_token", refresh)]);
        let form = encoded(&pairs);
        let request = Request::post(&bearer.realm, form.as_bytes());
        client.send(&request.header("content-type", "application/x-www-form-urlencoded").limit(LIMIT))
    } else {
        let separator = if bearer.realm.contains('?') { '&' } else { '?' };
        let url = format!("{}{separator}{}", bearer.realm, encoded(&pairs));
        let basic = login.and_then(Login::basic);
        client.send(&Request::get(&url).authorization(basic.as_deref()).limit(LIMIT))
    };
    let answer = answer.map_err(|failure| Failure::of_http(&who, failure))?;
    read(&who, &answer, asked, login)
}

fn read(who: &str, answer: &Answer, asked: Instant, login: Option<&Login>) -> Result<Token, Failure> {
    match answer.status {
        200..300 => {}
        401 | 403 => {
            let what = if login.is_some() { "a token for this login" } else { "a token without a login" };
            return Err(Failure::of_status(who, what, answer));
        }
        _ => {
            let failure = Failure::of_status(who, "the wish for a token", answer);
            // What a token server does not have says nothing about what the registry has.
            let kind = if failure.kind == Kind::Absent { Kind::Invalid } else { failure.kind };
            return Err(failure.with_kind(kind));
        }
    }
    let page = || if is_page(answer) { ": a web page, as a proxy or a login sends it" } else { "" };
    let none = || Failure::invalid(format!("{who} answers without a token{}", page()));
    let given: Given = serde_json::from_slice(&answer.body).map_err(|_| none())?;
    let value = given.token.or(given.access_token).filter(|value| !value.is_empty()).ok_or_else(none)?;
    let holds = given.expires_in.map_or(USUAL, Duration::from_secs).saturating_sub(MARGIN);
    Ok(Token { value, until: asked.checked_add(holds).unwrap_or(asked) })
}

/// The host of a token server, for messages: the rest of its address may hold anything.
fn server(realm: &str) -> &str {
    let rest = realm.split_once("://").map_or(realm, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Pairs as a query or a form.
pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
                out.push(char::from(byte));
            } else {
                // Writing into a text cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_so_that_they_stay_one_value() {
        let pairs = [("service", "a b&c=d"), ("scope", "repository:acme/app:pull,push"), ("x", "é+%")];
        assert_eq!(encoded(&pairs), "service=a%20b%26c%3Dd&scope=repository:acme/app:pull,push&x=%C3%A9%2B%25");
    }

    #[test]
    fn messages_name_the_server_alone() {
        assert_eq!(server("https://auth.example/token?account=x"), "auth.example");
        assert_eq!(server("auth.example"), "auth.example");
    }
}
