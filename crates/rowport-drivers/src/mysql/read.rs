use std::sync::Arc;
use std::time::Duration;

use arrow_schema::SchemaRef;
use futures_util::TryStreamExt;
use rowport_model::{Expr, Output, Query, Snapshot};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{Arguments, AssertSqlSafe, Column, Decode, Error, MySql, MySqlConnection, Row, Type, TypeInfo};
use tokio::sync::{mpsc, oneshot};

use super::connections::{Connections, Lease, Session};
use super::dialect::MysqlDialect;
use super::distributed::snapshot_of;
use super::error::{from_sqlx, is_statement_limit};
use super::types::fraction_digits;
use super::values::Reader;
use crate::columns::BatchBuilder;
use crate::error::DriverError;
use crate::query::{Bind, Statement, compile};
use crate::read_options::ReadOptions;
use crate::stream::{BATCHES_IN_FLIGHT, BatchStream, Message, schema_of};

type Sender = mpsc::Sender<Message>;
/// Says once that the statement has begun to answer, and when its snapshot was taken, and whether it is one.
type Begun = oneshot::Sender<Result<(String, Snapshot), DriverError>>;

pub(super) async fn start(
    connections: Arc<Connections>,
    query: Query,
    options: ReadOptions,
    statement_limit: Duration,
) -> Result<BatchStream, DriverError> {
    let schema = schema_of(&query);
    let (sender, receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
    let (begun_sender, begun) = oneshot::channel();
    let read = Read {
        statement: compile(&query, &MysqlDialect),
        digits: digits_of(&query),
        query,
        schema: Arc::clone(&schema),
        options,
        limit: options.limited.then_some(statement_limit),
        sender,
        begun: Some(begun_sender),
    };
    tokio::spawn(read.run(connections));
    let (snapshot_at, snapshot) =
        begun.await.map_err(|_| DriverError::protocol("the reading task ended early"))??;
    // The task watches the receiver itself, which this future holds from the beginning.
    Ok(BatchStream::new(schema, snapshot_at, snapshot, receiver).0)
}

struct Read {
    query: Query,
    statement: Statement,
    /// For each column, the digits after the point that the database shows of a time.
    digits: Vec<usize>,
    schema: SchemaRef,
    options: ReadOptions,
    limit: Option<Duration>,
    sender: Sender,
    begun: Option<Begun>,
}

/// Why a read ended before its rows did.
enum Stop {
    /// The server said so, and waits for the next statement.
    Failed(DriverError),
    /// Rows may still be on their way, or the statement still runs.
    Broken(DriverError),
}

impl Read {
    async fn run(mut self, connections: Arc<Connections>) {
        let watch = self.sender.clone();
        let lease = tokio::select! {
            lease = connections.acquire() => lease,
            () = watch.closed() => return,
        };
        let mut lease = match lease {
            Ok(lease) => lease,
            Err(error) => return self.fail(error).await,
        };
        let limit = self.limit;
        // The server's own limit comes first; this one is for a server that does not answer any more.
        let too_long = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit + Duration::from_secs(1)).await,
                None => std::future::pending().await,
            }
        };
        let id = lease.session.id;
        let stop = tokio::select! {
            outcome = self.rows(&mut lease.session) => outcome.err(),
            () = watch.closed() => Some(Stop::Broken(DriverError::Cancelled)),
            () = too_long => Some(Stop::Broken(timeout(limit))),
        };
        drop(watch);
        let Some(stop) = stop else { return self.finish(lease).await };
        // Closing first: a statement that is sending rows notices it, whatever becomes of KILL.
        drop(lease);
        let error = match stop {
            Stop::Failed(error) => error,
            Stop::Broken(error) => {
                tokio::spawn(async move {
                    if let Err(error) = connections.kill(id).await {
                        tracing::debug!(%error, "a statement without a reader could not be stopped");
                    }
                });
                error
            }
        };
        self.fail(error).await;
    }

    /// Ends the snapshot and keeps the connection. The reader has everything already.
    async fn finish(self, mut lease: Lease) {
        if sqlx::raw_sql("COMMIT").execute(&mut lease.session.connection).await.is_ok() {
            lease.give_back();
        } else {
            drop(lease);
        }
        // The snapshot ends before the reader has taken everything; one that left does not need the end.
        let _ = self.sender.send(Ok(None)).await;
    }

    async fn fail(self, error: DriverError) {
        match self.begun {
            Some(begun) => {
                let _ = begun.send(Err(error));
            }
            None => {
                let _ = self.sender.send(Err(error)).await;
            }
        }
    }

    async fn rows(&mut self, session: &mut Session) -> Result<(), Stop> {
        let limit = self.limit;
        let stop = |error: Error| match error {
            error if is_statement_limit(&error) => Stop::Failed(timeout(limit)),
            error @ Error::Database(_) => Stop::Failed(from_sqlx(error)),
            error => Stop::Broken(from_sqlx(error)),
        };
        let snapshot = snapshot_of(session, &self.query).await.map_err(stop)?;
        let snapshot_at = begin(session, limit).await.map_err(stop)?;
        let arguments = arguments(&self.statement.binds).map_err(Stop::Broken)?;
        let sql = AssertSqlSafe(std::mem::take(&mut self.statement.sql));
        let mut rows = sqlx::query_with(sql, arguments).fetch(&mut session.connection);
        let mut builder = BatchBuilder::new(&self.schema, self.options);
        let mut readers = Vec::new();
        let mut next = rows.try_next().await.map_err(stop)?;
        if let Some(begun) = self.begun.take()
            && begun.send(Ok((snapshot_at, snapshot))).is_err()
        {
            return Err(Stop::Broken(DriverError::Cancelled));
        }
        if let Some(row) = &next {
            readers = readers_of(&self.schema, &self.digits, row).map_err(Stop::Broken)?;
        }
        while let Some(row) = next {
            let bytes = push(&row, &readers, &mut builder).map_err(Stop::Broken)?;
            if builder.row_done(bytes) {
                self.send(&mut builder).await?;
            }
            next = rows.try_next().await.map_err(stop)?;
        }
        self.send(&mut builder).await
    }

    async fn send(&self, builder: &mut BatchBuilder) -> Result<(), Stop> {
        let Some(batch) = builder.finish().map_err(Stop::Broken)? else { return Ok(()) };
        self.sender.send(Ok(Some(batch))).await.map_err(|_| Stop::Broken(DriverError::Cancelled))
    }
}

