//! From operators and written values to typed predicates.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::{Comparison, Expr, Predicate, QueryError, TextMatch};
use crate::column::ColumnType;
use crate::filter::{Condition, Literal, Operator};
use crate::value::Value;

pub(super) fn predicate(condition: &Condition, expr: Expr, now: Timestamp) -> Result<Predicate, QueryError> {
    let column_type = expr.column_type();
    if !allows(condition.operator, &column_type) {
        return Err(QueryError::BadOperator {
            column: condition.column.clone(),
            operator: condition.operator.text(),
            found: column_type.word(),
        });
    }
    let values = Values { condition, column_type: &column_type };
    let not = |predicate| Predicate::Not(Box::new(predicate));
    Ok(match condition.operator {
        Operator::Equals => values.equal(expr)?,
        Operator::NotEquals => not(values.equal(expr)?),
        Operator::Less => values.bound(expr, Comparison::Less, 0)?,
        Operator::LessOrEqual => values.bound(expr, Comparison::LessOrEqual, 0)?,
        Operator::Greater => values.bound(expr, Comparison::Greater, 0)?,
        Operator::GreaterOrEqual => values.bound(expr, Comparison::GreaterOrEqual, 0)?,
        Operator::Between => Predicate::All(vec![
            values.bound(expr.clone(), Comparison::GreaterOrEqual, 0)?,
            values.bound(expr, Comparison::LessOrEqual, 1)?,
        ]),
        Operator::In => values.list(expr)?,
        Operator::NotIn => not(values.list(expr)?),
        Operator::Contains => values.matches(expr, TextMatch::Contains)?,
        Operator::NotContains => not(values.matches(expr, TextMatch::Contains)?),
        Operator::StartsWith => values.matches(expr, TextMatch::StartsWith)?,
        Operator::EndsWith => values.matches(expr, TextMatch::EndsWith)?,
        Operator::IsNull => Predicate::IsNull(expr),
        Operator::IsNotNull => not(Predicate::IsNull(expr)),
        Operator::IsEmpty => empty(expr),
        Operator::IsNotEmpty => not(empty(expr)),
        Operator::InLast => values.span(expr, now, -1)?,
        Operator::InNext => values.span(expr, now, 1)?,
    })
}

/// A UUID in lower case with hyphens, if the text is one.
pub(super) fn uuid(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    shape.then_some(text)
}

/// Which operators fit which types.
fn allows(operator: Operator, column_type: &ColumnType) -> bool {
    use ColumnType as T;
    use Operator as O;
    match operator {
        O::IsNull | O::IsNotNull | O::IsEmpty | O::IsNotEmpty => true,
        O::Equals | O::NotEquals | O::In | O::NotIn => {
            !matches!(column_type, T::Json | T::Array | T::Other | T::Interval | T::Bytes)
        }
        O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual | O::Between => {
            column_type.is_numeric()
                || matches!(column_type, T::Text | T::Date | T::Time | T::Timestamp | T::TimestampTz)
        }
        O::Contains | O::NotContains | O::StartsWith | O::EndsWith => {
            matches!(column_type, T::Text | T::Enum { .. } | T::Uuid | T::Json | T::Array | T::Other)
        }
        O::InLast | O::InNext => matches!(column_type, T::Date | T::Timestamp | T::TimestampTz),
    }
}

fn empty(expr: Expr) -> Predicate {
    match expr.column_type() {
        // A MySQL enum holds the empty text where something that is not in its list was put into it.
        ColumnType::Text | ColumnType::Bytes | ColumnType::Enum { .. } => {
            Predicate::Any(vec![Predicate::IsNull(expr.clone()), Predicate::IsEmptyText(expr)])
        }
        _ => Predicate::IsNull(expr),
    }
}

/// One value with the type of a column, as a filter would read it.
pub(super) fn typed(name: &str, column_type: &ColumnType, literal: &Literal) -> Result<Value, QueryError> {
    let condition = Condition { column: name.to_owned(), operator: Operator::Equals, values: Vec::new() };
    Values { condition: &condition, column_type }.typed(literal)
}

