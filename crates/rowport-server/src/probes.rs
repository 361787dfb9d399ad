//! `/healthz` and `/readyz`: for whoever starts, restarts and routes to this process. Probes come by address, with any
//! Host header and without signing in, so the answers say whether and no more.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rowport_store::{Storage, Store, StoreError};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// What is there when this process lives.
pub(crate) const HEALTH: &str = "/healthz";
/// What says whether requests should be sent to it.
pub(crate) const READINESS: &str = "/readyz";

/// Whether this process can do its work: its state answers, files can be written, and it is not about to end.
#[derive(Clone)]
pub struct Readiness {
    parts: Arc<Parts>,
}

struct Parts {
    store: Arc<Store>,
    storage: Storage,
    draining: CancellationToken,
    last: Mutex<Option<Looked>>,
}

/// What was found when it was looked last.
#[derive(Clone)]
struct Looked {
    at: Instant,
    checks: Checks,
    /// What is wrong with the storage, for those who may know it.
    storage: Option<String>,
}

/// Each check says `ok`, or the stable code of what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Checks {
    state: &'static str,
    storage: &'static str,
}

/// An answer to a probe.
#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Checks>,
}

const OK: &str = "ok";
/// How long a check may take before its answer is no.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an answer is believed: anybody may ask, and as often as they like.
const BELIEVED: Duration = Duration::from_secs(5);

impl Readiness {
    /// `draining` is set when the process has been asked to end.
    pub fn new(store: Arc<Store>, storage: Storage, draining: CancellationToken) -> Self {
        Self { parts: Arc::new(Parts { store, storage, draining, last: Mutex::default() }) }
    }

    /// Tells this process from all others.
    pub(crate) fn process_name(&self) -> String {
        self.parts.store.process_name()
    }

    /// What is wrong with the storage, as a stable code and in words; `None` where files can be written.
    pub(crate) async fn storage_problem(&self) -> Option<(&'static str, String)> {
        let looked = self.look().await;
        let words = looked.storage.unwrap_or_else(|| "it did not answer in time".to_owned());
        (looked.checks.storage != OK).then_some((looked.checks.storage, words))
    }

    async fn look(&self) -> Looked {
        // Held while it looks, so that a burst of probes looks once.
        let mut last = self.parts.last.lock().await;
        if let Some(looked) = last.as_ref().filter(|looked| looked.at.elapsed() < BELIEVED) {
            return looked.clone();
        }
        let (store, files) = (Arc::clone(&self.parts.store), self.parts.storage.clone());
        let ((state, _), (storage, words)) = tokio::join!(
            word(async move { store.check().await }, "store_unavailable"),
            word(async move { files.check().await }, "storage_unavailable"),
        );
        let looked = Looked { at: Instant::now(), checks: Checks { state, storage }, storage: words };
        *last = Some(looked.clone());
        looked
    }
}

/// The routes of probes, and nothing else.
pub(crate) fn router(readiness: Readiness) -> Router {
    Router::new().route(HEALTH, get(healthz)).route(READINESS, get(readyz)).with_state(readiness)
}

async fn healthz() -> Response {
    answer(StatusCode::OK, Report { status: "ok", checks: None })
}

async fn readyz(State(readiness): State<Readiness>) -> Response {
    if readiness.parts.draining.is_cancelled() {
        return answer(StatusCode::SERVICE_UNAVAILABLE, Report { status: "draining", checks: None });
    }
    let checks = readiness.look().await.checks;
    match checks == (Checks { state: OK, storage: OK }) {
        true => answer(StatusCode::OK, Report { status: "ready", checks: Some(checks) }),
        false => answer(StatusCode::SERVICE_UNAVAILABLE, Report { status: "unready", checks: Some(checks) }),
    }
}

/// The outcome of a check in one word, and what is wrong in several. It goes on by itself when it takes too long: dropping it could leave a
/// connection in the middle of an answer.
async fn word(
    check: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    too_late: &'static str,
) -> (&'static str, Option<String>) {
    match timeout(PATIENCE, tokio::spawn(check)).await {
        Ok(Ok(Ok(()))) => (OK, None),
        Ok(Ok(Err(error))) => (error.code(), Some(error.to_string())),
        Ok(Err(_)) | Err(_) => (too_late, None),
    }
}

fn answer(status: StatusCode, report: Report) -> Response {
    let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, fresh, Json(report)).into_response()
}
