//! `/healthz` and `/readyz`: for what starts, restarts and routes to this process. Probes come by address, with any
//! Host header and without signing in, so the answers say whether and no more.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rowport_model::ErrorCode;
use rowport_store::{Storage, Store, StoreError};
use serde::{Serialize, Serializer};
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
    #[serde(serialize_with = "in_one_word")]
    state: Option<ErrorCode>,
    #[serde(serialize_with = "in_one_word")]
    storage: Option<ErrorCode>,
}

/// An answer to a probe.
#[derive(Serialize)]
struct Report {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Checks>,
}

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
    pub(crate) async fn storage_problem(&self) -> Option<(ErrorCode, String)> {
        let looked = self.look().await;
        let words = looked.storage.unwrap_or_else(|| "it did not answer in time".to_owned());
        looked.checks.storage.map(|code| (code, words))
    }

    async fn look(&self) -> Looked {
        // Held while it looks, so that a burst of probes looks once.
        let mut last = self.parts.last.lock().await;
        if let Some(looked) = last.as_ref().filter(|looked| looked.at.elapsed() < BELIEVED) {
            return looked.clone();
        }
        let (store, files) = (Arc::clone(&self.parts.store), self.parts.storage.clone());
        let ((state, _), (storage, words)) = tokio::join!(
            problem_of(async move { store.check().await }, ErrorCode::StoreUnavailable),
            problem_of(async move { files.check().await }, ErrorCode::StorageUnavailable),
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
    match checks == (Checks { state: None, storage: None }) {
        true => answer(StatusCode::OK, Report { status: "ready", checks: Some(checks) }),
        false => answer(StatusCode::SERVICE_UNAVAILABLE, Report { status: "unready", checks: Some(checks) }),
    }
}

/// The code of a problem, or `ok`.
fn in_one_word<S: Serializer>(problem: &Option<ErrorCode>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(problem.map_or("ok", ErrorCode::as_str))
}

/// What is wrong, as a code and in words. The check goes on by itself when it takes too long: dropping it could leave a
/// connection in the middle of an answer.
async fn problem_of(
    check: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    too_late: ErrorCode,
) -> (Option<ErrorCode>, Option<String>) {
    match timeout(PATIENCE, tokio::spawn(check)).await {
        Ok(Ok(Ok(()))) => (None, None),
        Ok(Ok(Err(error))) => (Some(error.code()), Some(error.to_string())),
        Ok(Err(_)) | Err(_) => (Some(too_late), None),
    }
}

fn answer(status: StatusCode, report: Report) -> Response {
    let fresh = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, fresh, Json(report)).into_response()
}
