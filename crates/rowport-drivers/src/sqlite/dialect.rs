use rowport_model::{ColumnRef, ColumnType, Comparison, DatasetName, Expr, TextMatch, Value};

use super::moments::Grain;
use super::types::says_nothing;
use crate::query::{Bind, Dialect, quoted, sign};

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

    /// Moments sort as moments.
    fn sorted(&self, sql: &str, expr: &Expr) -> Option<String> {
        let grain = Grain::from_type(&expr.column_type()).filter(|_| matches!(expr, Expr::Column(_)))?;
        Some(format!("{}({sql})", grain.function()))
    }

    fn compare(
        &self,
        binds: &mut Vec<Bind>,
        sql: String,
        expr: &Expr,
        comparison: Comparison,
        value: &Value,
    ) -> String {
        if let Some((grain, number)) = as_number(expr, value) {
            return compare_moments(binds, &sql, grain, comparison, number);
        }
        let sign = sign(comparison);
        match value {
            Value::Written(text) if is_untyped(expr) => {
                let number = number_bind(text);
                let (number, text) =
                    (placeholder(binds, number), placeholder(binds, Bind::Text(text.clone())));
                match comparison {
                    Comparison::Equal => format!("{sql} = {number} OR {sql} = {text}"),
                    // The sign before the column keeps SQLite from making a number of the text.
                    _ => format!(
                        "CASE WHEN typeof({sql}) IN ('integer', 'real') THEN {sql} {sign} {number} \
                         ELSE +{sql} {sign} {text} END"
                    ),
                }
            }
            _ => {
                let placeholder = self.bind(binds, value, expr);
                format!("{sql} {sign} {placeholder}")
            }
        }
    }

    fn bind(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        placeholder(binds, to_bind(value, &expr.column_type()))
    }

    /// One JSON array rather than a placeholder for each value, of which SQLite allows 32,766.
    fn one_of(&self, binds: &mut Vec<Bind>, sql: String, expr: &Expr, values: &[Value]) -> String {
        let moments: Vec<_> = values.iter().filter_map(|value| as_number(expr, value)).collect();
        if let Some((grain, _)) = moments.first()
            && moments.len() == values.len()
        {
            let numbers: Vec<_> = moments.iter().map(|(_, number)| Bind::Integer(*number)).collect();
            return list(binds, &format!("{}({sql})", grain.function()), numbers);
        }
        let column_type = expr.column_type();
        let untyped = is_untyped(expr);
        let binds_of = |value: &Value| match value {
            Value::Written(text) if untyped => vec![number_bind(text), Bind::Text(text.clone())],
            _ => vec![to_bind(value, &column_type)],
        };
        list(binds, &sql, values.iter().flat_map(binds_of).collect())
    }

    fn is_empty_text(&self, sql: &str, _: &Expr) -> String {
        format!("{sql} COLLATE BINARY = ''")
    }

    fn exactly(&self, binds: &mut Vec<Bind>, sql: String, text: &str) -> String {
        binds.push(Bind::Text(text.to_owned()));
        format!("({sql}) COLLATE BINARY = ?{}", binds.len())
    }

    fn matches(&self, binds: &mut Vec<Bind>, sql: String, position: TextMatch, text: &str) -> String {
        binds.push(Bind::Text(text.to_lowercase()));
        let position = match position {
            TextMatch::Contains => 0,
            TextMatch::StartsWith => 1,
            TextMatch::EndsWith => 2,
        };
        format!("{MATCH_FUNCTION}({sql}, ?{}, {position})", binds.len())
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

    fn staging(&self, name: &str) -> String {
        format!("temp.{name}")
    }

    /// Texts are compared by each character, whatever the column's collation; moments by what they are, if they are any.
    fn differs(&self, stored: &str, staged: &str, column: &ColumnRef) -> String {
        let differ = format!("{stored} COLLATE BINARY IS NOT {staged} COLLATE BINARY");
        let expr = Expr::Column(column.clone());
        match (self.sorted(stored, &expr), self.sorted(staged, &expr)) {
            (Some(stored), Some(staged)) => format!("({differ} AND ({stored} = {staged}) IS NOT TRUE)"),
            _ => differ,
        }
    }

    fn compares_rows(&self) -> bool {
        true
    }
}

fn placeholder(binds: &mut Vec<Bind>, bind: Bind) -> String {
    binds.push(bind);
    format!("?{}", binds.len())
}

/// Whether a number may stand in the column as a number or as a text.
fn is_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => column.column_type == ColumnType::Text && says_nothing(&column.native_type),
        _ => false,
    }
}

fn number_bind(text: &str) -> Bind {
    match text.trim().parse() {
        Ok(whole) => Bind::Integer(whole),
        Err(_) => Bind::Float(text.trim().parse().unwrap_or(f64::NAN)),
    }
}

