//! From COPY's binary tuples to columns: PostgreSQL's type map on the way out.

use arrow_schema::DataType;
use rowport_model::{ColumnType, Expr, IntegerWidth, Output, Query};

use super::numeric::Numeric;
use crate::columns::{BatchBuilder, ColumnBuilder, Misfit};
use crate::error::DriverError;

/// How a column's bytes are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    Boolean,
    I16,
    I32,
    I64,
    F32,
    F64,
    Decimal128(u8),
    Decimal256(u8),
    NumericText,
    /// Text, or bytes, as they are.
    Bytes,
    /// JSONB has a version before its text.
    Jsonb,
    Uuid,
    Date,
    Time,
    Timestamp,
    TimestampTz,
}

pub(super) fn readers(query: &Query) -> Vec<Reader> {
    match query.output {
        Output::Rows => query.columns.iter().map(|column| Reader::new(&column.expr)).collect(),
        Output::Count { .. } => vec![Reader::I64],
        Output::Landmarks { .. } => query.order.iter().map(|order| Reader::new(&order.expr)).collect(),
    }
}

/// Reads one tuple into the batch. `Ok(false)` is the end of the copy.
pub(super) fn tuple(bytes: &[u8], readers: &[Reader], batch: &mut BatchBuilder) -> Result<bool, DriverError> {
    let short = || DriverError::protocol("a row ended early");
    let (count, mut rest) = bytes.split_first_chunk::<2>().ok_or_else(short)?;
    match i16::from_be_bytes(*count) {
        -1 => return Ok(false),
        count if usize::try_from(count) == Ok(readers.len()) => {}
        count => {
            return Err(DriverError::protocol(format!("a row has {count} columns, not {}", readers.len())));
        }
    }
    for (index, reader) in readers.iter().enumerate() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
        rest = match usize::try_from(i32::from_be_bytes(*length)) {
            Ok(length) => {
                let (value, after) = after.split_at_checked(length).ok_or_else(short)?;
                self::value(value, *reader, index, batch)?;
                after
            }
            Err(_) => {
                batch.columns[index].native().push_null();
                after
            }
        };
    }
    Ok(true)
}

/// Reads one value, which is not NULL, into its column.
#[inline]
pub(super) fn value(
    bytes: &[u8],
    reader: Reader,
    index: usize,
    batch: &mut BatchBuilder,
) -> Result<(), DriverError> {
    reader.push(bytes, &mut batch.columns[index]).ok_or_else(|| DriverError::BadValue {
        row: batch.row_number(),
        column: batch.column_name(index).to_owned(),
        message: format!("{} bytes are not what its type sends", bytes.len()),
    })
}

impl Reader {
    fn new(expr: &Expr) -> Self {
        let column_type = expr.column_type();
        let native = match expr {
            Expr::Column(column) => column.compared_as.as_str(),
            _ => "",
        };
        match &column_type {
            ColumnType::Boolean => Self::Boolean,
            ColumnType::Integer { width: IntegerWidth::I16 } => Self::I16,
            ColumnType::Integer { width: IntegerWidth::I32 } => Self::I32,
            ColumnType::Integer { .. } => Self::I64,
            ColumnType::Float { bits: 32 } => Self::F32,
            ColumnType::Float { .. } => Self::F64,
            ColumnType::Decimal { .. } => match column_type.arrow() {
                DataType::Decimal128(_, scale) => Self::Decimal128(scale.unsigned_abs()),
                DataType::Decimal256(_, scale) => Self::Decimal256(scale.unsigned_abs()),
                _ => Self::NumericText,
            },
            ColumnType::Uuid => Self::Uuid,
            ColumnType::Date => Self::Date,
            ColumnType::Time => Self::Time,
            ColumnType::Timestamp => Self::Timestamp,
            ColumnType::TimestampTz => Self::TimestampTz,
            ColumnType::Json if native == "jsonb" => Self::Jsonb,
            _ => Self::Bytes,
        }
    }

