//! Which values Excel's numbers hold exactly, and how they are written.

use arrow_buffer::i256;

use crate::cell::{MICROS_PER_DAY, write_decimal128, write_float, write_integer};
use crate::column::Value;

/// Numbers are exact up to 15 digits.
const EXACT: u128 = 1_000_000_000_000_000;
/// Excel's day number of 1970-01-01.
const EPOCH: i64 = 25_569;
/// 1900-03-01: before it, Excel counts a day that never was.
const FIRST_DAY: i64 = 61;
/// 9999-12-31.
const LAST_DAY: i64 = 2_958_465;
const MILLIS_PER_DAY: i64 = MICROS_PER_DAY / 1000;

/// Writes the number of a value, or nothing and `false` when Excel would not hold it exactly.
#[inline]
pub(super) fn write_number(value: &Value<'_>, out: &mut Vec<u8>) -> bool {
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
    (0..MICROS_PER_DAY).contains(&micros) && write_serial(micros, out)
}

fn write_moment(micros: i64, out: &mut Vec<u8>) -> bool {
    let day = micros.div_euclid(MICROS_PER_DAY) + EPOCH;
    (FIRST_DAY..=LAST_DAY).contains(&day) && write_serial(micros + EPOCH * MICROS_PER_DAY, out)
}

/// Writes days and their fraction, where the float that Excel has for both tells this microsecond from its neighbours: it
/// does until 2079, and for all whole milliseconds.
fn write_serial(micros: i64, out: &mut Vec<u8>) -> bool {
    let serial = match micros % 1000 {
        0 => (micros / 1000) as f64 / MILLIS_PER_DAY as f64,
        _ => micros as f64 / MICROS_PER_DAY as f64,
    };
    let read =
        (serial.fract() * MICROS_PER_DAY as f64).round() as i64 + serial.trunc() as i64 * MICROS_PER_DAY;
    let known = micros % 1000 == 0 || read == micros;
    if known {
        write_float(serial, out);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: Value<'_>) -> Option<String> {
        let mut out = Vec::new();
        write_number(&value, &mut out).then(|| String::from_utf8(out).unwrap())
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
        assert_eq!(number(Value::Timestamp(1_500, false)).as_deref(), Some("25569.00000001736"));
        assert!(
            number(Value::Timestamp(1, true)).is_some_and(|serial| serial.starts_with("25569.0000000000"))
        );
        assert!(number(Value::Time(1)).is_some());
        // In 2200 a float no longer tells microseconds apart.
        let late = 84_000 * MICROS_PER_DAY;
        let told_apart = |micros: &i64| number(Value::Timestamp(late + micros, true)).is_some();
        assert!((1..1000).filter(told_apart).count() < 999);
        assert!(number(Value::Timestamp(late + 123_456_000, true)).is_some());
    }
}
