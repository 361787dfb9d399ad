use rowport_model::{ColumnRef, ColumnType, DatasetName, Expr, TextMatch, Value};

use super::types::{Collation, base};
use crate::query::{Bind, Dialect, like_pattern, quoted};

pub(super) struct MysqlDialect;

impl Dialect for MysqlDialect {
    fn identifier(&self, name: &str) -> String {
        quoted(name, '`')
    }

    /// A source is one database, which the connection is in; MySQL has no schemas inside it.
    fn table(&self, name: &DatasetName) -> String {
        self.identifier(&name.table)
    }

    fn fetch(&self, sql: String, expr: &Expr) -> String {
        match (expr.column_type(), native_base(expr)) {
            (_, Some("bit")) => format!("CAST({sql} AS UNSIGNED)"),
            // On the wire these are packed or MariaDB's own; as text they are what its client shows.
            (ColumnType::Interval | ColumnType::Uuid | ColumnType::Other, _) => {
                format!("CAST({sql} AS CHAR)")
            }
            // The database chooses the type of a result from those of the operands.
            (ColumnType::Decimal { .. }, None) => format!("CAST({sql} AS CHAR)"),
            (ColumnType::Float { .. }, None) => format!("({sql} * 1e0)"),
            _ => sql,
        }
    }

    fn comparable(&self, sql: String, expr: &Expr) -> String {
        match native_base(expr) {
            // These sort by the number of the text in the list, and compare as numbers or as texts by context.
            Some("enum" | "set") => format!("CONVERT({sql} USING utf8mb4) COLLATE utf8mb4_bin"),
            // A year compared with 70 would be compared with 1970.
            Some("year") => format!("CAST({sql} AS UNSIGNED)"),
            _ => sql,
        }
    }

    /// Every value is given the type of what it is compared with. MySQL would otherwise compare a decimal with a
    /// text as floating point, and a date with a text as text.
    fn bind(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        let column_type = expr.column_type();
        let text = match value {
            Value::Boolean(value) => return placeholder(binds, Bind::Integer(i64::from(*value))),
            Value::Integer(value) => {
                return match (i64::try_from(*value), u64::try_from(*value)) {
                    (Ok(value), _) => placeholder(binds, Bind::Integer(value)),
                    (_, Ok(value)) => placeholder(binds, Bind::Unsigned(value)),
                    _ => decimal(binds, &value.to_string()),
                };
            }
            Value::Decimal(digits) => return decimal(binds, digits),
            Value::Float(value) => return placeholder(binds, Bind::Float(as_stored(*value, &column_type))),
            Value::Bytes(bytes) => return placeholder(binds, Bind::Bytes(bytes.clone())),
            Value::RawText(bytes) => return placeholder(binds, Bind::RawText(bytes.clone())),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Timestamp(moment) => moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
            Value::TimestampTz(moment) => moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
            Value::Text(text) | Value::Written(text) => text.clone(),
        };
        match column_type {
            ColumnType::Decimal { .. } | ColumnType::Integer { .. } => decimal(binds, &text),
            ColumnType::Date => cast(binds, text, "DATE"),
            ColumnType::Timestamp | ColumnType::TimestampTz => cast(binds, civil(&text), "DATETIME(6)"),
            ColumnType::Interval | ColumnType::Time => cast(binds, text, "TIME(6)"),
            _ => match collation(expr) {
                Some(collation) => collated(binds, text, collation),
                None => placeholder(binds, Bind::Text(text)),
            },
        }
    }

    /// Of a date that may not be NULL, and of a number that the server counts up, `IS NULL` finds `0000-00-00` and the row
    /// inserted last.
    fn is_null(&self, sql: &str, expr: &Expr) -> String {
        match expr.column_type() {
            ColumnType::Date
            | ColumnType::Timestamp
            | ColumnType::TimestampTz
            | ColumnType::Integer { .. } => {
                format!("{sql} <=> NULL")
            }
            _ => format!("{sql} IS NULL"),
        }
    }

    /// To most collations a text of spaces equals the empty one, and a literal's collation may not be the column's.
    fn is_empty_text(&self, sql: &str, _: &Expr) -> String {
        format!("LENGTH({sql}) = 0")
    }

    /// The database folds both sides, so that the two agree about the case of every letter. The binary collation
    /// keeps accents apart, whatever the column's own collation does.
    fn matches(&self, binds: &mut Vec<Bind>, sql: String, at: TextMatch, text: &str) -> String {
        let pattern = placeholder(binds, Bind::Text(like_pattern(at, text)));
        format!(
            "LOWER(CONVERT({sql} USING utf8mb4)) COLLATE utf8mb4_bin \
             LIKE LOWER(CONVERT({pattern} USING utf8mb4)) ESCAPE '!'"
        )
    }

