//! How dates and decimal numbers are written in CSV, TSV and plain text, for spreadsheets that expect their country's
//! way. The default is ISO 8601 and the point, which every program reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::column::Value;

/// The way to write dates and decimal numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notation {
    /// Dates, and the date before a time.
    pub dates: DateNotation,
    /// What stands before a number's fraction.
    pub decimal: DecimalSign,
}

/// The ways to write a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateNotation {
    /// `2026-01-31`
    #[default]
    Iso,
    /// `31.01.2026`
    Dotted,
    /// `31/01/2026`
    DayFirst,
    /// `01/31/2026`
    MonthFirst,
}

/// The signs before a fraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    /// `12.5`
    #[default]
    Point,
    /// `12,5`
    Comma,
}

impl DateNotation {
    /// Every notation, by its name in requests.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("iso", Self::Iso),
        ("dotted", Self::Dotted),
        ("day_first", Self::DayFirst),
        ("month_first", Self::MonthFirst),
    ];
}

impl Notation {
    /// Whether anything is written in another way than the default.
    #[inline]
    pub(crate) fn differs(self) -> bool {
        self != Self::default()
    }

    /// Rewrites a value that was written in the default way at the end of `out`.
    pub(crate) fn rewrite(self, value: &Value<'_>, start: usize, out: &mut [u8]) {
        let written = &mut out[start..];
        match value {
            Value::Date(_) | Value::Timestamp(..) => self.rewrite_date(written),
            Value::Float32(_)
            | Value::Float64(_)
            | Value::Decimal128(..)
            | Value::Decimal256(..)
            | Value::Number(_)
                if self.decimal == DecimalSign::Comma =>
            {
                written.iter_mut().filter(|byte| **byte == b'.').for_each(|byte| *byte = b',');
            }
            _ => {}
        }
    }

    /// Typed dates have four digits for the year, so every notation is ten bytes long.
    fn rewrite_date(self, written: &mut [u8]) {
        let Some(date) = written.first_chunk_mut::<10>() else { return };
        let [y0, y1, y2, y3, _, m0, m1, _, d0, d1] = *date;
        *date = match self.dates {
            DateNotation::Iso => return,
            DateNotation::Dotted => [d0, d1, b'.', m0, m1, b'.', y0, y1, y2, y3],
            DateNotation::DayFirst => [d0, d1, b'/', m0, m1, b'/', y0, y1, y2, y3],
            DateNotation::MonthFirst => [m0, m1, b'/', d0, d1, b'/', y0, y1, y2, y3],
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::write_plain;

    fn written(value: &Value<'_>, dates: DateNotation) -> String {
        let mut out = b"before".to_vec();
        write_plain(value, &mut out);
        Notation { dates, decimal: DecimalSign::Comma }.rewrite(value, 6, &mut out);
        String::from_utf8(out[6..].to_vec()).unwrap()
    }

    #[test]
    fn dates_and_numbers_follow_their_country() {
        let day = Value::Date(0);
        assert_eq!(written(&day, DateNotation::Dotted), "01.01.1970");
        assert_eq!(written(&Value::Date(30), DateNotation::MonthFirst), "01/31/1970");
        let moment = Value::Timestamp(1_500_000, false);
        assert_eq!(written(&moment, DateNotation::DayFirst), "01/01/1970 00:00:01.5");
        assert_eq!(written(&Value::Float64(-1.5), DateNotation::Iso), "-1,5");
        assert_eq!(written(&Value::Number("12.50"), DateNotation::Iso), "12,50");
        assert_eq!(written(&Value::Text("12.50"), DateNotation::Iso), "12.50");
        assert_eq!(written(&Value::Integer(1_000), DateNotation::Dotted), "1000");
    }
}
