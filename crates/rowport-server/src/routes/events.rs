use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use rowport_engine::runs::Watcher;
use rowport_store::Run;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::AppState;
use crate::access::Caller;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// So many changes are replayed one by one; whoever missed more reads the history again.
const REPLAYED: u32 = 256;

/// Changes to one's runs, as server-sent events: `run` with the run as JSON, its version as the id. A client that
/// reconnects says `Last-Event-ID` and gets what it missed; `reset` says that this was too much, and that the
/// history is to be read again. `ready` comes first.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "runs",
    params(("Last-Event-ID" = Option<i64>, Header, nullable = false, description = "The id of the last event that the client has")),
    responses((status = 200, description = "The events", content_type = "text/event-stream"), StateProblems)
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    Caller(principal): Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let last = match headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.parse().ok())) {
        None => None,
        Some(Some(last)) => Some(last),
        Some(None) => return Err(ApiError::bad_request("`Last-Event-ID` is the id of an event")),
    };
    // Listening begins before the store is asked, so that nothing falls between.
    let changes = state.watcher.listen();
    let mut waiting = VecDeque::from([Message::Ready]);
    let version = state.store.runs().version().await?;
    let mut seen = version;
    if let Some(last) = last {
        let missed = state.store.runs().changed_since(last, REPLAYED).await?;
        if missed.len() < REPLAYED as usize && last <= version {
            seen = missed.last().map_or(last, |run| run.version);
            waiting.extend(missed.into_iter().map(|run| Message::Run(Arc::new(run))));
        } else {
            waiting.push_back(Message::Reset);
        }
    }
    let listener = Listener {
        principal: principal.id().to_owned(),
        watcher: state.watcher,
        changes,
        waiting,
        seen,
        start: version,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

enum Message {
    Ready,
    Run(Arc<Run>),
    Reset,
}

struct Listener {
    principal: String,
    watcher: Watcher,
    changes: Receiver<Arc<Run>>,
    waiting: VecDeque<Message>,
    /// Everything up to this version was told.
    seen: i64,
    /// The version when the client came.
    start: i64,
}

impl Listener {
    /// The next event; `None` when the process is about to end, so that the client goes to another one.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let message = match self.waiting.pop_front() {
                Some(message) => message,
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
                Message::Run(run) => {
                    let event = Event::default().event("run").id(run.version.to_string());
                    // Texts and numbers; serialising them cannot fail.
                    event.json_data(&*run).unwrap_or_default()
                }
            });
        }
    }
}
