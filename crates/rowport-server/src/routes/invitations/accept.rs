use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::Client;
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, RunProblems, StateProblems, Throttled};
use crate::routes::runs::detached;
use crate::routes::session::begin::signed_in;

/// A password, chosen with a one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acceptance {
    /// The secret of the link.
    token: String,
    /// The password: at least 12 characters.
    #[schema(format = Password)]
    password: String,
    /// The first administrator's address; other invitations have theirs.
    #[serde(default)]
    email: Option<String>,
    /// The first administrator's name.
    #[serde(default)]
    name: Option<String>,
}

/// Chooses a password with a one-time link, and signs in. All other sessions of that person end.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/accept",
    tag = "access",
    request_body = Acceptance,
    responses(
        (status = 200, description = "Oneself", body = crate::routes::session::Identity),
        StateProblems, RunProblems, BodyProblems, Throttled
    )
)]
pub(crate) async fn accept_invitation(
    State(state): State<AppState>,
    Client(visitor): Client,
    ApiJson(body): ApiJson<Acceptance>,
) -> Result<Response, ApiError> {
    let accounts = state.accounts.clone();
    let accepting = async move {
        let newcomer = body.email.as_deref().zip(body.name.as_deref());
        Ok(accounts.accept(&body.token, newcomer, body.password, visitor).await?)
    };
    let (_, token) = detached(accepting).await?;
    signed_in(&state, token.secret()).await
}
