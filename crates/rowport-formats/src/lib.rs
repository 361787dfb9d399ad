//! Encoders from Arrow record batches to bytes: CSV, TSV, JSON, NDJSON, XLSX, Parquet and plain text.
//!
//! An [`Encoder`] is fed batches and appends bytes to a buffer that its caller owns and empties. It knows nothing
//! of files, sockets or databases. Every encoder keeps these promises:
//!
//! * **Flat memory, first byte at once.** What an encoder holds back is bounded and does not grow with the number
//!   of rows, XLSX and Parquet included. `start` already gives bytes.
//! * **Nothing is lost in silence.** NULL and the empty text stay apart, numbers keep all their digits, and a value
//!   that a format cannot hold is an [`EncodeError`] that names the row and the column.
//! * **The same input gives the same bytes.** No clock, no random number and no thread order gets into the output.
//! * **A spreadsheet never runs a cell**, unless the caller switches the [`guard`] off.
//!
//! Columns arrive in the Arrow types of [`rowport_model::ColumnType::arrow`], or as the *mixed* columns of
//! [`rowport_model::MIXED_CHILDREN`]; an encoder made for a schema refuses anything else.
//!
//! A new format is one folder with an [`Encoder`] and one line in `registry.rs`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod archive;
mod cell;
mod civil;
mod column;
mod compress;
mod csv;
mod encoder;
mod error;
pub mod guard;
mod json;
mod manifest;
mod notation;
mod parquet;
mod registry;
mod scan;
mod text;
mod xlsx;

pub use archive::Archive;
pub use compress::{Compression, Compressor};
pub use encoder::{EncodeOptions, Encoder, Envelope, ParquetCodec};
pub use error::EncodeError;
pub use manifest::{Digest, DigestSum, Manifest, ManifestColumn, RowOrder};
pub use notation::{DateNotation, DecimalSign, Notation};
pub use registry::{Format, encoder};
