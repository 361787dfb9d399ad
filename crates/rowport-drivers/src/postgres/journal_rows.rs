//! The journal's statements, with their values, and the rows that they answer.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo};

use super::session::{Bound, query};
use crate::journal::POSTGRES;
use crate::transaction::JournalValue;

pub(super) fn journal_query(sql: &str, binds: Vec<JournalValue>) -> Bound<'static> {
    let mut query = query(AssertSqlSafe(POSTGRES.write(sql)));
    for bind in binds {
        query = match bind {
            JournalValue::Integer(value) => query.bind(value),
            JournalValue::Text(value) => query.bind(value),
            JournalValue::Bytes(value) => query.bind(value),
        };
    }
    query
}

pub(super) fn journal_row(row: &PgRow) -> Result<Vec<JournalValue>, sqlx::Error> {
    let value = |(index, column): (usize, &sqlx::postgres::PgColumn)| {
        Ok(match column.type_info().name() {
            "INT8" => JournalValue::Integer(row.try_get(index)?),
            "INT4" => JournalValue::Integer(row.try_get::<Option<i32>, _>(index)?.map(i64::from)),
            "BYTEA" => JournalValue::Bytes(row.try_get(index)?),
            _ => JournalValue::Text(row.try_get(index)?),
        })
    };
    row.columns().iter().enumerate().map(value).collect()
}
