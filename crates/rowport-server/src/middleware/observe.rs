//! What is known of each request afterwards: a line in the log, the metrics, a span. All three say the route's
//! template and never the address itself, because names of datasets and values of filters stand in that.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::{Instrument, Span};

use super::counted::Counted;
use super::request_id::{self, RequestIds};
use super::trace;
use crate::probes;

/// Names the request, and watches its answer until the last byte.
pub(crate) async fn observe(State(ids): State<RequestIds>, request: Request, next: Next) -> Response {
    let id = ids.name(request.headers());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let seen = Seen::new(route, request.method(), &id, request.headers());
    let span = seen.span.clone();
    let named = request_id::value(&id);
    let mut response = request_id::scope(id, next.run(request)).instrument(span).await;
    response.headers_mut().insert(request_id::HEADER, named);
    let seen = seen.answered(response.status());
    response.map(|body| Body::new(Counted::new(body, seen)))
}

/// A request and what became of it. Dropping it is its end, whether or not it was answered.
pub(super) struct Seen {
    route: Option<MatchedPath>,
    method: &'static str,
    span: Span,
    came: Instant,
    head: Option<(StatusCode, Instant)>,
    pub(super) bytes: u64,
    /// Whether the last byte was handed over.
    pub(super) complete: bool,
}

impl Seen {
    fn new(route: Option<MatchedPath>, method: &Method, id: &str, headers: &axum::http::HeaderMap) -> Self {
        let method = word(method);
        let name = route.as_ref().map_or(PAGE, MatchedPath::as_str);
        // An error's level, so that the name is known to whatever is logged within, however little is logged.
        let span = tracing::error_span!(
            "request",
            request_id = id,
            trace_id = tracing::field::Empty,
            otel.name = format!("{method} {name}"),
            otel.kind = "server",
            otel.status_code = tracing::field::Empty,
            http.request.method = method,
            http.route = name,
            http.response.status_code = tracing::field::Empty,
        );
        trace::continue_from(&span, headers);
        metrics::gauge!("rowport_http_requests_in_flight").increment(1);
        Self { route, method, span, came: Instant::now(), head: None, bytes: 0, complete: false }
    }

    fn answered(mut self, status: StatusCode) -> Self {
        self.head = Some((status, Instant::now()));
        // A signed number is what traces know as a number.
        self.span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
        self
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(PAGE, MatchedPath::as_str)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        let now = Instant::now();
        // A client that left before the answer began got none.
        let (status, head) = self.head.map_or((LEFT, now), |(status, at)| (status.as_u16(), at));
        let route = self.route().to_owned();
        let labels = [("route", route.clone()), ("method", self.method.to_owned())];
        metrics::gauge!("rowport_http_requests_in_flight").decrement(1);
        metrics::histogram!("rowport_http_request_seconds", &labels).record(head - self.came);
        metrics::counter!("rowport_http_response_bytes_total", &labels).increment(self.bytes);
        let [route_label, method_label] = labels;
        let labels = [route_label, method_label, ("status", status.to_string())];
        metrics::counter!("rowport_http_requests_total", &labels).increment(1);
        let _entered = self.span.enter();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "rowport::access",
                    method = self.method,
                    route,
                    status,
                    bytes = self.bytes,
                    head_ms = milliseconds(head - self.came),
                    duration_ms = milliseconds(now - self.came),
                    complete = self.complete,
                    "answered"
                )
            };
        }
        // Probes come every few seconds and say nothing by coming.
        match self.route() {
            probes::HEALTH | probes::READINESS => line!(debug),
            _ => line!(info),
        }
    }
}

/// What stands for the route where there is none: the page answers at every other address.
const PAGE: &str = "page";

/// What stands for the status where the client left before there was one.
const LEFT: u16 = 499;

/// A client may make up methods, and the metrics keep all words that they ever heard.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// With three digits after the point.
fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
