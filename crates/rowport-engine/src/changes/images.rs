//! Rows as the journal keeps them: record batches in Arrow's own stream format, compressed.
//!
//! What the drivers read without loss is kept without loss, mixed columns too, and any Arrow reader can look at it.

use std::collections::HashMap;
use std::io::Cursor;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_select::take::take_record_batch;
use rowport_model::{ColumnRef, CursorValue, Value};

use crate::cells;
use crate::error::EngineError;

/// Compressing harder takes several times as long and saves little.
const LEVEL: i32 = 1;

/// The most that an image unpacks to: twice what a chunk may have.
const MOST: usize = 256 << 20;

/// A batch as the journal keeps it.
pub(super) fn pack(batch: &RecordBatch) -> Result<Vec<u8>, EngineError> {
    // Room for all of it, and for what the format says of each column.
    let room = batch.get_array_memory_size() + 1_024 * batch.num_columns();
    let mut writer = StreamWriter::try_new(Vec::with_capacity(room), &batch.schema()).map_err(broken)?;
    writer.write(batch).map_err(broken)?;
    let plain = writer.into_inner().map_err(broken)?;
    zstd::bulk::compress(&plain, LEVEL).map_err(broken)
}

/// The batch that was packed.
pub(super) fn unpack(bytes: &[u8]) -> Result<RecordBatch, EngineError> {
    let plain = zstd::bulk::decompress(bytes, MOST).map_err(broken)?;
    let mut reader = StreamReader::try_new(Cursor::new(plain), None).map_err(broken)?;
    let batch = reader.next().ok_or_else(|| EngineError::internal("an image of the journal has no rows"))?;
    batch.map_err(broken)
}

/// Some rows of a batch, in this order.
pub(super) fn rows(batch: &RecordBatch, places: &[usize]) -> Result<RecordBatch, EngineError> {
    let places = places.iter().map(|place| u32::try_from(*place).map_err(broken));
    let places = UInt32Array::from(places.collect::<Result<Vec<_>, _>>()?);
    take_record_batch(batch, &places).map_err(broken)
}

/// Some columns of a batch.
pub(super) fn columns(batch: &RecordBatch, names: &[ColumnRef]) -> Result<RecordBatch, EngineError> {
    let place = |column: &ColumnRef| batch.schema().index_of(&column.name).map_err(broken);
    let places = names.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    batch.project(&places).map_err(broken)
}

/// A row's values in certain columns, exact and comparable: two rows with the same ones are the same there.
pub(super) type RowKey = Vec<CursorValue>;

/// One row in some columns.
pub(super) fn exact(batch: &RecordBatch, places: &[usize], row: usize) -> RowKey {
    places.iter().map(|place| cells::to_cursor(batch.column(*place), row)).collect()
}

/// Where the columns of a key stand in a batch.
pub(super) fn places(batch: &RecordBatch, key: &[ColumnRef]) -> Result<Vec<usize>, EngineError> {
    key.iter().map(|column| batch.schema().index_of(&column.name).map_err(broken)).collect()
}

/// The keys of a batch's rows, in its order.
pub(super) fn keys(batch: &RecordBatch, key: &[ColumnRef]) -> Result<Vec<RowKey>, EngineError> {
    let places = places(batch, key)?;
    Ok((0..batch.num_rows()).map(|row| exact(batch, &places, row)).collect())
}

/// Where the row with each key stands.
pub(super) fn by_key(batch: &RecordBatch, key: &[ColumnRef]) -> Result<HashMap<RowKey, usize>, EngineError> {
    Ok(keys(batch, key)?.into_iter().enumerate().map(|(row, key)| (key, row)).collect())
}

/// Keys as they are asked for.
pub(super) fn values(keys: &[RowKey]) -> Result<Vec<Vec<Option<Value>>>, EngineError> {
    let value = |value: &CursorValue| value.to_value().map_err(broken);
    keys.iter().map(|key| key.iter().map(value).collect()).collect()
}

fn broken(error: impl std::fmt::Display) -> EngineError {
    EngineError::internal(format!("an image of the journal: {error}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Array, ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn a_batch_comes_back_as_it_was() {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(Int64Array::from(vec![Some(i64::MIN), None, Some(7)]))),
            ("name", Arc::new(StringArray::from(vec![Some(""), Some("ä\0"), None]))),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let back = unpack(&pack(&batch).unwrap()).unwrap();
        assert_eq!(back, batch);
        assert_eq!(rows(&back, &[2, 0]).unwrap().column(0).len(), 2);
        assert!(unpack(b"nothing of ours").is_err());
    }
}
