//! Whether a cell of a file is the value that the database has, by the rules of its format.

use crate::cells::{Cell, Table};
use crate::expected::Expected;

/// Fails with the first cell that is not what it must be. Without `ordered` the rows may come in any order.
pub fn assert_same(
    what: &str,
    format: &str,
    null: &str,
    ordered: bool,
    table: &Table,
    expected: &[Vec<Expected>],
) {
    assert_eq!(table.rows.len(), expected.len(), "{what}: how many rows");
    if ordered {
        for (number, (row, expected)) in table.rows.iter().zip(expected).enumerate() {
            assert_eq!(row.len(), expected.len(), "{what}, row {}: how many cells", number + 1);
            for (column, (cell, expected)) in row.iter().zip(expected).enumerate() {
                let same = is_same(format, null, cell, expected);
                assert!(
                    same,
                    "{what}, row {}, column {}: {cell:?} is not {expected:?}",
                    number + 1,
                    column + 1
                );
            }
        }
        return;
    }
    let mut left: Vec<&Vec<Cell>> = table.rows.iter().collect();
    for expected in expected {
        let same =
            |row: &&Vec<Cell>| row.iter().zip(expected).all(|(cell, it)| is_same(format, null, cell, it));
        let found = left.iter().position(same);
        left.swap_remove(found.unwrap_or_else(|| panic!("{what}: {expected:?} is not in {left:?}")));
    }
}

/// Whether the cell is the value.
pub fn is_same(format: &str, null: &str, cell: &Cell, expected: &Expected) -> bool {
    match (format, cell) {
        ("text", Cell::Text(text)) if *expected == Expected::Null => text == null,
        // In a JSON file, a document that is `null` and no document are one.
        ("json" | "ndjson", Cell::Null) if *expected == Expected::Json("null".to_owned()) => true,
        (_, Cell::Null) => *expected == Expected::Null,
        ("text", Cell::Text(text)) => reads_as(text, &on_one_line(expected)),
        ("csv" | "tsv", Cell::Text(text)) => reads_as(text, expected),
        ("json" | "ndjson", Cell::Value(token)) => is_token(token, expected),
        ("parquet", cell) => in_parquet(cell, expected),
        ("xlsx", cell) => in_excel(cell, expected),
        _ => false,
    }
}

