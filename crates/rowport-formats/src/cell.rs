//! From a typed value to the text that people read, the same in every text format.

use arrow_buffer::i256;

use crate::civil::civil_from_days;
use crate::column::Value;

pub(crate) const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Writes a value that cannot hold arbitrary text. Texts, which each format quotes in its own way, and NULL are
/// given back as `false`.
#[inline]
pub(crate) fn write_typed(value: &Value<'_>, separator: u8, out: &mut Vec<u8>) -> bool {
    match *value {
        Value::Null | Value::Text(_) | Value::Document(_) | Value::Number(_) => return false,
        Value::Boolean(value) => write_boolean(value, out),
        Value::Integer(value) => write_integer(value, out),
        Value::Unsigned(value) => write_integer(value, out),
        Value::Float32(value) => write_float(value, out),
        Value::Float64(value) => write_float(value, out),
        Value::Decimal128(value, scale) => write_decimal128(value, scale, out),
        Value::Decimal256(value, scale) => write_decimal256(*value, scale, out),
        Value::Bytes(value) => write_bytes(value, out),
        Value::Date(value) => write_date(value, out),
        Value::Time(value) => write_time(value, out),
        Value::Timestamp(value, zoned) => write_timestamp(value, zoned, separator, out),
    }
    true
}

/// Writes any value as plain text, with nothing for NULL.
pub(crate) fn write_plain(value: &Value<'_>, out: &mut Vec<u8>) {
    if !write_typed(value, b' ', out)
        && let Value::Text(text) | Value::Document(text) | Value::Number(text) = value
    {
        out.extend_from_slice(text.as_bytes());
    }
}

#[inline]
pub(crate) fn write_boolean(value: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

#[inline]
pub(crate) fn write_integer<I: itoa::Integer>(value: I, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// What a float has to answer so that its special values get the names that other programs know.
pub(crate) trait Float: zmij::Float + Copy {
    fn special(self) -> Option<&'static str>;
}

impl Float for f64 {
    #[inline]
    fn special(self) -> Option<&'static str> {
        match self {
            _ if self.is_finite() => None,
            _ if self.is_nan() => Some("NaN"),
            _ if self > 0.0 => Some("Infinity"),
            _ => Some("-Infinity"),
        }
    }
}

impl Float for f32 {
    #[inline]
    fn special(self) -> Option<&'static str> {
        f64::from(self).special()
    }
}

/// Writes the shortest digits that read back as the same float, without the `.0` of whole numbers and the plus sign of
/// exponents.
#[inline]
pub(crate) fn write_float<F: Float>(value: F, out: &mut Vec<u8>) {
    if let Some(name) = value.special() {
        return out.extend_from_slice(name.as_bytes());
    }
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format_finite(value).as_bytes();
    match digits {
        [whole @ .., b'.', b'0'] => out.extend_from_slice(whole),
        [mantissa @ .., b'+', a, b] => {
            out.extend_from_slice(mantissa);
            out.extend_from_slice(&[*a, *b]);
        }
        [mantissa @ .., b'+', a, b, c] => {
            out.extend_from_slice(mantissa);
            out.extend_from_slice(&[*a, *b, *c]);
        }
        _ => out.extend_from_slice(digits),
    }
}

#[inline]
pub(crate) fn write_decimal128(value: i128, scale: i8, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    // Most values fit 64 bits, whose digits come much faster.
    let digits = match u64::try_from(value.unsigned_abs()) {
        Ok(small) => buffer.format(small),
        Err(_) => buffer.format(value.unsigned_abs()),
    };
    write_scaled(value < 0, digits.as_bytes(), scale, out);
}

pub(crate) fn write_decimal256(value: i256, scale: i8, out: &mut Vec<u8>) {
    if let Some(value) = value.to_i128() {
        return write_decimal128(value, scale, out);
    }
    let text = value.to_string();
    let digits = text.strip_prefix('-');
    write_scaled(digits.is_some(), digits.unwrap_or(&text).as_bytes(), scale, out);
}

#[inline]
fn write_scaled(negative: bool, digits: &[u8], scale: i8, out: &mut Vec<u8>) {
    if negative {
        out.push(b'-');
    }
    let places = usize::from(scale.max(0).unsigned_abs());
    if places == 0 {
        out.extend_from_slice(digits);
        if digits != b"0" {
            out.resize(out.len() + usize::from(scale.unsigned_abs()), b'0');
        }
    } else if digits.len() > places {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(fraction);
    } else {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + places - digits.len(), b'0');
        out.extend_from_slice(digits);
    }
}

