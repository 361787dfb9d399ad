//! What holds for every request: it is named, watched and checked, and its answer has the headers that it needs.

mod authority;
mod counted;
mod observe;
mod refused_page;
pub(crate) mod request_id;
mod site;
mod trace;

pub(crate) use observe::observe;

pub(crate) use self::site::names_this_machine;

pub use self::site::Site;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::AppState;
use crate::connections::{Crowded, too_many};

/// Refuses what another web page sent, and forbids browsers to guess, frame or run what is not ours.
pub(crate) async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/v1/");
    let mut response = if request.extensions().get::<Crowded>().is_some() {
        // The place is wanted for the next probe.
        let close = HeaderMap::from_iter([
            (header::CONNECTION, HeaderValue::from_static("close")),
            (header::RETRY_AFTER, HeaderValue::from_static("5")),
        ]);
        too_many().with_headers(close).into_response()
    } else {
        match state.site.check(&request) {
            Ok(()) => next.run(request).await,
            Err(refusal) => refusal.answer(&request),
        }
    };
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.site.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
