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

/// Ends a session: the caller's own, or any for administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/{id}",
    tag = "access",
    params(IdPath),
    responses((status = 204, description = "It is over"), StateProblems, RunProblems)
)]
pub(crate) async fn end_session(
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
    let ending = async move {
        let whose = (!everybodys).then_some(mine.as_str());
        Ok(state.store.sessions().end(state.sources.clock().as_ref(), &actor, &path.id, whose).await?)
    };
    detached(ending).await?;
    Ok(StatusCode::NO_CONTENT)
}
