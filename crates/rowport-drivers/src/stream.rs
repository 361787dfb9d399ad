//! The answer to a query, on its way from a driver's task to its reader.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use rowport_model::{Query, Snapshot, field_for};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::error::DriverError;

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
    /// Tells the driver, by being dropped, that the reader has left.
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
