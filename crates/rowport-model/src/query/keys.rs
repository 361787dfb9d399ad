//! Keys of rows: the values that a written key stands for.
//!
//! A key is compared as a key of its columns' types, exactly as a cursor is, and not by the rules of people's filters: a
//! date that names a moment is its midnight and not the whole day, and every type that a database allows in a key can be
//! named. The written form of a value is what rows show of it: bytes in hexadecimal after `\x`, moments with a `T`,
//! numbers as numbers or as texts.

use super::catalog::ResolvedDataset;
use super::condition;
use super::{ColumnRef, Expr, QueryError};
use crate::column::ColumnType;
use crate::cursor::CursorValue;
use crate::filter::Literal;

impl ResolvedDataset<'_> {
    /// The values that a written value of the key may stand for, as rows have them; the likeliest first. There is more
    /// than one only where the database lets a column hold values of any type, and writes some of them alike.
    pub fn key_values(&self, column: &ColumnRef, literal: &Literal) -> Result<Vec<CursorValue>, QueryError> {
        let text = literal.clone().into_text();
        let is_number = matches!(literal, Literal::Number(_));
        let found = match self.inner().loosely_typed {
            true => loose(column, &text, is_number),
            false => Vec::new(),
        };
        if !found.is_empty() {
            return Ok(found);
        }
        let strict = strict(column, &text).map_err(|expected| QueryError::BadKeyValue {
            column: column.name.clone(),
            value: text.chars().take(80).collect(),
            expected,
        });
        Ok(vec![strict?])
    }
}

/// The value where the database holds the column to its type; or else what would do.
fn strict(column: &ColumnRef, text: &str) -> Result<CursorValue, String> {
    let (value, expected) = match &column.column_type {
        ColumnType::Boolean => {
            let number = || integer(text).filter(|_| holds_numbers(column));
            (condition::boolean(text).map(CursorValue::Boolean).or_else(number), "true or false")
        }
        ColumnType::Integer { .. } => (integer(text), "a whole number"),
        ColumnType::Decimal { scale, .. } => (decimal(text, *scale), "a number"),
        ColumnType::Float { bits: 32 } => {
            (text.trim().parse::<f32>().ok().map(|it| CursorValue::Float(it.to_string())), "a number")
        }
        ColumnType::Float { .. } => (float(text), "a number"),
        ColumnType::Uuid => (condition::uuid(text).map(CursorValue::Text), "a UUID"),
        ColumnType::Date => {
            let date = condition::date(text).map(|date| CursorValue::Text(date.to_string()));
            (date.or_else(|| far_moment(text)), "a date such as 2026-01-31")
        }
        ColumnType::Time => {
            let time = text.trim().parse().ok();
            let time = time.map(|time: jiff::civil::Time| CursorValue::Text(time.to_string()));
            (time.or_else(|| far_moment(text)), "a time such as 07:30")
        }
        ColumnType::Timestamp => {
            let moment = condition::datetime(text).map(|moment| CursorValue::moment(&moment.to_string()));
            (moment.or_else(|| far_moment(text)), "a date and time such as 2026-01-31 07:30")
        }
        ColumnType::TimestampTz => {
            let moment = condition::moment(text).map(|moment| CursorValue::moment(&moment.to_string()));
            (moment.or_else(|| far_moment(text)), "a moment such as 2026-01-31T07:30:00Z")
        }
        // The empty text is what an enumeration holds on MySQL where it was given something else.
        ColumnType::Enum { values } if !values.is_empty() && !text.is_empty() => {
            let known = values.iter().any(|known| known == text);
            return match known {
                true => Ok(CursorValue::Text(text.to_owned())),
                false => Err(format!("one of {}", values.join(", "))),
            };
        }
        ColumnType::Bytes => (bytes(text), "bytes in hexadecimal such as \\x01ff"),
        _ if column.native_type.ends_with("[]") => (Some(CursorValue::Text(array(text))), ""),
        _ => (Some(CursorValue::Text(text.to_owned())), ""),
    };
    value.ok_or_else(|| expected.to_owned())
}