    /// `None` when the bytes do not have the type's form.
    #[inline]
    fn push(self, value: &[u8], column: &mut ColumnBuilder) -> Option<()> {
        match self {
            Self::Bytes => column.native().push_bytes(value),
            Self::I32 => column.native().push_i32(i32::from_be_bytes(value.try_into().ok()?)),
            Self::I64 => column.native().push_i64(i64::from_be_bytes(value.try_into().ok()?)),
            Self::I16 => column.native().push_i16(i16::from_be_bytes(value.try_into().ok()?)),
            Self::Boolean => column.native().push_bool(*value.first()? != 0),
            Self::F32 => column.native().push_f32(f32::from_be_bytes(value.try_into().ok()?)),
            Self::F64 => column.native().push_f64(f64::from_be_bytes(value.try_into().ok()?)),
            Self::Decimal128(scale) => {
                let numeric = Numeric::read(value)?;
                match numeric.to_i128(scale).filter(|_| numeric.special().is_none()) {
                    Some(value) => column.native().push_i128(value),
                    None => numeric_text(numeric, column),
                }
            }
            Self::Decimal256(scale) => {
                let numeric = Numeric::read(value)?;
                match numeric.to_i256(scale).filter(|_| numeric.special().is_none()) {
                    Some(value) => column.native().push_i256(value),
                    None => numeric_text(numeric, column),
                }
            }
            Self::NumericText => {
                let numeric = Numeric::read(value)?;
                column.native().extend_bytes(|out| numeric.write(out));
            }
            Self::Jsonb => column.native().push_bytes(value.strip_prefix(&[1])?),
            Self::Uuid => uuid(value.try_into().ok()?, column),
            Self::Date => date(i32::from_be_bytes(value.try_into().ok()?), column),
            Self::Time => match i64::from_be_bytes(value.try_into().ok()?) {
                MICROS_PER_DAY => column.misfit(Misfit::Text(b"24:00:00")),
                micros => column.native().push_i64(micros),
            },
            Self::Timestamp => timestamp(i64::from_be_bytes(value.try_into().ok()?), "", column),
            Self::TimestampTz => timestamp(i64::from_be_bytes(value.try_into().ok()?), "+00", column),
        }
        Some(())
    }
}

#[cold]
fn numeric_text(numeric: Numeric<'_>, column: &mut ColumnBuilder) {
    let mut text = Vec::new();
    numeric.write(&mut text);
    column.misfit(Misfit::Text(&text));
}

fn uuid(bytes: &[u8; 16], column: &mut ColumnBuilder) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            at += 1;
        }
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 15)];
        at += 2;
    }
    column.native().push_bytes(&text);
}

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// From 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
const EPOCH_DAYS: i32 = 10_957;
/// 0001-01-01 and 10000-01-01 in days since 2000.
const FIRST_DAY: i32 = -730_119;
const DAY_AFTER_LAST: i32 = 2_921_940;

fn date(days: i32, column: &mut ColumnBuilder) {
    match days {
        i32::MAX => column.misfit(Misfit::Text(b"infinity")),
        i32::MIN => column.misfit(Misfit::Text(b"-infinity")),
        FIRST_DAY..DAY_AFTER_LAST => column.native().push_i32(days + EPOCH_DAYS),
        _ => {
            let (date, era) = far_date(i64::from(days));
            column.misfit(Misfit::Text(format!("{date}{era}").as_bytes()));
        }
    }
}

fn timestamp(micros: i64, zone: &str, column: &mut ColumnBuilder) {
    let days = micros.div_euclid(MICROS_PER_DAY);
    match micros {
        i64::MAX => column.misfit(Misfit::Text(b"infinity")),
        i64::MIN => column.misfit(Misfit::Text(b"-infinity")),
        _ if (i64::from(FIRST_DAY)..i64::from(DAY_AFTER_LAST)).contains(&days) => {
            column.native().push_i64(micros + i64::from(EPOCH_DAYS) * MICROS_PER_DAY);
        }
        _ => {
            let (date, era) = far_date(days);
            let clock = clock(micros.rem_euclid(MICROS_PER_DAY));
            column.misfit(Misfit::Text(format!("{date} {clock}{zone}{era}").as_bytes()));
        }
    }
}

/// A date outside of the years 1 to 9999, as PostgreSQL prints it: the date, and ` BC` for the end of the text.
fn far_date(days_since_2000: i64) -> (String, &'static str) {
    // Days since 0000-03-01 in the proleptic Gregorian calendar, then eras of 400 years.
    let days = days_since_2000 + i64::from(EPOCH_DAYS) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    match year {
        // There is no year 0: 1 BC comes before 1.
        ..=0 => (format!("{:04}-{month:02}-{day:02}", 1 - year), " BC"),
        _ => (format!("{year:04}-{month:02}-{day:02}"), ""),
    }
}

fn clock(micros: i64) -> String {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if fraction == 0 { clock } else { format!("{clock}.{}", format!("{fraction:06}").trim_end_matches('0')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_dates_are_written_as_the_server_prints_them() {
        assert_eq!(far_date(i64::from(FIRST_DAY) - 1), ("0001-12-31".to_owned(), " BC"));
        assert_eq!(far_date(i64::from(DAY_AFTER_LAST)), ("10000-01-01".to_owned(), ""));
        assert_eq!(far_date(i64::from(FIRST_DAY)).0, "0001-01-01");
        assert_eq!(clock(86_399_999_990), "23:59:59.99999");
    }
}
