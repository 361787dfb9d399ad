use axum::Json;
use axum::extract::State;
use rowport_engine::accounts::SignInMode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::problems::Refusals;

/// Rowport itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: there was an answer.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of Rowport.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Whether the first administrator has yet to come in, by the link in the terminal or the log of the server.
    needs_setup: bool,
}

/// Whether Rowport runs. Says nothing of the databases; see the sources for those.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", responses((status = 200, description = "It runs", body = Health), Refusals))]
pub(crate) async fn health(State(state): State<AppState>) -> Json<Health> {
    let closed = state.accounts.sign_in_mode() == SignInMode::Required;
    // A state that does not answer is what `/readyz` tells of.
    let needs_setup = closed && state.store.users().nobody_can_sign_in().await.unwrap_or(false);
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), needs_setup })
}