/// What the text may stand for where a column may hold a value of any type; nothing where it cannot be read. The whole
/// numbers and the others of a numeric column equal each other; a column of texts turns numbers into texts, which are
/// written in one way only.
fn loose(column: &ColumnRef, text: &str, is_number: bool) -> Vec<CursorValue> {
    let raw = || CursorValue::Text(text.to_owned());
    let typed = strict(column, text).ok();
    let mut values: Vec<CursorValue> = match &column.column_type {
        // What is no number there is refused rather than looked for, and a number that fits is stored as a whole one.
        ColumnType::Integer { .. } => match typed {
            Some(CursorValue::Integer(digits)) if digits.parse::<i64>().is_ok() => {
                vec![CursorValue::Integer(digits)]
            }
            typed => typed.into_iter().chain(number(text)).collect(),
        },
        ColumnType::Float { .. } | ColumnType::Decimal { .. } => match number(text) {
            numbers if numbers.is_empty() => vec![raw()],
            numbers => typed.into_iter().chain(numbers).collect(),
        },
        ColumnType::Boolean => match number(text) {
            numbers if numbers.is_empty() && !matches!(text, "true" | "false") => vec![raw()],
            numbers => typed.into_iter().chain(numbers).collect(),
        },
        ColumnType::Date | ColumnType::Time | ColumnType::Timestamp | ColumnType::TimestampTz => {
            // Digits alone are a number there, and no date in a short form.
            match number(text) {
                numbers if numbers.is_empty() => typed.into_iter().chain([raw()]).collect(),
                numbers => numbers.into_iter().chain([raw()]).collect(),
            }
        }
        _ if column.native_type.is_empty() || column.column_type == ColumnType::Bytes => {
            // A program that sends a number means one; a text may have been written from either.
            let numbers = number(text);
            let text = (!is_number || numbers.is_empty()).then(raw);
            numbers.into_iter().chain(text).collect()
        }
        _ => vec![raw()],
    };
    if let Some(bytes) = unwritten(text) {
        values.push(CursorValue::bytes(&bytes));
        // A text that is none is shown in the same way.
        if std::str::from_utf8(&bytes).is_err() {
            values.push(CursorValue::raw_text(&bytes));
        }
    }
    let mut each = Vec::with_capacity(values.len());
    for value in values {
        if !each.contains(&value) {
            each.push(value);
        }
    }
    each
}

/// Whether a cursor's value is one that an ordered column can have, where the database holds columns to their types. Only
/// Rowport makes cursors, so one that does not fit was altered.
pub(super) fn fits(expr: &Expr, value: &CursorValue) -> bool {
    use CursorValue as V;
    let is_number = |text: &str| decimal(text, None).is_some();
    match (expr.column_type(), value) {
        (_, V::Null) => true,
        (ColumnType::Boolean, V::Integer(_)) => {
            matches!(expr, Expr::Column(column) if holds_numbers(column))
        }
        (ColumnType::Boolean, value) => matches!(value, V::Boolean(_)),
        // What is computed may be larger than its type, and travels as its digits then.
        (ColumnType::Integer { .. }, V::Text(text)) => {
            !matches!(expr, Expr::Column(_)) && integer(text).is_some()
        }
        (ColumnType::Integer { .. }, value) => matches!(value, V::Integer(_)),
        (ColumnType::Decimal { .. }, V::Text(text) | V::Integer(text)) => is_number(text),
        (ColumnType::Float { .. }, value) => matches!(value, V::Float(_)),
        (ColumnType::Bytes, value) => matches!(value, V::Bytes(_)),
        (ColumnType::Uuid, V::Text(text)) => condition::uuid(text).is_some(),
        (
            ColumnType::Date | ColumnType::Time | ColumnType::Timestamp | ColumnType::TimestampTz,
            V::Text(text) | V::Moment(text),
        ) => {
            // As the driver writes it, with or without the mark of UTC.
            is_far_moment(text.strip_suffix('Z').unwrap_or(text))
        }
        (
            ColumnType::Text
            | ColumnType::Enum { .. }
            | ColumnType::Json
            | ColumnType::Interval
            | ColumnType::Array
            | ColumnType::Other,
            // A text that is none travels as its bytes.
            V::Text(_) | V::Bytes(_) | V::RawText(_),
        ) => true,
        _ => false,
    }
}

