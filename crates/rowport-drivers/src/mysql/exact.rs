//! What strict mode would not store again, although the table holds it, and columns that change by themselves.

use rowport_model::{ColumnRef, ColumnType, DatasetName};
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, Row};

use super::connections::Session;
use super::error::from_sqlx;
use super::introspect::text;
use super::read::rows_of;
use crate::error::{DriverError, Refusal};
use crate::values::Cell;

/// The mode in which rows are written: what does not fit is an error. Zero dates are what they are; zero is not the next
/// number.
pub(super) const STRICT: &str = "ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION,STRICT_ALL_TABLES,\
    NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO";

/// The same without being strict.
const LENIENT: &str = "ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION,NO_AUTO_VALUE_ON_ZERO";

/// The number of the warning that a text is none of an enum's.
const TRUNCATED: i64 = 1265;

/// Whether a value is what the server keeps of a text that is none of an enum's: the number 0, shown as the empty text.
/// Strict mode takes neither.
pub(super) fn is_error_value(column: &ColumnRef, cell: &Cell<'_>) -> bool {
    match (&column.column_type, cell) {
        (ColumnType::Enum { values }, Cell::Text(text)) => {
            text.is_empty() && !values.iter().any(String::is_empty)
        }
        _ => false,
    }
}

pub(super) async fn be_lenient(session: &mut Session) -> Result<(), DriverError> {
    set_mode(session, LENIENT).await
}

/// Is strict again after a statement that failed.
pub(super) async fn be_strict(session: &mut Session) -> Result<(), DriverError> {
    set_mode(session, STRICT).await
}

/// Is strict again, and makes sure that the statement before altered nothing but so many error values, each of which it
/// warned of.
pub(super) async fn be_strict_after(session: &mut Session, error_values: usize) -> Result<(), DriverError> {
    let warnings = rows_of(&mut session.connection, "SHOW WARNINGS".to_owned(), Default::default()).await?;
    set_mode(session, STRICT).await?;
    let number = |row: &MySqlRow| row.try_get_unchecked::<i64, _>(1).ok();
    let others = warnings.iter().find(|row| number(row) != Some(TRUNCATED));
    match (others, warnings.len() == error_values) {
        (None, true) => Ok(()),
        (other, _) => {
            let message = other.or(warnings.last()).and_then(|row| text(row, 2));
            let message = message.unwrap_or_else(|| "a value was altered".to_owned());
            Err(DriverError::RowRefused { reason: Refusal::Unfit, message })
        }
    }
}

async fn set_mode(session: &mut Session, mode: &str) -> Result<(), DriverError> {
    let sql = format!("SET SESSION sql_mode = '{mode}'");
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut session.connection).await;
    done.map(drop).map_err(from_sqlx)
}

/// The columns of a table that every update sets to the current time unless it gives them a value itself.
pub(super) async fn set_by_updates(
    session: &mut Session,
    dataset: &DatasetName,
) -> Result<Vec<String>, DriverError> {
    let sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() \
               AND table_name = ? AND LOWER(extra) LIKE '%on update%'";
    let rows = sqlx::query(sql).bind(&dataset.table).fetch_all(&mut session.connection).await;
    Ok(rows.map_err(from_sqlx)?.iter().filter_map(|row| text(row, 0)).collect())
}
