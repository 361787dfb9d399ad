//! Changing rows. What is deleted or updated comes back through the same binary COPY that reads do; what is inserted goes
//! in through COPY as text, because the server reads back exactly what it wrote, whatever the type.

use std::fmt::{Arguments, Write as _};

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures_util::StreamExt;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column, Executor, Row, TypeInfo, ValueRef};

use super::Postgres;
use super::decode;
use super::dialect::{PostgresDialect, SETTING_PREFIX};
use super::errors::{from_sqlx, from_write};
use super::read::after_header;
use crate::error::DriverError;
use crate::journal::POSTGRES;
use crate::query::{Bind, Dialect, Statement, compile_delete, compile_locking, compile_update};
use crate::seam::schema_of;
use crate::transaction::{JournalAnswer, JournalValue, OneBatch, Transaction};
use crate::values::{Cell, cell};

pub(super) struct PostgresTransaction {
    /// None once it was given back.
    connection: Option<PoolConnection<sqlx::Postgres>>,
    /// How many tables for values on their way were made.
    stages: u32,
    /// Whether somebody may go on after a statement has failed. sqlx loses its place when a COPY fails after its last
    /// row, as it does when the constraints are checked; so there is no COPY out then.
    goes_on: bool,
}

/// How long somebody else may hold a row that is to be changed. It is the row's chunk that then waits for another try.
const LOCK_SECONDS: u32 = 10;

/// How much text is collected before it is sent.
const PIECE: usize = 1 << 16;

pub(super) async fn begin(
    source: &Postgres,
    mode: &'static str,
) -> Result<Box<dyn Transaction>, DriverError> {
    let source = source.clone();
    // A task of its own: a caller that goes away must not leave a connection in the middle of BEGIN.
    let begun = tokio::spawn(async move {
        let connection = source.acquire().await?;
        let mut transaction = PostgresTransaction { connection: Some(connection), stages: 0, goes_on: false };
        let sql = format!(
            "BEGIN ISOLATION LEVEL {mode}; SET LOCAL statement_timeout = 0; \
             SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; SET LOCAL idle_in_transaction_session_timeout = 0; \
             SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'; SET LOCAL intervalstyle = 'postgres'; \
             SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL xmloption = 'content'"
        );
        transaction.script(sql).await?;
        Ok(transaction)
    });
    let transaction: Result<PostgresTransaction, DriverError> =
        begun.await.map_err(|error| DriverError::protocol(format!("the task ended early: {error}")))?;
    Ok(Box::new(transaction?))
}

impl Drop for PostgresTransaction {
    /// Whatever is under way on the connection ends with it, and with it the transaction.
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }
}

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn lock(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.copy_out(compile_locking(query, &PostgresDialect), query, most_bytes).await
    }

    async fn delete(&mut self, query: &Query, most_bytes: usize) -> Result<RecordBatch, DriverError> {
        self.copy_out(compile_delete(query, &PostgresDialect, true), query, most_bytes).await
    }

    async fn update(
        &mut self,
        query: &Query,
        assignments: &[Assignment],
        most_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        let statement = compile_update(query, assignments, &PostgresDialect, true);
        self.copy_out(statement, query, most_bytes).await
    }

    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError> {
        self.stages += 1;
        let stage = format!("pg_temp.rowport_stage_{}", self.stages);
        let (table, names) = (PostgresDialect.table(dataset), names(columns));
        self.script(format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA",
            stage.trim_start_matches("pg_temp.")
        ))
        .await?;
        self.copy_in(&stage, columns, rows).await?;
        let name = |column: &ColumnRef| PostgresDialect.identifier(&column.name);
        let same: Vec<_> = key.iter().map(name).map(|name| format!("t0.{name} = s.{name}")).collect();
        let set: Vec<_> = columns
            .iter()
            .filter(|column| !key.iter().any(|key| key.name == column.name))
            .map(name)
            .map(|name| format!("{name} = s.{name}"))
            .collect();
        let sql = format!(
            "UPDATE {table} AS t0 SET {} FROM {stage} AS s WHERE {}",
            set.join(", "),
            same.join(" AND ")
        );
        let done = self.connection()?.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(from_write)?;
        self.script(format!("DROP TABLE {stage}")).await?;
        Ok(done.rows_affected())
    }

    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<(), DriverError> {
        self.copy_in(&PostgresDialect.table(dataset), columns, rows).await
    }

    async fn savepoint(&mut self) -> Result<(), DriverError> {
        self.goes_on = true;
        self.script("SAVEPOINT rowport".to_owned()).await
    }

    async fn roll_back(&mut self) -> Result<(), DriverError> {
        self.script("ROLLBACK TO SAVEPOINT rowport; RELEASE SAVEPOINT rowport".to_owned()).await
    }

    /// Constraints that were put off are checked here: at the end nobody could tell whose fault it was.
    async fn release(&mut self) -> Result<(), DriverError> {
        self.script("SET CONSTRAINTS ALL IMMEDIATE".to_owned()).await?;
        self.script("RELEASE SAVEPOINT rowport".to_owned()).await
    }

    async fn journal(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<JournalAnswer, DriverError> {
        let asks = sql.starts_with("SELECT");
        let mut query = sqlx::query(AssertSqlSafe(POSTGRES.write(sql)));
        for bind in binds {
            query = match bind {
                JournalValue::Integer(value) => query.bind(value),
                JournalValue::Text(value) => query.bind(value),
                JournalValue::Bytes(value) => query.bind(value),
            };
        }
        let connection = self.connection()?;
        if !asks {
            let done = query.execute(connection).await.map_err(from_sqlx)?;
            return Ok(JournalAnswer { changed: done.rows_affected(), rows: Vec::new() });
        }
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        let rows = rows.iter().map(journal_row).collect::<Result<_, _>>().map_err(from_sqlx)?;
        Ok(JournalAnswer { changed: 0, rows })
    }

    async fn commit(mut self: Box<Self>) -> Result<(), DriverError> {
        self.script("COMMIT".to_owned()).await?;
        // Nothing is under way on it any more.
        drop(self.connection.take());
        Ok(())
    }
}

