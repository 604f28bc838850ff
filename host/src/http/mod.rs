//! One blocking HTTP client for all of the program. It connects when the first request is sent, and keeps connections for the next one.

mod answer;
mod origin;
mod stream;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{Method, Request as Message, Uri};
use ureq::tls::{RootCerts, TlsConfig};

pub(crate) use answer::{Answer, Failure};
use origin::{Origin, next};
pub(crate) use origin::{PlainHttp, is_loopback};
pub(crate) use stream::Opened;

/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take in all, with its redirects and its body.
const WHOLE: Duration = Duration::from_secs(30);
/// Largest body in bytes, where a request names no other.
const BODY: u64 = 8 << 20;
/// Redirects of one request.
const REDIRECTS: usize = 8;
/// Connections to one host that are kept open.
const IDLE: usize = 4;

/// The client. Threads may share it.
#[derive(Debug)]
pub(crate) struct Client {
    plain: PlainHttp,
    /// For hosts in the network: through the proxy that the environment names, if it names one.
    network: OnceLock<Agent>,
    /// For this machine: a proxy has another idea of what this machine is.
    own: OnceLock<Agent>,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request<'a> {
    method: Method,
    url: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    authorization: Option<&'a str>,
    body: Option<&'a [u8]>,
    limit: u64,
    time: Duration,
}

impl<'a> Request<'a> {
    /// A `GET` request.
    pub(crate) fn get(url: &'a str) -> Self {
        Self::new(Method::GET, url)
    }

    /// A `HEAD` request: whether something is there.
    pub(crate) fn head(url: &'a str) -> Self {
        Self::new(Method::HEAD, url)
    }

    /// A `PUT` request with a body.
    pub(crate) fn put(url: &'a str, body: &'a [u8]) -> Self {
        Self { body: Some(body), ..Self::new(Method::PUT, url) }
    }

    /// A `POST` request with a body.
    pub(crate) fn post(url: &'a str, body: &'a [u8]) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, url) }
    }

    fn new(method: Method, url: &'a str) -> Self {
        Self { method, url, headers: Vec::new(), authorization: None, body: None, limit: BODY, time: WHOLE }
    }

    /// How it is asked.
    pub(crate) fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Where it goes.
    pub(crate) fn url(&self) -> &str {
        self.url
    }

    /// Adds a header. What may unlock something belongs into [`Request::authorization`].
    pub(crate) fn header(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The header `authorization`, which no other host than that of the URL gets to see, whatever redirects say.
    pub(crate) fn authorization(mut self, value: Option<&'a str>) -> Self {
        self.authorization = value;
        self
    }

    /// How long it may take in all, with its redirects and its body; half a minute without it.
    pub(crate) fn time(mut self, time: Option<Duration>) -> Self {
        self.time = time.unwrap_or(self.time);
        self
    }

    /// Largest body of the answer in bytes.
    pub(crate) fn limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }
}

impl Client {
    /// A client that has not connected anywhere.
    pub(crate) fn new(plain: PlainHttp) -> Self {
        Self { plain, network: OnceLock::new(), own: OnceLock::new() }
    }

    /// Sends a request. Any status is an answer; redirects are followed as far as nothing has to be sent with them.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        let mut uri: Uri = request.url.parse().map_err(|_| Failure::Refused(format!("`{}` is no URL", request.url)))?;
        let first = Origin::of(&uri);
        let follow = matches!(request.method, Method::GET | Method::HEAD);
        let begin = Instant::now();
        for _ in 0..=REDIRECTS {
            self.plain.allows(&uri)?;
            let authorization = request.authorization.filter(|_| Origin::of(&uri) == first);
            let left = request.time.saturating_sub(begin.elapsed());
            let answer = self.exchange(request, &uri, authorization, left)?;
            let Some(location) = answer.redirect().filter(|_| follow) else { return Ok(answer) };
            uri = next(&uri, location)
                .ok_or_else(|| Failure::Misled(format!("`{uri}` leads to `{location}`, which is no URL")))?;
        }
        Err(Failure::Misled(format!("`{}` leads from one address to another more than {REDIRECTS} times", request.url)))
    }

    fn exchange(
        &self,
        request: &Request<'_>,
        uri: &Uri,
        authorization: Option<&str>,
        left: Duration,
    ) -> Result<Answer, Failure> {
        let mut message = Message::builder().method(request.method.clone()).uri(uri.clone());
        for (name, value) in request.headers.iter().copied().chain(authorization.map(|value| ("authorization", value)))
        {
            message = message.header(name, value);
        }
        let agent = self.agent(uri);
        let response = match request.body {
            None => message.body(()).map_err(ureq::Error::from).and_then(|message| run(agent, message, left)),
            Some(body) => message.body(body).map_err(ureq::Error::from).and_then(|message| run(agent, message, left)),
        };
        Answer::read(response.map_err(|e| Failure::of(&e, request.time))?, request.limit, request.time)
    }

    fn agent(&self, uri: &Uri) -> &Agent {
        if is_loopback(uri.host().unwrap_or_default()) {
            self.own.get_or_init(|| agent(Proxy::Never))
        } else {
            self.network.get_or_init(|| agent(Proxy::FromEnvironment))
        }
    }
}

fn run<B: ureq::AsSendBody>(
    agent: &Agent,
    message: Message<B>,
    time: Duration,
) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    agent.run(agent.configure_request(message).timeout_global(Some(time)).build())
}

/// Whether the proxy of the environment is used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proxy {
    FromEnvironment,
    Never,
}

fn agent(proxy: Proxy) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT))
        // Redirects are followed here, where it is known what each address may see.
        .max_redirects(0)
        .max_idle_connections_per_host(IDLE)
        .user_agent(concat!("buildonce/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls);
    if proxy == Proxy::Never {
        config = config.proxy(None);
    }
    config.build().into()
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
