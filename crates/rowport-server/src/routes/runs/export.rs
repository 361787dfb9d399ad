use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use rowport_store::{NewRun, Run, RunKind};

use super::detached;
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, ExportProblems};
use crate::routes::export::body::ExportBody;
use crate::routes::limits::{Counted, admit};
use crate::routes::request::DatasetPath;

/// How often an export is tried again when the database or the disk lets it down.
pub(crate) const TRIES: u32 = 4;

/// Starts an export in the background. It is checked and kept before this answers; no client needs to wait for it.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/exports",
    tag = "runs",
    params(DatasetPath),
    request_body = ExportBody,
    responses(
        (status = 202, description = "The run, in the queue", body = Run, headers(
            ("Location" = String, description = "The run's address")
        )),
        ExportProblems,
        BodyProblems
    )
)]
pub(crate) async fn start_export(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<ExportBody>,
) -> Result<(StatusCode, HeaderMap, Json<Run>), ApiError> {
    let request = body.request()?;
    // What cannot work is said now and not in an hour.
    state.sources.prepare_export(&principal, &path.source, &path.dataset, &request).await?;
    let left = admit(&state, &principal, Counted::Exports).await?;
    let run = detached(async move {
        let new = NewRun {
            id: None,
            kind: RunKind::Export,
            source: &path.source,
            dataset: &path.dataset,
            request: &request.to_json(),
            priority: 0,
            tries: TRIES,
            rows_expected: None,
            rerun_of: None,
            about: None,
        };
        let run = state.store.runs().enqueue(&principal, &actor, state.sources.clock().as_ref(), new).await?;
        state.runner.hint();
        Ok(run)
    });
    accepted(run.await?, left)
}

pub(crate) fn accepted(
    run: Run,
    mut headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap, Json<Run>), ApiError> {
    // An id is hexadecimal digits and hyphens.
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/runs/{}", run.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::ACCEPTED, headers, Json(run)))
}
