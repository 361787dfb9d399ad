//! Views as addresses and bodies carry them.

use rowport_model::{Filter, FilterError, Sort, View};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use axum::http::StatusCode;

use crate::error::ApiError;

/// A dataset's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DatasetPath {
    /// The source's name.
    #[param(example = "demo")]
    pub(crate) source: String,
    /// The table's name, with `schema.` before it where the schema is not the default one.
    #[param(example = "records")]
    pub(crate) dataset: String,
}

/// A view in a body. Its filter is read apart from the rest, so that a mistake in it has the filter's own code.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewJson {
    /// The columns, in order; all of the dataset's when absent.
    columns: Option<Vec<String>>,
    /// Which rows: a filter as JSON, or as text.
    #[schema(value_type = Option<Object>)]
    filter: Option<serde_json::Value>,
    /// The order, before the key, which always comes last.
    #[serde(default)]
    sort: Vec<Sort>,
    /// Text that must stand in one of the text columns, in any case.
    search: Option<String>,
}

impl ViewJson {
    pub(crate) fn view(self) -> Result<View, ApiError> {
        let filter = match &self.filter {
            None | Some(serde_json::Value::Null) => None,
            Some(serde_json::Value::String(text)) => Some(Filter::parse(text).map_err(bad_filter)?),
            Some(json) => Some(Filter::from_json(json).map_err(bad_filter)?),
        };
        Ok(View { columns: self.columns, filter, sort: self.sort, search: self.search })
    }
}

/// Reads the four parts of a view from text.
pub(crate) fn view_of(
    columns: Option<String>,
    filter: Option<String>,
    sort: Option<String>,
    search: Option<String>,
) -> Result<View, ApiError> {
    let filter = filter.filter(|filter| !filter.trim().is_empty());
    Ok(View {
        columns: columns
            .filter(|columns| !columns.trim().is_empty())
            .map(|columns| View::parse_columns(&columns)),
        filter: filter.map(|filter| Filter::parse(&filter)).transpose().map_err(bad_filter)?,
        sort: sort.map(|sort| Sort::parse_list(&sort)).unwrap_or_default(),
        search,
    })
}

fn bad_filter(error: FilterError) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "bad_filter", error.to_string())
}
