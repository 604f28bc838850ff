//! A forge on loopback, as much of one as tests need: it answers `GET` requests and remembers them.

#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared has failed")]

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// With what follows a `?`.
    pub(crate) path: String,
    /// The header `authorization`.
    pub(crate) authorization: Option<String>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// An answer with a body of JSON.
    pub(crate) fn new(status: u16, body: &impl ToString) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string() }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The server; it ends when it is dropped.
pub(crate) struct Forge {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    thread: Option<JoinHandle<()>>,
}

/// What ends the server's thread.
const STOP: &str = "STOP";

impl Forge {
    /// Starts a server that answers as the function says; `None` closes the connection without a word.
    pub(crate) fn start(answer: impl Fn(&Request) -> Option<Answer> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                match read(&stream) {
                    Some(request) if request.path == STOP => return,
                    Some(request) => {
                        list.lock().unwrap().push(request.clone());
                        if let Some(answer) = answer(&request) {
                            write(&stream, &answer);
                        }
                    }
                    None => {}
                }
            }
        });
        Self { address, seen, thread: Some(thread) }
    }

    /// What `GITHUB_API_URL` should be.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            drop(stream.write_all(format!("GET {STOP} HTTP/1.1\r\n\r\n").as_bytes()));
        }
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.strip_prefix("GET ")?.split(' ').next()?.to_owned();
    let mut authorization = None;
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("authorization")
        {
            authorization = Some(value.to_owned());
        }
    }
    Some(Request { path, authorization })
}

fn write(mut stream: &TcpStream, answer: &Answer) {
    let headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let headers = headers.concat();
    let head = format!(
        "HTTP/1.1 {} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
        answer.status,
        answer.body.len()
    );
    // A client that has gone is the test's own matter.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.body.as_bytes())));
}
