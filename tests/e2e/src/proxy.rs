//! A proxy between a client and a registry that passes everything on, counts it, and makes go wrong what its rules say.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use crate::faults::{Fault, Rule};
use crate::server::Server;
use crate::wire::{self, Request, Response};

/// The proxy; it ends when it is dropped.
pub struct FaultProxy {
    server: Server,
    state: Arc<State>,
}

struct State {
    upstream: SocketAddr,
    rules: Mutex<Vec<Rule>>,
    /// Method and target of every request.
    seen: Mutex<Vec<(String, String)>>,
    /// Called after a request was answered.
    after: Mutex<Option<After>>,
}

type After = Box<dyn FnMut(&Request) + Send>;

impl FaultProxy {
    /// Starts a proxy before a registry.
    pub fn start(upstream: SocketAddr, rules: Vec<Rule>) -> Self {
        let state =
            Arc::new(State { upstream, rules: Mutex::new(rules), seen: Mutex::default(), after: Mutex::default() });
        let own = Arc::clone(&state);
        Self { server: Server::start(move |stream| own.serve(stream)), state }
    }

    /// Calls a function after every request that was passed on.
    #[must_use]
    pub fn after(self, call: impl FnMut(&Request) + Send + 'static) -> Self {
        *self.state.after.lock().unwrap() = Some(Box::new(call));
        self
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The full name of an image behind it.
    pub fn image(&self, repository: &str) -> String {
        format!("{}/{repository}", self.address())
    }

    /// How many requests with this method had this text in their path.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let seen = self.state.seen.lock().unwrap();
        seen.iter().filter(|(own, target)| own == method && target.contains(path)).count()
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<String> {
        self.state.seen.lock().unwrap().iter().map(|(method, target)| format!("{method} {target}")).collect()
    }
}

impl State {
    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        let Some(mut request) = wire::request_head(&mut wire::Unbuffered(stream))? else { return Ok(()) };
        self.seen.lock().unwrap().push((request.method.clone(), request.target.clone()));
        let mut rules = self.rules.lock().unwrap();
        let fault = rules.iter_mut().find_map(|rule| rule.apply(&request.method, &request.target));
        drop(rules);
        if fault == Some(Fault::Reset) {
            // Closing with unread bytes resets the connection. Without a body there is none yet, so the head of an answer breaks off.
            return stream.write_all(b"HTTP/1.1 2").and(Ok(()));
        }
        wire::request_body(&mut BufReader::new(stream), &mut request)?;
        let method = request.method.clone();
        let pass = || {
            let answer = wire::send(self.upstream, &request);
            if let Some(call) = self.after.lock().unwrap().as_mut() {
                call(&request);
            }
            // A registry that is down looks like one that hangs up.
            answer
        };
        match fault {
            None => stream.write_all(&pass()?.bytes(&method)),
            Some(fault) => spoil(stream, &method, &fault, pass),
        }
    }
}

/// Answers as a fault wants it.
fn spoil(
    mut stream: &TcpStream,
    method: &str,
    fault: &Fault,
    pass: impl FnOnce() -> io::Result<Response>,
) -> io::Result<()> {
    let answer = match fault {
        Fault::Status(401) => Response::new(401, "").header("www-authenticate", "Basic realm=\"tests\""),
        Fault::Status(status) => Response::new(*status, ""),
        Fault::RateLimited(seconds) => Response::new(429, "").header("retry-after", &seconds.to_string()),
        Fault::Page => Response::new(200, "<!DOCTYPE html><title>Log in</title>").header("content-type", "text/html"),
        Fault::Body(kind, body) => Response::new(200, body.clone()).header("content-type", kind),
        Fault::Redirect(location) => Response::new(307, "").header("location", location),
        Fault::OtherDigest => {
            let mut answer = pass()?;
            answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("docker-content-digest"));
            answer.header("docker-content-digest", &format!("sha256:{}", "0".repeat(64)))
        }
        Fault::Truncated | Fault::Slow => {
            let bytes = pass()?.bytes(method);
            stream.write_all(bytes.get(..bytes.len().saturating_sub(5)).unwrap_or_default())?;
            if *fault == Fault::Slow {
                // Until the client gives up.
                stream.read_exact(&mut [0])?;
            }
            return Ok(());
        }
        Fault::Reset => return Ok(()),
    };
    stream.write_all(&answer.bytes(method))
}