struct Values<'a> {
    condition: &'a Condition,
    column_type: &'a ColumnType,
}

impl Values<'_> {
    fn equal(&self, expr: Expr) -> Result<Predicate, QueryError> {
        self.equal_to(expr, self.literal(0)?)
    }

    fn equal_to(&self, expr: Expr, literal: &Literal) -> Result<Predicate, QueryError> {
        if self.is_no_label(literal) {
            return Ok(Predicate::IsEmptyText(expr));
        }
        if let Some(day) = self.whole_day(literal) {
            return Ok(Predicate::All(vec![
                compare(expr.clone(), Comparison::GreaterOrEqual, self.day_start(day, literal)?),
                compare(expr, Comparison::Less, self.day_end(day, literal)?),
            ]));
        }
        Ok(compare(expr, Comparison::Equal, self.typed(literal)?))
    }

    /// For a timestamp compared with a date, the day counts as a whole: "until 31 January" includes that evening.
    fn bound(&self, expr: Expr, comparison: Comparison, index: usize) -> Result<Predicate, QueryError> {
        let literal = self.literal(index)?;
        let Some(day) = self.whole_day(literal) else {
            return Ok(compare(expr, comparison, self.typed(literal)?));
        };
        Ok(match comparison {
            Comparison::LessOrEqual => compare(expr, Comparison::Less, self.day_end(day, literal)?),
            Comparison::Greater => compare(expr, Comparison::GreaterOrEqual, self.day_end(day, literal)?),
            other => compare(expr, other, self.day_start(day, literal)?),
        })
    }

    fn list(&self, expr: Expr) -> Result<Predicate, QueryError> {
        if matches!(self.column_type, ColumnType::Timestamp | ColumnType::TimestampTz) {
            let parts = self.condition.values.iter().map(|literal| self.equal_to(expr.clone(), literal));
            return Ok(Predicate::Any(parts.collect::<Result<_, _>>()?));
        }
        let (no_labels, literals): (Vec<_>, Vec<_>) =
            self.condition.values.iter().partition(|literal| self.is_no_label(literal));
        let values: Vec<_> =
            literals.into_iter().map(|literal| self.typed(literal)).collect::<Result<_, _>>()?;
        let listed = match values.is_empty() {
            true => Predicate::Any(Vec::new()),
            false => Predicate::In { expr: expr.clone(), values },
        };
        Ok(match no_labels.is_empty() {
            true => listed,
            false => Predicate::Any(vec![Predicate::IsEmptyText(expr), listed]),
        })
    }

    /// The empty text, compared with an enum that does not list it: the value that MySQL keeps for what was not in the
    /// list either.
    fn is_no_label(&self, literal: &Literal) -> bool {
        match (self.column_type, literal) {
            (ColumnType::Enum { values }, Literal::Text(text)) => text.is_empty() && !values.contains(text),
            _ => false,
        }
    }

    fn matches(&self, expr: Expr, place: TextMatch) -> Result<Predicate, QueryError> {
        let text = written(self.literal(0)?);
        if text.contains('\0') {
            return Err(self.bad(self.literal(0)?, "text without NUL characters"));
        }
        Ok(Predicate::Match { expr, place, text })
    }

    fn span(&self, expr: Expr, now: Timestamp, sign: i64) -> Result<Predicate, QueryError> {
        let literal = self.literal(0)?;
        let expected = "a span such as `7 days` (minutes, hours, days, weeks, months or years)";
        let span = parse_span(&written(literal), sign).ok_or_else(|| self.bad(literal, expected))?;
        let here = now.to_zoned(TimeZone::UTC).datetime();
        let there = here.checked_add(span).map_err(|_| self.bad(literal, expected))?;
        let (from, to) = if sign < 0 { (there, here) } else { (here, there) };
        let value = |moment: DateTime| match self.column_type {
            ColumnType::Date => Ok(Value::Date(moment.date())),
            ColumnType::Timestamp => Ok(Value::Timestamp(moment)),
            _ => moment
                .to_zoned(TimeZone::UTC)
                .map(|zoned| Value::TimestampTz(zoned.timestamp()))
                .map_err(|_| self.bad(literal, expected)),
        };
        Ok(Predicate::All(vec![
            compare(expr.clone(), Comparison::GreaterOrEqual, value(from)?),
            compare(expr, Comparison::LessOrEqual, value(to)?),
        ]))
    }

    /// The date, when a timestamp is compared with one.
    fn whole_day(&self, literal: &Literal) -> Option<Date> {
        match (self.column_type, literal) {
            (ColumnType::Timestamp | ColumnType::TimestampTz, Literal::Text(text))
                if text.trim().len() == 10 =>
            {
                date(text)
            }
            _ => None,
        }
    }

    fn day_start(&self, day: Date, literal: &Literal) -> Result<Value, QueryError> {
        let midnight = day.to_datetime(Time::midnight());
        match self.column_type {
            ColumnType::TimestampTz => midnight
                .to_zoned(TimeZone::UTC)
                .map(|zoned| Value::TimestampTz(zoned.timestamp()))
                .map_err(|_| self.bad(literal, "a date from 0001-01-01 to 9999-12-30")),
            _ => Ok(Value::Timestamp(midnight)),
        }
    }

    fn day_end(&self, day: Date, literal: &Literal) -> Result<Value, QueryError> {
        let next = day.tomorrow().map_err(|_| self.bad(literal, "a date from 0001-01-01 to 9999-12-30"))?;
        self.day_start(next, literal)
    }

    fn literal(&self, index: usize) -> Result<&Literal, QueryError> {
        self.condition.values.get(index).ok_or_else(|| QueryError::BadValue {
            column: self.condition.column.clone(),
            value: String::new(),
            expected: "a value".to_owned(),
        })
    }

    /// The value with the type of the column.
    fn typed(&self, literal: &Literal) -> Result<Value, QueryError> {
        let text = written(literal);
        let text = text.as_str();
        let is_moment =
            matches!(self.column_type, ColumnType::Date | ColumnType::Timestamp | ColumnType::TimestampTz);
        if is_moment && is_zero_date(text.trim()) {
            return Ok(Value::Text(text.trim().to_owned()));
        }
        let (value, expected) = match self.column_type {
            ColumnType::Boolean => (boolean(text).map(Value::Boolean), "true or false"),
            ColumnType::Integer { .. } => match (text.parse::<i128>().ok(), number(text)) {
                (Some(whole), _) => (Some(Value::Integer(whole)), ""),
                // Comparing a whole number with 1.5 is fair; the database compares them as decimals.
                (None, decimal) => (decimal.map(Value::Decimal), "a number"),
            },
            ColumnType::Decimal { .. } => (number(text).map(Value::Decimal), "a number"),
            ColumnType::Float { .. } => (text.parse().ok().map(Value::Float), "a number"),
            ColumnType::Uuid => (uuid(text).map(Value::Text), "a UUID"),
            ColumnType::Date => (date(text).map(Value::Date), "a date such as 2026-01-31"),
            ColumnType::Time => (text.parse().ok().map(Value::Time), "a time such as 07:30"),
            ColumnType::Timestamp => {
                (datetime(text).map(Value::Timestamp), "a date and time such as 2026-01-31 07:30")
            }
            ColumnType::TimestampTz => {
                (moment(text).map(Value::TimestampTz), "a moment such as 2026-01-31T07:30:00Z")
            }
            ColumnType::Enum { values } if !values.is_empty() => {
                let found = values.iter().any(|known| known == text);
                if !found {
                    return Err(self.bad(literal, &format!("one of {}", values.join(", "))));
                }
                (Some(Value::Text(text.to_owned())), "")
            }
            ColumnType::Text if number(text).is_some() => (Some(Value::Written(text.to_owned())), ""),
            _ => {
                ((!text.contains('\0')).then(|| Value::Text(text.to_owned())), "text without NUL characters")
            }
        };
        value.ok_or_else(|| self.bad(literal, expected))
    }

    fn bad(&self, literal: &Literal, expected: &str) -> QueryError {
        let value: String = written(literal).chars().take(80).collect();
        QueryError::BadValue { column: self.condition.column.clone(), value, expected: expected.to_owned() }
    }
}

