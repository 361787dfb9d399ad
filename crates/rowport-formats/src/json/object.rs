use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::document::{write_document, write_number};
use super::escape::write_string;
use crate::EncodeError;
use crate::cell::write_typed;
use crate::column::{Value, check_schema, columns};

/// Writes rows as JSON objects.
pub(super) struct ObjectWriter {
    schema: SchemaRef,
    /// For each column, what comes before its value: the comma or brace, the key and the colon.
    keys: Vec<Vec<u8>>,
    pub(super) rows: u64,
}

impl ObjectWriter {
    pub(super) fn new(schema: SchemaRef) -> Result<Self, EncodeError> {
        check_schema(&schema)?;
        let keys = schema.fields().iter().enumerate().map(|(index, field)| {
            let mut key = vec![if index == 0 { b'{' } else { b',' }];
            write_string(field.name(), &mut key);
            key.push(b':');
            key
        });
        Ok(Self { keys: keys.collect(), schema, rows: 0 })
    }

    /// Writes every row of the batch as one line. `separator` comes before each row but the very first.
    pub(super) fn write(
        &mut self,
        batch: &RecordBatch,
        separator: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        let columns = columns(&self.schema, batch, self.rows + 1)?;
        for row in 0..batch.num_rows() {
            if self.rows > 0 {
                out.extend_from_slice(separator);
            }
            self.rows += 1;
            for (key, column) in self.keys.iter().zip(&columns) {
                out.extend_from_slice(key);
                write_value(column.value(row), out);
            }
            out.extend_from_slice(if columns.is_empty() { b"{}\n" } else { b"}\n" });
        }
        Ok(())
    }
}

#[inline(always)]
fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Text(text) => write_string(text, out),
        Value::Document(text) => write_document(text, out),
        Value::Number(text) => write_number(text, out),
        Value::Float64(value) if !value.is_finite() => write_quoted(value, out, Value::Float64),
        Value::Float32(value) if !value.is_finite() => write_quoted(value, out, Value::Float32),
        Value::Bytes(bytes) => {
            // The backslash of the notation has to be escaped.
            out.extend_from_slice(b"\"\\");
            write_typed(&Value::Bytes(bytes), b'T', out);
            out.push(b'"');
        }
        Value::Date(_) | Value::Time(_) | Value::Timestamp(..) => write_quoted(value, out, |value| value),
        typed => {
            write_typed(&typed, b'T', out);
        }
    }
}

/// Writes a typed value between quotes. Its notation has no byte that a JSON string would escape.
#[inline]
fn write_quoted<'a, T>(value: T, out: &mut Vec<u8>, typed: impl FnOnce(T) -> Value<'a>) {
    out.push(b'"');
    write_typed(&typed(value), b'T', out);
    out.push(b'"');
}
