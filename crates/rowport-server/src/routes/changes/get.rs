use axum::Json;
use axum::extract::State;
use rowport_engine::changes::{Outcome, Target};

use super::ChangePath;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::RowsProblems;

/// What came of a change so far, with the rows that were not changed.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/changes/{id}",
    tag = "changes",
    params(ChangePath),
    responses((status = 200, description = "The change", body = Outcome), RowsProblems)
)]
pub(crate) async fn get_change(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<ChangePath>,
) -> Result<Json<Outcome>, ApiError> {
    let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
    Ok(Json(state.changes.outcome(target, &path.id).await?))
}
