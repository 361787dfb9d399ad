use rowport_model::{ColumnRef, ColumnType, DatasetName, Expr, TextMatch, Value};

use crate::query::{Bind, Dialect, like_pattern, quoted};

/// COPY takes no parameters. Values travel as settings of the transaction instead (`set_config` takes them bound),
/// and the statement reads them with `current_setting`: no value ever becomes part of the statement's text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PostgresDialect {
    /// Whether settings are read in sub-selects: those of a session do not reach the workers of a distributed table.
    pub(super) distributed: bool,
    /// Whether types that the database's owner made are answered as text.
    pub(super) known_types: bool,
}

/// The name of the n-th setting, from 1; `rowport.p1` is the first.
pub(super) const SETTING_PREFIX: &str = "rowport.p";

impl Dialect for PostgresDialect {
    fn identifier(&self, name: &str) -> String {
        quoted(name, '"')
    }

    fn table(&self, name: &DatasetName) -> String {
        let schema = name.schema.as_deref().unwrap_or("public");
        format!("{}.{}", self.identifier(schema), self.identifier(&name.table))
    }

    fn fetch(&self, sql: String, expr: &Expr) -> String {
        let native = stored_type(expr);
        match expr.column_type() {
            ColumnType::Integer { .. } if matches!(native, Some("smallint" | "integer" | "bigint")) => sql,
            ColumnType::Integer { .. } => format!("({sql})::int8"),
            ColumnType::Decimal { .. } if native.is_none() => format!("({sql})::numeric"),
            ColumnType::Float { .. } if native.is_none() => format!("({sql})::float8"),
            ColumnType::Text if !native.is_some_and(is_plain_text) => format!("({sql})::text"),
            // Cast to text it would always show its mask, which clients leave out for a single address.
            ColumnType::Other if native == Some("inet") => format!("textin(inet_out({sql}))"),
            ColumnType::Interval | ColumnType::Other => format!("({sql})::text"),
            ColumnType::Enum { .. } if self.known_types => format!("({sql})::text"),
            // JSON arrays begin at 1; one that begins elsewhere keeps PostgreSQL's own notation, as a JSON text.
            ColumnType::Array => format!(
                "CASE WHEN {sql}::text LIKE '[%' THEN to_json({sql}::text)::text \
                 ELSE array_to_json({sql})::text END"
            ),
            _ => sql,
        }
    }

    /// Where operators are for a kind of type, a domain of such a type is none of that kind. To all else the cast says
    /// nothing new.
    fn comparable(&self, sql: String, expr: &Expr) -> String {
        match (expr.column_type(), stored_type(expr)) {
            (ColumnType::Enum { .. } | ColumnType::Array | ColumnType::Other, Some(stored)) => {
                format!("({sql})::{stored}")
            }
            _ => sql,
        }
    }

    fn bind(&self, binds: &mut Vec<Bind>, value: &Value, expr: &Expr) -> String {
        let cast = cast(value, expr);
        let placeholder = setting(binds, text_of(value));
        self.given(format!("{placeholder}::{cast}"))
    }

    /// An enum that does not list the empty text would refuse to be compared with it.
    fn is_empty_text(&self, sql: &str, expr: &Expr) -> String {
        match expr.column_type() {
            ColumnType::Enum { .. } => format!("({sql})::text = ''"),
            _ => format!("{sql} = ''"),
        }
    }

    /// The list travels as one array. It is read in a sub-select, so that it is taken apart once and not per row.
    fn one_of(&self, binds: &mut Vec<Bind>, sql: String, expr: &Expr, values: &[Value]) -> String {
        let left = self.comparable(sql, expr);
        let mut casts: Vec<_> = values.iter().map(|value| cast(value, expr)).collect();
        // Among integers, one with a fraction or of more than 64 bits makes all of them numeric.
        let cast = match casts.iter().position(|cast| cast == "numeric") {
            Some(index) => casts.swap_remove(index),
            None => casts.swap_remove(0),
        };
        if cast.ends_with("[]") {
            // An array of arrays is one array of more dimensions, whose elements are not arrays.
            let placeholders: Vec<_> = values.iter().map(|value| self.bind(binds, value, expr)).collect();
            return format!("{left} IN ({})", placeholders.join(", "));
        }
        let mut array = String::from("{");
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                array.push(',');
            }
            array.push('"');
            for character in text_of(value).chars() {
                if matches!(character, '"' | '\\') {
                    array.push('\\');
                }
                array.push(character);
            }
            array.push('"');
        }
        array.push('}');
        format!("{left} = ANY((SELECT {}::{cast}[])::{cast}[])", setting(binds, array))
    }

    fn exactly(&self, binds: &mut Vec<Bind>, sql: String, text: &str) -> String {
        format!("({sql})::text COLLATE \"C\" = {}", self.given(setting(binds, text.to_owned())))
    }

    /// By the database's own rules for upper and lower case: those of a column in collation `C` know ASCII only, and
    /// one whose collation is not deterministic would refuse.
    fn matches(&self, binds: &mut Vec<Bind>, sql: String, position: TextMatch, text: &str) -> String {
        format!(
            "({sql})::text COLLATE \"default\" ILIKE {} ESCAPE '!'",
            self.given(setting(binds, like_pattern(position, text)))
        )
    }

    fn number(&self, sql: String, column_type: &ColumnType) -> String {
        match column_type {
            ColumnType::Integer { .. } => format!("({sql})::int8"),
            ColumnType::Float { .. } => format!("({sql})::float8"),
            _ => format!("({sql})::numeric"),
        }
    }

    fn text(&self, binds: &mut Vec<Bind>, text: &str) -> String {
        self.given(setting(binds, text.to_owned()))
    }

    fn concat(&self, parts: Vec<String>) -> String {
        format!("concat({})", parts.join(", "))
    }

    fn staging(&self, name: &str) -> String {
        format!("pg_temp.{name}")
    }

    /// Not every type has an operator for it, and some say that two spellings are equal of which one was chosen.
    fn differs(&self, stored: &str, staged: &str, column: &ColumnRef) -> String {
        match column.column_type {
            ColumnType::Json if column.compared_as == "jsonb" => {
                format!("{stored} IS DISTINCT FROM {staged}")
            }
            ColumnType::Text
            | ColumnType::Json
            | ColumnType::Interval
            | ColumnType::Array
            | ColumnType::Other => {
                format!("({stored})::text COLLATE \"C\" IS DISTINCT FROM ({staged})::text COLLATE \"C\"")
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
            | ColumnType::Bytes => format!("{stored} IS DISTINCT FROM {staged}"),
        }
    }

    fn inserts_own_values(&self) -> &'static str {
        " OVERRIDING SYSTEM VALUE"
    }

    fn compares_rows(&self) -> bool {
        true
    }
}