fn compare(expr: Expr, comparison: Comparison, value: Value) -> Predicate {
    Predicate::Compare { expr, comparison, value }
}

fn written(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) | Literal::Text(text) => text.clone(),
    }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// A decimal number in plain notation, at most 200 digits; exponents are written out.
pub(super) fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty()
        || all.len() > 200
        || exponent.unsigned_abs() > 100
        || !all.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (whole, fraction) = if point <= 0 {
        ("0".to_owned(), format!("{}{all}", "0".repeat(usize::try_from(-point).ok()?)))
    } else {
        let point = usize::try_from(point).ok()?;
        let padded = format!("{all:0<point$}");
        (padded[..point].to_owned(), padded[point..].to_owned())
    };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// A date that MySQL holds although it is none, its day, month or year being zero; perhaps with a time behind it.
fn is_zero_date(text: &str) -> bool {
    let (day, clock) = text.split_at_checked(10).unwrap_or((text, ""));
    let parts: Vec<&str> = day.split('-').collect();
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let [year, month, date] = parts.as_slice() else { return false };
    digits(year, 4)
        && digits(month, 2)
        && digits(date, 2)
        && (*year == "0000" || *month == "00" || *date == "00")
        && (clock.is_empty()
            || clock.strip_prefix([' ', 'T']).is_some_and(|clock| clock.parse::<Time>().is_ok()))
}

