use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::DatasetRef;

use super::PresetPath;
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;

/// Deletes a saved preset.
#[utoipa::path(
    delete,
    path = "/api/v1/sources/{source}/datasets/{dataset}/presets/{id}",
    tag = "presets",
    params(PresetPath),
    responses((status = 204, description = "It is gone"), DatasetProblems)
)]
pub(crate) async fn delete_preset(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<PresetPath>,
) -> Result<StatusCode, ApiError> {
    let (path, id) = path.split();
    super::check(&state, &principal, &path, None).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    state.store.presets().by(&actor).delete(&principal, state.sources.clock().as_ref(), dataset, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
