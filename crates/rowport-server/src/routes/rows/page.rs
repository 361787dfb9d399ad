use axum::Json;
use axum::extract::State;
use rowport_engine::{Page, PageRequest};
use rowport_model::{Principal, View};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::problems::{BodyProblems, RowsProblems};
use crate::routes::request::{DatasetPath, ViewRequest, view_of, whole};

/// How many rows a page has unless asked otherwise.
const DEFAULT_LIMIT: u64 = 100;

/// A view and a place in it, in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageParams {
    /// Columns, separated by commas; all of them when absent.
    #[param(example = "id,status")]
    columns: Option<String>,
    /// Text (`status = "paid" and price > 100`) or JSON.
    #[param(example = "id > 10")]
    filter: Option<String>,
    /// Columns, separated by commas, a minus before the descending ones.
    #[param(example = "-id")]
    sort: Option<String>,
    /// Text to search for.
    search: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// How many rows: 100 unless given, 1,000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u64>,
}

/// A view and a place in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageBody {
    /// The view; the whole dataset when absent.
    #[serde(default)]
    view: ViewRequest,
    /// Where the page before ended.
    cursor: Option<String>,
    /// How many rows: 100 unless given, 1,000 at most.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<u64>,
}

/// A page of a view.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/rows",
    tag = "rows",
    params(DatasetPath, PageParams),
    responses((status = 200, description = "The page", body = Page), RowsProblems)
)]
pub(crate) async fn get_rows(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<PageParams>,
) -> Result<Json<Page>, ApiError> {
    let view = view_of(params.columns, params.filter, params.sort, params.search)?;
    page(&state, &principal, &path, view, params.cursor, params.limit).await
}

/// A page of a view that is too long for an address.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/rows",
    tag = "rows",
    params(DatasetPath),
    request_body = PageBody,
    responses((status = 200, description = "The page", body = Page), RowsProblems, BodyProblems)
)]
pub(crate) async fn post_rows(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<PageBody>,
) -> Result<Json<Page>, ApiError> {
    page(&state, &principal, &path, body.view.view()?, body.cursor, body.limit).await
}

async fn page(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    view: View,
    cursor: Option<String>,
    limit: Option<u64>,
) -> Result<Json<Page>, ApiError> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=1_000).contains(&limit) {
        return Err(ApiError::bad_request("`limit` is from 1 to 1000"));
    }
    let request = PageRequest { view, cursor: cursor.filter(|cursor| !cursor.is_empty()), limit };
    Ok(Json(state.sources.page(principal, &path.source, &path.dataset, &request).await?))
}
