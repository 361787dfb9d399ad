//! Changing rows. MySQL answers no deletion and no update with its rows, so rows are read, locked, before they are
//! changed, and read again afterwards.

use std::sync::Arc;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures_util::TryStreamExt;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{Arguments, AssertSqlSafe, Column, Row, TypeInfo};

use super::connections::{Connections, Lease, SQL_MODE};
use super::dialect::MysqlDialect;
use super::error::from_sqlx;
use super::read::{arguments, digits_of, push, readers_of};
use crate::error::DriverError;
use crate::journal::MYSQL;
use crate::query::{Dialect, Statement, compile_delete, compile_locking, compile_update};
use crate::seam::schema_of;
use crate::transaction::{JournalAnswer, JournalValue, OneBatch, Transaction};
use crate::values::{Cell, cell};

pub(super) struct MysqlTransaction {
    lease: Lease,
}

/// While rows are written, what does not fit is an error. Zero dates are what they are; zero is not the next number.
const SETTINGS: &str = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION,STRICT_ALL_TABLES,\
    NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO', innodb_lock_wait_timeout = 10";

/// How a transaction begins that changes rows.
pub(super) const CHANGING: &str =
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION READ WRITE";

/// How one begins that only reads.
pub(super) const READING: &str =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION READ ONLY";

/// How many rows one statement inserts, and how many values and bytes it takes at most.
const ROWS_AT_ONCE: usize = 256;
const VALUES_AT_ONCE: usize = 32_768;
const BYTES_AT_ONCE: usize = 4 << 20;

pub(super) async fn begin(
    connections: Arc<Connections>,
    mode: &'static str,
) -> Result<Box<dyn Transaction>, DriverError> {
    let mut transaction = MysqlTransaction { lease: connections.acquire().await? };
    let unlimited = match transaction.lease.session.is_mariadb() {
        true => "SET SESSION max_statement_time = 0",
        false => "SET SESSION max_execution_time = 0",
    };
    transaction.script(unlimited).await?;
    transaction.script(SETTINGS).await?;
    transaction.script(mode).await?;
    Ok(Box::new(transaction))
}

#[async_trait]
impl Transaction for MysqlTransaction {
    async fn lock(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile_locking(query, &MysqlDialect), query, most_bytes).await
    }

    async fn delete(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        let before = self.lock(query, most_bytes).await?;
        let deleted = self.execute(compile_delete(query, &MysqlDialect, false)).await?;
        self.same(before.num_rows(), deleted)?;
        Ok(before)
    }

    async fn update(
        &mut self,
        query: &Query,
        assignments: &[Assignment],
        most_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        let updated = self.execute(compile_update(query, assignments, &MysqlDialect, false)).await?;
        let after = self.lock(query, most_bytes).await?;
        self.same(after.num_rows(), updated)?;
        Ok(after)
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let place = |column: &ColumnRef| format!("{} = ?", MysqlDialect.identifier(&column.name));
        let is_key = |column: &ColumnRef| key.iter().any(|key| key.name == column.name);
        let index = |column: &ColumnRef| columns.iter().position(|it| it.name == column.name).unwrap_or(0);
        let set: Vec<&ColumnRef> = columns.iter().filter(|column| !is_key(column)).collect();
        let order: Vec<usize> = set.iter().copied().chain(key).map(index).collect();
        let set: Vec<_> = set.into_iter().map(place).collect();
        let same: Vec<_> = key.iter().map(place).collect();
        let table = MysqlDialect.table(dataset);
        let sql = format!("UPDATE {table} SET {} WHERE {}", set.join(", "), same.join(" AND "));
        let mut changed = 0;
        for row in 0..rows.num_rows() {
            let mut values = MySqlArguments::default();
            for index in &order {
                add(&mut values, &cell(rows.column(*index), row))?;
            }
            let done = sqlx::query_with(AssertSqlSafe(sql.clone()), values);
            let done = done.execute(&mut self.lease.session.connection).await.map_err(from_sqlx)?;
            changed += done.rows_affected();
        }
        Ok(changed)
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<(), DriverError> {
        let names: Vec<_> = columns.iter().map(|column| MysqlDialect.identifier(&column.name)).collect();
        let places = format!("({})", vec!["?"; columns.len()].join(", "));
        let table = MysqlDialect.table(dataset);
        let head = format!("INSERT INTO {table} ({}) VALUES ", names.join(", "));
        let most = ROWS_AT_ONCE.min(VALUES_AT_ONCE / columns.len().max(1)).max(1);
        let mut row = 0;
        while row < rows.num_rows() {
            let (mut values, mut count, mut bytes) = (MySqlArguments::default(), 0, 0);
            while row + count < rows.num_rows() && count < most && bytes < BYTES_AT_ONCE {
                for array in rows.columns() {
                    bytes += add(&mut values, &cell(array, row + count))?;
                }
                count += 1;
            }
            let sql = format!("{head}{}", vec![places.as_str(); count].join(", "));
            let insert = sqlx::query_with(AssertSqlSafe(sql), values);
            insert.execute(&mut self.lease.session.connection).await.map_err(from_sqlx)?;
            row += count;
        }
        Ok(())
    }

    async fn savepoint(&mut self) -> Result<(), DriverError> {
        self.script("SAVEPOINT rowport").await
    }

    async fn roll_back(&mut self) -> Result<(), DriverError> {
        self.script("ROLLBACK TO SAVEPOINT rowport").await
    }

    async fn release(&mut self) -> Result<(), DriverError> {
        self.script("RELEASE SAVEPOINT rowport").await
    }

    async fn journal(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<JournalAnswer, DriverError> {
        let mut values = MySqlArguments::default();
        for bind in binds {
            match bind {
                JournalValue::Integer(value) => values.add(value),
                JournalValue::Text(value) => values.add(value),
                JournalValue::Bytes(value) => values.add(value),
            }
            .map_err(|error| DriverError::protocol(error.to_string()))?;
        }
        let query = sqlx::query_with(AssertSqlSafe(MYSQL.write(sql)), values);
        let connection = &mut self.lease.session.connection;
        if !sql.starts_with("SELECT") {
            let done = query.execute(connection).await.map_err(from_sqlx)?;
            return Ok(JournalAnswer { changed: done.rows_affected(), rows: Vec::new() });
        }
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        let rows = rows.iter().map(journal_row).collect::<Result<_, _>>().map_err(from_sqlx)?;
        Ok(JournalAnswer { changed: 0, rows })
    }

    async fn commit(mut self: Box<Self>) -> Result<(), DriverError> {
        self.script("COMMIT").await?;
        // Readers are not strict; a connection that cannot be told so is closed.
        let sql = format!("SET SESSION sql_mode = '{SQL_MODE}'");
        if sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.lease.session.connection).await.is_ok() {
            self.lease.give_back();
        }
        Ok(())
    }
}

