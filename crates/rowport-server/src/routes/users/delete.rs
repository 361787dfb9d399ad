use axum::extract::State;
use axum::http::StatusCode;
use rowport_model::ErrorCode;

use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// Removes a person with their sessions and keys. What they did stays in the audit.
#[utoipa::path(
    delete,
    path = "/api/v1/users/{id}",
    tag = "access",
    params(IdPath),
    responses((status = 204, description = "They are gone"), StateProblems, RunProblems)
)]
pub(crate) async fn delete_user(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<StatusCode, ApiError> {
    if me.user.is_some_and(|user| user.id == path.id) {
        return Err(ApiError::new(
            ErrorCode::LastAdmin,
            "nobody removes themselves; ask another administrator",
        ));
    }
    let deleting = async move {
        let clock = state.sources.clock().as_ref();
        // Their keys are known only as long as they are.
        let under_way = state.store.runs().under_way_of(&path.id).await?;
        state.store.users().delete(clock, &actor, &path.id).await?;
        Ok(state.store.runs().cancel_all(clock, under_way).await?)
    };
    detached(deleting).await?;
    Ok(StatusCode::NO_CONTENT)
}
