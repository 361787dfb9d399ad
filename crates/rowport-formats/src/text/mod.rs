//! Plain text for the clipboard: one row a line, a tab between columns, no header, no quotes.
//!
//! There is nothing that could quote a line break or a tab inside a value, so each becomes one space: a list keeps
//! one line for each row. For files, CSV and TSV keep such values exact.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::cell::write_typed;
use crate::column::{Value, check_schema, columns};
use crate::csv::BYTE_ORDER_MARK;
use crate::scan::ByteSet;
use crate::{EncodeError, EncodeOptions, Encoder, Notation};

const BREAKS: ByteSet<3> = ByteSet::new([b'\t', b'\r', b'\n'], false);

/// Writes plain text lists.
pub(crate) struct TextEncoder {
    schema: SchemaRef,
    null: String,
    notation: Notation,
    bom: bool,
    rows: u64,
}

impl TextEncoder {
    pub(crate) fn new(schema: SchemaRef, options: EncodeOptions) -> Result<Self, EncodeError> {
        check_schema(&schema)?;
        Ok(Self { schema, null: options.null, notation: options.notation, bom: options.bom, rows: 0 })
    }
}

impl Encoder for TextEncoder {
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.bom {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let columns = columns(&self.schema, batch, self.rows + 1)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    out.push(b'\t');
                }
                let (value, start) = (column.value(row), out.len());
                match value {
                    Value::Null => out.extend_from_slice(self.null.as_bytes()),
                    Value::Text(text) | Value::Document(text) | Value::Number(text) => write_line(text, out),
                    typed => {
                        write_typed(&typed, b' ', out);
                    }
                }
                if self.notation.differs() {
                    self.notation.rewrite(&value, start, out);
                }
            }
            out.push(b'\n');
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn finish(&mut self, _out: &mut Vec<u8>) -> Result<(), EncodeError> {
        Ok(())
    }
}

fn write_line(text: &str, out: &mut Vec<u8>) {
    if BREAKS.occurs_in(text.as_bytes()) {
        let spaced = text.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
        out.extend_from_slice(spaced.as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_never_leaves_its_line() {
        let mut out = Vec::new();
        write_line("a\tb\r\nc\nd", &mut out);
        assert_eq!(out, b"a b c d");
    }
}
