//! `/metrics`, on an address of its own: what scrapes it does not sign in.
//!
//! On loopback it is for this machine, and a web page elsewhere whose own name resolves to loopback could read it: the
//! Host header tells. On other addresses a scraper may know the machine by any name.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::connections::{self, ConnectionSettings};
use crate::middleware::names_this_machine;

/// Serves what `scrape` renders, in Prometheus's text format, until `shutdown`.
pub async fn serve_metrics<Scrape, Text>(
    listener: TcpListener,
    scrape: Scrape,
    shutdown: CancellationToken,
) -> std::io::Result<()>
where
    Scrape: Fn() -> Text + Clone + Send + Sync + 'static,
    Text: Future<Output = String> + Send + 'static,
{
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    let answer = move || async move { ([(header::CONTENT_TYPE, kind)], scrape().await) };
    let loopback = listener.local_addr()?.ip().is_loopback();
    let check = move |request: Request, next: Next| async move {
        match loopback && !names_this_machine(request.headers()) {
            true => (StatusCode::FORBIDDEN, "the Host header must name this machine, such as localhost")
                .into_response(),
            false => next.run(request).await,
        }
    };
    let router = Router::new().route("/metrics", get(answer)).layer(from_fn(check));
    connections::serve(listener, router, ConnectionSettings::for_few(), shutdown).await
}
