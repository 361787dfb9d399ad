//! Changing rows. MySQL answers no deletion and no update with its rows, so rows are read, locked, before they are
//! changed, and read again afterwards.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures_util::TryStreamExt;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{Arguments, AssertSqlSafe, Column, Row, TypeInfo};

use super::connections::{Connections, Lease, SQL_MODE, Session};
use super::dialect::MysqlDialect;
use super::error::{from_sqlx, from_write};
use super::exact::STRICT;
use super::read::{arguments, digits_of, push, readers_of};
use crate::error::DriverError;
use crate::journal::MYSQL;
use crate::query::{Bind, Dialect, Statement, compile, compile_delete, compile_locking, compile_update};
use crate::staging::{Merge, Merged, Staging};
use crate::stream::schema_of;
use crate::transaction::{JournalRow, JournalValue, OneBatch, Transaction};

pub(super) struct MysqlTransaction {
    lease: Lease,
    /// What every update of a table sets by itself, as far as it was asked.
    pub(super) set_by_updates: HashMap<DatasetName, Vec<String>>,
    /// How many staging tables were made.
    pub(super) stagings: u32,
}

/// How a transaction begins that changes rows.
pub(super) const CHANGING: &str =
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION READ WRITE";

/// How one begins that only reads.
pub(super) const READING: &str =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION READ ONLY";

/// So many bytes a value takes at most in a packet beside its own: its type, its length, and whether it is NULL.
const BYTES_BESIDE: usize = 16;

pub(super) async fn begin(
    connections: Arc<Connections>,
    mode: &'static str,
) -> Result<Box<dyn Transaction>, DriverError> {
    let lease = connections.acquire().await?;
    let mut transaction = MysqlTransaction { lease, set_by_updates: HashMap::new(), stagings: 0 };
    let unlimited = match transaction.lease.session.is_mariadb() {
        true => "SET SESSION max_statement_time = 0",
        false => "SET SESSION max_execution_time = 0",
    };
    transaction.script(unlimited).await?;
    transaction.script(format!("SET SESSION sql_mode = '{STRICT}', innodb_lock_wait_timeout = 10")).await?;
    transaction.script(mode).await?;
    Ok(Box::new(transaction))
}

