//! The one table of formats.

use arrow_schema::SchemaRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::csv::CsvEncoder;
use crate::json::{JsonEncoder, NdjsonEncoder};
use crate::parquet::ParquetEncoder;
use crate::text::TextEncoder;
use crate::xlsx::XlsxEncoder;
use crate::{EncodeError, EncodeOptions, Encoder, Envelope};

/// A kind of file that Rowport writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// Tab-separated values, quoted like CSV.
    Tsv,
    /// One JSON object with the rows in it.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// An Excel workbook.
    Xlsx,
    /// Apache Parquet.
    Parquet,
    /// Plain text for the clipboard.
    Text,
}

type NewEncoder = fn(SchemaRef, EncodeOptions, Envelope) -> Result<Box<dyn Encoder>, EncodeError>;

struct Entry {
    format: Format,
    name: &'static str,
    extension: &'static str,
    media_type: &'static str,
    new: NewEncoder,
}

#[rustfmt::skip]
static FORMATS: [Entry; 7] = [
    Entry { format: Format::Csv, name: "csv", extension: "csv", media_type: "text/csv; charset=utf-8", new: |schema, options, _| Ok(Box::new(CsvEncoder::new(schema, options.delimiter.unwrap_or(b','), options)?)) },
    Entry { format: Format::Tsv, name: "tsv", extension: "tsv", media_type: "text/tab-separated-values; charset=utf-8", new: |schema, options, _| Ok(Box::new(CsvEncoder::new(schema, b'\t', options)?)) },
    Entry { format: Format::Json, name: "json", extension: "json", media_type: "application/json", new: |schema, options, envelope| Ok(Box::new(JsonEncoder::new(schema, options, &envelope)?)) },
    Entry { format: Format::Ndjson, name: "ndjson", extension: "ndjson", media_type: "application/x-ndjson", new: |schema, _, _| Ok(Box::new(NdjsonEncoder::new(schema)?)) },
    Entry { format: Format::Xlsx, name: "xlsx", extension: "xlsx", media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", new: |schema, options, _| Ok(Box::new(XlsxEncoder::new(schema, options)?)) },
    Entry { format: Format::Parquet, name: "parquet", extension: "parquet", media_type: "application/vnd.apache.parquet", new: |schema, options, _| Ok(Box::new(ParquetEncoder::new(schema, &options)?)) },
    Entry { format: Format::Text, name: "text", extension: "txt", media_type: "text/plain; charset=utf-8", new: |schema, options, _| Ok(Box::new(TextEncoder::new(schema, options)?)) },
];

impl Format {
    /// Every format, in the order in which people see them.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Tsv, Self::Json, Self::Ndjson, Self::Xlsx, Self::Parquet, Self::Text];

    /// The name in requests, manifests and commands.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The extension of a file, without the dot.
    pub fn extension(self) -> &'static str {
        self.entry().extension
    }

    /// The media type of an answer or a stored file.
    pub fn media_type(self) -> &'static str {
        self.entry().media_type
    }

    /// The format with this name or extension, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let matches = |entry: &&Entry| {
            entry.name.eq_ignore_ascii_case(name) || entry.extension.eq_ignore_ascii_case(name)
        };
        FORMATS.iter().find(matches).map(|entry| entry.format)
    }

    fn entry(self) -> &'static Entry {
        // The table has the order of the variants, which a test checks.
        &FORMATS[self as usize]
    }
}

/// An encoder for rows of this schema, or why there can be none.
pub fn encoder(
    format: Format,
    schema: SchemaRef,
    options: EncodeOptions,
    envelope: Envelope,
) -> Result<Box<dyn Encoder>, EncodeError> {
    (format.entry().new)(schema, options, envelope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_format_at_its_place() {
        for (index, format) in Format::ALL.into_iter().enumerate() {
            assert_eq!(FORMATS[index].format, format);
            assert_eq!(Format::from_name(format.name()), Some(format));
            assert_eq!(Format::from_name(&format.extension().to_uppercase()), Some(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.name());
        }
        assert_eq!(Format::from_name("doc"), None);
    }
}
