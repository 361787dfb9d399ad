//! From the bytes of MySQL's binary protocol to columns.

use std::io::Write;

use arrow_buffer::i256;
use arrow_schema::DataType;

use crate::columns::{ColumnBuilder, Misfit, days_since_1970};

/// How the values of one column are read: what the wire carries and what the column holds are settled once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reader {
    Boolean {
        unsigned: bool,
    },
    I16 {
        unsigned: bool,
    },
    I32 {
        unsigned: bool,
    },
    I64 {
        unsigned: bool,
    },
    U64 {
        unsigned: bool,
    },
    Decimal128 {
        scale: usize,
    },
    Decimal256 {
        scale: usize,
    },
    F32,
    F64,
    Bytes,
    Date,
    /// With the digits after the point that the database shows.
    Timestamp {
        digits: usize,
    },
}

impl Reader {
    /// The reader for a column of the batch that arrives as `wire`, which is sqlx's name for it, with or without a sign,
    /// which the name does not always say. `None` when the two do not belong together: the column has changed its type
    /// since it was introspected.
    pub(super) fn new(data_type: &DataType, wire: &str, unsigned: bool, digits: usize) -> Option<Self> {
        let integer = wire.contains("INT") || matches!(wire, "BOOLEAN" | "YEAR");
        let textual = matches!(wire, "CHAR" | "VARCHAR" | "ENUM" | "SET" | "JSON") || wire.ends_with("TEXT");
        let binary = matches!(wire, "BINARY" | "VARBINARY" | "GEOMETRY") || wire.ends_with("BLOB");
        Some(match data_type {
            DataType::Boolean if integer => Self::Boolean { unsigned },
            DataType::Int16 if integer => Self::I16 { unsigned },
            DataType::Int32 if integer => Self::I32 { unsigned },
            DataType::Int64 if integer => Self::I64 { unsigned },
            DataType::UInt64 if integer => Self::U64 { unsigned },
            DataType::Decimal128(_, scale) if wire == "DECIMAL" => {
                Self::Decimal128 { scale: usize::try_from(*scale).ok()? }
            }
            DataType::Decimal256(_, scale) if wire == "DECIMAL" => {
                Self::Decimal256 { scale: usize::try_from(*scale).ok()? }
            }
            DataType::Float32 if wire == "FLOAT" => Self::F32,
            DataType::Float64 if wire == "DOUBLE" => Self::F64,
            DataType::Date32 if wire == "DATE" => Self::Date,
            DataType::Timestamp(..) if matches!(wire, "DATETIME" | "TIMESTAMP") => Self::Timestamp { digits },
            // A decimal travels as its digits; a text with a binary collation says that it is binary.
            DataType::Utf8 if textual || binary || wire == "DECIMAL" => Self::Bytes,
            DataType::Binary if binary || textual => Self::Bytes,
            _ => return None,
        })
    }

