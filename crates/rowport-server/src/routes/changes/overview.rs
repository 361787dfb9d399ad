use axum::Json;
use axum::extract::State;
use rowport_engine::changes::DatasetTrash;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::problems::Refusals;

/// What lies in the trash of all datasets.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrashOverview {
    /// For how many days rows are kept.
    days: u64,
    /// The datasets with rows in their trash, source by source.
    datasets: Vec<DatasetTrash>,
}

/// What lies in the trash of every dataset whose rows the caller may delete and restore.
#[utoipa::path(
    get,
    path = "/api/v1/trash",
    tag = "changes",
    responses((status = 200, description = "How much is in which trash", body = TrashOverview), Refusals)
)]
pub(crate) async fn get_trash_overview(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
) -> Json<TrashOverview> {
    let datasets = state.changes.trash_overview(&principal).await;
    Json(TrashOverview { days: state.changes.trash_days(), datasets })
}
