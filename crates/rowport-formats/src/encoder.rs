use arrow_array::RecordBatch;
use arrow_schema::Schema;
use rowport_model::Snapshot;
use serde::{Deserialize, Serialize};

use crate::{EncodeError, Notation};

/// Turns record batches into the bytes of one file.
///
/// Call `start` once, `encode` for every batch in order, and `finish` once; each appends to `out`, which the caller
/// may empty at any time between calls. After an error the file is broken and must be thrown away.
pub trait Encoder: Send {
    /// Writes what comes before the first row.
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// Writes the rows of one batch.
    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError>;
    /// Writes what comes after the last row, and everything that was held back.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError>;
}

/// What people can choose about a file. A format ignores the options that mean nothing to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EncodeOptions {
    /// What the header row (CSV, TSV, XLSX) and the labels of the JSON envelope say: one text per column, names or
    /// labels. Empty means the names of the schema. The keys of JSON rows and the columns of Parquet are always the
    /// names of the schema.
    pub headers: Vec<String>,
    /// Whether CSV, TSV and XLSX begin with a header row.
    pub header_row: bool,
    /// Whether texts that a spreadsheet would run are neutralised in CSV, TSV and XLSX; see [`crate::guard`].
    pub guard: bool,
    /// The byte between the fields of CSV, instead of the comma.
    pub delimiter: Option<u8>,
    /// Whether CSV, TSV and text begin with a UTF-8 byte order mark, which older spreadsheets need to see.
    pub bom: bool,
    /// What stands for NULL in CSV, TSV and text. A value that happens to read the same is quoted in CSV and TSV.
    pub null: String,
    /// How dates and decimal numbers are written in CSV, TSV and text.
    pub notation: Notation,
    /// The column whose every new value begins a new sheet of the workbook. Rows arrive ordered by it.
    pub sheet_by: Option<String>,
    /// The name of the sheet when there is no `sheet_by`.
    pub sheet_name: String,
    /// Whether texts that are web addresses become links in XLSX.
    pub links: bool,
    /// How the pages of Parquet are compressed.
    pub parquet_codec: ParquetCodec,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            header_row: true,
            guard: true,
            delimiter: None,
            bom: false,
            null: String::new(),
            notation: Notation::default(),
            sheet_by: None,
            sheet_name: "Data".to_owned(),
            links: true,
            parquet_codec: ParquetCodec::Snappy,
        }
    }
}

impl EncodeOptions {
    /// The headers for this schema, one for each column.
    pub(crate) fn headers_for(&self, schema: &Schema) -> Result<Vec<String>, EncodeError> {
        let names = || schema.fields().iter().map(|field| field.name().clone());
        match self.headers.len() {
            0 => Ok(names().collect()),
            count if count == schema.fields().len() => Ok(self.headers.clone()),
            count => Err(EncodeError::InvalidOption {
                option: "headers",
                detail: format!("there are {count} headers for {} columns", schema.fields().len()),
            }),
        }
    }
}

/// How the pages of a Parquet file are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParquetCodec {
    /// Quick to write, and read by everything.
    #[default]
    Snappy,
    /// Smaller, at some cost of time.
    Zstd,
}

/// What the JSON format says about an export beside its rows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    /// When the export was made, as RFC 3339.
    pub exported_at: String,
    /// The dataset's name.
    pub dataset: String,
    /// The view as people write it: filter, sort, search, columns.
    pub view: serde_json::Value,
    /// The instant whose state the rows show, as RFC 3339, where the source can name one.
    pub snapshot_at: Option<String>,
    /// Whether that is one state of the whole source.
    pub snapshot: Snapshot,
}
