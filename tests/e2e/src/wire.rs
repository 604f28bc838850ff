//! HTTP/1.1, as much of it as a proxy and a pusher need: one message after the other, with bodies that fit into memory.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for the other side.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In their order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Response {
    /// Such as 200.
    pub status: u16,
    /// In their order.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), ..Self::default() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The first header of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A value of the query, as it is written.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl Response {
    /// An answer with a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The first header of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Head and body as they travel; the connection ends afterwards. The answer to a `HEAD` request has its length and no body.
    pub(crate) fn bytes(&self, method: &str) -> Vec<u8> {
        let mut out = format!("HTTP/1.1 {} -\r\n", self.status);
        for (name, value) in &self.headers {
            if !is_framing(name) {
                write!(out, "{name}: {value}\r\n").unwrap();
            }
        }
        let length = match self.get("content-length").filter(|_| method == "HEAD") {
            Some(length) => length.to_owned(),
            None => self.body.len().to_string(),
        };
        write!(out, "content-length: {length}\r\nconnection: close\r\n\r\n").unwrap();
        let mut bytes = out.into_bytes();
        if method != "HEAD" {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Headers that say how a body travels, which is written anew.
fn is_framing(name: &str) -> bool {
    ["content-length", "transfer-encoding", "connection"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// Sends a request and reads the answer.
///
/// # Errors
///
/// The other side cannot be reached, or its answer is not whole.
pub fn send(address: SocketAddr, request: &Request) -> io::Result<Response> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    if request.get("host").is_none() {
        write!(head, "host: {address}\r\n").unwrap();
    }
    for (name, value) in &request.headers {
        if !is_framing(name) {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
    }
    write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", request.body.len()).unwrap();
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (first, headers) = head_of(&mut reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        if status == 100 {
            continue;
        }
        let empty = request.method == "HEAD" || status == 204 || status == 304;
        let body = if empty { Vec::new() } else { body_of(&mut reader, &headers, Open::UntilTheEnd)? };
        return Ok(Response { status, headers, body });
    }
}

/// Reads the head of a request; `None` when the client has gone.
pub(crate) fn request_head(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some((first, headers)) = head_of(reader)? else { return Ok(None) };
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    Ok(Some(Request { method, target, headers, body: Vec::new() }))
}

/// Reads the body that belongs to a head.
pub(crate) fn request_body(reader: &mut impl BufRead, request: &mut Request) -> io::Result<()> {
    request.body = body_of(reader, &request.headers, Open::Empty)?;
    Ok(())
}

/// Reads a head byte by byte, so that nothing of the body is taken from the connection: a fault decides whether it is read at all.
pub(crate) struct Unbuffered<'a>(pub(crate) &'a TcpStream);

impl Read for Unbuffered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Unbuffered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        unreachable!("lines are read by `read_line` below")
    }

    fn consume(&mut self, _: usize) {}

    fn read_line(&mut self, line: &mut String) -> io::Result<usize> {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\n") && self.0.read(&mut byte)? == 1 {
            bytes.push(byte[0]);
        }
        line.push_str(&String::from_utf8_lossy(&bytes));
        Ok(bytes.len())
    }
}

type Head = (String, Vec<(String, String)>);

fn head_of(reader: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(Some((first.trim_end().to_owned(), headers)));
        }
        let (name, value) = line.split_once(':').ok_or(io::ErrorKind::InvalidData)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

/// What a body is whose length nobody tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Empty,
    UntilTheEnd,
}

fn body_of(reader: &mut impl BufRead, headers: &[(String, String)], open: Open) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if find(headers, "transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let length = line.split(';').next().unwrap_or_default().trim();
            let length = u64::from_str_radix(length, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            let read = reader.by_ref().take(length).read_to_end(&mut body)?;
            if read as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut end = String::new();
            reader.read_line(&mut end)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
    match find(headers, "content-length").and_then(|value| value.parse::<u64>().ok()) {
        Some(length) => {
            let read = reader.by_ref().take(length).read_to_end(&mut body)?;
            if read as u64 != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        None if open == Open::UntilTheEnd => drop(reader.read_to_end(&mut body)?),
        None => {}
    }
    Ok(body)
}
