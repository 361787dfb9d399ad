//! `/metrics`, on an address of its own: whoever scrapes does not sign in.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

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
    let router = Router::new().route("/metrics", get(answer));
    axum::serve(listener, router).with_graceful_shutdown(async move { shutdown.cancelled().await }).await
}
