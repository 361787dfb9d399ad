//! CSV and TSV: RFC 4180 quoting, LF line ends, quotes only where they are needed.
//!
//! NULL is the null marker (by default nothing) without quotes, and a text that reads the same is quoted, so that
//! both travel. In a file of one column a NULL is therefore an empty line, as in PostgreSQL's own CSV.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::cell::write_typed;
use crate::column::{Value, check_schema, columns};
use crate::guard::needs_guard;
use crate::scan::ByteSet;
use crate::{EncodeError, EncodeOptions, Encoder, Notation};

pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Writes CSV, or TSV when the delimiter is a tab.
pub(crate) struct CsvEncoder {
    schema: SchemaRef,
    headers: Vec<String>,
    header_row: bool,
    bom: bool,
    rows: u64,
    fields: FieldWriter,
}

impl CsvEncoder {
    pub(crate) fn new(schema: SchemaRef, delimiter: u8, options: EncodeOptions) -> Result<Self, EncodeError> {
        check_schema(&schema)?;
        let headers = options.headers_for(&schema)?;
        let fields = FieldWriter::new(delimiter, options.guard, options.null, options.notation)?;
        Ok(Self { schema, headers, header_row: options.header_row, bom: options.bom, rows: 0, fields })
    }
}

impl Encoder for CsvEncoder {
    fn start(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.bom {
            out.extend_from_slice(BYTE_ORDER_MARK);
        }
        if self.header_row {
            for (index, header) in self.headers.iter().enumerate() {
                if index > 0 {
                    out.push(self.fields.delimiter);
                }
                self.fields.text(header, out);
            }
            out.push(b'\n');
        }
        Ok(())
    }

    fn encode(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let columns = columns(&self.schema, batch, self.rows + 1)?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    out.push(self.fields.delimiter);
                }
                self.fields.value(column.value(row), out);
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

struct FieldWriter {
    delimiter: u8,
    guard: bool,
    null: String,
    notation: Notation,
    /// The bytes that make quotes necessary wherever they stand.
    special: ByteSet<4>,
}

impl FieldWriter {
    fn new(delimiter: u8, guard: bool, null: String, notation: Notation) -> Result<Self, EncodeError> {
        check_delimiter(delimiter)?;
        let writer = Self {
            delimiter,
            guard,
            null,
            notation,
            special: ByteSet::new([delimiter, b'"', b'\r', b'\n'], false),
        };
        if writer.needs_quotes(&writer.null) {
            let detail = format!("{:?} would itself need quotes", writer.null);
            return Err(EncodeError::InvalidOption { option: "null", detail });
        }
        // It stands in the file as it is, in as many cells as there are NULLs.
        if guard && runs(&writer.null) {
            let detail = format!(
                "{:?} begins like a formula, which a spreadsheet would run; the raw mode allows it",
                writer.null
            );
            return Err(EncodeError::InvalidOption { option: "null", detail });
        }
        Ok(writer)
    }

    #[inline(always)]
    fn value(&self, value: Value<'_>, out: &mut Vec<u8>) {
        match value {
            Value::Null => out.extend_from_slice(self.null.as_bytes()),
            Value::Number(text) if self.notation.differs() && !needs_guard(text) => {
                let start = out.len();
                out.extend_from_slice(text.as_bytes());
                self.in_notation(&value, start, out);
            }
            Value::Text(text) | Value::Document(text) | Value::Number(text) => self.text(text, out),
            typed => {
                let start = out.len();
                write_typed(&typed, b' ', out);
                if self.notation.differs() {
                    return self.in_notation(&typed, start, out);
                }
                if !self.null.is_empty() && &out[start..] == self.null.as_bytes() {
                    out.insert(start, b'"');
                    out.push(b'"');
                }
            }
        }
    }

    /// Rewrites what stands from `start` on, which may then need quotes: a comma is a decimal sign here and a
    /// delimiter there.
    #[cold]
    fn in_notation(&self, value: &Value<'_>, start: usize, out: &mut Vec<u8>) {
        self.notation.rewrite(value, start, out);
        let written = &out[start..];
        let reads_as_null = !self.null.is_empty() && written == self.null.as_bytes();
        if self.special.occurs_in(written) || reads_as_null {
            out.insert(start, b'"');
            out.push(b'"');
        }
    }

    #[inline]
    fn text(&self, text: &str, out: &mut Vec<u8>) {
        let guarded = self.guard && needs_guard(text);
        let quoted = self.needs_quotes(text) || self.reads_as_null(text, guarded);
        if !guarded && !quoted {
            return out.extend_from_slice(text.as_bytes());
        }
        if quoted {
            out.push(b'"');
        }
        if guarded {
            out.push(b'\'');
        }
        if quoted {
            write_doubling_quotes(text.as_bytes(), out);
            out.push(b'"');
        } else {
            out.extend_from_slice(text.as_bytes());
        }
    }

