use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use async_trait::async_trait;
use rowport_model::{Dataset, Query, Snapshot, SourceKind, field_for};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::error::DriverError;
use crate::journal::Prepared;
use crate::transaction::Transaction;

/// The code for one kind of database, connected to one database.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Which kind.
    fn kind(&self) -> SourceKind;

    /// Connects and asks the server who it is.
    async fn check(&self) -> Result<ServerInfo, DriverError>;

    /// Every table and view that the login may read, with columns, keys and references.
    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError>;

    /// Runs a query in a snapshot of its own. Returns once the statement has begun to answer.
    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError>;

    /// How many rows the database believes the query has, without counting. `None` when it has no opinion.
    async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError>;

    /// Begins a transaction that may change rows.
    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError>;

    /// Begins a transaction that changes nothing, waits for nobody who changes rows, and sees one state of the journal.
    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError>;

    /// Makes the journal, or upgrades it to this program's version.
    async fn make_journal(&self) -> Result<Prepared, DriverError>;

    /// The statements that [`Driver::make_journal`] would run, for the owner of the database to read and to run; all of
    /// them where the database does not say what is there. With the rights for a login that may not run them itself.
    async fn journal_sql(&self) -> String;

    /// How its connections are used at this moment.
    fn pool(&self) -> PoolUse;
}

/// The connections to one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Those that somebody uses.
    pub used: u32,
    /// Those that nobody uses.
    pub idle: u32,
    /// How many there may be.
    pub limit: u32,
}

/// Limits on one connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long one statement may run, for pages and counts. Exports have no such limit.
    pub statement: Duration,
    /// How many connections may be open to one source.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), statement: Duration::from_secs(30), connections: 16 }
    }
}

/// How a query is read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// At most so many rows in a batch.
    pub batch_rows: usize,
    /// A batch ends early when its values reach so many bytes.
    pub batch_bytes: usize,
    /// Whether the statement limit holds.
    pub limited: bool,
}

impl ReadOptions {
    /// For exports: no limit on time.
    pub const EXPORT: Self = Self { batch_rows: 1_024, batch_bytes: 1 << 20, limited: false };
    /// For pages and counts.
    pub const PAGE: Self = Self { batch_rows: 1_024, batch_bytes: 8 << 20, limited: true };
}

/// What a server says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct ServerInfo {
    /// Such as `PostgreSQL 15.18`.
    pub version: String,
    /// Whether the connection is encrypted; `None` where there is no network.
    pub encrypted: Option<bool>,
}

/// What a driver tells its reader: a batch, or as its last word `None` for the end of the rows, or an error.
pub(crate) type Message = Result<Option<RecordBatch>, DriverError>;

/// The answer to a query: record batches, then the end or an error. Dropping it stops the statement.
#[derive(Debug)]
pub struct BatchStream {
    /// The declared columns. A batch may carry any of them as a mixed column instead.
    pub schema: SchemaRef,
    /// When the snapshot was taken, by the database's clock, as RFC 3339 in UTC.
    pub snapshot_at: String,
    /// Whether it is one state of the whole source.
    pub snapshot: Snapshot,
    receiver: mpsc::Receiver<Message>,
    /// Whether the last word was said.
    ended: bool,
    /// Tells the driver, by being dropped, that nobody reads any more.
    _alive: oneshot::Sender<()>,
    /// What is taken up for as long as it is read.
    held: Vec<OwnedSemaphorePermit>,
}

impl BatchStream {
    /// The stream, and what its driver watches: it ends when the stream is dropped.
    pub(crate) fn new(
        schema: SchemaRef,
        snapshot_at: String,
        snapshot: Snapshot,
        receiver: mpsc::Receiver<Message>,
    ) -> (Self, oneshot::Receiver<()>) {
        let (alive, left) = oneshot::channel();
        (
            Self { schema, snapshot_at, snapshot, receiver, ended: false, _alive: alive, held: Vec::new() },
            left,
        )
    }

    /// The same stream, which takes these up until it is dropped.
    pub(crate) fn holding(mut self, held: Vec<OwnedSemaphorePermit>) -> Self {
        self.held.extend(held);
        self
    }

    /// The next batch; `None` after the last one. An error is the last thing that a stream says.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, DriverError>> {
        if self.ended {
            return None;
        }
        match self.receiver.recv().await {
            Some(Ok(Some(batch))) => Some(Ok(batch)),
            last => {
                self.ended = true;
                match last {
                    Some(Ok(_)) => None,
                    Some(Err(error)) => Some(Err(error)),
                    // A reading task that panicked must not look like one that has read everything.
                    None => Some(Err(DriverError::protocol("the reading task ended early"))),
                }
            }
        }
    }
}

/// How many batches may wait between a driver and its reader.
pub(crate) const BATCHES_IN_FLIGHT: usize = 2;

/// The Arrow schema of a query's answer.
pub(crate) fn schema_of(query: &Query) -> SchemaRef {
    use rowport_model::{ColumnType, IntegerWidth, Output};
    let integer = ColumnType::Integer { width: IntegerWidth::I64 };
    let fields: Vec<_> = match query.output {
        Output::Rows => query
            .columns
            .iter()
            .map(|column| field_for(&column.name, &column.expr.column_type(), column.currency.as_deref()))
            .collect(),
        Output::Count { .. } => vec![field_for("count", &integer, None)],
        Output::Landmarks { .. } => query
            .order
            .iter()
            .enumerate()
            .map(|(index, order)| field_for(&format!("order{index}"), &order.expr.column_type(), None))
            .collect(),
    };
    Arc::new(Schema::new(fields))
}
