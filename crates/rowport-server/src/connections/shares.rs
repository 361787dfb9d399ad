//! How much of something one principal, or one address behind a proxy, may have at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use rowport_model::ErrorCode;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::AppState;
use crate::access::client_address;
use crate::error::ApiError;

/// Counts what each has now, and gives no more than so many of it.
#[derive(Clone)]
pub(crate) struct Shares {
    most: usize,
    held: Arc<Mutex<HashMap<String, usize>>>,
}

/// One of a principal's connections, until it is dropped.
pub(crate) struct Share {
    shares: Shares,
    whose: String,
}

impl Shares {
    /// At most so many each.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, held: Arc::default() }
    }

    /// One more, unless there are as many as may be.
    pub(crate) fn take(&self, whose: &str) -> Option<Share> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(whose.to_owned()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { shares: self.clone(), whose: whose.to_owned() })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.whose);
            }
        }
    }
}

/// Behind a proxy all connections are the proxy's, so what one client may have at a time is requests.
pub(crate) async fn share_by_address(
    State((state, shares)): State<(AppState, Shares)>,
    request: Request,
    next: Next,
) -> Response {
    let Some(address) = client_address(&state, &request) else { return next.run(request).await };
    let Some(share) = shares.take(&address) else { return too_many().into_response() };
    next.run(request).await.map(|body| Body::new(Held { body, _share: share }))
}

/// The answer where a client, or all of them together, have as many connections as may be.
pub(crate) fn too_many() -> ApiError {
    let detail = "too many connections are open, or too many requests at once; close some, or try again soon";
    ApiError::new(ErrorCode::TooManyConnections, detail)
}

/// An answer that takes a share until its end.
struct Held {
    body: Body,
    _share: Share,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
