//! Values of record batches on their way into a database.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, UnionArray};
use arrow_schema::DataType;
use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, ToSpan};
use rowport_model::MIXED_CHILDREN;

/// One value, in the form that a database reads back as exactly the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Float32(f32),
    /// Text, and what has a notation: decimals, dates and times, and whatever the database wrote as text.
    Text(Cow<'a, str>),
    /// A moment: the notation of a time without a zone, in UTC.
    Moment(String),
    Bytes(&'a [u8]),
    /// Text that is not UTF-8.
    RawText(Cow<'a, [u8]>),
}

/// The value of a row.
pub(crate) fn cell(array: &ArrayRef, row: usize) -> Cell<'_> {
    if let DataType::Union(..) = array.data_type() {
        return mixed(array.as_union(), row);
    }
    if array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
        DataType::Int16 => Cell::Integer(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Integer(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Integer(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => Cell::Unsigned(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => Cell::Float32(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row).into()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row)),
        DataType::Decimal128(..) => text(array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Decimal256(..) => text(array.as_primitive::<Decimal256Type>().value_as_string(row)),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            text(date(1970, 1, 1).checked_add(days.days()).map(|day| day.to_string()).unwrap_or_default())
        }
        DataType::Time64(_) => {
            let micros = array.as_primitive::<Time64MicrosecondType>().value(row);
            text(moment(micros).time().to_string())
        }
        DataType::Timestamp(_, zone) => {
            let moment = moment(array.as_primitive::<TimestampMicrosecondType>().value(row));
            let written = moment.to_string().replacen('T', " ", 1);
            if zone.is_some() { Cell::Moment(written) } else { text(written) }
        }
        // Drivers build no other.
        _ => Cell::Null,
    }
}

fn mixed(array: &UnionArray, row: usize) -> Cell<'_> {
    let child = array.type_id(row);
    let value = cell(array.child(child), array.value_offset(row));
    let name = usize::try_from(child).ok().and_then(|child| MIXED_CHILDREN.get(child)).copied();
    match (name, value) {
        (Some("raw_text"), Cell::Bytes(bytes)) => Cell::RawText(bytes.into()),
        // Images of earlier versions have such a text with a letter for each byte, as the one kind of text that does not
        // fit a column of texts.
        (Some("text"), Cell::Text(text)) if *array.child(0).data_type() == DataType::Utf8 => {
            match text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>() {
                Some(bytes) => Cell::RawText(bytes.into()),
                None => Cell::Text(text),
            }
        }
        (_, value) => value,
    }
}

fn text<'a>(text: String) -> Cell<'a> {
    Cell::Text(Cow::Owned(text))
}

/// Microseconds since 1970 as a date and time; drivers build only what has a year from 1 to 9999.
fn moment(micros: i64) -> DateTime {
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    epoch.checked_add(SignedDuration::from_micros(micros)).unwrap_or(epoch)
}
