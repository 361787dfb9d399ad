//! Views as addresses and bodies carry them.

use rowport_model::{Filter, FilterError, Sort, View};
use serde::Deserialize;
use utoipa::IntoParams;

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