/// Whether a column of truth values may hold other numbers as well: MySQL's `tinyint(1)` does.
fn holds_numbers(column: &ColumnRef) -> bool {
    column.native_type.starts_with("tinyint")
}

fn integer(text: &str) -> Option<CursorValue> {
    let whole = condition::number(text)?;
    let whole = match whole.split_once('.') {
        Some((whole, fraction)) => fraction.bytes().all(|digit| digit == b'0').then_some(whole)?,
        None => whole.as_str(),
    };
    whole.parse::<i128>().ok().map(|value| CursorValue::Integer(value.to_string()))
}

fn float(text: &str) -> Option<CursorValue> {
    text.trim().parse::<f64>().ok().map(|value| CursorValue::Float(value.to_string()))
}

fn number(text: &str) -> Vec<CursorValue> {
    let digits =
        text.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let words = matches!(text, "Infinity" | "-Infinity");
    let whole = integer(text).filter(|_| digits);
    whole.into_iter().chain(float(text).filter(|_| digits || words)).collect()
}

/// A number with as many digits after the point as its column has.
fn decimal(text: &str, scale: Option<i16>) -> Option<CursorValue> {
    let trimmed = text.trim();
    for word in ["NaN", "Infinity", "-Infinity"] {
        if trimmed.eq_ignore_ascii_case(word) {
            return Some(CursorValue::Text(word.to_owned()));
        }
    }
    let number = condition::number(trimmed)?;
    let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let Some(scale) = scale.and_then(|scale| usize::try_from(scale).ok()) else {
        let point = if fraction.is_empty() { "" } else { "." };
        return Some(CursorValue::Text(format!("{sign}{whole}{point}{fraction}")));
    };
    let needed = fraction.trim_end_matches('0');
    let fraction = format!("{needed:0<scale$}");
    let point = if fraction.is_empty() { "" } else { "." };
    let is_zero = whole == "0" && needed.is_empty();
    let sign = if is_zero { "" } else { sign };
    Some(CursorValue::Text(format!("{sign}{whole}{point}{fraction}")))
}

/// A date or a moment in the database's own notation, such as `infinity`, `0044-03-15 BC` or `0000-00-00`.
pub(super) fn is_far_moment(text: &str) -> bool {
    let words = text.strip_suffix(" BC").unwrap_or(text);
    if matches!(words, "infinity" | "-infinity") {
        return true;
    }
    let shaped = words.bytes().all(|byte| byte.is_ascii_digit() || b"-:. +".contains(&byte));
    let begins = words.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
    let day = words.split(' ').next().unwrap_or_default();
    let mut parts = day.splitn(3, '-');
    let in_calendar = match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some(month), Some(day)) => {
            let number = |part: &str| part.parse::<u8>().unwrap_or(u8::MAX);
            number(month) <= 12 && number(day) <= 31
        }
        _ => true,
    };
    shaped && begins && in_calendar
}

fn far_moment(text: &str) -> Option<CursorValue> {
    let text = text.trim();
    is_far_moment(text).then(|| CursorValue::Text(text.to_owned()))
}

fn bytes(text: &str) -> Option<CursorValue> {
    unwritten(text).map(|bytes| CursorValue::bytes(&bytes))
}

