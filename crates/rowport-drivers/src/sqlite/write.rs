//! Changing rows. The transaction takes the file's write lock when it begins, so that what it reads stays as it is. One
//! that only reads takes none.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Statement as Prepared, ToSql};
use tokio::sync::OwnedSemaphorePermit;

use super::Sqlite;
use super::dialect::SqliteDialect;
use super::errors::{from_sqlite, from_write, while_preparing};
use super::journal_rows::journal_rows;
use super::read::readers;
use super::references::has_open_references;
use crate::error::{DriverError, Refusal};
use crate::journal::SQLITE;
use crate::query::{Dialect, Statement, compile, compile_delete, compile_locking, compile_update};
use crate::staging::{Merge, Merged, Staging};
use crate::stream::schema_of;
use crate::transaction::{JournalRow, JournalValue, OneBatch, Transaction};
use crate::values::{Cell, cell};

/// So many pages of a transaction stay in memory, 64 MB of the usual size. Writing them earlier takes the whole file, unless
/// it has a write-ahead log: then it has no readers any more, not even the one that looks for more rows for this transaction.
const SPILL_PAGES: u32 = 16_384;

pub(super) struct SqliteTransaction {
    /// Away while a thread works with it. Closing it takes everything back.
    connection: Option<Connection>,
    _slot: OwnedSemaphorePermit,
    /// How many staging tables were made.
    pub(super) stagings: u32,
}

pub(super) async fn begin(
    source: &Sqlite,
    slot: OwnedSemaphorePermit,
) -> Result<Box<dyn Transaction>, DriverError> {
    let source = source.clone();
    let connection = tokio::task::spawn_blocking(move || {
        let connection = source.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // What the database says of its references holds here too, although SQLite does not hold every program to it.
        connection
            .execute_batch(&format!(
                "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_spill = {SPILL_PAGES}; BEGIN IMMEDIATE"
            ))
            .map_err(from_sqlite)?;
        Ok::<_, DriverError>(connection)
    })
    .await
    .map_err(ended_early)??;
    Ok(Box::new(SqliteTransaction { connection: Some(connection), _slot: slot, stagings: 0 }))
}

