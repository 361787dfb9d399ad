//! One connection as hyper reads and writes it.
//!
//! A client that goes away mostly says so. One whose machine lost its power or its network does not, and the system
//! would wait for it for a quarter of an hour. A download may wait that long: its reader closed the lid and goes on
//! later. A listener to events is told something every few seconds, and is given up as soon as that does not arrive.

use std::io::{IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::pace::Pace;

/// How long what was told to a listener may stay unread before the connection is given up. Together with
/// [`TOLD_EVERY`] it makes a vanished listener go within a minute.
const LISTENERS_PATIENCE: Duration = Duration::from_secs(30);

/// How often a listener is told at least that there is nothing to tell.
pub(crate) const TOLD_EVERY: Duration = Duration::from_secs(15);

/// How many bytes the system keeps for a listener beside what is on its way.
const KEPT_FOR_LISTENERS: u32 = 64 << 10;

/// One connection, and whether a listener to events is on it now.
pub(super) struct Connection {
    stream: TcpStream,
    listens: Arc<AtomicBool>,
    /// What the system was told last.
    patient: bool,
    pace: Arc<Pace>,
}

/// The other end of a request's connection.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    listens: Arc<AtomicBool>,
}

/// While this lives, the connection is one of a listener.
pub(crate) struct Listening(Arc<AtomicBool>);

impl Peer {
    /// From now on the connection is given up when the other end does not take what it is told.
    pub(crate) fn listens(&self) -> Listening {
        self.listens.store(true, Ordering::Relaxed);
        Listening(Arc::clone(&self.listens))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Connection {
    /// A connection that was accepted, and its other end.
    pub(super) fn new(stream: TcpStream, address: SocketAddr, pace: Arc<Pace>) -> (Self, Peer) {
        // A connection on which an option cannot be set is still a connection.
        let _ = stream.set_nodelay(true);
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(30))
            .with_interval(Duration::from_secs(10))
            .with_retries(3);
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        let listens: Arc<AtomicBool> = Arc::default();
        let peer = Peer { address, listens: Arc::clone(&listens) };
        (Self { stream, listens, patient: true, pace }, peer)
    }

    /// Tells the system how long to wait for the other end, where that has changed.
    fn settle_patience(&mut self) {
        let patient = !self.listens.load(Ordering::Relaxed);
        if patient == self.patient {
            return;
        }
        self.patient = patient;
        let socket = SockRef::from(&self.stream);
        let _ = socket.set_tcp_user_timeout((!patient).then_some(LISTENERS_PATIENCE));
        let _ = socket.set_tcp_notsent_lowat(if patient { u32::MAX } else { KEPT_FOR_LISTENERS });
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pace.read();
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.settle_patience();
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pace.wrote(wrote.is_ready());
        wrote
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.settle_patience();
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.pace.wrote(wrote.is_ready());
        wrote
    }

    /// hyper holds back sixteen pieces then, and does not copy them together into one of 400 KiB.
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
