//! Views that people saved.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod update;

use rowport_model::{Principal, View};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::error::ApiError;
use crate::routes::request::{DatasetPath, ViewRequest};

/// A name and a view.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewBody {
    /// 1 to 80 characters, unique among the dataset's views.
    #[schema(min_length = 1, max_length = 80, example = "Open orders")]
    name: String,
    /// The view.
    view: ViewRequest,
}

/// A saved view's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ViewPath {
    /// The source's name.
    #[param(example = "demo")]
    source: String,
    /// The dataset's name.
    #[param(example = "records")]
    dataset: String,
    /// The saved view's id.
    id: String,
}

/// Makes sure that the dataset is there for the principal and that the view fits it: what cannot be opened again
/// is not worth saving.
async fn check(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    view: Option<&View>,
) -> Result<(), ApiError> {
    let catalog = state.sources.catalog_with(principal, &path.source, &path.dataset).await?;
    if let (Some(view), Some(dataset)) = (view, catalog.dataset(&path.dataset)) {
        dataset.query(view, state.sources.clock().now()).map_err(rowport_engine::EngineError::from)?;
    }
    Ok(())
}

impl ViewPath {
    fn split(self) -> (DatasetPath, String) {
        (DatasetPath { source: self.source, dataset: self.dataset }, self.id)
    }
}