pub(super) async fn begin_reading(
    source: &Sqlite,
    slot: OwnedSemaphorePermit,
) -> Result<Box<dyn Transaction>, DriverError> {
    let source = source.clone();
    let connection = tokio::task::spawn_blocking(move || {
        let connection = source.connect()?;
        connection.execute_batch("BEGIN").map_err(from_sqlite)?;
        Ok::<_, DriverError>(connection)
    })
    .await
    .map_err(ended_early)??;
    Ok(Box::new(SqliteTransaction { connection: Some(connection), _slot: slot, stagings: 0 }))
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn lock(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile_locking(query, &SqliteDialect), query, max_bytes).await
    }

    async fn read(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile(query, &SqliteDialect), query, max_bytes).await
    }

    async fn delete(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.rows(compile_delete(query, &SqliteDialect, true), query, max_bytes).await
    }

    async fn update(&mut self, query: &Query, assignments: &[Assignment]) -> Result<u64, DriverError> {
        let mut statement = compile_update(query, assignments, &SqliteDialect);
        let update = self.or_abort("UPDATE", &query.dataset).await?;
        statement.sql.replace_range(.."UPDATE".len(), update);
        self.run(statement, &query.dataset).await
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let assignment = |column: &ColumnRef| {
            let number = columns.iter().position(|it| it.name == column.name).map_or(0, |index| index + 1);
            format!("{} = ?{number}", SqliteDialect.identifier(&column.name))
        };
        let is_key = |column: &&ColumnRef| key.iter().any(|key| key.name == column.name);
        let set: Vec<_> = columns.iter().filter(|column| !is_key(column)).map(assignment).collect();
        let same: Vec<_> = key.iter().map(assignment).collect();
        if set.is_empty() {
            return Ok(rows.num_rows() as u64);
        }
        let (update, table) = (self.or_abort("UPDATE", dataset).await?, SqliteDialect.table(dataset));
        let sql = format!("{update} {table} SET {} WHERE {}", set.join(", "), same.join(" AND "));
        self.each(sql, dataset, rows).await
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let names: Vec<_> = columns.iter().map(|column| SqliteDialect.identifier(&column.name)).collect();
        let placeholders: Vec<_> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        let (insert, table) = (self.or_abort("INSERT", dataset).await?, SqliteDialect.table(dataset));
        let sql =
            format!("{insert} INTO {table} ({}) VALUES ({})", names.join(", "), placeholders.join(", "));
        self.each(sql, dataset, rows).await
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
        self.work(|connection| {
            if connection.is_autocommit() {
                let message = "a trigger ended the transaction (ROLLBACK)".to_owned();
                return Err(DriverError::RolledBack { message }.into());
            }
            Ok(connection.execute_batch("ROLLBACK TO SAVEPOINT rowport; RELEASE SAVEPOINT rowport")?)
        })
        .await
    }

    /// References that are checked at the end are checked here: then it would be too late to tell whose fault it was.
    async fn release(&mut self) -> Result<(), DriverError> {
        self.work(|connection| match has_open_references(connection) {
            true => {
                let message = "FOREIGN KEY constraint failed".to_owned();
                Err(DriverError::RowRefused { reason: Refusal::ForeignKey, message }.into())
            }
            false => Ok(connection.execute_batch("RELEASE SAVEPOINT rowport")?),
        })
        .await
    }

    async fn journal_execute(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<u64, DriverError> {
        let sql = SQLITE.write(sql);
        self.work(move |connection| Ok(connection.execute(&sql, rusqlite::params_from_iter(&binds))? as u64))
            .await
    }

    async fn journal_fetch(
        &mut self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<Vec<JournalRow>, DriverError> {
        let sql = SQLITE.write(sql);
        self.work(move |connection| Ok(journal_rows(connection, &sql, &binds)?)).await
    }

    async fn commit(mut self: Box<Self>) -> Result<(), DriverError> {
        self.script("COMMIT").await
    }
}

impl SqliteTransaction {
    /// Works with the connection on a thread that may block. A caller that leaves meanwhile leaves the connection to
    /// that thread, which closes it.
    pub(super) async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, DriverError> {
        let connection =
            self.connection.take().ok_or_else(|| DriverError::protocol("the transaction has ended"))?;
        let (connection, outcome) = tokio::task::spawn_blocking(move || {
            let outcome = work(&connection);
            (connection, outcome)
        })
        .await
        .map_err(ended_early)?;
        self.connection = Some(connection);
        outcome.map_err(|failure| match failure {
            Failure::Sqlite(error) => from_sqlite(error),
            Failure::Row(error) => from_write(error),
            Failure::Driver(error) => error,
        })
    }

    /// How a statement begins that changes rows of a table. A constraint may name its own way to resolve a conflict, and
    /// `ON CONFLICT REPLACE` deletes other rows without a word: only `OR ABORT` outranks it. Other tables go without,
    /// because it outranks the `OR REPLACE` and `OR IGNORE` of statements in triggers, too.
    pub(super) async fn or_abort(
        &mut self,
        verb: &'static str,
        table: &DatasetName,
    ) -> Result<&'static str, DriverError> {
        let table = table.table.clone();
        self.work(move |connection| {
            let sql = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
            let mut prepared = connection.prepare(sql)?;
            let definition: Option<String> = prepared.query_row([table], |row| row.get(0)).optional()?;
            Ok(match (definition.as_deref().is_some_and(resolves_conflicts), verb) {
                (true, "INSERT") => "INSERT OR ABORT",
                (true, _) => "UPDATE OR ABORT",
                (false, verb) => verb,
            })
        })
        .await
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), DriverError> {
        self.work(move |connection| Ok(connection.execute_batch(sql)?)).await
    }

    /// Runs a statement that changes rows of a table, and says how many.
    pub(super) async fn run(
        &mut self,
        statement: Statement,
        table: &DatasetName,
    ) -> Result<u64, DriverError> {
        let table = table.table.clone();
        self.work(move |connection| {
            let mut prepared = prepare(connection, &statement.sql, &table)?;
            let changed = prepared.execute(rusqlite::params_from_iter(&statement.binds));
            Ok(changed.map_err(Failure::Row)? as u64)
        })
        .await
    }

    /// Runs a statement that answers with a query's columns.
    pub(super) async fn rows(
        &mut self,
        statement: Statement,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        let (schema, readers, table) = (schema_of(query), readers(query), query.dataset.table.clone());
        self.work(move |connection| {
            let mut batch = OneBatch::new(schema, max_bytes);
            let mut prepared = prepare(connection, &statement.sql, &table)?;
            let mut rows = prepared.query(rusqlite::params_from_iter(&statement.binds))?;
            while let Some(row) = rows.next().map_err(Failure::Row)? {
                let mut bytes = 0;
                for (index, reader) in readers.iter().enumerate() {
                    let value = row.get_ref(index)?;
                    bytes += match value {
                        ValueRef::Text(value) | ValueRef::Blob(value) => value.len(),
                        _ => 8,
                    };
                    reader.push(value, &mut batch.builder.columns[index]);
                }
                batch.row_done(bytes)?;
            }
            Ok(batch.finish()?)
        })
        .await
    }

    /// Runs a statement for each row of a batch, its values in the batch's order. Returns how many rows it changed.
    async fn each(
        &mut self,
        sql: String,
        table: &DatasetName,
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let (rows, table) = (rows.clone(), table.table.clone());
        self.work(move |connection| {
            let mut prepared = prepare(connection, &sql, &table)?;
            let mut changed = 0;
            for row in 0..rows.num_rows() {
                changed += execute(&mut prepared, &rows, row).map_err(Failure::Row)? as u64;
            }
            Ok(changed)
        })
        .await
    }
}

