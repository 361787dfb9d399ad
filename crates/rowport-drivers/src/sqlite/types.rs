//! SQLite's type map: from declared types to Rowport's, and from stored values to columns.
//!
//! A declared type is only a wish in SQLite. A value that does not fit it travels as it is stored, in a mixed
//! column; nothing is converted that would not convert back.

use jiff::civil::Time;
use rowport_model::{ColumnType, IntegerWidth};
use rusqlite::types::ValueRef;

use crate::columns::{ColumnBuilder, Misfit, days_since_1970};

/// The type that a declared type stands for.
pub(super) fn column_type(declared: &str) -> ColumnType {
    let declared = declared.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
    let base = declared.split('(').next().unwrap_or_default().trim();
    match base {
        "BOOL" | "BOOLEAN" => ColumnType::Boolean,
        "DATE" => ColumnType::Date,
        "DATETIME" | "TIMESTAMP" => ColumnType::Timestamp,
        "TIME" => ColumnType::Time,
        "JSON" => ColumnType::Json,
        _ if has(&["INT"]) => ColumnType::Integer { width: IntegerWidth::I64 },
        _ if has(&["CHAR", "CLOB", "TEXT"]) => ColumnType::Text,
        _ if has(&["BLOB"]) => ColumnType::Bytes,
        _ if has(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL", "MONEY"]) => ColumnType::Float { bits: 64 },
        _ => ColumnType::Text,
    }
}

/// Whether a declared type says nothing of a column's values: numbers in it are numbers and texts are texts. Such are
/// also most expressions of views.
pub(super) fn says_nothing(declared: &str) -> bool {
    let declared = declared.to_ascii_uppercase();
    column_type(&declared) == ColumnType::Text
        && !["CHAR", "CLOB", "TEXT"].iter().any(|word| declared.contains(word))
}

/// How values of a column are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    Boolean,
    Integer,
    Float,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
}

impl Reader {
    pub(super) fn new(column_type: &ColumnType) -> Self {
        match column_type {
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Integer { .. } => Self::Integer,
            ColumnType::Float { .. } => Self::Float,
            ColumnType::Bytes => Self::Bytes,
            ColumnType::Date => Self::Date,
            ColumnType::Time => Self::Time,
            ColumnType::Timestamp => Self::Timestamp,
            _ => Self::Text,
        }
    }

    #[inline]
    pub(super) fn push(self, value: ValueRef<'_>, column: &mut ColumnBuilder) {
        match (self, value) {
            (_, ValueRef::Null) => column.native().push_null(),
            (Self::Integer, ValueRef::Integer(value)) => column.native().push_i64(value),
            (Self::Text, ValueRef::Text(text)) => column.native().push_bytes(text),
            (Self::Float, ValueRef::Real(value)) => column.native().push_f64(value),
            // SQLite keeps 1.0 in a NUMERIC column as the integer 1; within 53 bits the two are the same number.
            (Self::Float, ValueRef::Integer(value)) if value.unsigned_abs() <= 1 << 53 => {
                column.native().push_f64(value as f64);
            }
            (Self::Boolean, ValueRef::Integer(value @ 0..=1)) => column.native().push_bool(value == 1),
            (Self::Bytes, ValueRef::Blob(bytes)) => column.native().push_bytes(bytes),
            (Self::Date, ValueRef::Text(text)) => match date(text) {
                Some(days) => column.native().push_i32(days),
                None => column.misfit(Misfit::Text(text)),
            },
            (Self::Time, ValueRef::Text(text)) => match time(text) {
                Some(micros) => column.native().push_i64(micros),
                None => column.misfit(Misfit::Text(text)),
            },
            (Self::Timestamp, ValueRef::Text(text)) => match timestamp(text) {
                Some(micros) => column.native().push_i64(micros),
                None => column.misfit(Misfit::Text(text)),
            },
            (_, ValueRef::Integer(value)) => column.misfit(Misfit::Integer(value)),
            (_, ValueRef::Real(value)) => column.misfit(Misfit::Float(value)),
            (_, ValueRef::Text(text)) => column.misfit(Misfit::Text(text)),
            (_, ValueRef::Blob(bytes)) => column.misfit(Misfit::Bytes(bytes)),
        }
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days since 1970 of exactly `YYYY-MM-DD`.
fn date(text: &[u8]) -> Option<i32> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else { return None };
    let year = digits(&[y0, y1, y2, y3])?;
    days_since_1970(year as i32, digits(&[m0, m1])? as i32, digits(&[d0, d1])? as i32)
}

/// Microseconds since midnight of exactly `HH:MM:SS` with up to six digits of a fraction, none of them idle.
fn time(text: &[u8]) -> Option<i64> {
    let (clock, fraction) = text.split_at_checked(8)?;
    let [h0, h1, b':', m0, m1, b':', s0, s1] = *clock else { return None };
    let (hour, minute, second) = (digits(&[h0, h1])?, digits(&[m0, m1])?, digits(&[s0, s1])?);
    let whole = Time::new(hour as i8, minute as i8, second as i8, 0).ok()?;
    let micros = match fraction {
        [] => 0,
        [b'.', digits_of @ ..] if (1..=6).contains(&digits_of.len()) && !digits_of.ends_with(b"0") => {
            digits(digits_of)? * 10_i64.pow(6 - digits_of.len() as u32)
        }
        _ => return None,
    };
    let seconds =
        i64::from(whole.hour()) * 3_600 + i64::from(whole.minute()) * 60 + i64::from(whole.second());
    Some(seconds * 1_000_000 + micros)
}

/// Microseconds since 1970 of exactly `YYYY-MM-DD HH:MM:SS` and perhaps a fraction.
fn timestamp(text: &[u8]) -> Option<i64> {
    let (day, clock) = text.split_at_checked(10)?;
    let (b' ', clock) = clock.split_first()? else { return None };
    Some(i64::from(date(day)?) * MICROS_PER_DAY + time(clock)?)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_back_the_same_becomes_a_date() {
        assert_eq!(date(b"1970-01-01"), Some(0));
        assert_eq!(date(b"2000-02-29"), Some(11_016));
        assert_eq!(date(b"0001-01-01"), Some(-719_162));
        assert_eq!(date(b"9999-12-31"), Some(2_932_896));
        for text in ["2000-02-30", "2000-1-1", "2000-01-01 ", "0000-01-01", "", "today"] {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
        assert_eq!(timestamp(b"1970-01-02 00:00:01.5"), Some(MICROS_PER_DAY + 1_500_000));
        for text in ["1970-01-01T00:00:00", "1970-01-01 00:00:00.50", "1970-01-01", "1970-01-01 24:00:00"] {
            assert_eq!(timestamp(text.as_bytes()), None, "{text}");
        }
    }
}
