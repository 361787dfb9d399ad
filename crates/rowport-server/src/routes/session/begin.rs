use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rowport_engine::accounts::Credentials;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Identity;
use crate::AppState;
use crate::access::{self, Client};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, StateProblems, Throttled};
use crate::routes::runs::detached;

/// An e-mail address and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The address, in any capitals.
    #[schema(example = "ada@example.org")]
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// Signs in: the answer sets a cookie. Programs use API keys instead, with `Authorization: Bearer`.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "access",
    request_body = SignIn,
    responses(
        (status = 200, description = "Oneself", body = Identity),
        StateProblems, BodyProblems, Throttled
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    Client(visitor): Client,
    ApiJson(body): ApiJson<SignIn>,
) -> Result<Response, ApiError> {
    let accounts = state.accounts.clone();
    let credentials = Credentials { email: body.email, password: body.password, visitor };
    let (_, token) = detached(async move { Ok(accounts.sign_in(credentials).await?) }).await?;
    signed_in(&state, token.secret()).await
}

/// Returns the current user, and sets the cookie.
pub(crate) async fn signed_in(state: &AppState, secret: &str) -> Result<Response, ApiError> {
    let me = state.accounts.by_session(secret).await?.ok_or_else(ApiError::not_signed_in)?;
    let cookie = access::session(state, secret);
    Ok(([(header::SET_COOKIE, cookie)], Json(Identity::from(&me))).into_response())
}