impl PostgresDialect {
    /// A value from a setting. In a sub-select the planner cannot see it, so that is kept for where it must be.
    fn given(self, sql: String) -> String {
        if self.distributed { format!("(SELECT {sql})") } else { sql }
    }
}

/// The values of a statement as the texts of its settings. The dialect binds texts only, as the statement gives each its type.
pub(super) fn settings(binds: &[Bind]) -> Vec<String> {
    let text = |bind: &Bind| match bind {
        Bind::Text(text) => text.clone(),
        Bind::Integer(value) => value.to_string(),
        Bind::Unsigned(value) => value.to_string(),
        Bind::Float(value) => text_of(&Value::Float(*value)),
        Bind::Bytes(bytes) | Bind::RawText(bytes) => text_of(&Value::Bytes(bytes.clone())),
    };
    binds.iter().map(text).collect()
}

fn setting(binds: &mut Vec<Bind>, text: String) -> String {
    binds.push(Bind::Text(text));
    format!("current_setting('{SETTING_PREFIX}{}')", binds.len())
}

/// The stored type in PostgreSQL's words, without length or precision; `None` for what is computed.
fn stored_type(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Column(column) => Some(column.compared_as.as_str()).filter(|stored| !stored.is_empty()),
        _ => None,
    }
}

fn is_plain_text(stored: &str) -> bool {
    matches!(stored, "text" | "character varying" | "bpchar" | "name")
}

/// The type that a value is compared as: the column's own, so that indexes are used and enums keep their order.
fn cast(value: &Value, expr: &Expr) -> String {
    let own = |otherwise: &str| match stored_type(expr) {
        // A name would cut the value.
        Some("character varying" | "name") | None => otherwise.to_owned(),
        Some(stored) => stored.to_owned(),
    };
    match (value, expr.column_type()) {
        (Value::Integer(value), _) if i64::try_from(*value).is_err() => "numeric".to_owned(),
        (Value::Integer(_), ColumnType::Decimal { .. }) | (Value::Decimal(_), _) => "numeric".to_owned(),
        (Value::Integer(_), _) => "int8".to_owned(),
        (Value::Float(value), ColumnType::Float { bits: 32 })
            if !value.is_finite() || value.abs() <= f64::from(f32::MAX) =>
        {
            "float4".to_owned()
        }
        (Value::Float(_), _) => "float8".to_owned(),
        (Value::Boolean(_), _) => "bool".to_owned(),
        (Value::Text(_), ColumnType::Date) => "date".to_owned(),
        (Value::Text(_), ColumnType::Time) => "time".to_owned(),
        (Value::Text(_), ColumnType::Timestamp) => "timestamp".to_owned(),
        (Value::Text(_), ColumnType::TimestampTz) => "timestamptz".to_owned(),
        (Value::Text(_), ColumnType::Decimal { .. }) => "numeric".to_owned(),
        (Value::Text(_) | Value::Written(_), _) => own("text"),
        (Value::Date(_), _) => "date".to_owned(),
        (Value::Time(_), _) => "time".to_owned(),
        (Value::Timestamp(_), _) => "timestamp".to_owned(),
        (Value::TimestampTz(_), _) => "timestamptz".to_owned(),
        (Value::Bytes(_) | Value::RawText(_), _) => "bytea".to_owned(),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Decimal(text) | Value::Text(text) | Value::Written(text) => text.clone(),
        Value::Float(value) if value.is_nan() => "NaN".to_owned(),
        Value::Float(value) if value.is_infinite() => {
            if *value > 0.0 {
                "Infinity".to_owned()
            } else {
                "-Infinity".to_owned()
            }
        }
        Value::Float(value) => format!("{value:e}"),
        Value::Date(date) => date.to_string(),
        Value::Time(time) => time.to_string(),
        Value::Timestamp(moment) => moment.to_string(),
        Value::TimestampTz(moment) => moment.to_string(),
        Value::Bytes(bytes) | Value::RawText(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\\x{digits}")
        }
    }
}
