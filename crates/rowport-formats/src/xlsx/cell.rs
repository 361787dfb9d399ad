//! From a value to a cell: a number, a boolean or a date where Excel holds it exactly, and a text otherwise.

use arrow_buffer::i256;
use arrow_schema::Schema;

use super::links::is_address;
use super::sheet::Sheet;
use super::styles::{StyleId, Styles};
use super::xml::{needs_space_kept, write_text};
use crate::EncodeError;
use crate::cell::{MICROS_PER_DAY, write_decimal128, write_float, write_integer, write_typed};
use crate::column::{Column, Value};
use crate::guard::needs_guard;

/// The longest text of a cell, in UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// Numbers are exact up to 15 digits.
const EXACT: u128 = 1_000_000_000_000_000;
/// Excel's day number of 1970-01-01.
const EPOCH: i64 = 25_569;
/// 1900-03-01: before it, Excel counts a day that never was.
const FIRST_DAY: i64 = 61;
/// 9999-12-31.
const LAST_DAY: i64 = 2_958_465;
const MILLIS_PER_DAY: i64 = MICROS_PER_DAY / 1000;

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
}

/// What comes between the place of a cell and its content, for every style.
struct Heads {
    plain_number: Vec<u8>,
    whole: Vec<u8>,
    date: Vec<u8>,
    time: Vec<u8>,
    time_with_millis: Vec<u8>,
    timestamp: Vec<u8>,
    timestamp_with_millis: Vec<u8>,
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
        let heads = &self.heads;
        let own = &self.columns[index].number;
        Some(match *value {
            Value::Integer(_) | Value::Unsigned(_) if self.columns[index].number == heads.plain_number => {
                &heads.whole
            }
            Value::Integer(_) | Value::Unsigned(_) | Value::Float32(_) | Value::Float64(_) => own,
            Value::Decimal128(..) | Value::Decimal256(..) | Value::Number(_) => own,
            Value::Date(_) => &heads.date,
            Value::Time(micros) if micros % 1_000_000 == 0 => &heads.time,
            Value::Time(_) => &heads.time_with_millis,
            Value::Timestamp(micros, _) if micros % 1_000_000 == 0 => &heads.timestamp,
            Value::Timestamp(..) => &heads.timestamp_with_millis,
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
            plain_number: number_head(0),
            whole: number_head(styles.whole),
            date: number_head(styles.date),
            time: number_head(styles.time),
            time_with_millis: number_head(styles.time_with_millis),
            timestamp: number_head(styles.timestamp),
            timestamp_with_millis: number_head(styles.timestamp_with_millis),
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

/// Writes the number of a value, or nothing and `false` when Excel would not hold it exactly.
#[inline]
fn write_number(value: &Value<'_>, out: &mut Vec<u8>) -> bool {
    match *value {
        Value::Integer(value) if u128::from(value.unsigned_abs()) < EXACT => write_integer(value, out),
        Value::Unsigned(value) if u128::from(value) < EXACT => write_integer(value, out),
        Value::Float32(value) if is_within_excel(f64::from(value)) => write_float(value, out),
        Value::Float64(value) if is_within_excel(value) => write_float(value, out),
        Value::Decimal128(value, scale) => return write_decimal(value, scale, out),
        Value::Decimal256(value, scale) => {
            return i256::to_i128(*value).is_some_and(|it| write_decimal(it, scale, out));
        }
        Value::Number(text) if is_exact_number(text.as_bytes()) => out.extend_from_slice(text.as_bytes()),
        Value::Date(days) => return write_day(i64::from(days) + EPOCH, out),
        Value::Time(micros) => return write_time(micros, out),
        Value::Timestamp(micros, _) => return write_moment(micros, out),
        _ => return false,
    }
    true
}

fn write_decimal(value: i128, scale: i8, out: &mut Vec<u8>) -> bool {
    let (mut digits, mut places) = (value.unsigned_abs(), scale);
    // Zeros at the end of a fraction are no digits that could be lost.
    while digits >= EXACT && places > 0 && digits % 10 == 0 {
        (digits, places) = (digits / 10, places - 1);
    }
    let exact = digits < EXACT;
    if exact {
        write_decimal128(value, scale, out);
    }
    exact
}

fn is_exact_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = point.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let significant =
        text.iter().filter(|byte| byte.is_ascii_digit()).skip_while(|byte| **byte == b'0').count();
    digits(whole) && fraction.is_none_or(digits) && significant <= 15
}

/// Excel knows neither NaN nor infinities, and neither the largest nor the smallest floats.
fn is_within_excel(value: f64) -> bool {
    value == 0.0 || (value.is_normal() && value.abs() < 9.999_999_999_999_99e307)
}

fn write_day(day: i64, out: &mut Vec<u8>) -> bool {
    let known = (FIRST_DAY..=LAST_DAY).contains(&day);
    if known {
        write_integer(day, out);
    }
    known
}

fn write_time(micros: i64, out: &mut Vec<u8>) -> bool {
    let known = micros % 1000 == 0 && (0..MICROS_PER_DAY).contains(&micros);
    if known {
        write_float((micros / 1000) as f64 / MILLIS_PER_DAY as f64, out);
    }
    known
}

fn write_moment(micros: i64, out: &mut Vec<u8>) -> bool {
    let day = micros.div_euclid(MICROS_PER_DAY) + EPOCH;
    let known = micros % 1000 == 0 && (FIRST_DAY..=LAST_DAY).contains(&day);
    if known {
        write_float((micros / 1000 + EPOCH * MILLIS_PER_DAY) as f64 / MILLIS_PER_DAY as f64, out);
    }
    known
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

    fn number(value: Value<'_>) -> Option<String> {
        let mut out = Vec::new();
        write_number(&value, &mut out).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn columns_have_the_names_that_excel_gives_them() {
        let names = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (index, name) in names {
            assert_eq!(column_letters(index), name.as_bytes());
        }
    }

    #[test]
    fn what_excel_would_round_is_no_number() {
        assert_eq!(number(Value::Integer(-999_999_999_999_999)).as_deref(), Some("-999999999999999"));
        assert_eq!(number(Value::Integer(1_000_000_000_000_000)), None);
        assert_eq!(number(Value::Unsigned(u64::MAX)), None);
        assert_eq!(number(Value::Decimal128(123_456_789_012_345, 2)).as_deref(), Some("1234567890123.45"));
        assert_eq!(number(Value::Decimal128(1_000_000_000_000_000, 2)).as_deref(), Some("10000000000000.00"));
        assert_eq!(number(Value::Decimal128(1_234_567_890_123_456, 2)), None);
        assert_eq!(number(Value::Float64(f64::NAN)), None);
        assert_eq!(number(Value::Float64(f64::MAX)), None);
        assert_eq!(number(Value::Float64(5e-324)), None);
        assert_eq!(number(Value::Number("-000123456789012345")).as_deref(), Some("-000123456789012345"));
        for text in ["1234567890.123456", "NaN", "1e5", "", "1.", ".5"] {
            assert_eq!(number(Value::Number(text)), None, "{text}");
        }
    }

    #[test]
    fn moments_are_the_numbers_that_excel_counts() {
        assert_eq!(number(Value::Date(20_484)).as_deref(), Some("46053"));
        assert_eq!(number(Value::Date(-25_508)).as_deref(), Some("61"));
        assert_eq!(number(Value::Date(-25_509)), None);
        assert_eq!(number(Value::Time(MICROS_PER_DAY / 2)).as_deref(), Some("0.5"));
        assert_eq!(number(Value::Time(MICROS_PER_DAY)), None);
        assert_eq!(number(Value::Timestamp(MICROS_PER_DAY / 4, true)).as_deref(), Some("25569.25"));
        assert_eq!(number(Value::Timestamp(1, false)), None);
    }
}