pub(super) fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    table: &str,
) -> Result<Prepared<'c>, Failure> {
    connection.prepare(sql).map_err(|error| Failure::Driver(while_preparing(error, table)))
}

/// Whether a table's definition has an ON CONFLICT clause. One in a comment or a text counts as well, which does no harm.
fn resolves_conflicts(definition: &str) -> bool {
    let mut words = definition.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|word| word.eq_ignore_ascii_case("conflict"))
}

fn execute(prepared: &mut Prepared<'_>, rows: &RecordBatch, row: usize) -> rusqlite::Result<usize> {
    bind_row(prepared, rows, row)?;
    prepared.raw_execute()
}

/// Binds the values of a row to the first placeholders of a statement.
pub(super) fn bind_row(prepared: &mut Prepared<'_>, rows: &RecordBatch, row: usize) -> rusqlite::Result<()> {
    for (index, array) in rows.columns().iter().enumerate() {
        prepared.raw_bind_parameter(index + 1, cell(array, row))?;
    }
    Ok(())
}

/// What can go wrong on the thread.
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    /// Of a statement at work, which was prepared.
    Row(rusqlite::Error),
    Driver(DriverError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        Self::Driver(error)
    }
}

fn ended_early(error: tokio::task::JoinError) -> DriverError {
    DriverError::protocol(format!("the writing thread ended early: {error}"))
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Boolean(value) => i64::from(*value).into(),
            Cell::Integer(value) => (*value).into(),
            Cell::Unsigned(value) => i64::try_from(*value).unwrap_or(i64::MAX).into(),
            Cell::Float(value) => (*value).into(),
            Cell::Float32(value) => f64::from(*value).into(),
            Cell::Text(text) => text.as_ref().into(),
            Cell::Moment(moment) => moment.as_str().into(),
            Cell::Bytes(bytes) => (*bytes).into(),
            Cell::RawText(bytes) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
        })
    }
}
