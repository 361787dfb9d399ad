//! What an export must hold, asked from the database itself and not through Rowport.

use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;

use crate::binary::run;

/// A value as the database has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Null,
    Text(String),
    /// A document, or an array as one.
    Json(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    /// Whole numbers and decimals, by their digits.
    Digits(String),
    Float32(f32),
    Float64(f64),
    Date(String),
    Time(String),
    /// `YYYY-MM-DD HH:MM:SS` and perhaps a fraction without idle zeros.
    Timestamp(String),
    /// The same in UTC.
    Moment(String),
}

/// A column as `rowport datasets --json` describes it.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub word: String,
    pub native: String,
}

#[derive(Debug)]
pub struct Dataset {
    /// As `--dataset` takes it.
    pub name: String,
    /// As SQL takes it.
    pub table: String,
    pub columns: Vec<Column>,
    pub key: Vec<String>,
}

impl Dataset {
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

pub fn datasets(database: &Database) -> Vec<Dataset> {
    let answer = run(&["datasets", "--json", "--source", database.url()]);
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    let list: Vec<Value> = serde_json::from_slice(&answer.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let column = |column: &Value| Column {
        name: text(&column["name"]),
        word: text(&column["type"]["kind"]),
        native: text(&column["native_type"]),
    };
    let dataset = |dataset: &Value| {
        let (schema, table) = (dataset["name"]["schema"].as_str(), text(&dataset["name"]["table"]));
        let quoted = quoted(database.kind(), &table);
        Dataset {
            name: schema.map_or(table.clone(), |schema| format!("{schema}.{table}")),
            table: schema.map_or(quoted.clone(), |schema| format!("\"{schema}\".{quoted}")),
            columns: dataset["columns"].as_array().unwrap().iter().map(column).collect(),
            key: dataset["key"].as_array().unwrap().iter().map(text).collect(),
        }
    };
    list.iter().map(dataset).collect()
}

pub fn quoted(kind: SourceKind, name: &str) -> String {
    match kind {
        SourceKind::Mysql => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// The rows of a dataset in the order of its key. `clause` may narrow and order them otherwise.
pub fn rows(database: &Database, dataset: &Dataset, columns: &[&Column], clause: &str) -> Vec<Vec<Expected>> {
    let kind = database.kind();
    let selected: Vec<String> = columns.iter().map(|column| selected(kind, column)).collect();
    let key: Vec<String> = dataset.key.iter().map(|name| quoted(kind, name)).collect();
    let order = match clause {
        "" if !key.is_empty() => format!("ORDER BY {}", key.join(", ")),
        other => other.to_owned(),
    };
    let query = format!("SELECT {} FROM {} {order}", selected.join(", "), dataset.table);
    let width = if kind == SourceKind::Sqlite { 2 } else { 1 };
    let rows = database.rows(&query).into_iter();
    rows.map(|row| row.chunks(width).zip(columns).map(|(cell, column)| value(kind, column, cell)).collect())
        .collect()
}

/// How a column is asked for where the text form of the plain column would say less than the database knows.
fn selected(kind: SourceKind, column: &Column) -> String {
    let name = quoted(kind, &column.name);
    let native = column.native.to_lowercase();
    match kind {
        SourceKind::Sqlite => format!("typeof({name}), {name}"),
        SourceKind::Mysql if native.starts_with("bit") => format!("{name} + 0"),
        // Six digits are all that the server shows of a FLOAT.
        SourceKind::Mysql if native.starts_with("float") => format!("CAST({name} AS DOUBLE)"),
        // What JSON cannot say, other lower bounds than 1, stays PostgreSQL's own notation.
        SourceKind::Postgres if column.word == "array" => {
            let text = format!("to_json({name}::text)");
            format!("(CASE WHEN {name}::text LIKE '[%' THEN {text} ELSE array_to_json({name}) END)::text")
        }
        _ => name,
    }
}

fn value(kind: SourceKind, column: &Column, cell: &[Option<Vec<u8>>]) -> Expected {
    let Some(bytes) = cell.last().unwrap() else { return Expected::Null };
    if kind == SourceKind::Sqlite {
        return sqlite(column, &String::from_utf8_lossy(cell[0].as_ref().unwrap()), bytes);
    }
    if kind == SourceKind::Mysql && column.word == "bytes" {
        return Expected::Bytes(bytes.clone());
    }
    let text = String::from_utf8(bytes.clone()).unwrap();
    match column.word.as_str() {
        "boolean" => match text.as_str() {
            "t" | "1" => Expected::Boolean(true),
            "f" | "0" => Expected::Boolean(false),
            _ => Expected::Digits(text),
        },
        // MySQL pads what was declared with ZEROFILL when it shows it.
        "integer" => Expected::Digits(text.parse::<i128>().unwrap().to_string()),
        "decimal" => Expected::Digits(text),
        "float" if column.native.starts_with("real") || column.native.starts_with("float") => {
            Expected::Float32(text.parse().unwrap())
        }
        "float" => Expected::Float64(text.parse().unwrap()),
        "bytes" => Expected::Bytes(from_hex(text.strip_prefix("\\x").unwrap())),
        "date" if is_date(&text) => Expected::Date(text),
        "time" if is_time(&text) => Expected::Time(text),
        "timestamp" => moment(&text).map_or(Expected::Text(text), Expected::Timestamp),
        "timestamp_tz" => {
            moment(text.strip_suffix("+00").unwrap_or(&text)).map_or(Expected::Text(text), Expected::Moment)
        }
        "json" | "array" => Expected::Json(text),
        _ => Expected::Text(text),
    }
}

/// SQLite keeps with every value what it is, whatever its column says.
fn sqlite(column: &Column, class: &str, bytes: &[u8]) -> Expected {
    let text = String::from_utf8(bytes.to_vec());
    let number = || text.clone().unwrap();
    match (class, column.word.as_str()) {
        ("integer", "boolean") if matches!(bytes, b"0" | b"1") => Expected::Boolean(bytes == b"1"),
        ("integer", "float") if number().parse::<i64>().unwrap().unsigned_abs() <= 1 << 53 => {
            Expected::Float64(number().parse().unwrap())
        }
        ("integer", _) => Expected::Digits(number()),
        ("real", _) => Expected::Float64(number().parse().unwrap()),
        ("blob", _) => Expected::Bytes(bytes.to_vec()),
        (_, word) => match (text, word) {
            (Err(_), _) => Expected::Bytes(bytes.to_vec()),
            (Ok(text), "date") if is_date(&text) => Expected::Date(text),
            (Ok(text), "time") if is_time(&text) && !has_idle_zeros(&text) => Expected::Time(text),
            (Ok(text), "timestamp") if moment(&text).is_some_and(|it| it == text) => {
                Expected::Timestamp(text)
            }
            (Ok(text), "json") => Expected::Json(text),
            (Ok(text), _) => Expected::Text(text),
        },
    }
}

fn from_hex(digits: &str) -> Vec<u8> {
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A day that exists, in the years 1 to 9999.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && !text.starts_with("0000")
        && text.parse::<jiff::civil::Date>().is_ok_and(|it| it.to_string() == text)
}

fn is_time(text: &str) -> bool {
    text.len() >= 8
        && text.as_bytes()[2] == b':'
        && !text.starts_with("24")
        && text.parse::<jiff::civil::Time>().is_ok()
}

fn has_idle_zeros(text: &str) -> bool {
    text.contains('.') && text.ends_with('0')
}

/// The moment without idle zeros, if it is one in the years 1 to 9999.
fn moment(text: &str) -> Option<String> {
    let (day, clock) = text.split_once(' ')?;
    let clock = if clock.contains('.') { clock.trim_end_matches('0').trim_end_matches('.') } else { clock };
    (is_date(day) && is_time(clock)).then(|| format!("{day} {clock}"))
}
