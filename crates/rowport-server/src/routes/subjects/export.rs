use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use rowport_engine::subjects::SubjectRequest;
use rowport_store::{NewRun, Run, RunKind};

use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, ExportProblems};
use crate::routes::limits::{Counted, admit};
use crate::routes::runs::detached;
use crate::routes::runs::export::{TRIES, accepted};

/// Starts an archive of everything about one person: a run whose file is a ZIP with a file for each dataset and
/// `manifest.json`. It is checked and kept before this answers. A caller who may not export all of it gets nothing of it:
/// an archive that leaves something out in silence would be taken for the whole.
#[utoipa::path(
    post,
    path = "/api/v1/subject-exports",
    tag = "runs",
    request_body = SubjectRequest,
    responses(
        (status = 202, description = "The run, in the queue", body = Run, headers(
            ("Location" = String, description = "The run's address")
        )),
        ExportProblems,
        BodyProblems
    )
)]
pub(crate) async fn start_subject_export(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiJson(request): ApiJson<SubjectRequest>,
) -> Result<(StatusCode, HeaderMap, Json<Run>), ApiError> {
    // What cannot work is said now and not in an hour.
    state.sources.prepare_subject_export(&principal, &request).await?;
    let left = admit(&state, &principal, Counted::SubjectExports).await?;
    let run = detached(async move {
        let new = NewRun {
            id: None,
            kind: RunKind::SubjectExport,
            source: "",
            dataset: "",
            request: &request.to_json(),
            priority: 0,
            tries: TRIES,
            rows_expected: None,
            rerun_of: None,
            about: Some(&request.subject),
        };
        let run = state.store.runs().enqueue(&principal, &actor, state.sources.clock().as_ref(), new).await?;
        state.runner.hint();
        Ok(run)
    });
    accepted(run.await?, left)
}
