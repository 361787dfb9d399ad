use axum::Json;
use axum::extract::State;
use rowport_engine::Landmarks;
use rowport_model::{Principal, View};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::problems::{BodyProblems, RowsProblems};
use crate::routes::request::{DatasetPath, ViewRequest, view_of, whole};

/// How far apart landmarks stand unless asked otherwise.
const DEFAULT_EVERY: u64 = 1_000;

/// A view, in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LandmarksParams {
    /// Changes nothing here; accepted so that a view can be passed as it is.
    columns: Option<String>,
    /// Text (`status = "paid" and price > 100`) or JSON.
    #[param(example = "id > 10")]
    filter: Option<String>,
    /// Columns, separated by commas, a minus before the descending ones.
    #[param(example = "-id")]
    sort: Option<String>,
    /// Text to search for.
    search: Option<String>,
    /// A landmark at every n-th row: 1,000 unless given, from 100 to 1,000,000.
    #[param(minimum = 100, maximum = 1000000)]
    every: Option<u64>,
}

/// A view.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LandmarksBody {
    /// The view; the whole dataset when absent.
    #[serde(default)]
    view: ViewRequest,
    /// A landmark at every n-th row: 1,000 unless given, from 100 to 1,000,000.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 100, maximum = 1000000)]
    every: Option<u64>,
}

/// Cursors at every n-th row of a view, for jumping into its middle without reading what comes before.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/landmarks",
    tag = "rows",
    params(DatasetPath, LandmarksParams),
    responses((status = 200, description = "The landmarks", body = Landmarks), RowsProblems)
)]
pub(crate) async fn get_landmarks(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<LandmarksParams>,
) -> Result<Json<Landmarks>, ApiError> {
    let view = view_of(params.columns, params.filter, params.sort, params.search)?;
    landmarks(&state, &principal, &path, view, params.every).await
}

/// The same for a view that is too long for an address.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/landmarks",
    tag = "rows",
    params(DatasetPath),
    request_body = LandmarksBody,
    responses((status = 200, description = "The landmarks", body = Landmarks), RowsProblems, BodyProblems)
)]
pub(crate) async fn post_landmarks(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<LandmarksBody>,
) -> Result<Json<Landmarks>, ApiError> {
    landmarks(&state, &principal, &path, body.view.view()?, body.every).await
}

async fn landmarks(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    view: View,
    every: Option<u64>,
) -> Result<Json<Landmarks>, ApiError> {
    let every = every.unwrap_or(DEFAULT_EVERY);
    if !(100..=1_000_000).contains(&every) {
        return Err(ApiError::bad_request("`every` is from 100 to 1000000"));
    }
    Ok(Json(state.sources.landmarks(principal, &path.source, &path.dataset, &view, every).await?))
}