/// Writes `\x` and two hexadecimal digits for each byte, as PostgreSQL does.
pub(crate) fn write_bytes(value: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 + 2 * value.len());
    out.extend_from_slice(b"\\x");
    for byte in value {
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

#[inline]
pub(crate) fn write_date(days: i32, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    if !(0..=9999).contains(&year) {
        return out.extend_from_slice(format!("{year:+05}-{month:02}-{day:02}").as_bytes());
    }
    let [y1, y2] = two_digits(year as u32 / 100);
    let [y3, y4] = two_digits(year as u32 % 100);
    let [m1, m2] = two_digits(month);
    let [d1, d2] = two_digits(day);
    out.extend_from_slice(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]);
}

/// Writes a time of day. Databases know 24:00:00 as the end of a day, and it stays that.
#[inline]
pub(crate) fn write_time(micros: i64, out: &mut Vec<u8>) {
    if micros < 0 {
        out.push(b'-');
    }
    let micros = micros.unsigned_abs();
    let (seconds, fraction) = (micros / 1_000_000, (micros % 1_000_000) as u32);
    let hours = seconds / 3600;
    if hours > 99 {
        write_integer(hours, out);
    } else {
        out.extend_from_slice(&two_digits(hours as u32));
    }
    let rest = (seconds % 3600) as u32;
    let [m1, m2] = two_digits(rest / 60);
    let [s1, s2] = two_digits(rest % 60);
    out.extend_from_slice(&[b':', m1, m2, b':', s1, s2]);
    if fraction != 0 {
        write_fraction(fraction, out);
    }
}

#[inline]
pub(crate) fn write_timestamp(micros: i64, zoned: bool, separator: u8, out: &mut Vec<u8>) {
    // An i64 of microseconds spans fewer than 2^31 days.
    write_date(micros.div_euclid(MICROS_PER_DAY) as i32, out);
    out.push(separator);
    write_time(micros.rem_euclid(MICROS_PER_DAY), out);
    if zoned {
        out.push(b'Z');
    }
}

fn write_fraction(micros: u32, out: &mut Vec<u8>) {
    let [a, b] = two_digits(micros / 10_000);
    let [c, d] = two_digits(micros / 100 % 100);
    let [e, f] = two_digits(micros % 100);
    let digits = [b'.', a, b, c, d, e, f];
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    out.extend_from_slice(&digits[..end]);
}

#[inline]
fn two_digits(value: u32) -> [u8; 2] {
    [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_are_short_and_read_back() {
        let cases = [
            (1.0, "1"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e300, "1e300"),
            (1.5e16, "1.5e16"),
            (1e-7, "1e-7"),
            (-0.0, "-0"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, expected) in cases {
            assert_eq!(written(|out| write_float(value, out)), expected);
        }
        assert_eq!(written(|out| write_float(0.1_f32, out)), "0.1");
    }

    #[test]
    fn decimals_keep_their_scale() {
        let cases = [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (123_456, 2, "1234.56"),
            (-100, 2, "-1.00"),
            (7, -2, "700"),
            (0, -2, "0"),
            (i128::MIN, 1, "-17014118346046923173168730371588410572.8"),
        ];
        for (value, scale, expected) in cases {
            assert_eq!(written(|out| write_decimal128(value, scale, out)), expected);
            assert_eq!(written(|out| write_decimal256(i256::from_i128(value), scale, out)), expected);
        }
        let wide = i256::from_string(&"9".repeat(76)).unwrap();
        assert_eq!(
            written(|out| write_decimal256(wide.wrapping_neg(), 70, out)),
            format!("-999999.{}", "9".repeat(70))
        );
    }

    #[test]
    fn moments_show_only_the_digits_they_have() {
        let cases = [
            (0, false, b' ', "1970-01-01 00:00:00"),
            (1_769_844_697_500_000, false, b' ', "2026-01-31 07:31:37.5"),
            (1_769_844_697_000_001, true, b'T', "2026-01-31T07:31:37.000001Z"),
            (-1, false, b' ', "1969-12-31 23:59:59.999999"),
        ];
        for (micros, zoned, separator, expected) in cases {
            assert_eq!(written(|out| write_timestamp(micros, zoned, separator, out)), expected);
        }
        assert_eq!(written(|out| write_time(MICROS_PER_DAY, out)), "24:00:00");
        assert_eq!(written(|out| write_time(27_097_500_000, out)), "07:31:37.5");
        assert_eq!(written(|out| write_date(20_484, out)), "2026-01-31");
    }

    #[test]
    fn bytes_are_hexadecimal() {
        assert_eq!(written(|out| write_bytes(&[0, 0x7f, 0xff], out)), "\\x007fff");
    }
}
