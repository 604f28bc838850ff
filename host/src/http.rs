//! One blocking HTTP client for all of the program, made when the first request is.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::Duration;

use ureq::Agent;
use ureq::config::RedirectAuthHeaders;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take in all, with its redirects and its body.
const WHOLE: Duration = Duration::from_secs(30);
/// Largest body in bytes.
const BODY: u64 = 8 << 20;

/// Whether a token may travel unencrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainHttp {
    /// Only to this machine.
    Loopback,
    /// To any host: a person asked for it.
    Anywhere,
}

/// The client.
#[derive(Debug)]
pub(crate) struct Client {
    plain: PlainHttp,
    agent: OnceCell<Agent>,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The header `retry-after`.
    pub(crate) retry_after: Option<String>,
    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) body: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The address is none that may be asked, with the reason.
    Refused(String),
    /// Nothing came back, with the reason.
    Unreachable(String),
}

impl Client {
    /// A client that has not connected anywhere.
    pub(crate) fn new(plain: PlainHttp) -> Self {
        Self { plain, agent: OnceCell::new() }
    }

    /// Sends one `GET` request. Any status is an answer.
    pub(crate) fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        let uri: Uri = url.parse().map_err(|_| Failure::Refused(format!("`{url}` is no URL")))?;
        self.allowed(&uri)?;
        let agent = self.agent.get_or_init(|| agent(&uri));
        let mut request = agent.get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().map_err(|e| failure(&e))?;
        let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = header.map(str::to_owned);
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(BODY).read_to_vec().map_err(|e| failure(&e))?;
        Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn allowed(&self, uri: &Uri) -> Result<(), Failure> {
        match uri.scheme_str() {
            Some("https") => Ok(()),
            Some("http") if self.plain == PlainHttp::Anywhere || is_loopback(uri) => Ok(()),
            Some("http") => Err(Failure::Refused(format!("`{uri}` is not encrypted, and would show the token"))),
            _ => Err(Failure::Refused(format!("`{uri}` is not an https URL"))),
        }
    }
}

fn agent(uri: &Uri) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE))
        .redirect_auth_headers(RedirectAuthHeaders::SameHost)
        .user_agent(concat!("buildonce/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls);
    if is_loopback(uri) {
        // A proxy has another idea of what this machine is.
        config = config.proxy(None);
    }
    config.build().into()
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn failure(error: &ureq::Error) -> Failure {
    Failure::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(plain: PlainHttp, url: &str) -> bool {
        Client::new(plain).allowed(&url.parse().unwrap()).is_ok()
    }

    #[test]
    fn a_token_travels_encrypted_or_stays_here() {
        for (url, here, anywhere) in [
            ("https://api.example/x", true, true),
            ("http://api.example/x", false, true),
            ("http://127.0.0.1:8080/x", true, true),
            ("http://[::1]:8080/x", true, true),
            ("http://localhost/x", true, true),
            ("http://localhost.example/x", false, true),
            ("ftp://127.0.0.1/x", false, false),
            ("/x", false, false),
        ] {
            assert_eq!(allowed(PlainHttp::Loopback, url), here, "{url}");
            assert_eq!(allowed(PlainHttp::Anywhere, url), anywhere, "{url}");
        }
    }
}
