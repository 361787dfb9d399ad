use axum::Json;
use axum::extract::State;
use rowport_store::Run;

use super::{RunPath, detached};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};

/// Asks for a run's end. One that waits is cancelled at once, one that runs within about two seconds; one that has
/// ended stays as it is.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/cancel",
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The run", body = Run), StateProblems, RunProblems)
)]
pub(crate) async fn cancel_run(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<RunPath>,
) -> Result<Json<Run>, ApiError> {
    let cancelling = async move {
        Ok(state.store.runs().cancel(&principal, &actor, state.sources.clock().as_ref(), &path.id).await?)
    };
    Ok(Json(detached(cancelling).await?))
}
