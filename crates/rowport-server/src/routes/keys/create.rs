use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rowport_model::Grant;
use rowport_store::{ApiKey, NewApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, RunProblems, StateProblems};
use crate::routes::runs::detached;

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRequest {
    /// What it is for.
    #[schema(example = "Nightly report")]
    name: String,
    /// What of one's own permissions it has.
    #[schema(min_items = 1, max_items = 50)]
    scopes: Vec<Grant>,
    /// When it stops working; `null` for never.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<String>,
}

/// A key and its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    /// The key.
    key: ApiKey,
    /// What a program says after `Authorization: Bearer`. It is shown this once.
    #[schema(example = "rpk_…")]
    secret: String,
}

/// Makes an API key for oneself. It can do what both its owner and its scopes may, and makes no other keys.
#[utoipa::path(
    post,
    path = "/api/v1/keys",
    tag = "access",
    request_body = KeyRequest,
    responses((status = 201, description = "The key", body = MadeKey), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn create_key(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiJson(body): ApiJson<KeyRequest>,
) -> Result<(StatusCode, Json<MadeKey>), ApiError> {
    let Some(user) = me.user.filter(|_| me.principal.id().starts_with("user:")) else {
        return Err(ApiError::of_people());
    };
    let expires_at = body.expires_at.as_deref().map(str::parse::<Timestamp>).transpose();
    let expires_at = expires_at
        .map_err(|_| ApiError::bad_request("`expires_at` is a moment such as 2027-01-31T12:00:00Z"))?;
    let creating = async move {
        let new = NewApiKey { user: &user.id, name: &body.name, scopes: &body.scopes, expires_at };
        Ok(state.store.api_keys().create(state.sources.clock().as_ref(), &actor, new).await?)
    };
    let (key, token) = detached(creating).await?;
    Ok((StatusCode::CREATED, Json(MadeKey { key, secret: token.secret().to_owned() })))
}
