use axum::Json;
use axum::extract::State;
use rowport_store::Role;

use super::RoleRequest;
use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// Replaces a role. It holds from everybody's next request on.
#[utoipa::path(
    put,
    path = "/api/v1/roles/{id}",
    tag = "access",
    params(IdPath),
    request_body = RoleRequest,
    responses((status = 200, description = "The role", body = Role), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn update_role(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
    ApiJson(body): ApiJson<RoleRequest>,
) -> Result<Json<Role>, ApiError> {
    let (name, body) = body.split();
    if me.is_key() && !me.principal.access().covers(&body.grants) {
        return Err(ApiError::grants_more());
    }
    let updating = async move {
        let clock = state.sources.clock().as_ref();
        Ok(state.store.roles().update(clock, &actor, &path.id, &name, &body).await?)
    };
    Ok(Json(detached(updating).await?))
}
