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

use super::connections::{Connections, Lease, SQL_MODE};
use super::dialect::MysqlDialect;
use super::error::{from_sqlx, from_write};
use super::exact::{STRICT, be_lenient, be_strict, be_strict_after, is_error_value, set_by_updates};
use super::read::{arguments, digits_of, push, readers_of};
use crate::error::DriverError;
use crate::journal::MYSQL;
use crate::query::{Bind, Dialect, Statement, compile, compile_delete, compile_locking, compile_update};
use crate::seam::schema_of;
use crate::transaction::{JournalAnswer, JournalValue, OneBatch, Transaction};
use crate::values::{Cell, cell};

pub(super) struct MysqlTransaction {
    lease: Lease,
    /// What every update of a table sets by itself, as far as it was asked.
    set_by_updates: HashMap<DatasetName, Vec<String>>,
}

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

/// So many bytes a value takes at most in a packet beside its own: its type, its length, and whether it is NULL.
const BYTES_BESIDE: usize = 16;

pub(super) async fn begin(
    connections: Arc<Connections>,
    mode: &'static str,
) -> Result<Box<dyn Transaction>, DriverError> {
    let lease = connections.acquire().await?;
    let mut transaction = MysqlTransaction { lease, set_by_updates: HashMap::new() };
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
    async fn lock(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile_locking(query, &MysqlDialect), query, most_bytes).await
    }

    async fn read(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile(query, &MysqlDialect), query, most_bytes).await
    }

    async fn delete(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        let before = self.lock(query, most_bytes).await?;
        let deleted = self.execute(compile_delete(query, &MysqlDialect, false)).await?;
        self.same(before.num_rows(), deleted)?;
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
        let is_key = |column: &ColumnRef| key.iter().any(|key| key.name == column.name);
        let index = |column: &ColumnRef| columns.iter().position(|it| it.name == column.name).unwrap_or(0);
        let set: Vec<&ColumnRef> = columns.iter().filter(|column| !is_key(column)).collect();
        if set.is_empty() {
            return Ok(rows.num_rows() as u64);
        }
        let order: Vec<usize> = set.iter().copied().chain(key).map(index).collect();
        let sql = self.overwriting(dataset, key, &set).await?;
        let mut changed = 0;
        for row in 0..rows.num_rows() {
            let cells: Vec<_> = order.iter().map(|index| cell(rows.column(*index), row)).collect();
            let given = set.iter().zip(&cells);
            let error_values = given.filter(|(column, cell)| is_error_value(column, cell)).count();
            changed += self.one_row(sql.clone(), &cells, error_values).await?;
        }
        Ok(changed)
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let names: Vec<_> = columns.iter().map(|column| MysqlDialect.identifier(&column.name)).collect();
        let places = format!("({})", vec!["?"; columns.len()].join(", "));
        let table = MysqlDialect.table(dataset);
        let head = format!("INSERT INTO {table} ({}) VALUES ", names.join(", "));
        let most_rows = ROWS_AT_ONCE.min(VALUES_AT_ONCE / columns.len().max(1)).max(1);
        let most_bytes = BYTES_AT_ONCE.min(self.lease.session.most_packet / 2);
        let (mut row, mut inserted) = (0, 0);
        while row < rows.num_rows() {
            let (mut cells, mut count, mut bytes) = (Vec::new(), 0, 0);
            while row + count < rows.num_rows() && count < most_rows {
                let next: Vec<_> = rows.columns().iter().map(|array| cell(array, row + count)).collect();
                let given = columns.iter().zip(&next);
                let error_values = given.filter(|(column, cell)| is_error_value(column, cell)).count();
                bytes += next.iter().map(bytes_of).sum::<usize>();
                if count > 0 && (error_values > 0 || bytes > most_bytes) {
                    break;
                }
                cells.extend(next);
                count += 1;
                if error_values > 0 {
                    inserted += self.one_row(format!("{head}{places}"), &cells, error_values).await?;
                    cells.clear();
                    break;
                }
            }
            if !cells.is_empty() {
                let sql = format!("{head}{}", vec![places.as_str(); count].join(", "));
                inserted += self.one_row(sql, &cells, 0).await?;
            }
            row += count;
        }
        Ok(inserted)
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
        let bytes = |bind: &JournalValue| match bind {
            JournalValue::Text(Some(text)) => text.len(),
            JournalValue::Bytes(Some(bytes)) => bytes.len(),
            _ => 8,
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
    async fn script(&mut self, sql: impl Into<String>) -> Result<(), DriverError> {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&mut self.lease.session.connection).await;
        done.map(drop).map_err(from_sqlx)
    }

    /// Refuses what the server would not take in one packet, before it ends the connection over it.
    fn fits(&self, bytes: usize, values: usize) -> Result<(), DriverError> {
        let limit = self.lease.session.most_packet;
        match bytes + values * BYTES_BESIDE + 1_024 > limit {
            true => Err(DriverError::TooLarge { limit }),
            false => Ok(()),
        }
    }

    /// Runs a statement with values, of which so many are such as strict mode does not take.
    async fn one_row(
        &mut self,
        sql: String,
        cells: &[Cell<'_>],
        error_values: usize,
    ) -> Result<u64, DriverError> {
        self.fits(cells.iter().map(bytes_of).sum(), cells.len())?;
        let mut values = MySqlArguments::default();
        for cell in cells {
            add(&mut values, cell)?;
        }
        let session = &mut self.lease.session;
        if error_values > 0 {
            be_lenient(session).await?;
        }
        let done = sqlx::query_with(AssertSqlSafe(sql), values).execute(&mut session.connection).await;
        match (&done, error_values) {
            (_, 0) => {}
            (Ok(_), _) => be_strict_after(session, error_values).await?,
            (Err(_), _) => be_strict(session).await?,
        }
        Ok(done.map_err(from_write)?.rows_affected())
    }

    /// The statement that sets columns of one row, and keeps all others as they are.
    async fn overwriting(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        set: &[&ColumnRef],
    ) -> Result<String, DriverError> {
        if !self.set_by_updates.contains_key(dataset) {
            let found = set_by_updates(&mut self.lease.session, dataset).await?;
            self.set_by_updates.insert(dataset.clone(), found);
        }
        let by_updates = self.set_by_updates.get(dataset).into_iter().flatten();
        let is_other = |name: &&String| !set.iter().copied().chain(key).any(|column| column.name == **name);
        let kept = by_updates.filter(is_other).map(|name| MysqlDialect.identifier(name));
        let place = |column: &ColumnRef| format!("{} = ?", MysqlDialect.identifier(&column.name));
        let fields: Vec<_> =
            set.iter().copied().map(place).chain(kept.map(|name| format!("{name} = {name}"))).collect();
        let same: Vec<_> = key.iter().map(place).collect();
        let table = MysqlDialect.table(dataset);
        Ok(format!("UPDATE {table} SET {} WHERE {}", fields.join(", "), same.join(" AND ")))
    }

    async fn execute(&mut self, statement: Statement) -> Result<u64, DriverError> {
        self.fits(statement.sql.len().max(bytes_bound(&statement)), statement.binds.len())?;
        let values = arguments(&statement.binds)?;
        let query = sqlx::query_with(AssertSqlSafe(statement.sql), values);
        let done = query.execute(&mut self.lease.session.connection).await.map_err(from_write)?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &mut self,
        statement: Statement,
        query: &Query,
        most_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.fits(statement.sql.len().max(bytes_bound(&statement)), statement.binds.len())?;
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

/// How many bytes a value has on its way.
fn bytes_of(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Moment(moment) => moment.len(),
        Cell::Bytes(bytes) => bytes.len(),
        Cell::RawText(bytes) => bytes.len(),
        _ => 8,
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

fn add(values: &mut MySqlArguments, cell: &Cell<'_>) -> Result<(), DriverError> {
    match cell {
        Cell::Null => values.add(None::<&str>),
        Cell::Boolean(value) => values.add(i64::from(*value)),
        Cell::Integer(value) => values.add(*value),
        Cell::Unsigned(value) => values.add(*value),
        Cell::Float(value) => values.add(*value),
        Cell::Float32(value) => values.add(*value),
        Cell::Text(text) => values.add(text.as_ref()),
        Cell::Moment(moment) => values.add(moment.as_str()),
        Cell::Bytes(bytes) => values.add(*bytes),
        Cell::RawText(bytes) => values.add(bytes.as_ref()),
    }
    .map_err(|error| DriverError::protocol(error.to_string()))
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
