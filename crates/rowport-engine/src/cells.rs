//! Values of record batches as JSON for pages, and as cursors.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, UnionArray};
use arrow_schema::{DataType, TimeUnit};
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, ToSpan};
use rowport_model::{CursorValue, MIXED_CHILDREN};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// The largest integer that every JSON reader keeps.
const SAFE_INTEGER: u64 = (1 << 53) - 1;
/// How many characters of a text a page shows.
pub(crate) const SHOWN_CHARACTERS: usize = 2_000;

/// What the API's document says of a value: text, a number, a boolean or null.
pub(crate) struct Cell;

impl PartialSchema for Cell {
    fn schema() -> RefOr<Schema> {
        let kinds = [Type::String, Type::Number, Type::Boolean, Type::Null];
        let description =
            "A value. Numbers that a client would round, dates, times, bytes and documents are text.";
        let cell = Object::builder().schema_type(SchemaType::from_iter(kinds));
        cell.description(Some(description)).into()
    }
}

impl ToSchema for Cell {}

/// A value as pages show it, and whether it was cut.
pub(crate) fn to_json(array: &ArrayRef, row: usize) -> (Value, bool) {
    if array.is_null(row) {
        return (Value::Null, false);
    }
    let value = match array.data_type() {
        DataType::Union(..) => {
            let value = array.as_union().value(row);
            return to_json(&value, 0);
        }
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => {
            let value = array.as_primitive::<Int64Type>().value(row);
            if value.unsigned_abs() <= SAFE_INTEGER { value.into() } else { value.to_string().into() }
        }
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(row);
            if value <= SAFE_INTEGER { value.into() } else { value.to_string().into() }
        }
        DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row)), || {
            array.as_primitive::<Float32Type>().value(row).to_string()
        }),
        DataType::Float64 => {
            let value = array.as_primitive::<Float64Type>().value(row);
            serde_json::Number::from_f64(value).map_or_else(|| words(value).into(), Value::Number)
        }
        DataType::Binary => return bytes(array.as_binary::<i32>().value(row)),
        DataType::Utf8 => return shown(array.as_string::<i32>().value(row)),
        _ => text(array, row).into(),
    };
    (value, false)
}

/// A value as a cursor carries it, exactly.
pub(crate) fn to_cursor(array: &ArrayRef, row: usize) -> CursorValue {
    if array.is_null(row) {
        return CursorValue::Null;
    }
    match array.data_type() {
        DataType::Union(..) => mixed_to_cursor(array.as_union(), row),
        DataType::Boolean => CursorValue::Boolean(array.as_boolean().value(row)),
        DataType::Int16 => CursorValue::Integer(array.as_primitive::<Int16Type>().value(row).to_string()),
        DataType::Int32 => CursorValue::Integer(array.as_primitive::<Int32Type>().value(row).to_string()),
        DataType::Int64 => CursorValue::Integer(array.as_primitive::<Int64Type>().value(row).to_string()),
        DataType::UInt64 => CursorValue::Integer(array.as_primitive::<UInt64Type>().value(row).to_string()),
        DataType::Float32 => CursorValue::Float(array.as_primitive::<Float32Type>().value(row).to_string()),
        DataType::Float64 => CursorValue::Float(array.as_primitive::<Float64Type>().value(row).to_string()),
        DataType::Binary => CursorValue::bytes(array.as_binary::<i32>().value(row)),
        DataType::Utf8 => CursorValue::Text(array.as_string::<i32>().value(row).to_owned()),
        // Databases compare a space where JSON readers expect a `T`.
        DataType::Timestamp(..) => CursorValue::moment(&text(array, row)),
        _ => CursorValue::Text(text(array, row)),
    }
}

fn mixed_to_cursor(array: &UnionArray, row: usize) -> CursorValue {
    let child = usize::try_from(array.type_id(row)).ok().and_then(|child| MIXED_CHILDREN.get(child)).copied();
    let value = array.value(row);
    match (child, value.data_type()) {
        (Some("raw_text"), DataType::Binary) => CursorValue::raw_text(value.as_binary::<i32>().value(0)),
        // As images of earlier versions have it: with a letter for each byte.
        (Some("text"), DataType::Utf8) if *array.child(0).data_type() == DataType::Utf8 => {
            let letters = value.as_string::<i32>().value(0).chars();
            let bytes = letters.map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>();
            bytes.map_or_else(|| to_cursor(&value, 0), |bytes| CursorValue::raw_text(&bytes))
        }
        _ => to_cursor(&value, 0),
    }
}

/// A 32-bit float is shown with the digits that it needs, not with those of the 64-bit number nearest to it.
fn float(value: f64, digits: impl FnOnce() -> String) -> Value {
    if !value.is_finite() {
        return words(value).into();
    }
    let shortest = digits().parse().ok().and_then(serde_json::Number::from_f64);
    shortest.map_or(Value::Null, Value::Number)
}

fn words(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn text(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(row),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            let day = date(1970, 1, 1).checked_add(days.days());
            day.map(|day| day.to_string()).unwrap_or_default()
        }
        DataType::Time64(_) => {
            let micros = array.as_primitive::<Time64MicrosecondType>().value(row);
            moment(micros).map(|moment| moment.time().to_string()).unwrap_or_default()
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let suffix = if zone.is_some() { "Z" } else { "" };
            moment(micros).map(|moment| format!("{moment}{suffix}")).unwrap_or_default()
        }
        other => format!("({other})"),
    }
}

/// Microseconds since 1970 as a date and time; drivers send only what has a year from 1 to 9999.
fn moment(micros: i64) -> Option<DateTime> {
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(SignedDuration::from_micros(micros)).ok()
}

fn shown(text: &str) -> (Value, bool) {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        None => (text.into(), false),
        Some((end, _)) => (text[..end].into(), true),
    }
}

fn bytes(bytes: &[u8]) -> (Value, bool) {
    let shown = &bytes[..bytes.len().min(SHOWN_CHARACTERS / 2)];
    let hexadecimal: String = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    (format!("\\x{hexadecimal}").into(), shown.len() < bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_before_1970_keep_their_fraction() {
        for (micros, text) in [
            (-1, "1969-12-31T23:59:59.999999"),
            (1_500_000, "1970-01-01T00:00:01.5"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999"),
        ] {
            assert_eq!(moment(micros).unwrap().to_string(), text);
        }
    }
}
