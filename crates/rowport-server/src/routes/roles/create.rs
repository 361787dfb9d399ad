use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::Role;

use super::RoleRequest;
use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, RunProblems, StateProblems};
use crate::routes::runs::detached;

/// Makes a role.
#[utoipa::path(
    post,
    path = "/api/v1/roles",
    tag = "access",
    request_body = RoleRequest,
    responses((status = 201, description = "The role", body = Role), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn create_role(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiJson(body): ApiJson<RoleRequest>,
) -> Result<(StatusCode, Json<Role>), ApiError> {
    let (name, body) = body.split();
    if me.is_key() && !me.principal.access().covers(&body.grants) {
        return Err(ApiError::grants_more());
    }
    let creating = async move {
        Ok(state.store.roles().create(state.sources.clock().as_ref(), &actor, &name, &body).await?)
    };
    Ok((StatusCode::CREATED, Json(detached(creating).await?)))
}
