use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rowport_model::{Output, Query, Snapshot};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, InterruptHandle, ToSql};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::dialect::SqliteDialect;
use super::types::Reader;
use super::{Sqlite, from_sqlite};
use crate::columns::BatchBuilder;
use crate::error::DriverError;
use crate::query::{Bind, Statement, compile};
use crate::read_options::ReadOptions;
use crate::stream::{BATCHES_IN_FLIGHT, BatchStream, Message, schema_of};

type Sender = mpsc::Sender<Message>;

/// What the reading thread says once its statement has begun.
struct Begun {
    snapshot_at: String,
    interrupt: InterruptHandle,
}

pub(super) async fn start(
    source: Sqlite,
    query: Query,
    options: ReadOptions,
    slot: OwnedSemaphorePermit,
) -> Result<BatchStream, DriverError> {
    let schema = schema_of(&query);
    let (sender, receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
    let (begun_sender, begun) = oneshot::channel();
    let (done_sender, done) = oneshot::channel();
    let limit = options.limited.then_some(source.limits.statement);
    let timed_out = Arc::new(AtomicBool::new(false));
    let read = Read { query, options, sender, timed_out: Arc::clone(&timed_out), limit };
    let batch_schema = Arc::clone(&schema);
    tokio::task::spawn_blocking(move || {
        let (_slot, _done) = (slot, done_sender);
        match source.connect() {
            Ok(connection) => read.run(&connection, &batch_schema, begun_sender),
            Err(error) => {
                let _ = begun_sender.send(Err(error));
            }
        }
    });
    let begun: Begun = begun.await.map_err(|_| DriverError::protocol("the reading thread ended early"))??;
    let (stream, left) = BatchStream::new(schema, begun.snapshot_at, Snapshot::One, receiver);
    tokio::spawn(interrupt_in_time(begun.interrupt, left, done, limit, timed_out));
    Ok(stream)
}

/// Stops the statement when the reader has left, or when it takes too long.
async fn interrupt_in_time(
    interrupt: InterruptHandle,
    left: oneshot::Receiver<()>,
    done: oneshot::Receiver<()>,
    limit: Option<Duration>,
    timed_out: Arc<AtomicBool>,
) {
    let too_long = async {
        match limit {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    let mut done = done;
    tokio::select! {
        _ = &mut done => return,
        _ = left => {}
        () = too_long => timed_out.store(true, Ordering::Relaxed),
    }
    // An interrupt before the statement's first step is forgotten, so it is repeated until it was heard.
    loop {
        interrupt.interrupt();
        if tokio::time::timeout(Duration::from_millis(50), &mut done).await.is_ok() {
            return;
        }
    }
}

struct Read {
    query: Query,
    options: ReadOptions,
    sender: Sender,
    timed_out: Arc<AtomicBool>,
    limit: Option<Duration>,
}

impl Read {
    fn run(
        self,
        connection: &Connection,
        schema: &arrow_schema::SchemaRef,
        begun: oneshot::Sender<Result<Begun, DriverError>>,
    ) {
        let statement = compile(&self.query, &SqliteDialect);
        let snapshot_at = match begin(connection) {
            Ok(snapshot_at) => snapshot_at,
            Err(error) => {
                let _ = begun.send(Err(from_sqlite(error)));
                return;
            }
        };
        let interrupt = connection.get_interrupt_handle();
        let mut prepared = match connection.prepare(&statement.sql) {
            Ok(prepared) => prepared,
            Err(error) => {
                let _ = begun.send(Err(from_sqlite(error)));
                return;
            }
        };
        if begun.send(Ok(Begun { snapshot_at, interrupt })).is_err() {
            return;
        }
        if let Err(error) = self.rows(&mut prepared, &statement, schema) {
            let error = match error {
                DriverError::Cancelled if self.timed_out.load(Ordering::Relaxed) => {
                    DriverError::Timeout { seconds: self.limit.map_or(0, |limit| limit.as_secs()) }
                }
                other => other,
            };
            let _ = self.sender.blocking_send(Err(error));
        }
    }

    fn rows(
        &self,
        prepared: &mut rusqlite::Statement<'_>,
        statement: &Statement,
        schema: &arrow_schema::SchemaRef,
    ) -> Result<(), DriverError> {
        let readers = readers(&self.query);
        let mut builder = BatchBuilder::new(schema, self.options);
        let mut rows = prepared.query(rusqlite::params_from_iter(&statement.binds)).map_err(from_sqlite)?;
        while let Some(row) = rows.next().map_err(from_sqlite)? {
            let mut bytes = 0;
            for (index, reader) in readers.iter().enumerate() {
                let value = row.get_ref(index).map_err(from_sqlite)?;
                bytes += match value {
                    ValueRef::Text(value) | ValueRef::Blob(value) => value.len(),
                    _ => 8,
                };
                reader.push(value, &mut builder.columns[index]);
            }
            if builder.row_done(bytes) && !self.send(&mut builder)? {
                return Err(DriverError::Cancelled);
            }
        }
        self.send(&mut builder)?;
        // A reader that left does not need the end.
        let _ = self.sender.blocking_send(Ok(None));
        Ok(())
    }

    /// False when the reader has left.
    fn send(&self, builder: &mut BatchBuilder) -> Result<bool, DriverError> {
        Ok(match builder.finish()? {
            Some(batch) => self.sender.blocking_send(Ok(Some(batch))).is_ok(),
            None => true,
        })
    }
}

/// Opens the snapshot: the first read of a transaction takes it. Returns when that was.
fn begin(connection: &Connection) -> rusqlite::Result<String> {
    connection.execute_batch("BEGIN")?;
    connection.query_row(
        "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| row.get(0),
    )
}

pub(super) fn readers(query: &Query) -> Vec<Reader> {
    match query.output {
        Output::Rows => query.columns.iter().map(|column| Reader::new(&column.expr.column_type())).collect(),
        Output::Count { .. } => vec![Reader::Integer],
        Output::Landmarks { .. } => {
            query.order.iter().map(|order| Reader::new(&order.expr.column_type())).collect()
        }
    }
}

impl ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Integer(value) => (*value).into(),
            Self::Unsigned(value) => i64::try_from(*value).unwrap_or(i64::MAX).into(),
            Self::Float(value) => (*value).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Bytes(bytes) => bytes.as_slice().into(),
            Self::RawText(bytes) => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
        })
    }
}
