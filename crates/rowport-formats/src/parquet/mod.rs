//! Parquet. The columns have the Arrow types of the schema; Rowport's type words travel in the Arrow schema that the
//! file's metadata carry.
//!
//! A row group is held in memory until it is complete, so its size is what bounds the memory.

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, UnionArray};
use arrow_schema::{Field, SchemaRef};
use arrow_select::take::take;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use rowport_model::column_type_of;

use crate::column::check_schema;
use crate::{EncodeError, EncodeOptions, Encoder, ParquetCodec};

const ROW_GROUP_ROWS: usize = 122_880;
const ROW_GROUP_BYTES: usize = 24 << 20;
/// A column of many different values gives its dictionary up early, before it costs time and memory for nothing.
const DICTIONARY_BYTES: usize = 256 << 10;

/// Writes Parquet.
pub(crate) struct ParquetEncoder {
    schema: SchemaRef,
    writer: ArrowWriter<Vec<u8>>,
    rows: u64,
}

impl ParquetEncoder {
    pub(crate) fn new(schema: SchemaRef, options: &EncodeOptions) -> Result<Self, EncodeError> {
        check_schema(&schema)?;
        let writer =
            ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties(options.parquet_codec)))
                .map_err(|error| failed(0, &error))?;
        Ok(Self { schema, writer, rows: 0 })
    }

    /// The batch with the schema of the file: the same columns, each of the one type that it must have.
    fn fixed(&self, batch: &RecordBatch) -> Result<RecordBatch, EncodeError> {
        let row = self.rows + 1;
        crate::column::columns(&self.schema, batch, row)?;
        let pairs = self.schema.fields().iter().zip(batch.columns());
        let columns = pairs.map(|(field, array)| match array.as_any().downcast_ref::<UnionArray>() {
            Some(union) => declared_only(field, union, row),
            None => Ok(array.clone()),
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|error| EncodeError::SchemaMismatch { row, detail: error.to_string() })
    }
}

impl Encoder for ParquetEncoder {
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.writer.sync().map_err(|error| failed(0, &error.into()))?;
        out.append(self.writer.inner_mut());
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let batch = self.fixed(batch)?;
        self.writer.write(&batch).map_err(|error| failed(self.rows, &error))?;
        self.rows += batch.num_rows() as u64;
        out.append(self.writer.inner_mut());
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.writer.finish().map_err(|error| failed(self.rows, &error))?;
        out.append(self.writer.inner_mut());
        Ok(())
    }
}

fn properties(codec: ParquetCodec) -> WriterProperties {
    let compression = match codec {
        ParquetCodec::Snappy => Compression::SNAPPY,
        ParquetCodec::Zstd => Compression::ZSTD(ZstdLevel::default()),
    };
    WriterProperties::builder()
        .set_created_by("rowport".to_owned())
        .set_compression(compression)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .build()
}

/// The column as its declared type, or the first row whose value has another.
fn declared_only(field: &Field, union: &UnionArray, first_row: u64) -> Result<ArrayRef, EncodeError> {
    if let Some(stray) = union.type_ids().iter().position(|id| *id != 0) {
        return Err(EncodeError::MixedColumn {
            row: first_row + stray as u64,
            column: field.name().clone(),
            expected: column_type_of(field).0.to_owned(),
            format: "Parquet",
        });
    }
    let places = UInt32Array::from_iter_values((0..union.len()).map(|row| union.value_offset(row) as u32));
    take(union.child(0), &places, None)
        .map_err(|error| EncodeError::Internal { row: first_row, detail: error.to_string() })
}

fn failed(row: u64, error: &ParquetError) -> EncodeError {
    EncodeError::Internal { row, detail: format!("the Parquet writer failed: {error}") }
}
