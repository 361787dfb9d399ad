use axum::Json;
use axum::extract::State;
use rowport_model::{ErrorCode, Permission};
use rowport_store::{Run, RunKind, RunState, RunsWanted, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;

/// Which runs.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunsParams {
    /// Those of all people, for administrators.
    #[serde(default)]
    everyone: bool,
    /// Only of this kind.
    #[param(example = "export")]
    kind: Option<RunKind>,
    /// Only in this state.
    state: Option<RunState>,
    /// Only of a dataset of this source; `dataset` goes with it.
    source: Option<String>,
    /// Only of this dataset; `source` goes with it.
    dataset: Option<String>,
    /// Only those asked for before this run: the `next` of the page before.
    before: Option<String>,
    /// At most so many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A page of the history.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunList {
    /// The latest first.
    runs: Vec<Run>,
    /// What to give as `before` for the next page; `null` when this is the last one.
    next: Option<String>,
}

/// The history of runs.
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    tag = "runs",
    params(RunsParams),
    responses((status = 200, description = "The runs", body = RunList), StateProblems)
)]
pub(crate) async fn list_runs(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiQuery(params): ApiQuery<RunsParams>,
) -> Result<Json<RunList>, ApiError> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(ApiError::bad_request("`limit` is 1 to 200"));
    }
    let dataset = match (&params.source, &params.dataset) {
        (Some(source), Some(dataset)) => Some((source.as_str(), dataset.as_str())),
        (None, None) => None,
        _ => return Err(bad("`source` and `dataset` go together")),
    };
    // A database cannot compare with it, and no value has it.
    if [&params.source, &params.dataset, &params.before].into_iter().flatten().any(|it| it.contains('\0')) {
        return Err(StoreError::BadText.into());
    }
    if params.everyone && !principal.access().allows_somewhere(Permission::Admin) {
        return Err(ApiError::forbidden(Permission::Admin));
    }
    let wanted = RunsWanted {
        everyone: params.everyone,
        kind: params.kind.map(RunKind::as_str),
        state: params.state,
        dataset,
        before: params.before.as_deref(),
        // One more than asked for tells whether there is another page.
        limit: limit + 1,
    };
    let mut runs = state.store.runs().list(&principal, wanted).await?;
    let more = runs.len() > limit as usize;
    runs.truncate(limit as usize);
    let next = if more { runs.last().map(|run| run.id.clone()) } else { None };
    Ok(Json(RunList { runs, next }))
}

/// What was asked for can be read, and makes no sense.
fn bad(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::BadFilter, detail)
}
