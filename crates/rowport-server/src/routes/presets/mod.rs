//! Lists of columns that people saved, or that the configuration names.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use rowport_model::{Principal, View};
use rowport_store::Preset;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::error::ApiError;
use crate::routes::request::DatasetPath;

/// A list of columns under a name.
#[derive(Serialize, ToSchema)]
pub(crate) struct ColumnPreset {
    /// The id of a saved one; a configured one has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    id: Option<String>,
    /// The name.
    name: String,
    /// The columns, in order.
    columns: Vec<String>,
    /// Who made it.
    origin: PresetOrigin,
}

/// Who made a preset.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PresetOrigin {
    /// The configuration; it cannot be changed here.
    Configured,
    /// A person in the page.
    Saved,
}

/// A name and a list of columns.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresetBody {
    /// 1 to 80 characters, unique among the dataset's presets.
    #[schema(min_length = 1, max_length = 80, example = "Essential")]
    name: String,
    /// The columns, in order.
    columns: Vec<String>,
}

/// A preset's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PresetPath {
    /// The source's name.
    #[param(example = "demo")]
    source: String,
    /// The dataset's name.
    #[param(example = "records")]
    dataset: String,
    /// The preset's id.
    id: String,
}

impl PresetPath {
    fn split(self) -> (DatasetPath, String) {
        (DatasetPath { source: self.source, dataset: self.dataset }, self.id)
    }
}

impl From<Preset> for ColumnPreset {
    fn from(preset: Preset) -> Self {
        Self { id: Some(preset.id), name: preset.name, columns: preset.columns, origin: PresetOrigin::Saved }
    }
}

/// Makes sure that the dataset has these columns for the principal.
async fn check(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    columns: Option<&[String]>,
) -> Result<(), ApiError> {
    let catalog = state.sources.catalog_with(principal, &path.source, &path.dataset).await?;
    if let (Some(columns), Some(dataset)) = (columns, catalog.dataset(&path.dataset)) {
        let view = View { columns: Some(columns.to_vec()), ..View::default() };
        dataset.query(&view, state.sources.clock().now()).map_err(rowport_engine::EngineError::from)?;
    }
    Ok(())
}
