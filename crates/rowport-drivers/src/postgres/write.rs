//! Changing rows. What is deleted or updated comes back through the same binary COPY that reads do, where it can; what is
//! written travels as text, through COPY or as an array for each column, because the server reads back exactly what it wrote,
//! whatever the type. Neither takes more rights than the change itself.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures_util::StreamExt;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, Row, ValueRef};

use super::Postgres;
use super::decode;
use super::dialect::{PostgresDialect, SETTING_PREFIX, settings};
use super::errors::{from_sqlx, from_write};
use super::journal_rows::{journal_query, journal_row};
use super::letters::{Letters, Place};
use super::read::after_header;
use super::rights::{Event, Rights};
use super::session::{Purpose, Session, query};
use super::staging::Stagings;
use super::texts::{given, named, text_of, write_cell};
use crate::error::{Denied, DriverError};
use crate::query::{Bind, Dialect, Statement, compile, compile_delete, compile_locking, compile_update};
use crate::staging::{Merge, Merged, Staging};
use crate::stream::schema_of;
use crate::transaction::{JournalRow, JournalValue, OneBatch, Transaction};
use crate::values::cell;

pub(super) struct PostgresTransaction {
    pub(super) session: Session,
    /// Which letters the database has.
    letters: Arc<Letters>,
    /// What is known of the tables that it has to do with.
    rights: HashMap<String, Rights>,
    /// Whether it may go on after a statement has failed. sqlx loses track when a COPY fails after its last row, as it
    /// does when the constraints are checked; so there is no COPY out then.
    goes_on: bool,
    pub(super) dialect: PostgresDialect,
    pub(super) stagings: Stagings,
}

/// How much text is collected before it is sent.
const PIECE: usize = 1 << 16;

