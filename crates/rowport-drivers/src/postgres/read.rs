use std::sync::Arc;

use futures_util::StreamExt;
use rowport_model::{Query, Snapshot};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor, Row};
use tokio::sync::{mpsc, oneshot};

use super::cancel::{CancelState, cancel_when_left};
use super::decode::{self, Reader};
use super::dialect::{SETTING_PREFIX, settings};
use super::letters::Place;
use super::session::{self, Purpose, query};
use super::{Postgres, from_sqlx};
use crate::columns::BatchBuilder;
use crate::error::DriverError;
use crate::query::{Statement, compile};
use crate::read_options::ReadOptions;
use crate::stream::{BATCHES_IN_FLIGHT, BatchStream, Message, schema_of};

type Connection = PoolConnection<sqlx::Postgres>;

pub(super) async fn start(
    source: Postgres,
    query: Query,
    options: ReadOptions,
) -> Result<BatchStream, DriverError> {
    // A task of its own: a caller that goes away must not leave a connection in the middle of BEGIN. Waiting for
    // the first row is the caller's: it holds the stream, so that leaving cancels the statement.
    let (stream, started) = tokio::spawn(start_in_task(source, query, options))
        .await
        .map_err(|error| DriverError::protocol(format!("the reading task ended early: {error}")))??;
    started.await.map_err(|_| DriverError::protocol("the reading task ended early"))??;
    Ok(stream)
}

type Started = oneshot::Receiver<Result<(), DriverError>>;

