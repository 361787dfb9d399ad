use axum::extract::State;
use axum::http::StatusCode;
use rowport_model::Permission;

use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// Revokes an API key: the caller's own, or any for administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/keys/{id}",
    tag = "access",
    params(IdPath),
    responses((status = 204, description = "It works no more"), StateProblems, RunProblems)
)]
pub(crate) async fn revoke_key(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<StatusCode, ApiError> {
    let everybodys = me.may(Permission::Admin);
    if me.is_key() {
        return Err(ApiError::of_people());
    }
    let mine = me.user.map(|user| user.id).unwrap_or_else(|| "nobody".to_owned());
    let revoking = async move {
        let whose = (!everybodys).then_some(mine.as_str());
        Ok(state.store.api_keys().revoke(state.sources.clock().as_ref(), &actor, &path.id, whose).await?)
    };
    detached(revoking).await?;
    Ok(StatusCode::NO_CONTENT)
}
