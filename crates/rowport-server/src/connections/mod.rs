//! The connections that the server accepts: how many there may be, how long each may keep it waiting, and how they end.
//!
//! Only HTTP/1.1 and 1.0 are spoken. A connection without credentials costs nothing but itself: it is closed when its
//! request does not come in time, and gives way to others when there are too many.

mod bodies;
mod crowd;
mod pace;
mod shares;
mod stream;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use self::bodies::{Answer, TimedBody};
use self::crowd::{Crowd, Place, Room};
use self::stream::Connection;

pub(crate) use self::bodies::BodyTooSlow;
pub(crate) use self::shares::{Share, Shares, share_by_address, too_many};
pub(crate) use self::stream::{Listening, Peer, TOLD_EVERY};

/// How many connections there may be, and how long they may keep the server waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// At most so many at a time. They are files, and the process needs others.
    pub most: usize,
    /// At most so many from one address; behind a proxy so many requests at a time. `None` for no limit.
    pub most_per_address: Option<usize>,
    /// At most so many streams of events for one person or API key.
    pub most_streams: usize,
    /// How long the head of a request may take, from its first byte, and how long the first one may be awaited.
    pub head: Duration,
    /// How long the next byte of a request's body may take.
    pub body: Duration,
    /// How long a connection is kept for another request.
    pub idle: Duration,
    /// How long an answer waits for a reader who takes nothing of it.
    pub stuck: Duration,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            most: 1_024,
            most_per_address: None,
            most_streams: 20,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            // Longer than proxies keep theirs, so that it is they who close them.
            idle: Duration::from_secs(125),
            // A reader who closed the lid goes on later.
            stuck: Duration::from_secs(15 * 60),
        }
    }
}

impl ConnectionSettings {
    /// For what only a few programs ask: probes and metrics.
    pub(crate) fn for_few() -> Self {
        Self { most: 16, ..Self::default() }
    }
}

/// Marks requests on connections that are there for probes only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowded;

/// How long it waits before it tries to accept again, where the process or the system has no file left.
const NO_FILES: Duration = Duration::from_millis(100);

/// Serves these routes until `shutdown`, then lets requests that are under way end.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ConnectionSettings,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let crowd = Crowd::new(settings);
    let tasks = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                // One that there is no place for is closed.
                let Some(place) = crowd.admit(address.ip()) else { continue };
                tasks.spawn(attend(stream, address, place, router.clone(), settings, shutdown.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                crowd.make_room();
                tokio::time::sleep(NO_FILES).await;
            }
        }
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
    Ok(())
}

/// Whether a connection was lost before it was accepted, and the next may be fine.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection from its first byte to its end.
async fn attend(
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    router: Router,
    settings: ConnectionSettings,
    shutdown: CancellationToken,
) {
    let (stream, peer) = Connection::new(stream, address, place.pace.clone());
    let pace = &place.pace;
    let service = service_fn(|request: Request<Incoming>| {
        let (router, peer, answering, room) = (router.clone(), peer.clone(), pace.begin(), place.room);
        async move {
            let Some(answering) = answering else { return Ok::<_, Infallible>(refused()) };
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo(peer));
            if room == Room::Probes {
                parts.extensions.insert(Crowded);
            }
            let body = Body::new(TimedBody::new(body, settings.body));
            let response = match router.oneshot(Request::from_parts(parts, body)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            Ok(response.map(|body| Answer { body, _answering: Some(answering) }))
        }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    let mut closing = false;
    loop {
        tokio::select! {
            biased;
            () = pace.over() => return,
            () = shutdown.cancelled(), if !closing => {
                if pace.is_fresh() {
                    return;
                }
                closing = true;
                connection.as_mut().graceful_shutdown();
            }
            // How it ended is known to whom it concerns: the body of a request or of an answer.
            _ = connection.as_mut() => return,
        }
    }
}

/// What is answered on a connection that had to make room in the instant in which a request came.
fn refused() -> Response<Answer> {
    let mut response = Response::new(Answer { body: Body::empty(), _answering: None });
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}