pub(super) async fn begin(source: &Postgres, purpose: Purpose) -> Result<Box<dyn Transaction>, DriverError> {
    let dialect = source.dialect().await?;
    let (session, rights) = (source.session(purpose).await?, HashMap::new());
    let letters = Arc::clone(&source.letters);
    let stagings = Stagings::default();
    Ok(Box::new(PostgresTransaction { session, letters, rights, goes_on: false, dialect, stagings }))
}

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn lock(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        let query = &self.answerable(query).await?;
        let rights = self.rights(&query.dataset).await?;
        if !rights.locks_rows {
            // Without the right to lock rows, others are kept from changing any, or the database will say so.
            self.lock_table(&rights, query).await?;
            return self.read(query, max_bytes).await;
        }
        let locked =
            self.copy_out(compile_locking(query, &self.dialect), query, max_bytes, from_sqlx).await?;
        if !rights.has_policies || !rights.locks_table {
            return Ok(locked);
        }
        // A row that no policy lets this login update is not locked, although another lets it be deleted.
        let seen = self.read(query, max_bytes).await?;
        if seen.num_rows() <= locked.num_rows() {
            return Ok(locked);
        }
        self.lock_table(&rights, query).await?;
        self.read(query, max_bytes).await
    }

    async fn read(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        let query = &self.answerable(query).await?;
        self.copy_out(compile(query, &self.dialect), query, max_bytes, from_sqlx).await
    }

    async fn delete(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError> {
        let query = &self.answerable(query).await?;
        let rights = self.rights(&query.dataset).await?;
        if rights.is_replaced(Event::Delete) {
            return Err(replaced(Event::Delete, &query.dataset));
        }
        match self.goes_on || rights.has_rules(Event::Delete) {
            true => {
                let dialect = PostgresDialect { known_types: true, ..self.dialect };
                self.fetch(compile_delete(query, &dialect, true), query, max_bytes).await
            }
            false => {
                let statement = compile_delete(query, &self.dialect, true);
                self.copy_out(statement, query, max_bytes, from_write).await
            }
        }
    }

    async fn update(&mut self, query: &Query, assignments: &[Assignment]) -> Result<u64, DriverError> {
        let query = &self.answerable(query).await?;
        let rights = self.rights(&query.dataset).await?;
        if rights.is_replaced(Event::Update) {
            return Err(replaced(Event::Update, &query.dataset));
        }
        let statement = compile_update(query, assignments, &self.dialect);
        self.hand_over(&statement.binds).await?;
        let update = sqlx::raw_sql(AssertSqlSafe(statement.sql));
        let done = self.session.connection()?.execute(update).await.map_err(from_write)?;
        Ok(done.rows_affected())
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let rights = self.rights(dataset).await?;
        if rights.is_replaced(Event::Update) {
            return Err(replaced(Event::Update, dataset));
        }
        let index = |column: &ColumnRef| columns.iter().position(|it| it.name == column.name).unwrap_or(0);
        let same = |column: &ColumnRef| format!("{} = s.c{}", named(column), index(column));
        let is_key = |column: &&ColumnRef| key.iter().any(|key| key.name == column.name);
        let set: Vec<_> = columns.iter().filter(|column| !is_key(column)).map(same).collect();
        if set.is_empty() {
            return Ok(rows.num_rows() as u64);
        }
        let keys: Vec<_> = key.iter().map(|column| format!("t0.{}", same(column))).collect();
        let sql = format!(
            "UPDATE {} AS t0 SET {} FROM ({}) AS s WHERE {}",
            self.dialect.table(dataset),
            set.join(", "),
            given(columns),
            keys.join(" AND ")
        );
        self.write(sql, rows).await
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        let (names, table) = (columns.iter().map(named).collect::<Vec<_>>(), self.dialect.table(dataset));
        if self.rights(dataset).await?.takes_copies() {
            return self.copy_in(&table, &names, rows, None).await;
        }
        let sql =
            format!("INSERT INTO {table} ({}) OVERRIDING SYSTEM VALUE {}", names.join(", "), given(columns));
        self.write(sql, rows).await
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
        let target = &self.answerable(merge.target).await?;
        crate::staging::merge(self, staging, &Merge { target, ..merge.clone() }).await
    }

    async fn delete_missing(
        &mut self,
        staging: &Staging,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        let query = &self.answerable(query).await?;
        crate::staging::delete_missing(self, staging, query, max_bytes).await
    }

    async fn savepoint(&mut self) -> Result<(), DriverError> {
        self.goes_on = true;
        self.script("SAVEPOINT rowport".to_owned()).await
    }

    async fn roll_back(&mut self) -> Result<(), DriverError> {
        self.script("ROLLBACK TO SAVEPOINT rowport; RELEASE SAVEPOINT rowport".to_owned()).await
    }

    /// Constraints that were put off are checked here: at the end it could not be told which row was at fault.
    async fn release(&mut self) -> Result<(), DriverError> {
        self.script("SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await?;
        self.script("RELEASE SAVEPOINT rowport".to_owned()).await
    }

    async fn journal_execute(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<u64, DriverError> {
        let done = journal_query(sql, binds).execute(self.session.connection()?).await;
        Ok(done.map_err(from_sqlx)?.rows_affected())
    }

    async fn journal_fetch(
        &mut self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<Vec<JournalRow>, DriverError> {
        let rows =
            journal_query(sql, binds).fetch_all(self.session.connection()?).await.map_err(from_sqlx)?;
        rows.iter().map(journal_row).collect::<Result<_, _>>().map_err(from_sqlx)
    }

    async fn commit(self: Box<Self>) -> Result<(), DriverError> {
        self.session.commit().await
    }
}

impl PostgresTransaction {
    /// The query without what no value of this database can be.
    async fn answerable(&mut self, query: &Query) -> Result<Query, DriverError> {
        let letters = Arc::clone(&self.letters);
        letters.answerable(self.session.connection()?, Place::InTransaction, query).await.map_err(from_sqlx)
    }

    /// Statements that answer nothing.
    async fn script(&mut self, sql: String) -> Result<(), DriverError> {
        let connection = self.session.connection()?;
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(from_write)
    }

    pub(super) async fn rights(&mut self, dataset: &DatasetName) -> Result<Rights, DriverError> {
        let table = self.dialect.table(dataset);
        if let Some(known) = self.rights.get(&table) {
            return Ok(known.clone());
        }
        let rights = Rights::read(self.session.connection()?, &table).await.map_err(from_sqlx)?;
        self.rights.insert(table, rights.clone());
        Ok(rights)
    }

    /// Keeps others from changing any row of a query's table, as far as the login may.
    async fn lock_table(&mut self, rights: &Rights, query: &Query) -> Result<(), DriverError> {
        match rights.locks_table {
            true => {
                let table = self.dialect.table(&query.dataset);
                self.script(format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")).await
            }
            false => Ok(()),
        }
    }

    /// Runs a statement that answers with a query's columns, which are all of types that sqlx knows: it would ask the
    /// server about others, in statements of its own.
    async fn fetch(
        &mut self,
        statement: Statement,
        rows_of: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.hand_over(&statement.binds).await?;
        let readers = decode::readers(rows_of);
        let mut batch = OneBatch::new(schema_of(rows_of), max_bytes);
        let mut rows = query(AssertSqlSafe(statement.sql)).fetch(self.session.connection()?);
        while let Some(row) = rows.next().await {
            let bytes = push(&row.map_err(from_write)?, &readers, &mut batch)?;
            batch.row_done(bytes)?;
        }
        drop(rows);
        batch.finish()
    }

    /// Runs a statement that answers with a query's columns, in a binary COPY.
    pub(super) async fn copy_out(
        &mut self,
        statement: Statement,
        query: &Query,
        max_bytes: usize,
        meaning: fn(sqlx::Error) -> DriverError,
    ) -> Result<RecordBatch, DriverError> {
        self.hand_over(&statement.binds).await?;
        let readers = decode::readers(query);
        let mut batch = OneBatch::new(schema_of(query), max_bytes);
        let copy = format!("COPY ({}) TO STDOUT (FORMAT binary)", statement.sql);
        let mut messages = self.session.connection()?.copy_out_raw(&copy).await.map_err(meaning)?;
        let mut header_seen = false;
        while let Some(message) = messages.next().await {
            let message = message.map_err(meaning)?;
            let mut tuple = &message[..];
            if !header_seen {
                tuple = after_header(tuple)?;
                header_seen = true;
                if tuple.is_empty() {
                    continue;
                }
            }
            if decode::tuple(tuple, &readers, &mut batch.builder)? {
                batch.row_done(tuple.len())?;
            }
        }
        drop(messages);
        batch.finish()
    }

    /// COPY takes no parameters: values travel as settings of the transaction.
    pub(super) async fn hand_over(&mut self, binds: &[Bind]) -> Result<(), DriverError> {
        if binds.is_empty() {
            return Ok(());
        }
        query(
            "SELECT count(set_config($2 || place, value, true)) \
             FROM unnest($1::text[]) WITH ORDINALITY AS bound (value, place)",
        )
        .bind(settings(binds))
        .bind(SETTING_PREFIX)
        .execute(self.session.connection()?)
        .await
        .map(drop)
        // A letter that the database does not have is the fault of the value that is to be stored.
        .map_err(from_write)
    }

    /// Runs a statement whose parameters are the columns of a batch, and says how many rows it changed.
    async fn write(&mut self, sql: String, rows: &RecordBatch) -> Result<u64, DriverError> {
        let mut statement = query(AssertSqlSafe(sql));
        for array in rows.columns() {
            let texts: Vec<_> = (0..rows.num_rows()).map(|row| text_of(&cell(array, row))).collect();
            statement = statement.bind(texts);
        }
        let done = statement.execute(self.session.connection()?).await.map_err(from_write)?;
        Ok(done.rows_affected())
    }

    /// Copies the rows of a batch into a table. Where they are numbered from a number on, this is the column `n`.
    pub(super) async fn copy_in(
        &mut self,
        table: &str,
        names: &[String],
        rows: &RecordBatch,
        numbered: Option<u64>,
    ) -> Result<u64, DriverError> {
        let number = if numbered.is_some() { ", n" } else { "" };
        let sql = format!("COPY {table} ({}{number}) FROM STDIN", names.join(", "));
        let mut copy = self.session.connection()?.copy_in_raw(&sql).await.map_err(from_write)?;
        let mut text = String::with_capacity(PIECE * 2);
        for row in 0..rows.num_rows() {
            for (index, array) in rows.columns().iter().enumerate() {
                if index > 0 {
                    text.push('\t');
                }
                write_cell(&mut text, text_of(&cell(array, row)).as_deref());
            }
            if let Some(first) = numbered {
                text.push_str(&format!("\t{}", first + row as u64));
            }
            text.push('\n');
            if text.len() >= PIECE {
                copy.send(text.as_bytes()).await.map_err(from_write)?;
                text.clear();
            }
        }
        if !text.is_empty() {
            copy.send(text.as_bytes()).await.map_err(from_write)?;
        }
        copy.finish().await.map_err(from_write)
    }
}

/// Reads one row into the batch, and says how many bytes it had.
fn push(row: &PgRow, readers: &[decode::Reader], batch: &mut OneBatch) -> Result<usize, DriverError> {
    let mut length = 0;
    for (index, reader) in readers.iter().enumerate() {
        let value = row.try_get_raw(index).map_err(from_sqlx)?;
        if value.is_null() {
            batch.builder.columns[index].native().push_null();
            continue;
        }
        let bytes = value.as_bytes().map_err(|error| DriverError::protocol(error.to_string()))?;
        length += bytes.len();
        decode::value(bytes, *reader, index, &mut batch.builder)?;
    }
    Ok(length)
}

pub(super) fn replaced(event: Event, dataset: &DatasetName) -> DriverError {
    let message = format!(
        "`{dataset}` has a rule that does something else INSTEAD of {}, so what became of its rows could not be undone: \
         its rows cannot be changed in this way",
        event.as_str()
    );
    DriverError::Refused { what: Denied::Statement, message, native_code: None }
}
