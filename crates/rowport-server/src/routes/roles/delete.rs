use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::access::AuditActor;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// Deletes a role that is not assigned.
#[utoipa::path(
    delete,
    path = "/api/v1/roles/{id}",
    tag = "access",
    params(IdPath),
    responses((status = 204, description = "It is gone"), StateProblems, RunProblems)
)]
pub(crate) async fn delete_role(
    State(state): State<AppState>,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<StatusCode, ApiError> {
    let deleting = async move {
        Ok(state.store.roles().delete(state.sources.clock().as_ref(), &actor, &path.id).await?)
    };
    detached(deleting).await?;
    Ok(StatusCode::NO_CONTENT)
}
