use axum::extract::State;
use axum::http::StatusCode;

use super::{RunPath, detached};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};

/// Takes a run that has ended out of the history. Its file is gone at once for everybody who has a link.
#[utoipa::path(
    delete,
    path = "/api/v1/runs/{id}",
    tag = "runs",
    params(RunPath),
    responses((status = 204, description = "It is gone"), StateProblems, RunProblems)
)]
pub(crate) async fn delete_run(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<RunPath>,
) -> Result<StatusCode, ApiError> {
    let deleting = async move {
        Ok(state.store.runs().delete(&principal, &actor, state.sources.clock().as_ref(), &path.id).await?)
    };
    detached(deleting).await?;
    Ok(StatusCode::NO_CONTENT)
}
