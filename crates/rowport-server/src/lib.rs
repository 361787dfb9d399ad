//! The HTTP API under `/api/v1`, its document, and the page.
//!
//! Every route declares what a caller needs for it, and there is no way to add one without. Requests that another
//! web page made are refused before they reach a route. A desk that people need not sign in to listens on loopback only.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod access;
mod connections;
mod docs_page;
mod error;
mod extract;
mod links;
mod middleware;
mod openapi;
mod probes;
mod problems;
mod room;
mod routes;
mod scrape;
mod status;
mod unreadable;
mod web_ui;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use rowport_engine::Sources;
use rowport_engine::accounts::{Accounts, SignInMode};
use rowport_engine::changes::Changes;
use rowport_engine::notify::Notifier;
use rowport_engine::runs::{Runner, Watcher};
use rowport_store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use connections::{Shares, share_by_address};
use middleware::request_id::RequestIds;

pub use connections::ConnectionSettings;
pub use links::Links;
pub use middleware::Site;
pub use openapi::document;
pub use probes::Readiness;
pub use routes::limits::LimitSettings;
pub use scrape::serve_metrics;

/// What every route has at hand.
#[derive(Clone)]
pub struct AppState {
    /// The sources.
    pub sources: Arc<Sources>,
    /// Rowport's own state.
    pub store: Arc<Store>,
    /// The background work of this process.
    pub runner: Runner,
    /// What tells the outside of the ends of runs.
    pub notifier: Notifier,
    /// What changes about runs, in whichever process.
    pub watcher: Watcher,
    /// Signs the links to files.
    pub links: Links,
    /// What is done to rows.
    pub changes: Changes,
    /// Who asks.
    pub accounts: Accounts,
    /// The file with the anchors of the audit, where this process has one.
    pub anchors: PathBuf,
    /// Where the page is, as the outside sees it.
    pub site: Arc<Site>,
    /// How often something may be done.
    pub limits: LimitSettings,
    /// How many connections there may be, and how long they may take.
    pub connections: ConnectionSettings,
    /// Set when the process has been asked to end.
    pub draining: CancellationToken,
}

/// All routes, behind the checks that hold for each of them.
pub fn router(state: AppState) -> Router {
    let readiness =
        Readiness::new(Arc::clone(&state.store), state.runner.storage().clone(), state.draining.clone());
    let (api, document) = openapi::routes(state.clone());
    let api = api.layer(Extension(readiness.clone()));
    let api = api.layer(Extension(routes::EventStreams(Shares::of(state.connections.most_streams))));
    let api = api.layer(from_fn_with_state(state.clone(), access::authenticate));
    let page = web_ui::router();
    let checked = api.merge(docs_page::router(&document)).merge(page);
    let share = state.connections.most_per_address.filter(|_| state.site.behind_proxy).map(Shares::of);
    let checked = match share {
        Some(share) => checked.layer(from_fn_with_state((state.clone(), share), share_by_address)),
        None => checked,
    };
    let checked = checked.layer(from_fn_with_state(state, middleware::guard));
    observed(checked.merge(probes::router(readiness.clone())), &readiness)
}

/// Each request has a name, and is counted and logged.
fn observed(router: Router, readiness: &Readiness) -> Router {
    let ids = RequestIds::new(&readiness.process_name());
    router.layer(from_fn_with_state(ids, middleware::observe))
}

/// Serves until `shutdown`, then lets requests that are under way end.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    if !may_listen(address, state.accounts.sign_in_mode()) {
        let message =
            format!("{address} is not on loopback, and nobody need sign in: everybody there could come in");
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, message));
    }
    let mut settings = state.connections;
    if state.site.behind_proxy {
        // All connections are the proxy's; what each client may have is counted by request.
        settings.most_per_address = None;
    }
    connections::serve(listener, router(state), settings, shutdown).await
}

/// Serves the probes and nothing else until `shutdown`: for a process that only works on runs. What they say may be
/// known, so any address will do.
pub async fn serve_probes(
    listener: TcpListener,
    readiness: Readiness,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let router = observed(probes::router(readiness.clone()), &readiness);
    connections::serve(listener, router, ConnectionSettings::for_few(), shutdown).await
}

/// Whether this address can be listened on: where people need not sign in, only this machine may reach it.
pub fn may_listen(address: SocketAddr, sign_in_mode: SignInMode) -> bool {
    sign_in_mode == SignInMode::Required || address.ip().is_loopback()
}
