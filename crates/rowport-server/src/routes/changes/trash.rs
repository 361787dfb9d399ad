use axum::Json;
use axum::extract::State;
use rowport_engine::changes::{Target, TrashPage, TrashRequest};
use serde::Deserialize;
use utoipa::IntoParams;

use super::limit;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery};
use crate::problems::RowsProblems;
use crate::routes::request::DatasetPath;

/// Which part of the trash.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrashParams {
    /// Only rows with this text in one of their columns, in any case.
    search: Option<String>,
    /// After this place; from the last deleted row on when absent.
    cursor: Option<String>,
    /// At most so many; 100 when absent, and 1,000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// What was deleted of a dataset and can be brought back, the last deleted row first.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/trash",
    tag = "changes",
    params(DatasetPath, TrashParams),
    responses((status = 200, description = "Rows in the trash", body = TrashPage), RowsProblems)
)]
pub(crate) async fn get_trash(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<TrashParams>,
) -> Result<Json<TrashPage>, ApiError> {
    let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
    let limit = limit(params.limit)?;
    let request = TrashRequest { search: params.search, cursor: params.cursor, limit };
    Ok(Json(state.changes.trash(target, &request).await?))
}
