use rowport_model::{ColumnType, DatasetName, Expr, TextMatch, Value};

use crate::query::{Bind, Dialect, quoted};

pub(super) struct SqliteDialect;

/// The scalar function behind `contains` and its kin, which every connection registers: LIKE knows the case of
/// ASCII letters only.
pub(super) const MATCH_FUNCTION: &str = "rowport_match";

impl Dialect for SqliteDialect {
    fn identifier(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn table(&self, name: &DatasetName) -> String {
        self.identifier(&name.table)
    }

    /// It knows the table by its own name only. A column alone would be a text, should it not be there any more.
    fn returned_from(&self, table: &str) -> String {
        table.to_owned()
    }

    fn fetch(&self, sql: String, _: &Expr) -> String {
        sql
    }

    fn comparable(&self, sql: String, _: &Expr) -> String {
        sql
    }

    fn bind(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        binds.push(to_bind(value, &expr.column_type()));
        format!("?{}", binds.len())
    }

    /// One JSON array rather than a placeholder for each value, of which SQLite allows 32,766.
    fn one_of(&self, binds: &mut Vec<Bind>, sql: String, expr: &Expr, values: &[Value]) -> String {
        let column_type = expr.column_type();
        let list: Option<Vec<serde_json::Value>> = values
            .iter()
            .map(|value| match to_bind(value, &column_type) {
                Bind::Integer(value) => Some(value.into()),
                Bind::Text(text) => Some(text.into()),
                _ => None,
            })
            .collect();
        if let Some(list) = list {
            binds.push(Bind::Text(serde_json::Value::from(list).to_string()));
            return format!("{sql} IN (SELECT value FROM json_each(?{}))", binds.len());
        }
        let places: Vec<_> = values.iter().map(|value| self.bind(binds, value, expr)).collect();
        format!("{sql} IN ({})", places.join(", "))
    }

    fn exactly(&self, binds: &mut Vec<Bind>, sql: String, text: &str) -> String {
        binds.push(Bind::Text(text.to_owned()));
        format!("({sql}) COLLATE BINARY = ?{}", binds.len())
    }

    fn matches(&self, binds: &mut Vec<Bind>, sql: String, place: TextMatch, text: &str) -> String {
        binds.push(Bind::Text(text.to_lowercase()));
        let place = match place {
            TextMatch::Contains => 0,
            TextMatch::StartsWith => 1,
            TextMatch::EndsWith => 2,
        };
        format!("{MATCH_FUNCTION}({sql}, ?{}, {place})", binds.len())
    }

    fn number(&self, sql: String, column_type: &ColumnType) -> String {
        match column_type {
            ColumnType::Float { .. } => format!("CAST({sql} AS REAL)"),
            _ => sql,
        }
    }

    fn text(&self, binds: &mut Vec<Bind>, text: &str) -> String {
        binds.push(Bind::Text(text.to_owned()));
        format!("?{}", binds.len())
    }

    fn concat(&self, parts: Vec<String>) -> String {
        let parts: Vec<_> = parts.into_iter().map(|part| format!("COALESCE({part}, '')")).collect();
        format!("({})", parts.join(" || "))
    }

    /// The whole database is, from the transaction's beginning.
    fn lock(&self) -> &'static str {
        ""
    }

    fn compares_rows(&self) -> bool {
        true
    }
}

/// SQLite has no dates: they are text in ISO 8601, which sorts and compares as the dates do.
fn to_bind(value: &Value, column_type: &ColumnType) -> Bind {
    match value {
        Value::Boolean(value) => Bind::Integer(i64::from(*value)),
        Value::Integer(value) => match i64::try_from(*value) {
            Ok(value) => Bind::Integer(value),
            // Beyond 64 bits SQLite itself would make it a REAL.
            Err(_) => Bind::Float(*value as f64),
        },
        Value::Decimal(digits) => digits.parse().map_or_else(|_| Bind::Text(digits.clone()), Bind::Float),
        Value::Float(value) => Bind::Float(*value),
        Value::Text(text) => Bind::Text(text.clone()),
        Value::Date(date) => Bind::Text(date.to_string()),
        Value::Time(time) => Bind::Text(time.to_string()),
        Value::Timestamp(moment) => Bind::Text(moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string()),
        Value::TimestampTz(moment) => {
            let suffix = if *column_type == ColumnType::TimestampTz { "Z" } else { "" };
            Bind::Text(format!("{}{suffix}", moment.strftime("%Y-%m-%d %H:%M:%S%.f")))
        }
        Value::Bytes(bytes) => Bind::Bytes(bytes.clone()),
    }
}