/// A value in the notation of the text formats.
fn plain(expected: &Expected) -> String {
    match expected {
        Expected::Text(text) | Expected::Json(text) | Expected::Digits(text) => text.clone(),
        Expected::Date(text) | Expected::Time(text) | Expected::Timestamp(text) => text.clone(),
        Expected::Moment(text) => format!("{text}Z"),
        Expected::Boolean(value) => value.to_string(),
        Expected::Bytes(bytes) => {
            format!("\\x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        Expected::Null | Expected::Float32(_) | Expected::Float64(_) => {
            panic!("{expected:?} has no one notation")
        }
    }
}

/// A list keeps one line for each row, so that what would break it becomes a space.
fn on_one_line(expected: &Expected) -> Expected {
    let spaced = |text: &str| text.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
    match expected {
        Expected::Text(text) => Expected::Text(spaced(text)),
        Expected::Json(text) => Expected::Json(spaced(text)),
        other => other.clone(),
    }
}

fn reads_as(text: &str, expected: &Expected) -> bool {
    match expected {
        Expected::Null => false,
        Expected::Float32(value) => {
            text.parse::<f32>().is_ok_and(|read| same_float(read.into(), (*value).into()))
        }
        Expected::Float64(value) => text.parse::<f64>().is_ok_and(|read| same_float(read, *value)),
        // Arrays are shown as JSON, whose spaces PostgreSQL sets differently.
        Expected::Json(json) => text == json || (text.starts_with(['[', '"']) && is_document(text, json)),
        other => text == plain(other),
    }
}

/// The same number, with its sign of zero.
fn same_float(read: f64, value: f64) -> bool {
    read.to_bits() == value.to_bits() || (read.is_nan() && value.is_nan())
}

fn is_token(token: &str, expected: &Expected) -> bool {
    let text = serde_json::from_str::<String>(token).ok();
    match (expected, text) {
        (Expected::Float32(value), Some(text)) => !value.is_finite() && reads_as(&text, expected),
        (Expected::Float64(value), Some(text)) => !value.is_finite() && reads_as(&text, expected),
        (Expected::Float32(_) | Expected::Float64(_), None) => reads_as(token, expected),
        // A decimal that is no number, such as NaN.
        (Expected::Digits(digits), Some(text)) => {
            digits.parse::<f64>().is_ok_and(|it| !it.is_finite()) && text == *digits
        }
        (Expected::Digits(_) | Expected::Boolean(_), None) => token == plain(expected),
        (Expected::Json(json), text) => {
            is_document(token, json) || (!is_json(json) && text.as_ref() == Some(json))
        }
        (Expected::Timestamp(_) | Expected::Moment(_), Some(text)) => {
            text == plain(expected).replacen(' ', "T", 1)
        }
        (Expected::Text(_) | Expected::Date(_) | Expected::Time(_) | Expected::Bytes(_), Some(text)) => {
            text == plain(expected)
        }
        _ => false,
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Two documents with the same tokens; what stands between those does not matter.
fn is_document(token: &str, json: &str) -> bool {
    is_json(json) && tokens(token) == tokens(json)
}

fn tokens(json: &str) -> String {
    let (mut out, mut in_string, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        if !in_string && character.is_ascii_whitespace() {
            continue;
        }
        in_string = if in_string { escaped || character != '"' } else { character == '"' };
        escaped = in_string && !escaped && character == '\\';
        out.push(character);
    }
    out
}

/// Excel's numbers hold fifteen digits, and its days begin with March 1900; whatever is beyond stays a text. So do
/// microseconds after 2078, as far as its numbers do not tell them apart.
fn in_excel(cell: &Cell, expected: &Expected) -> bool {
    let micros = |text: &str| {
        let moment: jiff::civil::DateTime = text.replacen(' ', "T", 1).parse().unwrap();
        moment.duration_since("1970-01-01T00:00:00".parse().unwrap()).as_micros()
    };
    let is = |days: f64, text: &str| {
        let whole = i128::from(days.trunc() as i64) * 86_400_000_000;
        let read = whole + (days.fract() * 86_400e6).round() as i128;
        match micros(text) {
            wanted if wanted % 1_000 == 0 => (read - wanted).abs() < 500,
            wanted => read == wanted,
        }
    };
    let too_fine = |text: &str| text >= "2079" && micros(text) % 1_000 != 0;
    let known = |text: &str| text >= "1900-03-01";
    match (cell, expected) {
        (Cell::Boolean(read), Expected::Boolean(value)) => read == value,
        (Cell::Number(read), Expected::Digits(digits)) => {
            significant(digits) <= 15 && digits.parse::<f64>().is_ok_and(|value| value == *read)
        }
        (Cell::Number(read), Expected::Float32(value)) => {
            *read as f32 == *value && read.to_string() == value.to_string()
        }
        (Cell::Number(read), Expected::Float64(value)) => read == value,
        (Cell::Serial(read), Expected::Date(text)) => {
            known(text) && is(read - 25_569.0, &format!("{text} 00:00:00"))
        }
        (Cell::Serial(read), Expected::Time(text)) => is(*read, &format!("1970-01-01 {text}")),
        (Cell::Serial(read), Expected::Timestamp(text) | Expected::Moment(text)) => {
            known(text) && is(read - 25_569.0, text)
        }
        // Of a decimal without a stated scale all written digits count.
        (Cell::Text(text), Expected::Digits(digits)) => {
            let written = digits.trim_start_matches(['-', '0', '.']).replace('.', "").len();
            text == digits && (written > 15 || digits.parse::<f64>().is_ok_and(|it| !it.is_finite()))
        }
        (Cell::Text(text), Expected::Date(it) | Expected::Timestamp(it) | Expected::Moment(it)) => {
            *text == plain(expected) && (!known(it) || (it.len() > 10 && too_fine(it)))
        }
        (Cell::Text(_), Expected::Boolean(_)) => false,
        (Cell::Text(text), Expected::Float64(value)) => {
            reads_as(text, expected) && !(value.is_normal() && value.abs() < 9.999e307)
        }
        (Cell::Text(text), Expected::Float32(value)) => reads_as(text, expected) && !value.is_finite(),
        (Cell::Text(text), _) => reads_as(text, expected),
        _ => false,
    }
}

/// The digits that a number needs: without leading zeros, and without those at the end of a fraction.
fn significant(digits: &str) -> usize {
    let digits = if digits.contains('.') { digits.trim_end_matches('0') } else { digits };
    digits.chars().filter(char::is_ascii_digit).skip_while(|digit| *digit == '0').count()
}

/// Texts are texts and everything else has a type of its own, but for decimals without a stated precision.
fn in_parquet(cell: &Cell, expected: &Expected) -> bool {
    match (cell, expected) {
        (Cell::Boolean(read), Expected::Boolean(value)) => read == value,
        (Cell::Number(read), Expected::Float32(value)) => same_float(*read, (*value).into()),
        (Cell::Number(read), Expected::Float64(value)) => same_float(*read, *value),
        (Cell::Text(text), Expected::Text(_) | Expected::Json(_) | Expected::Digits(_)) => {
            reads_as(text, expected)
        }
        (Cell::Value(text), Expected::Digits(_) | Expected::Bytes(_)) => *text == plain(expected),
        (Cell::Value(text), Expected::Date(_) | Expected::Time(_)) => *text == plain(expected),
        (Cell::Value(text), Expected::Timestamp(_) | Expected::Moment(_)) => *text == plain(expected),
        _ => false,
    }
}

#[test]
fn another_value_is_not_the_same() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let value = |text: &str| Cell::Value(text.to_owned());
    let digits = |text: &str| Expected::Digits(text.to_owned());
    for (format, cell, expected) in [
        ("csv", Cell::Null, Expected::Text(String::new())),
        ("csv", text(""), Expected::Null),
        ("csv", text("1.5"), digits("1.50")),
        ("csv", text("0"), Expected::Float64(-0.0)),
        ("csv", text("2024-01-01 00:00:00"), Expected::Moment("2024-01-01 00:00:00".to_owned())),
        ("json", value("1"), Expected::Text("1".to_owned())),
        ("json", value("\"1\""), digits("1")),
        ("json", value("1.5"), digits("1.50")),
        ("json", value("[1,2]"), Expected::Json("[1, 3]".to_owned())),
        ("json", value("\"[1]\""), Expected::Json("[1]".to_owned())),
        ("xlsx", Cell::Number(1.0), Expected::Text("1".to_owned())),
        ("xlsx", Cell::Number(4_111_111_111_111_111.0), digits("4111111111111111")),
        ("xlsx", text("1"), digits("1")),
        ("xlsx", Cell::Null, Expected::Text(String::new())),
        ("xlsx", Cell::Serial(45_352.0), Expected::Date("2024-02-29".to_owned())),
        ("xlsx", text("2024-02-29"), Expected::Date("2024-02-29".to_owned())),
        ("parquet", text("1"), Expected::Date("1".to_owned())),
        ("parquet", Cell::Number(0.1), Expected::Float32(0.1)),
        ("parquet", value("1"), Expected::Text("1".to_owned())),
    ] {
        assert!(!is_same(format, "", &cell, &expected), "{format}: {cell:?} passes for {expected:?}");
    }
}
