//! Parquet gives back the very batches, and refuses what its columns cannot hold.

use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};
use arrow_select::concat::concat_batches;
use proptest::prelude::*;
use rowport_formats::{EncodeOptions, Format, ParquetCodec};
use rowport_model::{ColumnType, column_type_of, field_for};

use crate::tables::{Cell, array, encoded, mixed_array, tables};

fn read(bytes: Vec<u8>) -> RecordBatch {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    concat_batches(&schema, &batches).unwrap()
}

proptest! {
    #[test]
    fn rows_and_type_words_read_back_exactly(table in tables(false), zstd in any::<bool>()) {
        let parquet_codec = if zstd { ParquetCodec::Zstd } else { ParquetCodec::Snappy };
        let options = EncodeOptions { parquet_codec, ..Default::default() };
        let read = read(encoded(Format::Parquet, &table.schema, &table.batches, options).unwrap());
        prop_assert_eq!(read.schema_ref().fields(), table.schema.fields());
        let given = table.batches.iter().map(|batch| {
            RecordBatch::try_new(table.schema.clone(), batch.columns().to_vec()).unwrap()
        });
        let given = concat_batches(&table.schema, &given.collect::<Vec<_>>()).unwrap();
        for (ours, theirs) in given.columns().iter().zip(read.columns()) {
            // NaN is equal to nothing, so what is shown is compared.
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        }
    }
}

fn one_column(column: arrow_array::ArrayRef) -> RecordBatch {
    let field = arrow_schema::Field::new("when", column.data_type().clone(), true);
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![column]).unwrap()
}

#[test]
fn a_stray_value_is_refused_by_row_and_column() {
    let schema = Arc::new(Schema::new(vec![field_for("when", &ColumnType::Date, None)]));
    let good = one_column(array(&DataType::Date32, &[Cell::Date(1), Cell::Null]));
    let bad =
        one_column(mixed_array(&ColumnType::Date, &[Cell::Date(2), Cell::Text("0000-00-00".to_owned())]));
    let error =
        encoded(Format::Parquet, &schema, &[good, bad.clone()], EncodeOptions::default()).unwrap_err();
    assert_eq!((error.code().as_str(), error.row(), error.column()), ("mixed_column", Some(4), Some("when")));
    let message = error.to_string();
    assert!(message.contains("leave the column out, or export as CSV or NDJSON"), "{message}");

    let bytes = encoded(Format::Parquet, &schema, &[bad.slice(0, 1)], EncodeOptions::default()).unwrap();
    assert_eq!(read(bytes).column(0), &array(&DataType::Date32, &[Cell::Date(2)]));
}

#[test]
fn the_type_word_and_the_currency_are_in_the_file() {
    let decimal = ColumnType::Decimal { precision: Some(10), scale: Some(2) };
    let schema = Arc::new(Schema::new(vec![field_for("price", &decimal, Some("EUR"))]));
    let read = read(encoded(Format::Parquet, &schema, &[], EncodeOptions::default()).unwrap());
    assert_eq!(column_type_of(read.schema().field(0)), ("decimal", Some("EUR")));
}

#[test]
fn row_groups_are_bounded() {
    let schema = Arc::new(Schema::new(vec![field_for("n", &ColumnType::Date, None)]));
    let cells: Vec<Cell> = (0..300_000).map(Cell::Date).collect();
    let batch = RecordBatch::try_new(schema.clone(), vec![array(&DataType::Date32, &cells)]).unwrap();
    let bytes = encoded(Format::Parquet, &schema, &[batch], EncodeOptions::default()).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    assert_eq!(builder.metadata().num_row_groups(), 3);
    assert_eq!(builder.metadata().file_metadata().num_rows(), 300_000);
}
