use axum::Json;
use axum::extract::State;
use rowport_store::Run;

use super::RunPath;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};

/// One run.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}",
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The run", body = Run), StateProblems, RunProblems)
)]
pub(crate) async fn get_run(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<RunPath>,
) -> Result<Json<Run>, ApiError> {
    Ok(Json(state.store.runs().get(&principal, &path.id).await?))
}