/// Bytes from their hexadecimal notation.
fn unwritten(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x").or_else(|| text.strip_prefix("\\X"))?;
    if digits.len() % 2 != 0 || !digits.is_ascii() {
        return None;
    }
    let byte = |place: usize| u8::from_str_radix(&digits[place..place + 2], 16).ok();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// An array in PostgreSQL's own notation, from that or from the JSON list that rows show.
fn array(text: &str) -> String {
    let list = text.starts_with('[').then(|| serde_json::from_str::<Vec<serde_json::Value>>(text).ok());
    list.flatten().map_or_else(|| text.to_owned(), |list| array_of(&list))
}

fn array_of(list: &[serde_json::Value]) -> String {
    use serde_json::Value as Json;
    let element = |value: &Json| match value {
        Json::Null => "NULL".to_owned(),
        Json::Bool(true) => "t".to_owned(),
        Json::Bool(false) => "f".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Array(list) => array_of(list),
        Json::String(text) => quoted_element(text),
        Json::Object(_) => quoted_element(&value.to_string()),
    };
    format!("{{{}}}", list.iter().map(element).collect::<Vec<_>>().join(","))
}

/// Quoted where PostgreSQL itself would.
fn quoted_element(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.eq_ignore_ascii_case("null")
        && !text.contains(|letter: char| "{}\",\\".contains(letter) || letter.is_ascii_whitespace());
    match plain {
        true => text.to_owned(),
        false => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(column_type: ColumnType, native_type: &str) -> ColumnRef {
        let (native_type, compared_as) = (native_type.to_owned(), String::new());
        ColumnRef { table: 0, name: "k".to_owned(), column_type, native_type, compared_as, nullable: false }
    }

    #[test]
    fn a_written_value_is_what_the_row_holds() {
        let text = |text: &str| Ok(CursorValue::Text(text.to_owned()));
        let cents = ColumnType::Decimal { precision: Some(10), scale: Some(2) };
        let single = ColumnType::Float { bits: 32 };
        for (column_type, native, written, expected) in [
            (ColumnType::Bytes, "binary(2)", "\\x01fF", Ok(CursorValue::bytes(&[1, 255]))),
            (ColumnType::Bytes, "bytea", "\\x", Ok(CursorValue::bytes(&[]))),
            (cents.clone(), "numeric(10,2)", "1.5", text("1.50")),
            (cents.clone(), "numeric(10,2)", "-0", text("0.00")),
            (cents, "numeric(10,2)", "nan", text("NaN")),
            (single, "real", "0.1", Ok(CursorValue::Float("0.1".to_owned()))),
            (ColumnType::Date, "date", "0044-03-15 BC", text("0044-03-15 BC")),
            (ColumnType::Date, "date", "0000-00-00", text("0000-00-00")),
            (ColumnType::Time, "time", "24:00:00", text("24:00:00")),
            (
                ColumnType::Timestamp,
                "timestamp",
                "2026-01-31",
                Ok(CursorValue::moment("2026-01-31T00:00:00")),
            ),
            (ColumnType::TimestampTz, "timestamptz", "infinity", text("infinity")),
            (ColumnType::Other, "integer[]", "[1, 2]", text("{1,2}")),
            (
                ColumnType::Other,
                "text[]",
                "[\"a b\", null, \"NULL\", \"\"]",
                text("{\"a b\",NULL,\"NULL\",\"\"}"),
            ),
            (ColumnType::Other, "integer[]", "{1,2}", text("{1,2}")),
        ] {
            assert_eq!(strict(&column(column_type, native), written), expected, "{native}: {written}");
        }
        for (column_type, written) in [
            (ColumnType::Bytes, "01ff"),
            (ColumnType::Bytes, "\\x1"),
            (ColumnType::Bytes, "\\xé"),
            (ColumnType::Date, "2026-13-01"),
            (ColumnType::Date, "soon"),
            (ColumnType::TimestampTz, "'; --"),
        ] {
            assert!(strict(&column(column_type, ""), written).is_err(), "{written}");
        }
    }

    #[test]
    fn where_any_value_may_stand_a_text_is_tried_as_what_is_written_alike() {
        let names = |column_type, native: &str, written: &str, is_number| {
            let found = loose(&column(column_type, native), written, is_number);
            found.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(ColumnType::Text, "", "5", true), "Integer(\"5\") Float(\"5\")");
        assert_eq!(names(ColumnType::Text, "", "5", false), "Integer(\"5\") Float(\"5\") Text(\"5\")");
        assert_eq!(names(ColumnType::Text, "TEXT", "5", false), "Text(\"5\")");
        assert_eq!(
            names(ColumnType::Text, "TEXT", "\\xe9", false),
            "Text(\"\\\\xe9\") Bytes(\"6Q\") RawText(\"6Q\")"
        );
        assert_eq!(
            names(ColumnType::Timestamp, "DATETIME", "2024-05-01T08:00:00", false),
            "Moment(\"2024-05-01 08:00:00\") Text(\"2024-05-01T08:00:00\")"
        );
        assert_eq!(names(ColumnType::Boolean, "BOOLEAN", "yes", false), "Text(\"yes\")");
        assert_eq!(names(ColumnType::Integer { width: crate::IntegerWidth::I64 }, "INT", "one", false), "");
    }
}