#[async_trait]
impl Transaction for MysqlTransaction {
    async fn lock(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile_locking(query, &MysqlDialect), query, max_bytes).await
    }

    async fn read(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile(query, &MysqlDialect), query, max_bytes).await
    }

    async fn delete(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        let before = self.lock(query, max_bytes).await?;
        let deleted = self.execute(compile_delete(query, &MysqlDialect, false)).await?;
        self.ensure_same_count(before.num_rows(), deleted)?;
        Ok(before)
    }

    async fn update(&mut self, query: &Query, assignments: &[Assignment]) -> Result<u64, DriverError> {
        self.execute(compile_update(query, assignments, &MysqlDialect)).await
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        self.overwrite_rows(dataset, key, columns, rows).await
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let names: Vec<_> = columns.iter().map(|column| MysqlDialect.identifier(&column.name)).collect();
        let table = MysqlDialect.table(dataset);
        let head = format!("INSERT INTO {table} ({}) VALUES ", names.join(", "));
        self.insert_rows(&head, columns, rows, None).await
    }

    async fn create_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError> {
        self.make_staging(dataset, columns, key).await
    }

    async fn stage(&mut self, staging: &mut Staging, rows: &RecordBatch) -> Result<(), DriverError> {
        self.stage_rows(staging, rows).await
    }

    async fn merge(&mut self, staging: &Staging, merge: &Merge<'_>) -> Result<Merged, DriverError> {
        crate::staging::merge(self, staging, merge).await
    }

    async fn delete_missing(
        &mut self,
        staging: &Staging,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        crate::staging::delete_missing(self, staging, query, max_bytes).await
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

    async fn journal_execute(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<u64, DriverError> {
        let query = self.journal_query(sql, binds)?;
        let done = query.execute(&mut self.lease.session.connection).await.map_err(from_sqlx)?;
        Ok(done.rows_affected())
    }

    async fn journal_fetch(
        &mut self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<Vec<JournalRow>, DriverError> {
        let query = self.journal_query(sql, binds)?;
        let rows = query.fetch_all(&mut self.lease.session.connection).await.map_err(from_sqlx)?;
        rows.iter().map(journal_row).collect::<Result<_, _>>().map_err(from_sqlx)
    }

    async fn commit(mut self: Box<Self>) -> Result<(), DriverError> {
        self.script("COMMIT").await?;
        // Readers are not strict, and have no use for staging tables; a connection that cannot be told so is closed.
        let mut sql = format!("SET SESSION sql_mode = '{SQL_MODE}'");
        for number in 1..=self.stagings {
            let table = MysqlDialect.staging(&crate::staging::table(number));
            sql.push_str(&format!("; DROP TEMPORARY TABLE IF EXISTS {table}"));
        }
        if sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.lease.session.connection).await.is_ok() {
            self.lease.give_back();
        }
        Ok(())
    }
}

impl MysqlTransaction {
    pub(super) fn session(&mut self) -> &mut Session {
        &mut self.lease.session
    }

    pub(super) fn max_packet(&self) -> usize {
        self.lease.session.max_packet
    }

    /// Whether staging tables can be made here, as far as it was tried. Tables of other servers are joined with none.
    pub(super) fn may_stage(&self) -> bool {
        self.lease.session.may_stage && !self.lease.session.has_remote_engines
    }

    pub(super) fn stage_no_more(&mut self) {
        self.lease.session.may_stage = false;
    }

    pub(super) async fn script(&mut self, sql: impl Into<String>) -> Result<(), DriverError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&mut self.lease.session.connection).await;
        done.map(drop).map_err(from_sqlx)
    }

    /// Refuses what the server would not take in one packet, before it ends the connection over it.
    pub(super) fn fits(&self, bytes: usize, values: usize) -> Result<(), DriverError> {
        let limit = self.lease.session.max_packet;
        match bytes + values * BYTES_BESIDE + 1_024 > limit {
            true => Err(DriverError::TooLarge { limit }),
            false => Ok(()),
        }
    }

    /// A statement of the journal with its values.
    fn journal_query(
        &self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<sqlx::query::Query<'static, sqlx::MySql, MySqlArguments>, DriverError> {
        let bytes = |bind: &JournalValue| match bind {
            JournalValue::Text(Some(text)) => text.len(),
            JournalValue::Bytes(Some(bytes)) => bytes.len(),
            JournalValue::Integer(_) | JournalValue::Text(None) | JournalValue::Bytes(None) => 8,
        };
        self.fits(sql.len().max(binds.iter().map(bytes).sum()), binds.len())?;
        let mut values = MySqlArguments::default();
        for bind in binds {
            match bind {
                JournalValue::Integer(value) => values.add(value),
                JournalValue::Text(value) => values.add(value),
                JournalValue::Bytes(value) => values.add(value),
            }
            .map_err(|error| DriverError::protocol(error.to_string()))?;
        }
        Ok(sqlx::query_with(AssertSqlSafe(MYSQL.write(sql)), values))
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, DriverError> {
        self.fits(statement.sql.len().max(bytes_bound(&statement)), statement.binds.len())?;
        let values = arguments(&statement.binds)?;
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let done = query.execute(&mut self.lease.session.connection).await.map_err(from_write)?;
        Ok(done.rows_affected())
    }

    pub(super) async fn rows(
        &mut self,
        statement: Statement,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.fits(statement.sql.len().max(bytes_bound(&statement)), statement.binds.len())?;
        let (schema, digits) = (schema_of(query), digits_of(query));
        let values = arguments(&statement.binds)?;
        let rows = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let mut rows = rows.fetch(&mut self.lease.session.connection);
        let mut batch = OneBatch::new(Arc::clone(&schema), max_bytes);
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

    /// A row that came to fit the query between the two statements was not locked, and must not change.
    fn ensure_same_count(&self, read: usize, changed: u64) -> Result<(), DriverError> {
        match u64::try_from(read) == Ok(changed) {
            true => Ok(()),
            false => Err(DriverError::Busy {
                message: format!(
                    "{changed} rows were changed, and {read} were read: another client changes them"
                ),
            }),
        }
    }
}

fn bytes_bound(statement: &Statement) -> usize {
    let bytes = |bind: &Bind| match bind {
        Bind::Text(text) => text.len(),
        Bind::Bytes(bytes) | Bind::RawText(bytes) => bytes.len(),
        Bind::Integer(_) | Bind::Unsigned(_) | Bind::Float(_) => 8,
    };
    statement.binds.iter().map(bytes).sum()
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