/// What a filter's value means, where it is compared as a moment. The values of cursors and keys are as they are stored.
fn as_number(expr: &Expr, value: &Value) -> Option<(Grain, i64)> {
    let grain = Grain::from_type(&expr.column_type()).filter(|_| matches!(expr, Expr::Column(_)))?;
    Some((grain, grain.number(value)?))
}

/// Compares moments as moments, and finds those that an index can find by how they are written: as texts they lie between
/// dates two days away at most, and whatever is smaller than every text may be a number.
fn compare_moments(
    binds: &mut Vec<Bind>,
    sql: &str,
    grain: Grain,
    comparison: Comparison,
    number: i64,
) -> String {
    let (from, to) = match comparison {
        Comparison::Equal => (grain.written_date(number, -2), grain.written_date(number, 3)),
        Comparison::Less | Comparison::LessOrEqual => (None, grain.written_date(number, 3)),
        Comparison::Greater | Comparison::GreaterOrEqual => (grain.written_date(number, -2), None),
    };
    let mut written = match (from, to) {
        (None, None) => String::new(),
        // Numbers are smaller than texts.
        (None, Some(to)) => format!("{sql} < {} AND ", placeholder(binds, Bind::Text(to))),
        (Some(from), None) => {
            format!("({sql} >= {} OR {sql} < '') AND ", placeholder(binds, Bind::Text(from)))
        }
        (Some(from), Some(to)) => {
            let (from, to) = (placeholder(binds, Bind::Text(from)), placeholder(binds, Bind::Text(to)));
            format!("(({sql} >= {from} AND {sql} < {to}) OR {sql} < '') AND ")
        }
    };
    let moment = format!("{}({sql})", grain.function());
    written.push_str(&format!("{moment} {} {}", sign(comparison), placeholder(binds, Bind::Integer(number))));
    if matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual) {
        // What is no moment sorts behind all of them, and is none that comes after another.
        written.push_str(&format!(" AND {moment} < ''"));
    }
    written
}

/// `sql` is one of these.
fn list(binds: &mut Vec<Bind>, sql: &str, values: Vec<Bind>) -> String {
    let json: Option<Vec<serde_json::Value>> = values
        .iter()
        .map(|value| match value {
            Bind::Integer(value) => Some((*value).into()),
            // SQLite's reader of JSON ends a text at NUL.
            Bind::Text(text) if !text.contains('\0') => Some(text.as_str().into()),
            _ => None,
        })
        .collect();
    if let Some(json) = json {
        let json = placeholder(binds, Bind::Text(serde_json::Value::from(json).to_string()));
        return format!("{sql} IN (SELECT value FROM json_each({json}))");
    }
    let placeholders: Vec<_> = values.into_iter().map(|value| placeholder(binds, value)).collect();
    format!("{sql} IN ({})", placeholders.join(", "))
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
        Value::Text(text) | Value::Written(text) => Bind::Text(text.clone()),
        Value::Date(date) => Bind::Text(date.to_string()),
        Value::Time(time) => Bind::Text(time.to_string()),
        Value::Timestamp(moment) => Bind::Text(moment.strftime("%Y-%m-%d %H:%M:%S%.f").to_string()),
        Value::TimestampTz(moment) => {
            let suffix = if *column_type == ColumnType::TimestampTz { "Z" } else { "" };
            Bind::Text(format!("{}{suffix}", moment.strftime("%Y-%m-%d %H:%M:%S%.f")))
        }
        Value::Bytes(bytes) => Bind::Bytes(bytes.clone()),
        Value::RawText(bytes) => Bind::RawText(bytes.clone()),
    }
}

#[cfg(test)]
mod tests {
    use rowport_model::ColumnRef;
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn an_index_helps_to_find_moments() {
        let connection = Connection::open_in_memory().unwrap();
        super::super::moments::register(&connection).unwrap();
        connection
            .execute_batch("CREATE TABLE t (id INTEGER, at DATETIME); CREATE INDEX i ON t (at)")
            .unwrap();
        let expr = Expr::Column(ColumnRef {
            table: 0,
            name: "at".to_owned(),
            column_type: ColumnType::Timestamp,
            native_type: "DATETIME".to_owned(),
            compared_as: String::new(),
            nullable: true,
        });
        let noon = Value::Timestamp("2024-05-01T12:00:00".parse().unwrap());
        for comparison in [Comparison::Equal, Comparison::Less, Comparison::LessOrEqual, Comparison::Greater]
        {
            let mut binds = Vec::new();
            let found = SqliteDialect.compare(&mut binds, "at".to_owned(), &expr, comparison, &noon);
            let sql = format!("EXPLAIN QUERY PLAN SELECT id FROM t WHERE ({found})");
            let mut plan = connection.prepare(&sql).unwrap();
            let steps = plan.query_map(rusqlite::params_from_iter(&binds), |row| row.get::<_, String>(3));
            let steps: Vec<_> = steps.unwrap().map(Result::unwrap).collect();
            assert!(steps.iter().any(|step| step.contains("USING INDEX i")), "{found}: {steps:?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{found}: {steps:?}");
        }
    }
}