    #[inline]
    fn needs_quotes(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match (bytes.first(), bytes.last()) {
            (Some(b' '), _) | (_, Some(b' ')) => true,
            // A reader could take the first for a byte order mark, and psql the second for the end of the data.
            (Some(0xEF), _) if bytes.starts_with(BYTE_ORDER_MARK) => true,
            (Some(b'\\'), _) if bytes == b"\\." => true,
            _ => self.special.occurs_in(bytes),
        }
    }

    #[inline]
    fn reads_as_null(&self, text: &str, guarded: bool) -> bool {
        if guarded { self.null.strip_prefix('\'') == Some(text) } else { self.null == text }
    }
}

fn write_doubling_quotes(text: &[u8], out: &mut Vec<u8>) {
    for (index, part) in text.split(|byte| *byte == b'"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part);
    }
}

/// A delimiter must not occur in numbers, dates or the guard, which are never quoted for its sake.
fn check_delimiter(delimiter: u8) -> Result<(), EncodeError> {
    let printable = delimiter == b'\t' || delimiter.is_ascii_graphic();
    if printable && !delimiter.is_ascii_alphanumeric() && !b"\"'.:+-=@\\".contains(&delimiter) {
        return Ok(());
    }
    let detail =
        "it must be a tab or an ASCII sign that occurs in no number or date, such as , ; | ^ ~".to_owned();
    Err(EncodeError::InvalidOption { option: "delimiter", detail })
}

/// Whether a spreadsheet would take a marker for a formula. An apostrophe keeps it from that, and dashes alone are none.
fn runs(marker: &str) -> bool {
    needs_guard(marker) && !marker.starts_with('\'') && !marker.bytes().all(|byte| byte == b'-')
}

#[cfg(test)]
mod tests {
    use rowport_model::ErrorCode;

    use super::*;

    #[test]
    fn a_marker_of_null_that_a_spreadsheet_would_run_is_refused_while_the_guard_is_on() {
        let with =
            |guard: bool, null: &str| FieldWriter::new(b',', guard, null.to_owned(), Notation::default());
        for null in ["+cmd|'/C calc'!A0", "=1+1", "@SUM(A1)", "-1+1", "＝1", "\t=1", "=", "+"] {
            let refused = with(true, null).err().map(|error| error.code());
            assert_eq!(refused, Some(ErrorCode::InvalidOption), "{null}");
            assert!(with(false, null).is_ok(), "{null}");
        }
        for null in ["", "NULL", "\\N", "-", "--", "-1", "'=x", "n/a"] {
            assert!(with(true, null).is_ok(), "{null}");
        }
    }

    fn field(text: &str, null: &str) -> String {
        let writer = FieldWriter::new(b',', true, null.to_owned(), Notation::default()).unwrap();
        let mut out = Vec::new();
        writer.value(Value::Text(text), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn quotes_appear_only_where_they_are_needed() {
        let cases = [
            ("plain", "plain"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("cr\r", "\"cr\r\""),
            (" lead", "\" lead\""),
            ("trail ", "\"trail \""),
            ("\\.", "\"\\.\""),
            ("\u{feff}x", "\"\u{feff}x\""),
            ("=1,2", "\"'=1,2\""),
            ("=1", "'=1"),
            ("-5", "-5"),
            ("\t", "'\t"),
        ];
        for (text, expected) in cases {
            assert_eq!(field(text, ""), expected);
        }
    }

    #[test]
    fn what_reads_as_the_null_marker_is_quoted() {
        assert_eq!(field("NULL", "NULL"), "\"NULL\"");
        assert_eq!(field("", "NULL"), "");
        assert_eq!(field("=x", "'=x"), "\"'=x\"");
        let writer = FieldWriter::new(b',', true, "0".to_owned(), Notation::default()).unwrap();
        let mut out = Vec::new();
        writer.value(Value::Integer(0), &mut out);
        writer.value(Value::Null, &mut out);
        assert_eq!(out, b"\"0\"0");
    }

    #[test]
    fn unusable_options_are_refused() {
        for delimiter in [b'"', b'\n', b'1', b'a', b'.', b'-', b'\'', 0x80, 0] {
            assert!(
                FieldWriter::new(delimiter, true, String::new(), Notation::default()).is_err(),
                "{delimiter}"
            );
        }
        assert_eq!(
            FieldWriter::new(b',', true, "a,b".to_owned(), Notation::default()).err().unwrap().code(),
            ErrorCode::InvalidOption
        );
    }
}
