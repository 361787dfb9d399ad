use axum::Json;
use axum::extract::State;
use rowport_engine::EngineError;
use rowport_engine::changes::{HistoryPage, RowHistory, Target};
use rowport_model::Key;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery};
use crate::problems::RowsProblems;
use crate::routes::request::DatasetPath;

/// Which row, and which part of its history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryParams {
    /// The row's key: its value, or a JSON list of the values of its columns.
    #[param(example = "17")]
    key: String,
    /// Only events with a smaller number: the `next` of the page before.
    before: Option<i64>,
    /// At most so many; 20 when absent, and 100 at most.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl HistoryParams {
    fn key(&self) -> Result<Key, ApiError> {
        let bad = || EngineError::BadChange { message: "`key` is not a JSON list of values".to_owned() };
        Key::parse(&self.key).ok_or_else(|| bad().into())
    }

    fn page(&self) -> Result<HistoryPage, ApiError> {
        match self.limit.unwrap_or(20) {
            limit @ 1..=100 => Ok(HistoryPage { before: self.before, limit }),
            _ => Err(ApiError::bad_request("`limit` is from 1 to 100")),
        }
    }
}

/// What happened through Rowport to the row with a key, the latest first, whether the row is still there or not.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/history",
    tag = "changes",
    params(DatasetPath, HistoryParams),
    responses((status = 200, description = "What happened to the row", body = RowHistory), RowsProblems)
)]
pub(crate) async fn get_row_history(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<HistoryParams>,
) -> Result<Json<RowHistory>, ApiError> {
    let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
    let (key, page) = (params.key()?, params.page()?);
    Ok(Json(state.changes.row_history(target, &state.store, &key, page).await?))
}
