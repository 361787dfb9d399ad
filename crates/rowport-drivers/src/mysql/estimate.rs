//! How many rows the optimiser expects.

use rowport_model::{Output, Query};
use sqlx::mysql::MySqlRow;
use sqlx::{Column, Decode, MySql, Row, TypeInfo};

use super::connections::Session;
use super::dialect::MysqlDialect;
use super::read::{arguments, rows_of};
use super::values::integer;
use crate::error::DriverError;
use crate::query::compile;

/// The rows of the first table that EXPLAIN names, times the share that it expects to pass. Parents are joined by
/// a unique key and change nothing.
pub(super) async fn rows(session: &mut Session, mut query: Query) -> Result<Option<u64>, DriverError> {
    query.output = Output::Rows;
    // An order would only bring in the cost of sorting.
    query.order.clear();
    let limit = query.limit.take();
    let statement = compile(&query, &MysqlDialect);
    // MySQL always says what share passes; MariaDB must be asked for it.
    let explain = if session.is_mariadb() { "EXPLAIN EXTENDED" } else { "EXPLAIN FORMAT=TRADITIONAL" };
    let sql = format!("{explain} {}", statement.sql);
    let plan = rows_of(&mut session.connection, sql, arguments(&statement.binds)?).await?;
    let Some(first) = plan.first() else { return Ok(None) };
    let expected =
        number(first, "rows").map(|rows| rows * number(first, "filtered").unwrap_or(100.0) / 100.0);
    // A saturating cast: what is expected is neither negative nor beyond 64 bits.
    Ok(expected.map(|rows| (rows.round() as u64).min(limit.unwrap_or(u64::MAX))))
}

/// A number of the plan, which is of another type in each server and version.
fn number(row: &MySqlRow, name: &str) -> Option<f64> {
    let column = row.columns().iter().find(|column| column.name() == name)?;
    let wire = column.type_info().name();
    if wire == "DOUBLE" {
        return row.try_get_unchecked(name).ok();
    }
    let bytes = <&[u8] as Decode<MySql>>::decode(row.try_get_raw(name).ok()?).ok()?;
    match wire.contains("INT") {
        true => Some(integer(bytes, wire.ends_with("UNSIGNED")) as f64),
        false => std::str::from_utf8(bytes).ok()?.parse().ok(),
    }
}
