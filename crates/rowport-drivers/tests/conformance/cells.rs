//! Values of record batches as short texts that a person can write down: `NULL`, `42`, `'text'`, `x'00ff'`,
//! `2024-02-29`, and with a `!` in front what its column's declared type cannot hold.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use jiff::civil::date;
use jiff::{SignedDuration, ToSpan};
use rowport_model::{CursorValue, MIXED_CHILDREN};

/// A row of such texts.
pub type Cells = Vec<String>;

pub fn cells(batch: &RecordBatch) -> Vec<Cells> {
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| cell(array, row)).collect()).collect()
}

pub fn cell(array: &ArrayRef, row: usize) -> String {
    if let DataType::Union(..) = array.data_type() {
        let union = array.as_union();
        let child = usize::try_from(union.type_id(row)).unwrap();
        let text = cell(&union.value(row), 0);
        return if child == 0 { text } else { format!("!{} {text}", MIXED_CHILDREN[child]) };
    }
    if array.is_null(row) {
        return "NULL".to_owned();
    }
    match array.data_type() {
        DataType::Utf8 => format!("'{}'", array.as_string::<i32>().value(row)),
        DataType::Binary => {
            let digits: String =
                array.as_binary::<i32>().value(row).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{digits}'")
        }
        _ => plain(array, row),
    }
}

/// The value as a cursor of a page after this row carries it.
pub fn cursor_value(array: &ArrayRef, row: usize) -> CursorValue {
    if let DataType::Union(..) = array.data_type() {
        let union = array.as_union();
        let value = union.value(row);
        return match MIXED_CHILDREN[usize::try_from(union.type_id(row)).unwrap()] {
            "raw_text" => CursorValue::raw_text(value.as_binary::<i32>().value(0)),
            _ => cursor_value(&value, 0),
        };
    }
    if array.is_null(row) {
        return CursorValue::Null;
    }
    match array.data_type() {
        DataType::Boolean => CursorValue::Boolean(array.as_boolean().value(row)),
        DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::UInt64 => {
            CursorValue::Integer(plain(array, row))
        }
        DataType::Float32 | DataType::Float64 => CursorValue::Float(plain(array, row)),
        DataType::Binary => CursorValue::bytes(array.as_binary::<i32>().value(row)),
        DataType::Utf8 => CursorValue::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Timestamp(..) => CursorValue::Text(plain(array, row).replacen('T', " ", 1)),
        _ => CursorValue::Text(plain(array, row)),
    }
}

fn plain(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(row),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            date(1970, 1, 1).checked_add(days.days()).unwrap().to_string()
        }
        DataType::Time64(_) => {
            moment(array.as_primitive::<Time64MicrosecondType>().value(row)).time().to_string()
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            format!("{}{}", moment(micros), if zone.is_some() { "Z" } else { "" })
        }
        other => panic!("no driver should send {other}"),
    }
}

fn moment(micros: i64) -> jiff::civil::DateTime {
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(SignedDuration::from_micros(micros)).unwrap()
}
