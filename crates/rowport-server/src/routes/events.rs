use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use rowport_engine::accounts::Accounts;
use rowport_engine::runs::Watcher;
use rowport_model::{ErrorCode, Principal};
use rowport_store::{Run, Store};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::AppState;
use crate::access::CurrentUser;
use crate::connections::{Listening, Peer, Share, Shares, TOLD_EVERY};
use crate::error::ApiError;
use crate::problems::{StateProblems, TooOften};

/// The streams that each principal has.
#[derive(Clone)]
pub(crate) struct EventStreams(pub(crate) Shares);

/// So many changes are replayed one by one; a client that missed more reads the history again.
const REPLAYED: u32 = 256;

/// How many of them are in memory at once: a thousand clients come back together when a process was restarted.
const REPLAYED_AT_ONCE: u32 = 16;

/// Changes to one's runs, as server-sent events: `run` with the run as JSON, its version as the id. A client that
/// reconnects says `Last-Event-ID` and gets what it missed; `reset` says that this was too much, and that the
/// history is to be read again. `ready` comes first.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "runs",
    params(("Last-Event-ID" = Option<i64>, Header, nullable = false, description = "The id of the last event that the client has")),
    responses((status = 200, description = "The events", content_type = "text/event-stream"), StateProblems, TooOften)
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    Extension(EventStreams(streams)): Extension<EventStreams>,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = match headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok())) {
        None => None,
        Some(Some(last)) => Some(last),
        Some(None) => return Err(ApiError::bad_request("`Last-Event-ID` is the id of an event")),
    };
    let principal = me.principal.id();
    let share = match principal {
        // Without sign-in there are no principals to tell apart.
        Principal::LOCAL => None,
        _ => Some(streams.take(principal).ok_or_else(too_many_streams)?),
    };
    // Listening begins before the store is asked, so that nothing falls between.
    let changes = state.watcher.listen();
    let mut waiting = VecDeque::from([Message::Ready]);
    let version = state.store.runs().version().await?;
    let mut seen = version;
    if let Some(last) = last {
        let missed = state.store.runs().count_changed_since(last, REPLAYED).await?;
        if missed < REPLAYED && last <= version {
            seen = last;
        } else {
            waiting.push_back(Message::Reset);
        }
    }
    let listener = Listener {
        principal: me.principal.id().to_owned(),
        session: me.session,
        accounts: state.accounts,
        known_at: Instant::now(),
        store: state.store,
        watcher: state.watcher,
        changes,
        waiting,
        replayed: seen == version,
        seen,
        start: version,
        _listening: peer.map(|Extension(ConnectInfo(peer))| peer.listens()),
        _counted: Counted::new(),
        _share: share,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(TOLD_EVERY)))
}

fn too_many_streams() -> ApiError {
    let detail = "too many streams of events are open for this account; close some of its pages";
    let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static("60"))]);
    ApiError::new(ErrorCode::TooManyStreams, detail).with_headers(headers)
}

/// For how long a principal's permission to listen is cached.
const BELIEVED: Duration = Duration::from_secs(5);

enum Message {
    Ready,
    Run(Arc<Run>),
    Reset,
}

struct Listener {
    principal: String,
    session: Option<String>,
    accounts: Accounts,
    /// When it was last certain that they may listen.
    known_at: Instant,
    store: Arc<Store>,
    watcher: Watcher,
    changes: Receiver<Arc<Run>>,
    waiting: VecDeque<Message>,
    /// Whether the client has been told of all that it missed.
    replayed: bool,
    /// Everything up to this version was told.
    seen: i64,
    /// The version when the client came.
    start: i64,
    _listening: Option<Listening>,
    _counted: Counted,
    _share: Option<Share>,
}

/// One more who listens, until it is dropped.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("rowport_event_listeners").increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("rowport_event_listeners").decrement(1);
    }
}

impl Listener {
    /// The next event; `None` when the process is about to end, so that the client goes to another one.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let message = match self.waiting.pop_front() {
                Some(message) => message,
                None if !self.replayed => {
                    self.replay().await;
                    continue;
                }
                None => tokio::select! {
                    change = self.changes.recv() => match change {
                        Ok(run) if run.version <= self.seen => continue,
                        Ok(run) => {
                            self.seen = run.version;
                            Message::Run(run)
                        }
                        Err(RecvError::Lagged(_)) => Message::Reset,
                        Err(RecvError::Closed) => return None,
                    },
                    () = self.watcher.stopped() => return None,
                },
            };
            return Some(match message {
                // With an id, so that a client that loses the connection at once misses nothing.
                Message::Ready => {
                    Event::default().event("ready").id(self.start.min(self.seen).to_string()).data("{}")
                }
                Message::Reset => Event::default().event("reset").data("{}"),
                Message::Run(run) if run.principal != self.principal => continue,
                Message::Run(_) if !self.may_listen().await => return None,
                Message::Run(run) => {
                    let event = Event::default().event("run").id(run.version.to_string());
                    // Texts and numbers; serialising them cannot fail.
                    event.json_data(&*run).unwrap_or_default()
                }
            });
        }
    }

    /// Whether they still may: they may have been suspended since, or have signed out.
    async fn may_listen(&mut self) -> bool {
        if self.known_at.elapsed() < BELIEVED {
            return true;
        }
        self.known_at = Instant::now();
        // A store that does not answer is no reason to send anybody away.
        if let Some(session) = &self.session
            && matches!(self.accounts.is_active(session).await, Ok(false))
        {
            return false;
        }
        !matches!(self.accounts.principal(&self.principal).await, Ok(None))
    }

    /// Fetches some of what the client missed. What changes meanwhile is sent later, as it is then.
    async fn replay(&mut self) {
        match self.store.runs().changed_since(self.seen, REPLAYED_AT_ONCE).await {
            Ok(missed) => {
                self.replayed = missed.len() < REPLAYED_AT_ONCE as usize;
                self.seen = missed.last().map_or(self.seen, |run| run.version);
                self.waiting.extend(missed.into_iter().map(|run| Message::Run(Arc::new(run))));
            }
            Err(error) => {
                tracing::warn!(%error, "changes to runs cannot be read again");
                self.replayed = true;
                self.seen = self.start;
                self.waiting.push_back(Message::Reset);
            }
        }
    }
}
