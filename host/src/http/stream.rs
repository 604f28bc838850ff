//! Bodies that are too large to be held: they are passed on as they come.

use std::io::Read;
use std::time::Duration;

use ureq::SendBody;
use ureq::http::{Method, Request as Message, Uri};

use super::{Answer, Client, Failure, Origin, REDIRECTS, Request, next, run};

/// How long a layer may take. A registry that sends slowly is slow; one that sends nothing is broken.
const WHOLE: Duration = Duration::from_mins(30);

/// An answer whose body is still to be read.
pub(crate) enum Opened {
    /// With the length that the server tells.
    Body { length: Option<u64>, reader: Box<dyn Read + Send> },
    /// Another status than success.
    Refused(Answer),
}

impl Client {
    /// Sends a `GET` request and leaves the body to the caller.
    pub(crate) fn open(&self, request: &Request<'_>) -> Result<Opened, Failure> {
        let mut uri: Uri = request.url.parse().map_err(|_| Failure::Refused(format!("`{}` is no URL", request.url)))?;
        let first = Origin::of(&uri);
        for _ in 0..=REDIRECTS {
            self.plain.allows(&uri)?;
            let mut message = Message::builder().method(Method::GET).uri(uri.clone());
            let authorization = request.authorization.filter(|_| Origin::of(&uri) == first);
            if let Some(value) = authorization {
                message = message.header("authorization", value);
            }
            let sent = message.body(()).map_err(ureq::Error::from);
            let response = sent.and_then(|message| run(self.agent(&uri), message, WHOLE));
            let response = response.map_err(|e| Failure::of(&e, WHOLE))?;
            if response.status().is_success() {
                let length = response.headers().get("content-length").and_then(|own| own.to_str().ok()?.parse().ok());
                let body = response.into_body();
                return Ok(Opened::Body { length, reader: Box::new(body.into_reader()) });
            }
            let answer = Answer::read(response, request.limit, WHOLE)?;
            let Some(location) = answer.redirect() else { return Ok(Opened::Refused(answer)) };
            uri = next(&uri, location)
                .ok_or_else(|| Failure::Misled(format!("`{uri}` leads to `{location}`, which is no URL")))?;
        }
        Err(Failure::Misled(format!("`{}` leads from one address to another more than {REDIRECTS} times", request.url)))
    }

    /// Sends a `PUT` request whose body is read as it is sent.
    pub(crate) fn upload(
        &self,
        url: &str,
        authorization: Option<&str>,
        length: u64,
        body: &mut dyn Read,
    ) -> Result<Answer, Failure> {
        let uri: Uri = url.parse().map_err(|_| Failure::Refused(format!("`{url}` is no URL")))?;
        self.plain.allows(&uri)?;
        let mut message = Message::builder().method(Method::PUT).uri(uri.clone());
        message = message.header("content-length", length).header("content-type", "application/octet-stream");
        if let Some(value) = authorization {
            message = message.header("authorization", value);
        }
        let mut body = body.take(length);
        let sent = message.body(SendBody::from_reader(&mut body)).map_err(ureq::Error::from);
        let response = sent.and_then(|message| run(self.agent(&uri), message, WHOLE));
        Answer::read(response.map_err(|e| Failure::of(&e, WHOLE))?, super::BODY, WHOLE)
    }
}
