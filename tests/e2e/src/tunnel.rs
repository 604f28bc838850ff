//! A proxy of the network: it connects whoever asks with one upstream, whatever name was asked for, so that names which nobody has can be
//! tried out.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::server::Server;
use crate::wire::{self, Response};

/// The proxy; it ends when it is dropped.
pub struct Tunnel {
    server: Server,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    /// Starts a proxy that leads to `upstream`.
    pub fn start(upstream: SocketAddr) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&seen);
        Self { server: Server::start(move |stream| serve(stream, upstream, &list)), seen }
    }

    /// What `HTTPS_PROXY` should be.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Hosts and ports that somebody wanted to be connected with, once each.
    pub fn seen(&self) -> Vec<String> {
        let mut seen = self.seen.lock().unwrap().clone();
        seen.dedup();
        seen
    }
    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn serve(mut stream: &TcpStream, upstream: SocketAddr, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let Some(request) = wire::request_head(&mut wire::Unbuffered(stream))? else { return Ok(()) };
    seen.lock().unwrap().push(request.target.clone());
    if request.method != "CONNECT" {
        return stream.write_all(&Response::new(405, "").bytes(&request.method));
    }
    let other = TcpStream::connect(upstream)?;
    stream.write_all(b"HTTP/1.1 200 -\r\n\r\n")?;
    thread::scope(|scope| {
        scope.spawn(|| pass(stream, &other));
        pass(&other, stream);
    });
    Ok(())
}

/// Passes bytes on until one side ends.
fn pass(mut from: &TcpStream, mut to: &TcpStream) {
    // How it ends is the matter of the two sides.
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Write));
}
