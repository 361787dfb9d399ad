use axum::Json;
use axum::extract::State;
use rowport_store::DatasetRef;

use super::{ColumnPreset, PresetBody, PresetPath};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, SavingProblems};

/// Replaces a saved preset and its name.
#[utoipa::path(
    put,
    path = "/api/v1/sources/{source}/datasets/{dataset}/presets/{id}",
    tag = "presets",
    params(PresetPath),
    request_body = PresetBody,
    responses((status = 200, description = "The saved preset", body = ColumnPreset), SavingProblems, BodyProblems)
)]
pub(crate) async fn update_preset(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<PresetPath>,
    ApiJson(body): ApiJson<PresetBody>,
) -> Result<Json<ColumnPreset>, ApiError> {
    let (path, id) = path.split();
    super::check(&state, &principal, &path, Some(&body.columns)).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    let clock = state.sources.clock().as_ref();
    let saved = state
        .store
        .presets()
        .by(&actor)
        .update(&principal, clock, dataset, &id, &body.name, &body.columns)
        .await?;
    Ok(Json(saved.into()))
}
