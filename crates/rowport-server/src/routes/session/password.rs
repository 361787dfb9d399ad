use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::{Client, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, StateProblems, Throttled};
use crate::routes::runs::detached;

/// The password that one has, and the one to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present one.
    #[schema(format = Password)]
    old: String,
    /// The new one, of 12 characters or more.
    #[schema(format = Password)]
    new: String,
}

/// Changes one's own password. All other sessions of one's end, and so do one-time links for oneself.
#[utoipa::path(
    put,
    path = "/api/v1/session/password",
    tag = "access",
    request_body = PasswordChange,
    responses((status = 204, description = "Changed"), StateProblems, BodyProblems, Throttled)
)]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    Client(visitor): Client,
    ApiJson(body): ApiJson<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    if me.is_key() || me.user.is_none() {
        return Err(ApiError::of_people());
    }
    let accounts = state.accounts.clone();
    let changing = async move { Ok(accounts.change_password(&me, body.old, body.new, &visitor).await?) };
    detached(changing).await?;
    Ok(StatusCode::NO_CONTENT)
}
