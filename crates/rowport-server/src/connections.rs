//! The connections that the server accepts, and how those are noticed that nobody is behind any more.
//!
//! A client that goes away mostly says so. One whose machine lost its power or its network does not, and the system
//! would wait for it for a quarter of an hour. A download may wait that long: somebody closed the lid and goes on
//! later. Whoever listens to events is told something every few seconds, and is given up as soon as that does not
//! arrive.

use std::io::{IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// How long what was told to a listener may stay unread before the connection is given up. Together with
/// [`TOLD_EVERY`] it makes a vanished listener go within a minute.
const LISTENERS_PATIENCE: Duration = Duration::from_secs(30);

/// How often a listener is told at least that there is nothing to tell.
pub(crate) const TOLD_EVERY: Duration = Duration::from_secs(15);

/// How many bytes the system keeps for a listener beside what is on its way.
const KEPT_FOR_LISTENERS: u32 = 64 << 10;

/// Accepts connections.
pub(crate) struct Connections(pub(crate) TcpListener);

/// One connection, and whether somebody listens to events on it now.
pub(crate) struct Connection {
    stream: TcpStream,
    listens: Arc<AtomicBool>,
    /// What the system was told last.
    patient: bool,
}

/// Whoever is at the other end of a request's connection.
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

impl Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // A connection on which an option cannot be set is still a connection.
        let _ = stream.set_nodelay(true);
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(30))
            .with_interval(Duration::from_secs(10))
            .with_retries(3);
        let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
        (Connection { stream, listens: Arc::default(), patient: true }, address)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Connections>> for Peer {
    fn connect_info(incoming: IncomingStream<'_, Connections>) -> Self {
        Self { address: *incoming.remote_addr(), listens: Arc::clone(&incoming.io().listens) }
    }
}

impl Connection {
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.settle_patience();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.settle_patience();
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
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
