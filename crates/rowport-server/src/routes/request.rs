//! Views as addresses and bodies carry them.

use rowport_model::{ErrorCode, Filter, FilterError, Sort, View};
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};

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
pub(crate) struct ViewRequest {
    /// The columns, in order; all of the dataset's when absent. A dotted name reaches through a foreign key.
    #[schema(min_items = 1, max_items = 1600, example = json!(["id", "status"]))]
    columns: Option<Vec<String>>,
    /// Which rows: a filter as JSON, or as text.
    #[schema(value_type = Option<FilterRequest>)]
    filter: Option<serde_json::Value>,
    /// The order, before the key, which always comes last.
    #[serde(default)]
    #[schema(max_items = 16)]
    sort: Vec<Sort>,
    /// Text that must stand in one of the text columns, in any case.
    search: Option<String>,
}

/// A filter as JSON, or as text: `status = "paid" and price > 100`.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its form is of use: filters are read with codes of their own")]
enum FilterRequest {
    Json(Filter),
    #[schema(example = "id > 10")]
    Text(String),
}

impl ViewRequest {
    pub(crate) fn view(self) -> Result<View, ApiError> {
        let filter = match &self.filter {
            None | Some(serde_json::Value::Null) => None,
            Some(serde_json::Value::String(text)) => Some(Filter::parse(text).map_err(bad_filter)?),
            Some(json) => Some(Filter::from_json(json).map_err(bad_filter)?),
        };
        Ok(View { columns: self.columns, filter, sort: self.sort, search: self.search })
    }
}

/// Reads a whole number as JSON has them: `100.0` is the same as `100`.
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else { return Ok(None) };
    // Beyond 2^53 a float stands for many numbers.
    let exact = |value: &f64| value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(value);
    let whole = number.as_u64().or_else(|| number.as_f64().filter(exact).map(|value| value as u64));
    let wrong = || serde::de::Error::custom(format!("expected a whole number from 0, not {number}"));
    whole.map(Some).ok_or_else(wrong)
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
    ApiError::new(ErrorCode::BadFilter, error.to_string())
}
