//! From a value to a cell: a number, a boolean or a date where Excel holds it exactly, and a text otherwise.

use arrow_schema::Schema;

use super::links::is_address;
use super::number::write_number;
use super::sheet::Sheet;
use super::styles::{StyleId, Styles};
use super::xml::{needs_space_kept, write_text};
use crate::EncodeError;
use crate::cell::write_typed;
use crate::column::{Column, Value};
use crate::guard::needs_guard;

/// The longest text of a cell, in UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// Writes the cells of rows.
pub(super) struct CellWriter {
    columns: Vec<ColumnCells>,
    heads: Heads,
    guard: bool,
    links: bool,
    scratch: Vec<u8>,
}

/// What is written for every cell of a column.
struct ColumnCells {
    /// The column as Excel names it.
    letters: Vec<u8>,
    /// The style of its numbers, up to where the number begins.
    number: Vec<u8>,
    /// The same for whole numbers, which need a format of their own to show more than eleven digits.
    whole: Vec<u8>,
}

/// What comes between the place of a cell and its content, for every style.
struct Heads {
    date: Vec<u8>,
    time: Vec<u8>,
    time_with_millis: Vec<u8>,
    timestamp: Vec<u8>,
    timestamp_with_millis: Vec<u8>,
    moment: Vec<u8>,
    moment_with_millis: Vec<u8>,
    plain: Vec<u8>,
    text: Vec<u8>,
    guarded: Vec<u8>,
    link: Vec<u8>,
    header: Vec<u8>,
    guarded_header: Vec<u8>,
}

/// A text that is longer than a cell can be.
#[derive(Debug)]
pub(super) struct LongText {
    pub(super) column: usize,
    length: usize,
}

impl LongText {
    pub(super) fn at(&self, row: u64, column: String) -> EncodeError {
        EncodeError::CellTooLong { row, column, format: "XLSX", length: self.length, limit: MAX_TEXT }
    }
}

impl CellWriter {
    pub(super) fn new(schema: &Schema, styles: &Styles, guard: bool, links: bool) -> Self {
        let columns = (0..schema.fields().len()).map(|index| ColumnCells {
            letters: column_letters(index),
            number: number_head(styles.numbers[index]),
            whole: number_head(if styles.numbers[index] == 0 { styles.whole } else { styles.numbers[index] }),
        });
        Self { columns: columns.collect(), heads: Heads::new(styles), guard, links, scratch: Vec::new() }
    }

    /// The name of the last column, if there is one.
    pub(super) fn last_column(&self) -> Option<&[u8]> {
        self.columns.last().map(|column| &column.letters[..])
    }

    /// Writes a header row as the first row of a sheet.
    pub(super) fn write_header(&self, headers: &[String], out: &mut Vec<u8>) -> Result<(), LongText> {
        out.extend_from_slice(b"<row r=\"1\">");
        for (index, (header, column)) in headers.iter().zip(&self.columns).enumerate() {
            let guarded = self.guard && needs_guard(header);
            let head = if guarded { &self.heads.guarded_header } else { &self.heads.header };
            check_length(header, index)?;
            column.open(b"1", head, out);
            write_inline(header, out);
        }
        out.extend_from_slice(b"</row>");
        Ok(())
    }

