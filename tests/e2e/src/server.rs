//! A listener on loopback with a thread for each connection.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// The listener; it ends when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to listen. A connection ends when the function comes back.
    pub(crate) fn start(serve: impl Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let own = Arc::clone(&stopped);
        let thread = thread::spawn(move || accept(&listener, &own, &Arc::new(serve)));
        Self { address, stopped, thread: Some(thread) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // The next connection is the last.
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn accept<F>(listener: &TcpListener, stopped: &AtomicBool, serve: &Arc<F>)
where
    F: Fn(&TcpStream) -> io::Result<()> + Send + Sync + 'static,
{
    let mut clients = Vec::new();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        if stopped.load(Ordering::SeqCst) {
            break;
        }
        let serve = Arc::clone(serve);
        // A client that hangs up in the middle is its own matter.
        clients.push(thread::spawn(move || drop(serve(&stream))));
    }
    for client in clients {
        drop(client.join());
    }
}