    /// False when the bytes are not what the protocol says they are.
    #[inline]
    #[must_use]
    pub(super) fn push(self, bytes: &[u8], column: &mut ColumnBuilder) -> bool {
        match self {
            Self::Bytes => column.native().push_bytes(bytes),
            Self::I32 { unsigned } => match i32::try_from(integer(bytes, unsigned)) {
                Ok(value) => column.native().push_i32(value),
                Err(_) => return wide(integer(bytes, unsigned), column),
            },
            Self::I64 { unsigned } => match i64::try_from(integer(bytes, unsigned)) {
                Ok(value) => column.native().push_i64(value),
                Err(_) => return wide(integer(bytes, unsigned), column),
            },
            Self::I16 { unsigned } => match i16::try_from(integer(bytes, unsigned)) {
                Ok(value) => column.native().push_i16(value),
                Err(_) => return wide(integer(bytes, unsigned), column),
            },
            Self::U64 { unsigned } => match u64::try_from(integer(bytes, unsigned)) {
                Ok(value) => column.native().push_u64(value),
                Err(_) => return wide(integer(bytes, unsigned), column),
            },
            Self::Boolean { unsigned } => match integer(bytes, unsigned) {
                value @ 0..=1 => column.native().push_bool(value == 1),
                value => return wide(value, column),
            },
            Self::Decimal128 { scale } => match decimal128(bytes, scale) {
                Some(value) => column.native().push_i128(value),
                None => column.misfit(Misfit::Text(bytes)),
            },
            Self::Decimal256 { scale } => match decimal256(bytes, scale) {
                Some(value) => column.native().push_i256(value),
                None => column.misfit(Misfit::Text(bytes)),
            },
            Self::F32 => match bytes.try_into() {
                Ok(bytes) => column.native().push_f32(f32::from_le_bytes(bytes)),
                Err(_) => return false,
            },
            Self::F64 => match bytes.try_into() {
                Ok(bytes) => column.native().push_f64(f64::from_le_bytes(bytes)),
                Err(_) => return false,
            },
            Self::Date => match Moment::read(bytes) {
                Some(moment) => match moment.days() {
                    Some(days) => column.native().push_i32(days),
                    None => column.misfit(Misfit::Text(moment.date().as_bytes())),
                },
                None => return false,
            },
            Self::Timestamp { digits } => match Moment::read(bytes) {
                Some(moment) => match moment.days() {
                    Some(days) => {
                        column.native().push_i64(i64::from(days) * MICROS_PER_DAY + moment.micros_of_day())
                    }
                    None => column.misfit(Misfit::Text(&moment.date_and_time(digits))),
                },
                None => return false,
            },
        }
        true
    }
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// An integer that is wider than its column, which only an expression can make.
#[cold]
fn wide(value: i128, column: &mut ColumnBuilder) -> bool {
    match i64::try_from(value) {
        Ok(value) => column.misfit(Misfit::Integer(value)),
        Err(_) => column.misfit(Misfit::Text(value.to_string().as_bytes())),
    }
    true
}

/// One to eight bytes, the lowest first.
#[inline]
pub(super) fn integer(bytes: &[u8], unsigned: bool) -> i128 {
    match (bytes, unsigned) {
        (&[a, b, c, d], false) => i32::from_le_bytes([a, b, c, d]).into(),
        (&[a, b, c, d, e, f, g, h], false) => i64::from_le_bytes([a, b, c, d, e, f, g, h]).into(),
        (&[a, b], false) => i16::from_le_bytes([a, b]).into(),
        (&[a], false) => i8::from_le_bytes([a]).into(),
        _ => bytes.iter().rev().take(8).fold(0, |value, byte| value << 8 | i128::from(*byte)),
    }
}

/// `-12.50` with exactly `scale` digits after the point.
#[inline]
fn decimal128(bytes: &[u8], scale: usize) -> Option<i128> {
    let (negative, whole, fraction) = split(bytes, scale)?;
    // Where all digits stand after the point, the zero before it is not one of them.
    let whole = if whole == b"0" { &[] } else { whole };
    // Two steps in 64 bits are much cheaper than one in 128, and most numbers fit.
    let value = if whole.len() + fraction.len() <= 18 {
        i128::from(digits(fraction, digits(whole, 0)?)?)
    } else if whole.len() + fraction.len() <= 38 {
        let mut value = 0_i128;
        for part in whole.chunks(18).chain(fraction.chunks(18)) {
            value = value * 10_i128.pow(part.len() as u32) + i128::from(digits(part, 0)?);
        }
        value
    } else {
        return None;
    };
    Some(if negative { -value } else { value })
}

fn decimal256(bytes: &[u8], scale: usize) -> Option<i256> {
    let (negative, whole, fraction) = split(bytes, scale)?;
    let mut value = i256::ZERO;
    for part in whole.chunks(18).chain(fraction.chunks(18)) {
        let shift = i256::from_i128(10_i128.pow(part.len() as u32));
        value = value.checked_mul(shift)?.checked_add(i256::from_i128(digits(part, 0)?.into()))?;
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

/// The sign and the digits before and after the point.
#[inline]
fn split(bytes: &[u8], scale: usize) -> Option<(bool, &[u8], &[u8])> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if scale == 0 {
        return Some((negative, digits, &[]));
    }
    let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(scale + 1)?)?;
    match fraction {
        [b'.', fraction @ ..] => Some((negative, whole, fraction)),
        _ => None,
    }
}

#[inline]
fn digits(bytes: &[u8], before: u64) -> Option<u64> {
    bytes.iter().try_fold(before, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| value * 10 + u64::from(digit))
    })
}

/// A date and time as the protocol has it: each part by itself, trailing zeros left out.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Moment {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micros: u32,
}