/// How the columns of an answer are read, now that the server has said what it sends.
pub(super) fn readers_of(
    schema: &SchemaRef,
    digits: &[usize],
    row: &MySqlRow,
) -> Result<Vec<Reader>, DriverError> {
    let fields = schema.fields().iter();
    fields
        .zip(row.columns())
        .zip(digits)
        .map(|((field, column), digits)| {
            let wire = column.type_info().name();
            // By the column's flags: sqlx calls every `tinyint(1)` a boolean, whether it has a sign or not.
            let unsigned = <u64 as Type<MySql>>::compatible(column.type_info());
            Reader::new(field.data_type(), wire, unsigned, *digits).ok_or_else(|| DriverError::Vanished {
                message: format!("`{}` is now of type {wire}", field.name()),
            })
        })
        .collect()
}

/// Reads one row into the batch, and says how many bytes it had.
pub(super) fn push(
    row: &MySqlRow,
    readers: &[Reader],
    builder: &mut BatchBuilder,
) -> Result<usize, DriverError> {
    let mut length = 0;
    for (index, reader) in readers.iter().enumerate() {
        let value = row.try_get_raw(index).map_err(from_sqlx)?;
        let column = &mut builder.columns[index];
        // Of every type this yields the bytes as they came. sqlx's own `is_null` holds for zero dates too.
        match <&[u8] as Decode<MySql>>::decode(value) {
            Err(_) => column.native().push_null(),
            Ok(bytes) if reader.push(bytes, column) => length += bytes.len(),
            Ok(_) => {
                let (row, column) = (builder.row_number(), builder.column_name(index).to_owned());
                let message = "the server sent it in an unknown form".to_owned();
                return Err(DriverError::BadValue { row, column, message });
            }
        }
    }
    Ok(length)
}

/// Sorting looks at the first kilobyte of a text unless told otherwise, while a cursor is compared as a whole; with
/// 16 KiB the two agree on every key and on all but the strangest texts.
///
/// Takes the snapshot, with or without a limit on the statement that follows. Returns when that was.
async fn begin(session: &mut Session, limit: Option<Duration>) -> Result<String, Error> {
    let limit = limit.unwrap_or_default();
    let limit = match session.is_mariadb() {
        true => format!("max_statement_time = {}", limit.as_secs_f64()),
        false => format!("max_execution_time = {}", limit.as_millis()),
    };
    let sql = format!(
        "SET SESSION {limit}, max_sort_length = 16384, sort_buffer_size = 8388608; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY; \
         SELECT CAST(DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ') AS CHAR)"
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut session.connection).await?;
    rows.first().ok_or(Error::RowNotFound)?.try_get(0)
}

pub(super) fn arguments(binds: &[Bind]) -> Result<MySqlArguments, DriverError> {
    let mut arguments = MySqlArguments::default();
    for bind in binds {
        match bind {
            Bind::Integer(value) => arguments.add(value),
            Bind::Unsigned(value) => arguments.add(value),
            Bind::Float(value) => arguments.add(value),
            Bind::Text(text) => arguments.add(text),
            Bind::Bytes(bytes) | Bind::RawText(bytes) => arguments.add(bytes),
        }
        .map_err(|error| DriverError::protocol(error.to_string()))?;
    }
    Ok(arguments)
}

pub(super) fn digits_of(query: &Query) -> Vec<usize> {
    let digits = |expr: &Expr| match expr {
        Expr::Column(column) => fraction_digits(&column.native_type),
        _ => 0,
    };
    match query.output {
        Output::Rows => query.columns.iter().map(|column| digits(&column.expr)).collect(),
        Output::Count { .. } => vec![0],
        Output::Landmarks { .. } => query.order.iter().map(|order| digits(&order.expr)).collect(),
    }
}

fn timeout(limit: Option<Duration>) -> DriverError {
    DriverError::Timeout { seconds: limit.map_or(0, |limit| limit.as_secs()) }
}

/// All rows of a statement that has few.
pub(super) async fn rows_of(
    connection: &mut MySqlConnection,
    sql: String,
    arguments: MySqlArguments,
) -> Result<Vec<MySqlRow>, DriverError> {
    sqlx::query_with(AssertSqlSafe(sql), arguments).fetch_all(connection).await.map_err(from_sqlx)
}
