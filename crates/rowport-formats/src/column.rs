//! Typed access to the columns of a batch, without an allocation or a virtual call for a cell.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float32Array,
    Float64Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array, UnionArray,
};
use arrow_buffer::i256;
use arrow_schema::{DataType, Schema, TimeUnit};
use rowport_model::column_type_of;

use crate::EncodeError;

/// One value, borrowed from its batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Unsigned(u64),
    Float32(f32),
    Float64(f64),
    Decimal128(i128, i8),
    Decimal256(&'a i256, i8),
    Text(&'a str),
    /// The text of a JSON document or array.
    Document(&'a str),
    /// The text of a number that has no fixed precision.
    Number(&'a str),
    Bytes(&'a [u8]),
    Date(i32),
    Time(i64),
    /// Microseconds since 1970, and whether they are a moment in UTC.
    Timestamp(i64, bool),
}

/// One column of a batch, by its type.
#[derive(Debug)]
pub(crate) enum Column<'a> {
    Boolean(&'a BooleanArray),
    Int16(&'a Int16Array),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    UInt64(&'a UInt64Array),
    Float32(&'a Float32Array),
    Float64(&'a Float64Array),
    Decimal128(&'a Decimal128Array, i8),
    Decimal256(&'a Decimal256Array, i8),
    Text(&'a StringArray),
    Document(&'a StringArray),
    Number(&'a StringArray),
    Bytes(&'a BinaryArray),
    Date(&'a Date32Array),
    Time(&'a Time64MicrosecondArray),
    Timestamp(&'a TimestampMicrosecondArray, bool),
    Mixed(&'a UnionArray, Vec<Column<'a>>),
}

impl<'a> Column<'a> {
    /// The value in a row of the batch.
    #[inline(always)]
    pub(crate) fn value(&self, row: usize) -> Value<'a> {
        macro_rules! read {
            ($array:expr, $value:ident => $make:expr) => {
                if $array.is_null(row) {
                    Value::Null
                } else {
                    let $value = $array.value(row);
                    $make
                }
            };
        }
        match self {
            Self::Boolean(array) => read!(array, value => Value::Boolean(value)),
            Self::Int16(array) => read!(array, value => Value::Integer(i64::from(value))),
            Self::Int32(array) => read!(array, value => Value::Integer(i64::from(value))),
            Self::Int64(array) => read!(array, value => Value::Integer(value)),
            Self::UInt64(array) => read!(array, value => Value::Unsigned(value)),
            Self::Float32(array) => read!(array, value => Value::Float32(value)),
            Self::Float64(array) => read!(array, value => Value::Float64(value)),
            Self::Decimal128(array, scale) => read!(array, value => Value::Decimal128(value, *scale)),
            Self::Decimal256(array, scale) if array.is_valid(row) => {
                Value::Decimal256(&array.values()[row], *scale)
            }
            Self::Decimal256(..) => Value::Null,
            Self::Text(array) => read!(array, value => Value::Text(value)),
            Self::Document(array) => read!(array, value => Value::Document(value)),
            Self::Number(array) => read!(array, value => Value::Number(value)),
            Self::Bytes(array) => read!(array, value => Value::Bytes(value)),
            Self::Date(array) => read!(array, value => Value::Date(value)),
            Self::Time(array) => read!(array, value => Value::Time(value)),
            Self::Timestamp(array, zoned) => read!(array, value => Value::Timestamp(value, *zoned)),
            Self::Mixed(array, children) => mixed_value(array, children, row),
        }
    }

    fn of(name: &str, word: &str, array: &'a ArrayRef) -> Result<Self, EncodeError> {
        let found = array.data_type();
        let any = array.as_any();
        let column = match found {
            DataType::Boolean => any.downcast_ref().map(Self::Boolean),
            DataType::Int16 => any.downcast_ref().map(Self::Int16),
            DataType::Int32 => any.downcast_ref().map(Self::Int32),
            DataType::Int64 => any.downcast_ref().map(Self::Int64),
            DataType::UInt64 => any.downcast_ref().map(Self::UInt64),
            DataType::Float32 => any.downcast_ref().map(Self::Float32),
            DataType::Float64 => any.downcast_ref().map(Self::Float64),
            DataType::Decimal128(_, scale) => any.downcast_ref().map(|it| Self::Decimal128(it, *scale)),
            DataType::Decimal256(_, scale) => any.downcast_ref().map(|it| Self::Decimal256(it, *scale)),
            DataType::Utf8 => any.downcast_ref().map(match word {
                "json" | "array" => Self::Document,
                "decimal" => Self::Number,
                _ => Self::Text,
            }),
            DataType::Binary => any.downcast_ref().map(Self::Bytes),
            DataType::Date32 => any.downcast_ref().map(Self::Date),
            DataType::Time64(TimeUnit::Microsecond) => any.downcast_ref().map(Self::Time),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                any.downcast_ref().map(|it| Self::Timestamp(it, zone.is_some()))
            }
            DataType::Union(..) => match any.downcast_ref::<UnionArray>() {
                Some(union) => Some(Self::Mixed(union, children(name, word, union)?)),
                None => None,
            },
            _ => None,
        };
        column.ok_or_else(|| EncodeError::UnsupportedType { column: name.to_owned(), found: found.clone() })
    }
}

/// The columns of a batch that has the given schema, where any column may be mixed instead.
///
/// `row` is the number of the batch's first row, for the error.
pub(crate) fn columns<'a>(
    schema: &Schema,
    batch: &'a RecordBatch,
    row: u64,
) -> Result<Vec<Column<'a>>, EncodeError> {
    if batch.num_columns() != schema.fields().len() {
        let detail = format!("{} columns instead of {}", batch.num_columns(), schema.fields().len());
        return Err(EncodeError::SchemaMismatch { row, detail });
    }
    let pairs = schema.fields().iter().zip(batch.columns());
    pairs
        .map(|(field, array)| {
            let (found, expected) = (array.data_type(), field.data_type());
            if found != expected && !matches!(found, DataType::Union(..)) {
                let detail = format!("column {:?} has the type {found} instead of {expected}", field.name());
                return Err(EncodeError::SchemaMismatch { row, detail });
            }
            Column::of(field.name(), column_type_of(field).0, array)
        })
        .collect()
}

/// Fails unless every column of the schema has a type in which Rowport's columns travel.
pub(crate) fn check_schema(schema: &Schema) -> Result<(), EncodeError> {
    columns(schema, &RecordBatch::new_empty(schema.clone().into()), 0).map(|_| ())
}

#[inline(never)]
fn mixed_value<'a>(array: &'a UnionArray, children: &[Column<'a>], row: usize) -> Value<'a> {
    // The type ids of a mixed column count its children from zero, which `children` has checked.
    let child = usize::from(array.type_id(row).unsigned_abs());
    children.get(child).map_or(Value::Null, |child| child.value(array.value_offset(row)))
}

/// The children of a mixed column. Only the first has the column's own type, so only it carries the type word: a
/// text that strayed into a column of decimals or documents is a text.
fn children<'a>(name: &str, word: &str, union: &'a UnionArray) -> Result<Vec<Column<'a>>, EncodeError> {
    let ids = union.fields().iter().enumerate();
    ids.map(|(index, (id, _))| {
        if usize::try_from(id) != Ok(index) {
            let found = union.data_type().clone();
            return Err(EncodeError::UnsupportedType { column: name.to_owned(), found });
        }
        Column::of(name, if index == 0 { word } else { "text" }, union.child(id))
    })
    .collect()
}
