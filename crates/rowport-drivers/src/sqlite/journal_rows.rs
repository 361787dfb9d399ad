//! The journal's queries, with their values, and the rows that they answer.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql};

use crate::transaction::{JournalRow, JournalValue};

/// Reads each column by its declared type; one without any is a number.
pub(super) fn journal_rows(
    connection: &Connection,
    sql: &str,
    binds: &[JournalValue],
) -> rusqlite::Result<Vec<JournalRow>> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    let types: Vec<_> = statement
        .columns()
        .iter()
        .map(|column| column.decl_type().unwrap_or("integer").to_ascii_lowercase())
        .collect();
    let mut rows = statement.query(rusqlite::params_from_iter(binds))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let value = |index: usize| {
            Ok(match types[index].as_str() {
                "text" => JournalValue::Text(row.get(index)?),
                "blob" => JournalValue::Bytes(row.get(index)?),
                _ => JournalValue::Integer(row.get(index)?),
            })
        };
        found.push((0..columns).map(value).collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(found)
}

impl ToSql for JournalValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Integer(value) => value.to_sql(),
            Self::Text(value) => value.to_sql(),
            Self::Bytes(value) => value.to_sql(),
        }
    }
}
