//! Exports as addresses and bodies carry them.

use rowport_engine::export::{ExportOptions, ExportRequest, HeaderStyle, Tier};
use rowport_formats::{Compression, DateNotation, DecimalSign, Format, RowOrder};
use rowport_model::{ErrorCode, Literal};
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::error::ApiError;
use crate::routes::request::{ViewRequest, view_of, whole};

/// An export, in an address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportParams {
    /// Columns, separated by commas; all of them when absent.
    #[param(example = "id,status")]
    columns: Option<String>,
    /// Text (`status = "paid" and price > 100`) or JSON.
    #[param(example = "id > 10")]
    filter: Option<String>,
    /// Columns, separated by commas, a minus before the descending ones.
    #[param(example = "-id")]
    sort: Option<String>,
    /// Text to search for.
    search: Option<String>,
    /// `csv` (the default), `tsv`, `json`, `ndjson`, `xlsx`, `parquet` or `text`.
    #[param(value_type = Option<Format>, example = "csv")]
    format: Option<String>,
    /// `gzip` or `zstd`.
    #[param(value_type = Option<Compression>, example = "gzip")]
    compress: Option<String>,
    /// Without the formula guard.
    raw: Option<bool>,
    /// `names` (the default), `labels` or `none`.
    header: Option<HeaderStyle>,
    /// Between the fields of CSV: a tab or a sign that occurs in no number or date.
    #[param(pattern = "^[\\t!#$%&()*,/;<>?\\[\\]^_`{|}~]$", example = ";")]
    delimiter: Option<String>,
    /// A UTF-8 byte order mark.
    bom: Option<bool>,
    /// What stands for NULL in CSV, TSV and text.
    null: Option<String>,
    /// Dates in CSV, TSV and text: `iso` (the default), `dotted`, `day_first` or `month_first`.
    dates: Option<DateNotation>,
    /// What stands before a fraction in CSV, TSV and text: `point` (the default) or `comma`.
    decimal: Option<DecimalSign>,
    /// XLSX: a sheet for each value of this column.
    sheet_by: Option<String>,
    /// `total` (the default): the key ends the sort. `none`: nothing does, and rows come as the database reads them.
    order: Option<RowOrder>,
    /// At most so many rows.
    limit: Option<u64>,
    /// `auto` (the default), `direct` or `streamed`; a plan may also be for the `background`.
    tier: Option<Tier>,
    /// The name for the file.
    file_name: Option<String>,
}

/// An export.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportBody {
    /// The view; the whole dataset when absent.
    #[serde(default)]
    view: ViewRequest,
    /// Only the rows with these keys, each a list of the key's values in the key's order.
    #[schema(value_type = Option<Vec<Vec<KeyValue>>>)]
    keys: Option<Vec<Vec<serde_json::Value>>>,
    /// `csv` (the default), `tsv`, `json`, `ndjson`, `xlsx`, `parquet` or `text`.
    #[schema(value_type = Option<Format>, example = "csv")]
    format: Option<String>,
    /// What the file is to look like.
    #[serde(default)]
    options: ExportOptions,
    /// At most so many rows.
    #[serde(default, deserialize_with = "whole")]
    limit: Option<u64>,
    /// How it is delivered.
    #[serde(default)]
    tier: Tier,
    /// The name for the file.
    file_name: Option<String>,
}

/// An export, in a form: so a page can have the browser download the answer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its form is of use: `JsonOrForm` reads it")]
pub(crate) struct ExportForm {
    /// The JSON of an `ExportBody`.
    request: String,
}

/// A value of a key.
struct KeyValue;

impl PartialSchema for KeyValue {
    fn schema() -> RefOr<Schema> {
        let kinds = SchemaType::from_iter([Type::String, Type::Number, Type::Boolean]);
        Object::builder().schema_type(kinds).description(Some("A value of a key.")).into()
    }
}

impl ToSchema for KeyValue {}

impl ExportParams {
    pub(super) fn request(self) -> Result<ExportRequest, ApiError> {
        let compress = self.compress.map(|name| {
            Compression::from_name(&name)
                .ok_or_else(|| bad(format!("`compress` is `gzip` or `zstd`, not `{name}`")))
        });
        let delimiter = self.delimiter.map(|text| {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Ok(character),
                _ => Err(bad("`delimiter` is one character".to_owned())),
            }
        });
        let options = ExportOptions {
            compress: compress.transpose()?,
            raw: self.raw.unwrap_or_default(),
            header: self.header.unwrap_or_default(),
            delimiter: delimiter.transpose()?,
            bom: self.bom.unwrap_or_default(),
            null: self.null.unwrap_or_default(),
            dates: self.dates.unwrap_or_default(),
            decimal: self.decimal.unwrap_or_default(),
            sheet_by: self.sheet_by,
            order: self.order.unwrap_or_default(),
        };
        Ok(ExportRequest {
            view: view_of(self.columns, self.filter, self.sort, self.search)?,
            keys: None,
            format: format(self.format.as_deref())?,
            options,
            limit: self.limit,
            tier: self.tier.unwrap_or_default(),
            file_name: self.file_name,
        })
    }
}

impl ExportBody {
    pub(crate) fn request(self) -> Result<ExportRequest, ApiError> {
        let keys = self.keys.map(|keys| keys.into_iter().map(key).collect::<Result<_, _>>()).transpose()?;
        Ok(ExportRequest {
            view: self.view.view()?,
            keys,
            format: format(self.format.as_deref())?,
            options: self.options,
            limit: self.limit,
            tier: self.tier,
            file_name: self.file_name,
        })
    }
}

fn format(name: Option<&str>) -> Result<Format, ApiError> {
    let Some(name) = name else { return Ok(Format::Csv) };
    Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
        let known: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        bad(format!("there is no format `{name}`; known are {}", known.join(", ")))
    })
}

fn key(values: Vec<serde_json::Value>) -> Result<Vec<Literal>, ApiError> {
    let literal = |value| match value {
        serde_json::Value::Bool(value) => Ok(Literal::Boolean(value)),
        serde_json::Value::Number(number) => Ok(Literal::Number(number.to_string())),
        serde_json::Value::String(text) => Ok(Literal::Text(text)),
        _ => Err(bad("a key has texts, numbers and booleans".to_owned())),
    };
    values.into_iter().map(literal).collect()
}

fn bad(detail: String) -> ApiError {
    ApiError::new(ErrorCode::BadExport, detail)
}
