use axum::Json;
use axum::extract::State;
use rowport_store::DatasetRef;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ColumnPreset, PresetOrigin};
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;
use crate::routes::request::DatasetPath;

/// The presets of a dataset.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnPresets {
    /// Those of the configuration, then the saved ones by name.
    presets: Vec<ColumnPreset>,
}

/// The column presets of a dataset. A configured one shows only columns that exist for the caller.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/presets",
    tag = "presets",
    params(DatasetPath),
    responses((status = 200, description = "The presets", body = ColumnPresets), DatasetProblems)
)]
pub(crate) async fn list_presets(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
) -> Result<Json<ColumnPresets>, ApiError> {
    let catalog = state.sources.catalog_with(&principal, &path.source, &path.dataset).await?;
    let dataset =
        catalog.dataset(&path.dataset).ok_or_else(|| ApiError::bad_request("the dataset went away"))?;
    let settings = state.sources.dataset_settings(&path.source, &path.dataset);
    let configured = settings.into_iter().flat_map(|settings| &settings.presets).map(|(name, columns)| {
        let columns = columns.iter().filter(|column| dataset.column_at(column).is_some()).cloned().collect();
        ColumnPreset { id: None, name: name.clone(), columns, origin: PresetOrigin::Configured }
    });
    let saved_for = DatasetRef { source: &path.source, dataset: &path.dataset };
    let saved = state.store.presets().list(&principal, saved_for).await?;
    let everything = principal.access().is_everything();
    let saved = saved.into_iter().map(ColumnPreset::from).map(|mut preset| {
        // A column that one may not see would be told of by its name.
        preset.columns.retain(|column| everything || dataset.column_at(column).is_some());
        preset
    });
    let presets = configured.chain(saved).collect();
    Ok(Json(ColumnPresets { presets }))
}
