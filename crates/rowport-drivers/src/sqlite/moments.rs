//! Dates and times, which SQLite keeps as whatever a program wrote: `2024-05-01 08:00:00`, `2024-05-01T08:00:00Z`, the
//! seconds since 1970. Values travel as they are stored; they are compared as what they mean.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};
use rowport_model::{ColumnType, Value};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{Value as Stored, ValueRef};

use crate::columns::days_since_1970;

/// What a column's values are compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// A moment, in microseconds since 1970.
    Moment,
    /// A day, in days since 1970.
    Day,
    /// A time of day, in microseconds since midnight.
    Clock,
}

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Seconds since 1970 at the ends of the years 0 and 9999. A number beyond them is taken for milliseconds.
const SECONDS: std::ops::RangeInclusive<f64> = -62_167_219_200.0..=253_402_300_799.999_999;
/// Smaller numbers that are not negative are days of the Julian calendar, as to SQLite's own `auto`.
const JULIAN_DAYS: std::ops::Range<f64> = 0.0..5_373_484.5;
/// 1970-01-01 in Julian days.
const JULIAN_1970: f64 = 2_440_587.5;

impl Grain {
    /// The grain of a type; none where values are compared as they are stored.
    pub(super) fn from_type(column_type: &ColumnType) -> Option<Self> {
        match column_type {
            ColumnType::Timestamp | ColumnType::TimestampTz => Some(Self::Moment),
            ColumnType::Date => Some(Self::Day),
            ColumnType::Time => Some(Self::Clock),
            ColumnType::Boolean
            | ColumnType::Integer { .. }
            | ColumnType::Decimal { .. }
            | ColumnType::Float { .. }
            | ColumnType::Text
            | ColumnType::Enum { .. }
            | ColumnType::Uuid
            | ColumnType::Json
            | ColumnType::Interval
            | ColumnType::Bytes
            | ColumnType::Array
            | ColumnType::Other => None,
        }
    }

    /// The scalar function that every connection registers: the number that a value means, and a value that means none as
    /// it is stored, which SQLite sorts behind all numbers.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Moment => "rowport_moment",
            Self::Day => "rowport_day",
            Self::Clock => "rowport_clock",
        }
    }

    /// The number that a filter's value means; none for a value that is compared as it is stored.
    pub(super) fn number(self, value: &Value) -> Option<i64> {
        match (self, value) {
            (Self::Moment, Value::Timestamp(moment)) => Some(micros(*moment)),
            (Self::Moment, Value::TimestampTz(moment)) => Some(moment.as_microsecond()),
            (Self::Moment, Value::Date(date)) => Some(micros(date.to_datetime(Time::midnight()))),
            (Self::Day, Value::Date(date)) => {
                Some(micros(date.to_datetime(Time::midnight())).div_euclid(MICROS_PER_DAY))
            }
            (Self::Clock, Value::Time(time)) => Some(micros_of(*time)),
            _ => None,
        }
    }

    /// The date, as it is written, that texts of moments before or after this number may still begin with: zones put a
    /// text up to a day away from what it means. None where such a date would leave the calendar.
    pub(super) fn written_date(self, number: i64, days: i64) -> Option<String> {
        let day = match self {
            Self::Moment => number.div_euclid(MICROS_PER_DAY),
            Self::Day => number,
            Self::Clock => return None,
        };
        let date = epoch().checked_add(day.checked_add(days)?.days()).ok()?;
        (date.year() >= 1).then(|| date.to_string())
    }

    fn of_text(self, text: &[u8]) -> Option<i64> {
        match self {
            Self::Moment => moment(text),
            Self::Day => moment(text).map(|micros| micros.div_euclid(MICROS_PER_DAY)),
            Self::Clock => match clock(text)? {
                (micros, []) => Some(micros),
                _ => None,
            },
        }
    }

    fn of_number(self, number: f64) -> Option<i64> {
        let micros = if JULIAN_DAYS.contains(&number) {
            (number - JULIAN_1970) * MICROS_PER_DAY as f64
        } else if SECONDS.contains(&number) {
            number * MICROS_PER_SECOND as f64
        } else if SECONDS.contains(&(number / 1_000.0)) {
            number * 1_000.0
        } else {
            return None;
        };
        // A Julian day is a double: its microseconds are noise, its milliseconds are not.
        let micros = match JULIAN_DAYS.contains(&number) {
            true => (micros / 1_000.0).round() as i64 * 1_000,
            false => micros.round() as i64,
        };
        match self {
            Self::Moment => Some(micros),
            Self::Day => Some(micros.div_euclid(MICROS_PER_DAY)),
            Self::Clock => None,
        }
    }
}