    /// As bytes: even to a binary collation of text a space at the end is nothing.
    fn exactly(&self, _: &mut Vec<Bind>, sql: String, text: &str) -> String {
        format!("CAST(CONVERT({sql} USING utf8mb4) AS BINARY) = X'{}'", hexadecimal(text))
    }

    fn number(&self, sql: String, column_type: &ColumnType) -> String {
        match column_type {
            ColumnType::Float { .. } => format!("({sql} * 1e0)"),
            _ => sql,
        }
    }

    /// Written out in hexadecimal rather than bound: a term of the order is written twice where NULL is possible,
    /// and a bound value would then be missing once.
    fn text(&self, _: &mut Vec<Bind>, text: &str) -> String {
        if text.is_empty() {
            return "''".to_owned();
        }
        format!("_utf8mb4 X'{}'", hexadecimal(text))
    }

    /// All parts in one character set, because two collations cannot be joined.
    fn concat(&self, parts: Vec<String>) -> String {
        let parts: Vec<_> =
            parts.into_iter().map(|part| format!("COALESCE(CONVERT({part} USING utf8mb4), '')")).collect();
        format!("CONCAT({})", parts.join(", "))
    }

    fn order(&self, sql: &str, descending: bool, nullable: bool) -> String {
        let direction = if descending { " DESC" } else { "" };
        let nulls = if nullable { format!("{sql} IS NULL, ") } else { String::new() };
        format!("{nulls}{sql}{direction}")
    }

    /// The session is strict when it writes: what does not fit is an error, a letter that the column's character set
    /// does not have as well.
    fn assign(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        match value {
            Value::Boolean(_) | Value::Integer(_) | Value::Float(_) | Value::Bytes(_) | Value::RawText(_) => {
                self.bind(binds, value, expr)
            }
            Value::Decimal(text) | Value::Written(text) => placeholder(binds, Bind::Text(text.clone())),
            Value::Date(date) => placeholder(binds, Bind::Text(date.to_string())),
            Value::Time(time) => placeholder(binds, Bind::Text(time.to_string())),
            Value::Timestamp(moment) => placeholder(binds, Bind::Text(civil(&moment.to_string()))),
            Value::TimestampTz(moment) => placeholder(binds, Bind::Text(civil(&moment.to_string()))),
            Value::Text(text) => match expr.column_type() {
                ColumnType::Timestamp | ColumnType::TimestampTz => {
                    placeholder(binds, Bind::Text(civil(text)))
                }
                _ => placeholder(binds, Bind::Text(text.clone())),
            },
        }
    }

    /// Only this form knows an alias on every server.
    fn delete_from(&self, table: &str) -> String {
        format!("DELETE t0 FROM {table} AS t0")
    }

    fn sets_one_by_one(&self) -> bool {
        true
    }

    /// MariaDB cannot lock the rows of one table of several.
    fn lock(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn staging(&self, name: &str) -> String {
        self.identifier(name)
    }

    /// Texts are equal by their collation, which mostly knows no case.
    fn differs(&self, stored: &str, staged: &str, column: &ColumnRef) -> String {
        match column.column_type {
            ColumnType::Text
            | ColumnType::Json
            | ColumnType::Bytes
            | ColumnType::Array
            | ColumnType::Other => {
                format!("NOT (CAST({stored} AS BINARY) <=> CAST({staged} AS BINARY))")
            }
            ColumnType::Boolean
            | ColumnType::Integer { .. }
            | ColumnType::Decimal { .. }
            | ColumnType::Float { .. }
            | ColumnType::Enum { .. }
            | ColumnType::Uuid
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Timestamp
            | ColumnType::TimestampTz
            | ColumnType::Interval => format!("NOT ({stored} <=> {staged})"),
        }
    }

    /// From the staged rows to the others, whatever the optimizer thinks of a table that it knows nothing of.
    fn update_from(
        &self,
        table: &str,
        staging: &str,
        fields: &[(String, String)],
        same_key: &str,
        condition: &str,
    ) -> String {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("t0.{name} = {value}")).collect();
        let fields = fields.join(", ");
        format!(
            "UPDATE {staging} AS s STRAIGHT_JOIN {table} AS t0 ON {same_key} SET {fields} WHERE {condition}"
        )
    }

    /// It would scan the whole index.
    fn compares_rows(&self) -> bool {
        false
    }
}

/// The most digits that a DECIMAL has, and the most of them after the point (MariaDB has more, MySQL has not).
const MAX_DIGITS: usize = 65;
const MAX_SCALE: usize = 30;

/// `bigint` for a stored column of that type; `None` for an expression.
fn native_base(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Column(column) => Some(base(&column.native_type)),
        _ => None,
    }
}

