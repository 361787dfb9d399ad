//! Room for large bodies: those that name many rows by their keys.
//!
//! What is in them is held until they are answered, so all of them together have a budget. A body beyond what other routes
//! take is not read before there is room for it, and one caller has one at a time.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use rowport_engine::accounts::SignedIn;
use rowport_model::ErrorCode;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::error::ApiError;
use crate::extract::{broken_off, read_json, too_large};

/// The most bytes of a body that names rows by their keys.
pub(crate) const MOST: usize = 16 << 20;

/// Up to here a body is like any other.
const SMALL: usize = 2 << 20;

/// Up to here a body is parsed at once; others meanwhile would wait for a larger one.
const QUICK: usize = 64 << 10;

/// So many bytes of large bodies are held at the same time, by the whole process.
const BUDGET: usize = MOST;

/// So many bytes of a body that is too large are read and dropped.
const DROPPED: usize = 4 * MOST;

/// How long a request waits for room.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many callers are remembered before those who hold nothing are forgotten.
const REMEMBERED: usize = 1_000;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(BUDGET)));
static TURNS: LazyLock<Mutex<HashMap<String, Arc<Semaphore>>>> = LazyLock::new(Mutex::default);

/// Room that a large body takes up; none for others. It is held until the request is answered.
#[derive(Debug, Default)]
pub(crate) struct Room(Vec<OwnedSemaphorePermit>);

/// A JSON body that may name a million keys, and the room that it takes up.
pub(crate) struct KeysJson<T>(pub(crate) T, pub(crate) Room);

impl<S: Send + Sync, T: DeserializeOwned + Send + 'static> FromRequest<S> for KeysJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let account = parts.extensions.get::<SignedIn>().map(|it| it.principal.account().to_owned());
        let account = account.unwrap_or_default();
        let (bytes, room) = read(body, declared(&parts.headers), &account).await?;
        if bytes.len() <= QUICK {
            return read_json(&parts.headers, &bytes).map(|body| Self(body, room));
        }
        let parsing = tokio::task::spawn_blocking(move || read_json(&parts.headers, &bytes));
        let parsed = parsing.await.unwrap_or_else(|error| {
            Err(rowport_engine::EngineError::Internal { message: error.to_string() }.into())
        });
        parsed.map(|body| Self(body, room))
    }
}

/// The body, once there is room for it.
async fn read(mut body: Body, declared: Option<usize>, account: &str) -> Result<(Bytes, Room), ApiError> {
    let mut room = Room::default();
    if let Some(length) = declared.filter(|length| *length > SMALL) {
        if length > MOST {
            return Err(refused(body).await);
        }
        room = Room::of(length, account).await?;
    }
    let mut bytes = Vec::with_capacity(declared.unwrap_or_default().min(MOST));
    let mut has_room = !room.0.is_empty();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken_off(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > SMALL && !has_room {
            // Nothing was said of its length, so it may have any.
            room = Room::of(MOST, account).await?;
            has_room = true;
        }
        if bytes.len() + data.len() > MOST {
            return Err(refused(body).await);
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes.into(), room))
}

/// The refusal of a body that is too large, some of which is read and dropped first: a sender whose connection breaks while
/// it writes never reads why.
async fn refused(mut body: Body) -> ApiError {
    let mut dropped = 0;
    while let Some(Ok(frame)) = body.frame().await {
        dropped += frame.data_ref().map_or(0, Bytes::len);
        if dropped > DROPPED {
            break;
        }
    }
    too_large()
}

impl Room {
    async fn of(length: usize, account: &str) -> Result<Self, ApiError> {
        let until = Instant::now() + PATIENCE;
        let turn = acquire(turn(account), 1, until).await?;
        let room =
            acquire(Arc::clone(&ROOM), u32::try_from(length.min(BUDGET)).unwrap_or(u32::MAX), until).await?;
        Ok(Self(vec![turn, room]))
    }
}

fn turn(account: &str) -> Arc<Semaphore> {
    // Nothing that is done under the lock can leave a half-made state behind.
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    if turns.len() >= REMEMBERED {
        // A permit holds on to its semaphore, so these have none out.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    }
    Arc::clone(turns.entry(account.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1))))
}

async fn acquire(from: Arc<Semaphore>, many: u32, until: Instant) -> Result<OwnedSemaphorePermit, ApiError> {
    match timeout_at(until, from.acquire_many_owned(many)).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => {
            let detail = "other requests that name many rows are being worked on; send this one again later";
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from_static("30"))]);
            Err(ApiError::new(ErrorCode::Busy, detail).with_headers(headers))
        }
    }
}

fn declared(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
