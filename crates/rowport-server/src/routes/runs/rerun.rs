use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use rowport_engine::runs::scope_of;
use rowport_store::{NewRun, Run, RunKind};

use super::export::{TRIES, accepted};
use super::{RunPath, detached};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{ExportProblems, RunProblems, StateProblems};
use crate::routes::limits::{Counted, admit};

/// Starts a new run that asks for the same. The rows are those of now.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/rerun",
    tag = "runs",
    params(RunPath),
    responses(
        (status = 202, description = "The new run, in the queue", body = Run, headers(
            ("Location" = String, description = "The run's address")
        )),
        StateProblems,
        RunProblems,
        ExportProblems
    )
)]
pub(crate) async fn rerun(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<RunPath>,
) -> Result<(StatusCode, HeaderMap, Json<Run>), ApiError> {
    let old = state.store.runs().get(&principal, &path.id).await?;
    // The dataset may have changed since, and so may what the principal may see of it.
    scope_of(&state.sources, &principal, &old).await?;
    let kind: RunKind =
        old.kind.parse().map_err(|_| ApiError::bad_request("this version knows no runs of this kind"))?;
    let left = admit(&state, &principal, Counted::of(&old.kind)).await?;
    let run = detached(async move {
        let new = NewRun {
            id: None,
            kind,
            source: &old.source,
            dataset: &old.dataset,
            request: &old.request,
            priority: 0,
            tries: TRIES,
            rows_expected: None,
            rerun_of: Some(&old.id),
            about: old.request["subject"].as_str(),
        };
        let run = state.store.runs().enqueue(&principal, &actor, state.sources.clock().as_ref(), new).await?;
        state.runner.hint();
        Ok(run)
    });
    accepted(run.await?, left)
}