fn collation(expr: &Expr) -> Option<Collation<'_>> {
    match expr {
        Expr::Column(column) => Collation::read(&column.compared_as),
        _ => None,
    }
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

fn placeholder(binds: &mut Vec<Bind>, bind: Bind) -> String {
    binds.push(bind);
    "?".to_owned()
}

fn cast(binds: &mut Vec<Bind>, text: String, to: &str) -> String {
    format!("CAST({} AS {to})", placeholder(binds, Bind::Text(text)))
}

/// A decimal number with as many digits after the point as it is written with.
fn decimal(binds: &mut Vec<Bind>, digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole_digits = whole.trim_start_matches(['-', '+', '0']).len();
    if whole_digits + fraction.len() > MAX_DIGITS || fraction.len() > MAX_SCALE {
        // No column holds such a number; where it lies among those that one holds, a double says as well.
        return placeholder(binds, Bind::Float(digits.parse().unwrap_or(f64::NAN)));
    }
    cast(binds, digits.to_owned(), &format!("DECIMAL({MAX_DIGITS},{})", fraction.len()))
}

/// A FLOAT column holds 0.1 rounded to 32 bits, which is not the 0.1 of 64 bits. Where the digits mean the same
/// number to both, the column's is meant.
fn as_stored(value: f64, column_type: &ColumnType) -> f64 {
    let narrow = value as f32;
    match column_type {
        ColumnType::Float { bits: 32 } if narrow.to_string() == value.to_string() => f64::from(narrow),
        _ => value,
    }
}

/// A moment as MySQL writes it, from a notation with `T` and the zone UTC.
fn civil(text: &str) -> String {
    let text = text.trim_end_matches('Z');
    let text = text.strip_suffix("+00:00").unwrap_or(text);
    text.replacen('T', " ", 1)
}

/// A text in the character set and the collation of the column that it is compared with: left to themselves, the column's
/// and the session's may be at odds, which is an error. One that the character set cannot hold is NULL here: no value of the
/// column equals it.
fn collated(binds: &mut Vec<Bind>, text: String, collation: Collation<'_>) -> String {
    let Collation { character_set, name } = collation;
    if collation.holds(&text) {
        return format!(
            "CONVERT({} USING {character_set}) COLLATE {name}",
            placeholder(binds, Bind::Text(text))
        );
    }
    for _ in 0..3 {
        binds.push(Bind::Text(text.clone()));
    }
    format!(
        "IF(CONVERT(CONVERT(? USING {character_set}) USING utf8mb4) COLLATE utf8mb4_bin = ?, \
         CONVERT(? USING {character_set}) COLLATE {name}, NULL)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: Value, column_type: ColumnType) -> (String, Vec<Bind>) {
        let mut binds = Vec::new();
        let column = rowport_model::ColumnRef {
            table: 0,
            name: "c".to_owned(),
            column_type,
            native_type: String::new(),
            compared_as: String::new(),
            nullable: false,
        };
        let sql = MysqlDialect.bind(&mut binds, &value, &Expr::Column(column));
        (sql, binds)
    }

    #[test]
    fn values_are_compared_in_the_type_of_their_column() {
        let decimal = ColumnType::Decimal { precision: Some(65), scale: Some(30) };
        assert_eq!(bound(Value::Decimal("-1.50".to_owned()), decimal.clone()).0, "CAST(? AS DECIMAL(65,1))");
        assert_eq!(bound(Value::Text("7".to_owned()), decimal.clone()).0, "CAST(? AS DECIMAL(65,0))");
        let (sql, binds) = bound(Value::Decimal(format!("1{}", "0".repeat(80))), decimal);
        assert_eq!((sql.as_str(), binds), ("?", vec![Bind::Float(1e80)]));
        let (sql, binds) = bound(Value::Text("2020-01-02T03:04:05.6Z".to_owned()), ColumnType::TimestampTz);
        assert_eq!(sql, "CAST(? AS DATETIME(6))");
        assert_eq!(binds, [Bind::Text("2020-01-02 03:04:05.6".to_owned())]);
        let (_, binds) = bound(Value::Float(0.1), ColumnType::Float { bits: 32 });
        assert_eq!(binds, [Bind::Float(f64::from(0.1_f32))]);
        let (_, binds) = bound(Value::Float(16_777_217.0), ColumnType::Float { bits: 32 });
        assert_eq!(binds, [Bind::Float(16_777_217.0)]);
    }

    #[test]
    fn a_text_of_the_configuration_cannot_end_its_quotes() {
        let mut binds = Vec::new();
        assert_eq!(MysqlDialect.text(&mut binds, "'\\"), "_utf8mb4 X'275C'");
        assert_eq!(MysqlDialect.text(&mut binds, ""), "''");
        assert!(binds.is_empty());
    }
}