    /// Writes a row of a batch as the next row of the sheet.
    pub(super) fn write_row(
        &mut self,
        columns: &[Column<'_>],
        row: usize,
        sheet: &mut Sheet,
        out: &mut Vec<u8>,
    ) -> Result<(), LongText> {
        let mut buffer = itoa::Buffer::new();
        let place = buffer.format(sheet.add_row()).as_bytes();
        out.extend_from_slice(b"<row r=\"");
        out.extend_from_slice(place);
        out.extend_from_slice(b"\">");
        for (index, column) in columns.iter().enumerate() {
            let value = column.value(row);
            match value {
                // A cell that is not there is the one thing that Excel takes for no value.
                Value::Null => {}
                Value::Text(text) | Value::Document(text) => {
                    self.write_text(text, index, place, sheet, out)?
                }
                value => self.write_typed(&value, index, place, sheet, out)?,
            }
        }
        out.extend_from_slice(b"</row>");
        Ok(())
    }

    #[inline]
    fn write_text(
        &self,
        text: &str,
        index: usize,
        place: &[u8],
        sheet: &mut Sheet,
        out: &mut Vec<u8>,
    ) -> Result<(), LongText> {
        check_length(text, index)?;
        let column = &self.columns[index];
        let head = match text.as_bytes().first() {
            _ if self.guard && needs_guard(text) => &self.heads.guarded,
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => &self.heads.text,
            Some(b'h') if self.links && is_address(text) && sheet.links.add(&column.letters, place, text) => {
                &self.heads.link
            }
            _ => &self.heads.plain,
        };
        column.open(place, head, out);
        write_inline(text, out);
        Ok(())
    }

    #[inline]
    fn write_typed(
        &mut self,
        value: &Value<'_>,
        index: usize,
        place: &[u8],
        sheet: &mut Sheet,
        out: &mut Vec<u8>,
    ) -> Result<(), LongText> {
        let column = &self.columns[index];
        let start = out.len();
        if let Value::Boolean(value) = value {
            column.open(place, if *value { b"\" t=\"b\"><v>1" } else { b"\" t=\"b\"><v>0" }, out);
            out.extend_from_slice(b"</v></c>");
            return Ok(());
        }
        let head = self.number_head(value, index);
        if let Some(head) = head {
            column.open(place, head, out);
            if write_number(value, out) {
                out.extend_from_slice(b"</v></c>");
                return Ok(());
            }
            out.truncate(start);
        }
        self.write_as_text(value, index, place, sheet, out)
    }

    /// Writes a value that Excel would not hold exactly as the text that the text formats write.
    #[inline(never)]
    fn write_as_text(
        &mut self,
        value: &Value<'_>,
        index: usize,
        place: &[u8],
        sheet: &mut Sheet,
        out: &mut Vec<u8>,
    ) -> Result<(), LongText> {
        if let Value::Number(text) = value {
            return self.write_text(text, index, place, sheet, out);
        }
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        write_typed(value, b' ', &mut text);
        // The notations of typed values are ASCII, and none of them begins like a formula.
        let written = check_length(&String::from_utf8_lossy(&text), index).map(|()| {
            self.columns[index].open(place, &self.heads.text, out);
            out.push(b'>');
            out.extend_from_slice(&text);
            out.extend_from_slice(INLINE_END);
        });
        self.scratch = text;
        written
    }

    /// How the cell of a number or a moment begins; `None` for what is always a text.
    #[inline]
    fn number_head(&self, value: &Value<'_>, index: usize) -> Option<&[u8]> {
        let (heads, column) = (&self.heads, &self.columns[index]);
        Some(match *value {
            Value::Integer(_) | Value::Unsigned(_) => &column.whole,
            Value::Float32(_) | Value::Float64(_) => &column.number,
            Value::Decimal128(..) | Value::Decimal256(..) | Value::Number(_) => &column.number,
            Value::Date(_) => &heads.date,
            Value::Time(micros) if micros % 1_000_000 == 0 => &heads.time,
            Value::Time(_) => &heads.time_with_millis,
            Value::Timestamp(micros, false) if micros % 1_000_000 == 0 => &heads.timestamp,
            Value::Timestamp(_, false) => &heads.timestamp_with_millis,
            Value::Timestamp(micros, true) if micros % 1_000_000 == 0 => &heads.moment,
            Value::Timestamp(_, true) => &heads.moment_with_millis,
            Value::Null | Value::Boolean(_) | Value::Text(_) | Value::Document(_) | Value::Bytes(_) => {
                return None;
            }
        })
    }
}

impl ColumnCells {
    #[inline]
    fn open(&self, place: &[u8], head: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(b"<c r=\"");
        out.extend_from_slice(&self.letters);
        out.extend_from_slice(place);
        out.extend_from_slice(head);
    }
}

impl Heads {
    fn new(styles: &Styles) -> Self {
        Self {
            date: number_head(styles.date),
            time: number_head(styles.time),
            time_with_millis: number_head(styles.time_with_millis),
            timestamp: number_head(styles.timestamp),
            timestamp_with_millis: number_head(styles.timestamp_with_millis),
            moment: number_head(styles.moment),
            moment_with_millis: number_head(styles.moment_with_millis),
            plain: text_head(0),
            text: text_head(styles.text),
            guarded: text_head(styles.guarded),
            link: text_head(styles.link),
            header: text_head(styles.header),
            guarded_header: text_head(styles.guarded_header),
        }
    }
}

fn number_head(style: StyleId) -> Vec<u8> {
    if style == 0 { b"\"><v>".to_vec() } else { format!("\" s=\"{style}\"><v>").into_bytes() }
}

fn text_head(style: StyleId) -> Vec<u8> {
    let attribute = if style == 0 { String::new() } else { format!(" s=\"{style}\"") };
    format!("\"{attribute} t=\"inlineStr\"><is><t").into_bytes()
}

const INLINE_END: &[u8] = b"</t></is></c>";

#[inline]
fn write_inline(text: &str, out: &mut Vec<u8>) {
    let keep = needs_space_kept(text.as_bytes());
    out.extend_from_slice(if keep { b" xml:space=\"preserve\">" } else { b">" });
    write_text(text, out);
    out.extend_from_slice(INLINE_END);
}

#[inline]
fn check_length(text: &str, column: usize) -> Result<(), LongText> {
    // A text has at least as many bytes as UTF-16 units.
    if text.len() <= MAX_TEXT {
        return Ok(());
    }
    let length = text.encode_utf16().count();
    if length <= MAX_TEXT { Ok(()) } else { Err(LongText { column, length }) }
}

/// The name of a column: A to Z, AA and so on.
fn column_letters(index: usize) -> Vec<u8> {
    let (mut letters, mut rest) = (Vec::new(), index + 1);
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_that_excel_gives_them() {
        let names = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (index, name) in names {
            assert_eq!(column_letters(index), name.as_bytes());
        }
    }
}