impl Moment {
    /// The first byte is the length of the rest.
    #[inline]
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut moment = Self::default();
        let (_, parts) = bytes.split_first()?;
        if let [y0, y1, month, day, rest @ ..] = parts {
            moment.year = u16::from_le_bytes([*y0, *y1]);
            (moment.month, moment.day) = (*month, *day);
            if let [hour, minute, second, rest @ ..] = rest {
                (moment.hour, moment.minute, moment.second) = (*hour, *minute, *second);
                moment.micros = match rest {
                    [] => 0,
                    [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
                    _ => return None,
                };
            } else if !rest.is_empty() {
                return None;
            }
        } else if !parts.is_empty() {
            return None;
        }
        Some(moment)
    }

    #[inline]
    fn days(&self) -> Option<i32> {
        days_since_1970(self.year.into(), self.month.into(), self.day.into())
    }

    #[inline]
    fn micros_of_day(&self) -> i64 {
        let seconds = i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.micros)
    }

    fn date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn date_and_time(&self, digits: usize) -> Vec<u8> {
        let mut text = self.date().into_bytes();
        // Writing to a vector cannot fail.
        let _ = write!(text, " {:02}:{:02}:{:02}", self.hour, self.minute, self.second);
        if digits > 0 {
            let fraction = format!("{:06}", self.micros);
            let _ = write!(text, ".{}", &fraction[..digits.min(6)]);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal128(b"-12.50", 2), Some(-1_250));
        assert_eq!(decimal128(b"0.0001", 4), Some(1));
        assert_eq!(decimal128(b"7", 0), Some(7));
        let long = b"99999999999999999999.999999999999999999";
        assert_eq!(decimal128(long, 18), Some(99_999_999_999_999_999_999_999_999_999_999_999_999));
        assert_eq!(decimal128(format!("-0.{}", "9".repeat(38)).as_bytes(), 38), Some(1 - 10_i128.pow(38)));
        for (text, scale) in [("1.5", 2), ("1e5", 0), ("1.x", 1), ("", 1)] {
            assert_eq!(decimal128(text.as_bytes(), scale), None, "{text}");
        }
        let longest = "9".repeat(65);
        assert_eq!(decimal256(longest.as_bytes(), 0), i256::from_string(&longest));
        assert_eq!(
            decimal256(b"-1.000000000000000000000000000001", 30),
            i256::from_string("-1000000000000000000000000000001")
        );
    }

    #[test]
    fn the_sign_is_not_told_by_a_name() {
        let boolean = |unsigned| Reader::new(&DataType::Int16, "BOOLEAN", unsigned, 0);
        assert_eq!(boolean(true), Some(Reader::I16 { unsigned: true }));
        assert_eq!(boolean(false), Some(Reader::I16 { unsigned: false }));
        assert_eq!(Reader::new(&DataType::Int16, "VARCHAR", false, 0), None);
    }

    #[test]
    fn integers_of_every_length_have_their_sign() {
        assert_eq!(integer(&[0xff], false), -1);
        assert_eq!(integer(&[0xff], true), 255);
        assert_eq!(integer(&[0xff; 2], false), -1);
        assert_eq!(integer(&[0xff; 4], true), i128::from(u32::MAX));
        assert_eq!(integer(&[0xff; 8], true), i128::from(u64::MAX));
        assert_eq!(integer(&i64::MIN.to_le_bytes(), false), i128::from(i64::MIN));
    }

    #[test]
    fn moments_that_are_none_keep_their_notation() {
        let zero = Moment::read(&[0]).unwrap();
        assert_eq!(zero.days(), None);
        assert_eq!(zero.date_and_time(3), b"0000-00-00 00:00:00.000");
        let partial = Moment::read(&[7, 0xe4, 7, 0, 15, 1, 2, 3]).unwrap();
        assert_eq!(partial.date_and_time(0), b"2020-00-15 01:02:03");
        let whole = Moment::read(&[11, 0xe4, 7, 1, 15, 1, 2, 3, 0x40, 0x42, 0x0f, 0]).unwrap();
        assert_eq!((whole.days(), whole.micros), (Some(18_276), 1_000_000));
        assert_eq!(Moment::read(&[5, 1, 2, 3, 4, 5]), None);
    }
}
