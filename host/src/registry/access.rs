//! How one gets into a repository: found out when the registry asks, then kept for the next request.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::challenge::{Challenge, best};
use super::token::Token;
use super::{Failure, Registry, address::Address, token};
use crate::credentials::Login;
use crate::http::Answer;

/// What opens one repository for one purpose. Threads share it, and one of them finds it out for all.
#[derive(Default)]
pub(super) struct Door {
    key: Mutex<Option<Key>>,
}

#[derive(Clone)]
struct Key {
    /// The header `authorization`.
    header: String,
    /// When it is not to be used any more; a password always may.
    until: Option<Instant>,
}

impl Door {
    /// The header to send, as far as it is known.
    pub(super) fn header(&self) -> Option<String> {
        let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        key.as_ref().filter(|key| key.until.is_none_or(|until| until > Instant::now())).map(|key| key.header.clone())
    }

    /// The header to send after the registry refused a request with `used`.
    pub(super) fn renew(
        &self,
        used: Option<&str>,
        find: impl FnOnce() -> Result<(String, Option<Instant>), Failure>,
    ) -> Result<String, Failure> {
        let mut key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have found it out meanwhile.
        if let Some(key) = key.as_ref().filter(|key| Some(key.header.as_str()) != used) {
            return Ok(key.header.clone());
        }
        *key = None;
        let (header, until) = find()?;
        *key = Some(Key { header: header.clone(), until });
        Ok(header)
    }
}

impl Registry {
    /// Finds out what opens a repository that was refused.
    pub(super) fn key(
        &self,
        address: &Address,
        scope: &str,
        refusal: &Answer,
        used: Option<&str>,
    ) -> Result<(String, Option<Instant>), Failure> {
        let who = &address.registry;
        let login = self.logins.find(who, &address.repository).map_err(Failure::denied)?;
        match best(refusal.headers("www-authenticate")) {
            None => Err(Failure::of_status(who, "a request, and does not say how to log in", refusal)),
            Some(Challenge::Basic) => {
                let header = login.as_ref().and_then(Login::basic);
                match header {
                    None => Err(Failure::denied(format!("{who} asks for a login, and this machine has none for it"))),
                    Some(header) if used == Some(&header) => {
                        Err(Failure::denied(format!("{who} refuses this machine's login")))
                    }
                    Some(header) => Ok((header, None)),
                }
            }
            Some(Challenge::Bearer(bearer)) => {
                if let Some(Login::Token(value)) = &login {
                    let header = format!("Bearer {value}");
                    let again = used == Some(header.as_str());
                    return if again {
                        Err(Failure::denied(format!("{who} refuses this machine's token")))
                    } else {
                        Ok((header, None))
                    };
                }
                let Token { value, until } = token::fetch(&self.client, &bearer, scope, login.as_ref())?;
                Ok((format!("Bearer {value}"), Some(until)))
            }
        }
    }
}