/// Makes the functions of all grains known to a connection.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    for grain in [Grain::Moment, Grain::Day, Grain::Clock] {
        connection.create_scalar_function(grain.function(), 1, flags, move |context| {
            let value = context.get_raw(0);
            let number = match value {
                ValueRef::Text(text) => grain.of_text(text),
                ValueRef::Integer(number) => grain.of_number(number as f64),
                ValueRef::Real(number) => grain.of_number(number),
                ValueRef::Null | ValueRef::Blob(_) => None,
            };
            Ok(match (number, value) {
                (Some(number), _) => Stored::Integer(number),
                (None, ValueRef::Null) => Stored::Null,
                // A number that is no moment must not stand among those that are.
                (None, ValueRef::Integer(number)) => Stored::Text(number.to_string()),
                (None, ValueRef::Real(number)) => Stored::Text(number.to_string()),
                (None, ValueRef::Text(text) | ValueRef::Blob(text)) => match std::str::from_utf8(text) {
                    Ok(text) => Stored::Text(text.to_owned()),
                    Err(_) => Stored::Blob(text.to_vec()),
                },
            })
        })?;
    }
    Ok(())
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn micros(moment: DateTime) -> i64 {
    let since: SignedDuration = moment.duration_since(epoch().to_datetime(Time::midnight()));
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn micros_of(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * MICROS_PER_SECOND + i64::from(time.subsec_nanosecond()) / 1_000
}

/// `2024-05-01`, and behind it perhaps a `T` or a space with a time, and behind that perhaps a zone. Without one, UTC is
/// meant.
fn moment(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_end();
    let (day, rest) = text.split_at_checked(10)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *day else { return None };
    let year = digits(&[y0, y1, y2, y3])? as i32;
    let days = days_since_1970(year, digits(&[m0, m1])? as i32, digits(&[d0, d1])? as i32)?;
    let midnight = i64::from(days) * MICROS_PER_DAY;
    let Some((b'T' | b't' | b' ', rest)) = rest.split_first() else {
        return rest.is_empty().then_some(midnight);
    };
    let (micros, rest) = clock(rest)?;
    Some(midnight + micros - zone(rest)?)
}

/// Microseconds since midnight of `HH:MM`, `HH:MM:SS` or that with a fraction, and what follows it.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour_and_minute, rest) = text.split_at_checked(5)?;
    let [h0, h1, b':', m0, m1] = *hour_and_minute else { return None };
    let (hour, minute) = (digits(&[h0, h1])?, digits(&[m0, m1])?);
    let (second, rest) = match rest {
        [b':', s0, s1, rest @ ..] => (digits(&[*s0, *s1])?, rest),
        rest => (0, rest),
    };
    let is_time = minute < 60 && second < 60 && (hour < 24 || (hour, minute, second) == (24, 0, 0));
    let whole = is_time.then_some(((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND)?;
    let Some((b'.' | b',', fraction)) = rest.split_first() else { return Some((whole, rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = fraction.split_at(length);
    let shown = &fraction[..length.min(6)];
    let micros = digits(shown)? * 10_i64.pow(6 - shown.len() as u32);
    (length > 0).then_some((whole + micros, rest))
}

/// Microseconds that a zone is ahead of UTC: `Z`, `UTC`, `+02:00`, `+0200`, `+02`, with a space before it or none, and `UTC`
/// once more behind an offset, as Go writes it.
fn zone(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let text = text.strip_suffix(b" UTC").unwrap_or(text);
    let (sign, offset) = match text {
        [] | [b'Z' | b'z'] | b"UTC" | b"GMT" => return Some(0),
        [b'+', offset @ ..] => (1, offset),
        [b'-', offset @ ..] => (-1, offset),
        _ => return None,
    };
    let (hours, minutes) = match *offset {
        [h0, h1] => (digits(&[h0, h1])?, 0),
        [h0, h1, m0, m1] | [h0, h1, b':', m0, m1] => (digits(&[h0, h1])?, digits(&[m0, m1])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * MICROS_PER_SECOND)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_has_many_spellings() {
        let eight = moment(b"2024-05-01 08:00:00");
        assert_eq!(eight, Some(1_714_550_400_000_000));
        for text in [
            "2024-05-01T08:00:00",
            "2024-05-01 08:00",
            "2024-05-01T08:00Z",
            "2024-05-01 08:00:00.000000",
            "2024-05-01T08:00:00.000Z",
            "2024-05-01 08:00:00 +0000 UTC",
            "2024-05-01T10:00:00+02:00",
            "2024-05-01 05:30:00 -0230",
            "2024-05-02T07:59:00.0+23:59",
            "2024-05-01 08:00:00UTC",
        ] {
            assert_eq!(moment(text.as_bytes()), eight, "{text}");
        }
        assert_eq!(Grain::Moment.of_number(1_714_550_400.0), eight);
        assert_eq!(Grain::Moment.of_number(1_714_550_400_000.0), eight);
        assert_eq!(Grain::Moment.of_number(2_460_431.833_333_333), eight);
        assert_eq!(moment(b"2024-05-01 08:00:00.1234567"), eight.map(|eight| eight + 123_456));
        assert_eq!(moment(b"2024-05-01 24:00"), moment(b"2024-05-02"));
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "today",
            "2024-02-30",
            "2024-05-01 8:00",
            "2024-05-01 08:00:61",
            "2024-05-01 08:00:00.",
            "2024-05-01x",
            "2024-05-01 08:00 CET",
            "24-05-01",
            "0000-00-00",
            " 2024-05-01",
        ] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Grain::Moment.of_number(f64::NAN), None);
        assert_eq!(Grain::Moment.of_number(1e300), None);
        assert_eq!(Grain::Clock.of_text(b"12:00"), Grain::Clock.of_text(b"12:00:00.0"));
        assert_eq!(Grain::Clock.of_text(b"12:00Z"), None);
        assert_eq!(Grain::Day.of_text(b"2024-05-01T23:00:00-02:00"), Grain::Day.of_text(b"2024-05-02"));
    }
}
