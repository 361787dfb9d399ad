use axum::Json;
use axum::extract::State;
use rowport_engine::changes::{ChangeSetView, Target};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::limit;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery};
use crate::problems::RowsProblems;
use crate::routes::request::DatasetPath;

/// Which changes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangesParams {
    /// Older than this one.
    before: Option<String>,
    /// At most so many; 100 when absent, and 1,000 at most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// The changes of a dataset, the last first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeList {
    /// The changes.
    changes: Vec<ChangeSetView>,
}

/// What was changed in a dataset through Rowport, the last change first.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/changes",
    tag = "changes",
    params(DatasetPath, ChangesParams),
    responses((status = 200, description = "The changes", body = ChangeList), RowsProblems)
)]
pub(crate) async fn list_changes(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<ChangesParams>,
) -> Result<Json<ChangeList>, ApiError> {
    let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
    let limit = limit(params.limit)?;
    let changes = state.changes.history(target, params.before.as_deref(), limit).await?;
    Ok(Json(ChangeList { changes }))
}