impl PostgresTransaction {
    fn connection(&mut self) -> Result<&mut sqlx::PgConnection, DriverError> {
        self.connection.as_deref_mut().ok_or_else(|| DriverError::protocol("the transaction has ended"))
    }

    /// Statements that answer nothing.
    async fn script(&mut self, sql: String) -> Result<(), DriverError> {
        let connection = self.connection()?;
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(from_write)
    }

    /// Runs a statement that answers with a query's columns.
    async fn copy_out(
        &mut self,
        statement: Statement,
        query: &Query,
        most_bytes: usize,
    ) -> Result<RecordBatch, DriverError> {
        self.hand_over(&statement.binds).await?;
        let readers = decode::readers(query);
        let mut batch = OneBatch::new(schema_of(query), most_bytes);
        if self.goes_on {
            let mut rows = sqlx::query(AssertSqlSafe(statement.sql)).fetch(self.connection()?);
            while let Some(row) = rows.next().await {
                let bytes = push(&row.map_err(from_write)?, &readers, &mut batch)?;
                batch.row_done(bytes)?;
            }
            drop(rows);
            return batch.finish();
        }
        let copy = format!("COPY ({}) TO STDOUT (FORMAT binary)", statement.sql);
        let mut messages = self.connection()?.copy_out_raw(&copy).await.map_err(from_write)?;
        let mut header_seen = false;
        while let Some(message) = messages.next().await {
            let message = message.map_err(from_write)?;
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
    async fn hand_over(&mut self, binds: &[Bind]) -> Result<(), DriverError> {
        let values: Vec<String> = binds
            .iter()
            .map(|bind| match bind {
                Bind::Text(text) => text.clone(),
                // The dialect binds nothing else.
                other => format!("{other:?}"),
            })
            .collect();
        if values.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "SELECT count(set_config($2 || place, value, true)) \
             FROM unnest($1::text[]) WITH ORDINALITY AS bound (value, place)",
        )
        .bind(values)
        .bind(SETTING_PREFIX)
        .execute(self.connection()?)
        .await
        .map(drop)
        .map_err(from_sqlx)
    }

    async fn copy_in(
        &mut self,
        table: &str,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<(), DriverError> {
        let sql = format!("COPY {table} ({}) FROM STDIN", names(columns));
        let mut copy = self.connection()?.copy_in_raw(&sql).await.map_err(from_write)?;
        let mut text = String::with_capacity(PIECE * 2);
        for row in 0..rows.num_rows() {
            for (index, array) in rows.columns().iter().enumerate() {
                if index > 0 {
                    text.push('\t');
                }
                write_cell(&mut text, &cell(array, row));
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
        copy.finish().await.map(drop).map_err(from_write)
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

fn names(columns: &[ColumnRef]) -> String {
    let names: Vec<_> = columns.iter().map(|column| PostgresDialect.identifier(&column.name)).collect();
    names.join(", ")
}

/// A value in COPY's text format.
fn write_cell(text: &mut String, cell: &Cell<'_>) {
    match cell {
        Cell::Null => text.push_str("\\N"),
        Cell::Boolean(value) => text.push(if *value { 't' } else { 'f' }),
        Cell::Integer(value) => write(text, format_args!("{value}")),
        Cell::Unsigned(value) => write(text, format_args!("{value}")),
        Cell::Float(value) => write_float(text, *value, format_args!("{value:e}")),
        Cell::Float32(value) => write_float(text, f64::from(*value), format_args!("{value:e}")),
        Cell::Moment(moment) => write(text, format_args!("{moment}+00")),
        Cell::Bytes(bytes) => {
            text.push_str("\\\\x");
            for byte in *bytes {
                write(text, format_args!("{byte:02x}"));
            }
        }
        Cell::Text(value) => {
            for character in value.chars() {
                match character {
                    '\\' => text.push_str("\\\\"),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    '\t' => text.push_str("\\t"),
                    other => text.push(other),
                }
            }
        }
    }
}

fn write_float(text: &mut String, value: f64, digits: Arguments<'_>) {
    if value.is_nan() {
        text.push_str("NaN");
    } else if value.is_infinite() {
        text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        write(text, digits);
    }
}

/// Writing to a text cannot fail.
fn write(text: &mut String, what: Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn journal_row(row: &PgRow) -> Result<Vec<JournalValue>, sqlx::Error> {
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
