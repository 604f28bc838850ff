//! A server on loopback whose every answer is a test's own, byte by byte: for what no real server does on demand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// The server; it ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

/// What ends the server's thread.
const STOP: &str = "stop";

impl Server {
    /// Starts a server. Its function gets head and body of a request, in lower case, and the number of requests before it.
    pub(crate) fn start(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream: TcpStream = stream.unwrap();
                let request = read(&stream);
                if request == STOP {
                    return;
                }
                let before = list.lock().unwrap().len();
                list.lock().unwrap().push(request.clone());
                // A client that hangs up in the middle is what some tests are about.
                drop(stream.write_all(&answer(&request, before)));
            }
        });
        Self { address, seen, thread: Some(thread) }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(self.address) {
            drop(stream.write_all(format!("{STOP}\r\n\r\n").as_bytes()));
        }
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let head: Vec<String> = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let length = head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    let parts = [head.join("\n"), body];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n").to_lowercase()
}

/// An answer after which the connection ends; headers are lines.
pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let lines: Vec<_> = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
    let head =
        format!("HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n", body.len(), lines.concat());
    [head.as_bytes(), body].concat()
}
