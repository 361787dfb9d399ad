//! The HTTP API under `/api/v1`, its document, and the page.
//!
//! Until there are accounts, whoever can reach the port may read the data. So [`serve`] refuses to listen anywhere
//! but on loopback, and requests that another web page made are refused before they reach a route.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod docs_page;
mod error;
mod extract;
mod links;
mod middleware;
mod openapi;
mod problems;
mod routes;
mod web_ui;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rowport_engine::Desk;
use rowport_engine::runs::{Runner, Watcher};
use rowport_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use links::Links;
pub use openapi::document;

/// What every route has at hand.
#[derive(Clone)]
pub struct AppState {
    /// The sources.
    pub desk: Arc<Desk>,
    /// Rowport's own state.
    pub store: Arc<Store>,
    /// The background work of this process.
    pub runner: Runner,
    /// What changes about runs, in whichever process.
    pub watcher: Watcher,
    /// Signs the links to files.
    pub links: Links,
}

/// All routes, behind the checks that hold for each of them.
pub fn router(state: AppState) -> Router {
    let (api, document) = openapi::routes(state);
    let page = web_ui::router();
    api.merge(docs_page::router(&document)).merge(page).layer(axum::middleware::from_fn(middleware::guard))
}

/// Serves until `shutdown`, then lets requests that are under way end.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    if !may_listen(address) {
        let message = format!(
            "{address} is not on loopback: until there are accounts, everybody there could read the data"
        );
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, message));
    }
    axum::serve(listener, router(state))
        .with_graceful_shutdown(async move { shutdown.cancelled().await })
        .await
}

/// Whether this address can be listened on before there are accounts.
pub fn may_listen(address: SocketAddr) -> bool {
    address.ip().is_loopback()
}
