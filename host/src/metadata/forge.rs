//! The forge's API: its address, its token, one request.

use std::ffi::OsString;

use buildonce::types::ApiAnswer;

use super::inputs;
use crate::environment;
use crate::http::{Client, Failure, PlainHttp, Request};
use crate::problem::Problem;

/// Where GitHub's own API is.
const GITHUB: &str = "https://api.github.com";

/// A forge that can be asked.
#[derive(Debug)]
pub(crate) struct Forge {
    address: String,
    token: Option<String>,
    client: Client,
}

impl Forge {
    /// The forge that the runner names, with the action's token.
    pub(crate) fn from_variables(plain: PlainHttp, lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, Problem> {
        let address = environment::one("GITHUB_API_URL", &lookup)?.unwrap_or_else(|| GITHUB.to_owned());
        let token = inputs::one("github-token", &lookup)?.map(|token| token.trim().to_owned());
        let token = token.filter(|token| !token.is_empty());
        Ok(Self { address: address.trim_end_matches('/').to_owned(), token, client: Client::new(plain) })
    }

    /// Asks. No answer is an answer too; an address that must not be asked is a problem.
    pub(crate) fn get(&self, path: &str) -> Result<ApiAnswer, Problem> {
        let authorization = self.token.as_ref().map(|token| format!("token {token}"));
        let url = format!("{}{path}", self.address);
        let request = Request::get(&url)
            .header("accept", "application/vnd.github.v3+json")
            .authorization(authorization.as_deref());
        let silent = |why: String| {
            let body = format!("{} does not answer: {why}", self.address);
            Ok(ApiAnswer { status: None, body, retry_after: None })
        };
        match self.client.send(&request) {
            Ok(answer) => {
                let retry_after = answer.header("retry-after").map(str::to_owned);
                Ok(ApiAnswer { status: Some(answer.status.into()), body: answer.text(), retry_after })
            }
            Err(Failure::Unreachable(why) | Failure::Misled(why)) => silent(why),
            Err(Failure::Late(time)) => silent(format!("nothing came within {} s", time.as_secs())),
            Err(Failure::TooLarge(limit)) => silent(format!("its answer is larger than {limit} bytes")),
            Err(Failure::Refused(why)) => Err(Problem::usage("bad-api-url", format!("GITHUB_API_URL: {why}"))
                .help("use https, or pass --plain-http for a forge in a network that you trust")),
        }
    }
}
