use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::NewUser;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Invitation;
use super::invite::invitation;
use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, RunProblems, StateProblems};
use crate::routes::runs::detached;

/// A person to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserBody {
    /// The address that they will sign in with.
    #[schema(example = "ada@example.org")]
    email: String,
    /// Their name.
    #[schema(example = "Ada Byron")]
    name: String,
    /// The tenant whose rows they see; `null` for all.
    #[serde(default)]
    tenant: Option<String>,
    /// The ids of their roles.
    #[schema(max_items = 50)]
    roles: Vec<String>,
}

/// Adds a person. The answer has a one-time link with which they choose their password.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "access",
    request_body = UserBody,
    responses((status = 201, description = "The person and their link", body = Invitation), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn create_user(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiJson(body): ApiJson<UserBody>,
) -> Result<(StatusCode, Json<Invitation>), ApiError> {
    // With the link one becomes that person, whatever the key itself may do.
    if me.is_key() {
        return Err(ApiError::of_people());
    }
    let creating = async move {
        let new = NewUser {
            email: &body.email,
            name: &body.name,
            tenant: body.tenant.as_deref(),
            roles: &body.roles,
        };
        let user = state.store.users().create(state.sources.clock().as_ref(), &actor, new).await?;
        invitation(&state, &actor, user).await
    };
    Ok((StatusCode::CREATED, Json(detached(creating).await?)))
}