async fn start_in_task(
    source: Postgres,
    query: Query,
    options: ReadOptions,
) -> Result<(BatchStream, Started), DriverError> {
    let schema = schema_of(&query);
    let dialect = source.dialect().await?;
    let snapshot = if dialect.distributed { Snapshot::PerNode } else { Snapshot::One };
    let mut connection = source.acquire().await?;
    let query = match source.letters.answerable(&mut connection, Place::Outside, &query).await {
        Ok(query) => query,
        Err(error) => {
            connection.close_on_drop();
            return Err(from_sqlx(error));
        }
    };
    let statement = compile(&query, &dialect);
    let seconds = if options.limited { source.limits.statement.as_secs() } else { 0 };
    let begun = match begin(&mut connection, &statement, seconds).await {
        Ok(begun) => begun,
        Err(error) => {
            connection.close_on_drop();
            return Err(with_limit(error, seconds));
        }
    };
    let (sender, receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
    let (stream, left) = BatchStream::new(Arc::clone(&schema), begun.snapshot_at, snapshot, receiver);
    let (done_sender, done) = oneshot::channel();
    let state = CancelState::default();
    tokio::spawn(cancel_when_left(source.options.clone(), begun.backend, state.clone(), left, done));
    let (started_sender, started) = oneshot::channel();
    let copy = Copy {
        readers: decode::readers(&query),
        batch: BatchBuilder::new(&schema, options),
        sender,
        started: Some(started_sender),
    };
    tokio::spawn(async move {
        let _done = done_sender;
        copy.run(connection, &statement.sql, state, seconds).await;
    });
    Ok((stream, started))
}

/// The planner's opinion of how many rows a query has.
pub(super) async fn estimate(source: &Postgres, query: &Query) -> Result<Option<u64>, DriverError> {
    let mut query = query.clone();
    // The order costs the planner time and changes nothing.
    query.order.clear();
    let source = source.clone();
    let task = async move {
        let dialect = source.dialect().await?;
        let mut connection = source.acquire().await?;
        let seconds = source.limits.statement.as_secs();
        let plan = async {
            let query = source.letters.answerable(&mut connection, Place::Outside, &query).await?;
            let statement = compile(&query, &dialect);
            begin(&mut connection, &statement, seconds).await?;
            let sql = format!("EXPLAIN (FORMAT JSON) {}", statement.sql);
            let row = session::query(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?;
            (*connection).execute(sqlx::raw_sql("ROLLBACK")).await?;
            row.try_get_unchecked::<String, _>(0)
        };
        let plan = plan.await;
        if plan.is_err() {
            connection.close_on_drop();
        }
        let plan: serde_json::Value = serde_json::from_str(&plan.map_err(from_sqlx)?)
            .map_err(|error| DriverError::protocol(format!("a plan that is not JSON: {error}")))?;
        Ok(plan.pointer("/0/Plan/Plan Rows").and_then(serde_json::Value::as_u64))
    };
    tokio::spawn(task)
        .await
        .map_err(|error| DriverError::protocol(format!("the task ended early: {error}")))?
}

struct Begun {
    backend: i32,
    snapshot_at: String,
}

/// Opens the snapshot and hands the bound values over.
async fn begin(
    connection: &mut Connection,
    statement: &Statement,
    seconds: u64,
) -> Result<Begun, sqlx::Error> {
    session::begin(connection, Purpose::Read { seconds }).await?;
    let row = query(
        "SELECT pg_backend_pid(), to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), \
         (SELECT count(set_config($2 || place, value, true)) \
          FROM unnest($1::text[]) WITH ORDINALITY AS bound (value, place))",
    )
    .bind(settings(&statement.binds))
    .bind(SETTING_PREFIX)
    .fetch_one(&mut **connection)
    .await?;
    Ok(Begun { backend: row.get(0), snapshot_at: row.get(1) })
}

struct Copy {
    readers: Vec<Reader>,
    batch: BatchBuilder,
    sender: mpsc::Sender<Message>,
    started: Option<oneshot::Sender<Result<(), DriverError>>>,
}

impl Copy {
    async fn run(mut self, mut connection: Connection, sql: &str, state: CancelState, seconds: u64) {
        let copied = self.copy(&mut connection, sql).await;
        let finished = state.finish();
        match copied {
            Ok(()) if finished => {
                self.tell_started();
                // Nothing was changed; a failure here only costs the connection.
                if (*connection).execute(sqlx::raw_sql("ROLLBACK")).await.is_err() {
                    connection.close_on_drop();
                }
                // The snapshot ends before the reader has taken everything.
                drop(connection);
                let _ = self.sender.send(Ok(None)).await;
            }
            Ok(()) => connection.close_on_drop(),
            Err(error) => {
                connection.close_on_drop();
                let error = limit_in(error, seconds);
                match self.started.take() {
                    Some(started) => {
                        let _ = started.send(Err(error));
                    }
                    None => {
                        let _ = self.sender.send(Err(error)).await;
                    }
                }
            }
        }
    }

    async fn copy(&mut self, connection: &mut Connection, sql: &str) -> Result<(), DriverError> {
        let statement = format!("COPY ({sql}) TO STDOUT (FORMAT binary)");
        let mut messages = (**connection).copy_out_raw(&statement).await.map_err(from_sqlx)?;
        let mut header_seen = false;
        while let Some(message) = messages.next().await {
            let message = message.map_err(from_sqlx)?;
            let mut tuple = &message[..];
            if !header_seen {
                tuple = after_header(tuple)?;
                header_seen = true;
                if tuple.is_empty() {
                    continue;
                }
            }
            // The server sends one row in each message.
            if !decode::tuple(tuple, &self.readers, &mut self.batch)? {
                continue;
            }
            self.tell_started();
            if self.batch.row_done(tuple.len()) && !self.send().await? {
                return Err(DriverError::Cancelled);
            }
        }
        self.send().await.map(|_| ())
    }

    /// False when the reader has left.
    async fn send(&mut self) -> Result<bool, DriverError> {
        Ok(match self.batch.finish()? {
            Some(batch) => self.sender.send(Ok(Some(batch))).await.is_ok(),
            None => true,
        })
    }

    fn tell_started(&mut self) {
        if let Some(started) = self.started.take() {
            let _ = started.send(Ok(()));
        }
    }
}

/// Skips the signature, the flags and the extension of a binary copy.
pub(super) fn after_header(bytes: &[u8]) -> Result<&[u8], DriverError> {
    const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
    let wrong = || DriverError::protocol("a binary copy did not begin with its signature");
    let rest = bytes.strip_prefix(SIGNATURE).ok_or_else(wrong)?;
    let (_flags, rest) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
    rest.get(u32::from_be_bytes(*length) as usize..).ok_or_else(wrong)
}

fn with_limit(error: sqlx::Error, seconds: u64) -> DriverError {
    limit_in(from_sqlx(error), seconds)
}

/// The server says that there was a limit, not which.
fn limit_in(error: DriverError, seconds: u64) -> DriverError {
    match error {
        DriverError::Timeout { .. } => DriverError::Timeout { seconds },
        other => other,
    }
}