pub(super) fn date(text: &str) -> Option<Date> {
    text.trim().parse().ok().filter(|date: &Date| date.year() >= 1)
}

pub(super) fn datetime(text: &str) -> Option<DateTime> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    text.parse().ok().filter(|moment: &DateTime| moment.year() >= 1)
}

/// Without a zone, UTC is meant.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| datetime(text)?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

fn parse_span(text: &str, sign: i64) -> Option<Span> {
    let (count, unit) = text.trim().split_once(char::is_whitespace)?;
    let count = count.parse::<i64>().ok().filter(|count| (0..=100_000).contains(count))? * sign;
    Some(match unit.trim().to_ascii_lowercase().trim_end_matches('s') {
        "minute" => count.minutes(),
        "hour" => count.hours(),
        "day" => count.days(),
        "week" => count.weeks(),
        "month" => count.try_into().ok().map(|count: i32| count.months())?,
        "year" => (-9_000..=9_000).contains(&count).then(|| count.years())?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_out_without_rounding() {
        for (text, plain) in [
            ("1.50", Some("1.50")),
            ("-1e3", Some("-1000")),
            ("1.25e-3", Some("0.00125")),
            ("+.5", Some("0.5")),
            ("1e400", None),
            ("1e-2147483648", None),
            ("NaN", None),
            ("", None),
            ("--1", None),
        ] {
            assert_eq!(number(text).as_deref(), plain, "{text}");
        }
    }

    #[test]
    fn zero_dates_are_told_from_what_is_no_date_at_all() {
        for text in ["0000-00-00", "2024-00-15", "2024-05-00", "0000-00-00 00:00:00", "0000-00-00 12:00:00.5"]
        {
            assert!(is_zero_date(text), "{text}");
        }
        for text in ["2024-02-31", "0000-00-00 x", "0000-0-0", "00-00-0000", "", "0000-00-00Z", "日本-00-00"]
        {
            assert!(!is_zero_date(text), "{text}");
        }
    }

    #[test]
    fn spans_have_a_count_and_a_unit() {
        assert!(parse_span("7 days", -1).is_some());
        assert!(parse_span("1 month", 1).is_some());
        assert!(parse_span("7", 1).is_none());
        assert!(parse_span("x days", 1).is_none());
        assert!(parse_span("99999999 days", 1).is_none());
        assert!(parse_span("100000 years", 1).is_none());
    }
}
