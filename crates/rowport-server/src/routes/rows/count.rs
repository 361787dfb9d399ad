use axum::Json;
use axum::extract::State;
use rowport_engine::{Count, CountMode};
use rowport_model::{Principal, View};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::problems::{BodyProblems, RowsProblems};
use crate::routes::request::{DatasetPath, ViewRequest, view_of};

/// A view to count, in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountParams {
    /// Changes nothing here; accepted so that a view can be passed as it is.
    columns: Option<String>,
    /// Text (`status = "paid" and price > 100`) or JSON.
    #[param(example = "id > 10")]
    filter: Option<String>,
    /// Changes nothing here; accepted so that a view can be passed as it is.
    sort: Option<String>,
    /// Text to search for.
    search: Option<String>,
    /// `quick` (the default) counts up to 10,000 and estimates beyond; `exact` counts.
    mode: Option<CountMode>,
}

/// A view to count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountBody {
    /// The view; the whole dataset when absent.
    #[serde(default)]
    view: ViewRequest,
    /// `quick` (the default) or `exact`.
    mode: Option<CountMode>,
}

/// How many rows a view has.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/count",
    tag = "rows",
    params(DatasetPath, CountParams),
    responses((status = 200, description = "The count", body = Count), RowsProblems)
)]
pub(crate) async fn get_count(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<CountParams>,
) -> Result<Json<Count>, ApiError> {
    let view = view_of(params.columns, params.filter, params.sort, params.search)?;
    count(&state, &principal, &path, view, params.mode).await
}

/// How many rows a view has that is too long for an address.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/count",
    tag = "rows",
    params(DatasetPath),
    request_body = CountBody,
    responses((status = 200, description = "The count", body = Count), RowsProblems, BodyProblems)
)]
pub(crate) async fn post_count(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<CountBody>,
) -> Result<Json<Count>, ApiError> {
    count(&state, &principal, &path, body.view.view()?, body.mode).await
}

async fn count(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    view: View,
    mode: Option<CountMode>,
) -> Result<Json<Count>, ApiError> {
    let mode = mode.unwrap_or(CountMode::Quick);
    Ok(Json(state.sources.count(principal, &path.source, &path.dataset, &view, mode).await?))
}