impl MysqlTransaction {
    async fn script(&mut self, sql: &'static str) -> Result<(), DriverError> {
        let done = sqlx::raw_sql(sql).execute(&mut self.lease.session.connection).await;
        done.map(drop).map_err(from_sqlx)
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, DriverError> {
        let values = arguments(&statement.binds)?;
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let done = query.execute(&mut self.lease.session.connection).await.map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &mut self,
        statement: Statement,
        query: &Query,
        most_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        let (schema, digits) = (schema_of(query), digits_of(query));
        let values = arguments(&statement.binds)?;
        let rows = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let mut rows = rows.fetch(&mut self.lease.session.connection);
        let mut batch = OneBatch::new(Arc::clone(&schema), most_bytes);
        let mut readers = None;
        while let Some(row) = rows.try_next().await.map_err(from_sqlx)? {
            let readers = match &readers {
                Some(readers) => readers,
                None => readers.insert(readers_of(&schema, &digits, &row)?),
            };
            let bytes = push(&row, readers, &mut batch.builder)?;
            batch.row_done(bytes)?;
        }
        drop(rows);
        batch.finish()
    }

    /// A row that came to fit the query between the two statements was not locked, and is nobody's to change.
    fn same(&self, read: usize, changed: u64) -> Result<(), DriverError> {
        match u64::try_from(read) == Ok(changed) {
            true => Ok(()),
            false => Err(DriverError::Busy {
                message: format!(
                    "{changed} rows were changed, and {read} were read: somebody else changes them"
                ),
            }),
        }
    }
}

/// Adds a value, and says how many bytes it has.
fn add(values: &mut MySqlArguments, cell: &Cell<'_>) -> Result<usize, DriverError> {
    let (added, bytes) = match cell {
        Cell::Null => (values.add(None::<&str>), 1),
        Cell::Boolean(value) => (values.add(i64::from(*value)), 8),
        Cell::Integer(value) => (values.add(*value), 8),
        Cell::Unsigned(value) => (values.add(*value), 8),
        Cell::Float(value) => (values.add(*value), 8),
        Cell::Float32(value) => (values.add(*value), 4),
        Cell::Text(text) => (values.add(text.as_ref()), text.len()),
        Cell::Moment(moment) => (values.add(moment.as_str()), moment.len()),
        Cell::Bytes(bytes) => (values.add(*bytes), bytes.len()),
    };
    added.map_err(|error| DriverError::protocol(error.to_string()))?;
    Ok(bytes)
}

fn journal_row(row: &MySqlRow) -> Result<Vec<JournalValue>, sqlx::Error> {
    let value = |(index, column): (usize, &sqlx::mysql::MySqlColumn)| {
        Ok(match column.type_info().name() {
            "BIGINT" | "INT" => JournalValue::Integer(row.try_get(index)?),
            _ => JournalValue::Bytes(row.try_get_unchecked(index)?),
        })
    };
    row.columns().iter().enumerate().map(value).collect()
}
