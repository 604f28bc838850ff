//! What came back, or why nothing did.

use std::io;
use std::time::Duration;

use ureq::Body;
use ureq::http::{HeaderMap, Response};

use crate::problem::cause;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    headers: HeaderMap,
    /// The body, whole.
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The address is none that may be asked, with the reason.
    Refused(String),
    /// Nothing came back, or not all of it, with the reason.
    Unreachable(String),
    /// The answer was not there in time, with the time.
    Late(Duration),
    /// The body is larger than this many bytes.
    TooLarge(u64),
    /// Redirects that lead nowhere, with the reason.
    Misled(String),
}

impl Answer {
    pub(super) fn read(mut response: Response<Body>, limit: u64, time: Duration) -> Result<Self, Failure> {
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(limit).read_to_vec().map_err(|e| Failure::of(&e, time))?;
        Ok(Self { status, headers, body })
    }

    /// A header; the first, where there are several of one name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// All headers of one name.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The status with its usual words.
    pub(crate) fn status_line(&self) -> String {
        let code = ureq::http::StatusCode::from_u16(self.status).ok();
        let words = code.and_then(|code| code.canonical_reason()).unwrap_or_default();
        format!("{} {words}", self.status).trim_end().to_owned()
    }

    /// Where it leads, if it does.
    pub(super) fn redirect(&self) -> Option<&str> {
        self.header("location").filter(|_| matches!(self.status, 301 | 302 | 303 | 307 | 308))
    }
}

impl Failure {
    pub(super) fn of(error: &ureq::Error, time: Duration) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::Late(time),
            ureq::Error::BodyExceedsLimit(limit) => Self::TooLarge(*limit),
            ureq::Error::Http(_) | ureq::Error::BadUri(_) => Self::Refused(error.to_string()),
            ureq::Error::HostNotFound => Self::Unreachable("no such host".to_owned()),
            // Go's words for a body that ends too early, which the engine knows.
            ureq::Error::Io(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Unreachable("unexpected EOF".to_owned())
            }
            ureq::Error::Io(e) => Self::Unreachable(cause(e)),
            _ => Self::Unreachable(error.to_string()),
        }
    }
}
