use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::DatasetRef;

use super::ViewPath;
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;

/// Deletes a saved view.
#[utoipa::path(
    delete,
    path = "/api/v1/sources/{source}/datasets/{dataset}/views/{id}",
    tag = "views",
    params(ViewPath),
    responses((status = 204, description = "It is gone"), DatasetProblems)
)]
pub(crate) async fn delete_view(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<ViewPath>,
) -> Result<StatusCode, ApiError> {
    let (path, id) = path.split();
    super::check(&state, &principal, &path, None).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    state.store.views().by(&actor).delete(&principal, state.sources.clock().as_ref(), dataset, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
