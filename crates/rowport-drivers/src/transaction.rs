use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use rowport_model::{Assignment, ColumnRef, DatasetName, Query};

use crate::columns::BatchBuilder;
use crate::error::DriverError;
use crate::read_options::ReadOptions;
use crate::staging::{Merge, Merged, Staging};

/// A transaction that changes rows and writes the journal: both are there afterwards, or neither is.
///
/// Dropping it rolls everything back. Queries here have the rows' stored columns as their output, and no joins unless
/// it is said: what is changed is named by its key.
#[async_trait]
pub trait Transaction: Send {
    /// The rows of a query, with joins or without, locked until the transaction ends. In one batch, which is why
    /// callers ask for a bounded number of rows. Fails with [`DriverError::TooLarge`] beyond `max_bytes`.
    async fn lock(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError>;

    /// The rows of a query as this transaction sees them, which others may change: for rows that it has changed itself, and
    /// for those that it could not lock.
    async fn read(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError>;

    /// Deletes the rows of a query, and returns those that were deleted, as they were.
    async fn delete(&mut self, query: &Query, max_bytes: usize) -> Result<RecordBatch, DriverError>;

    /// Sets fields in the rows of a query, which are locked already. Returns how many were set: a trigger may leave some
    /// out. What became of them is read afterwards, since triggers may have changed more than that.
    async fn update(&mut self, query: &Query, assignments: &[Assignment]) -> Result<u64, DriverError>;

    /// Gives rows the values that they have in the batch, each row by its key. The batch has the columns of `columns`,
    /// the key's among them; the others are set, and no column beside them. Returns how many rows were set.
    async fn overwrite(
        &mut self,
        dataset: &DatasetName,
        key: &[ColumnRef],
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError>;

    /// Inserts rows with exactly these values. The batch has the columns of `columns`. Returns how many rows were inserted,
    /// which are fewer where a trigger skips some.
    async fn insert(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        rows: &RecordBatch,
    ) -> Result<u64, DriverError>;

    /// Makes a staging table, in which rows are collected that have these columns of a dataset. The columns of the key, by
    /// which a merge finds rows of the dataset, are among them; a staging table for rows that are only inserted needs
    /// none. It ends with the transaction.
    async fn create_staging(
        &mut self,
        dataset: &DatasetName,
        columns: &[ColumnRef],
        key: &[ColumnRef],
    ) -> Result<Staging, DriverError>;

    /// Adds rows to a staging table, by the quickest way that the database has. The batch has its columns. What may be
    /// NULL is left to the merge; a value that does not fit its column's type is refused here.
    async fn stage(&mut self, staging: &mut Staging, rows: &RecordBatch) -> Result<(), DriverError>;

    /// Merges staged rows into their dataset: all as asked, or none with the reason of one.
    async fn merge(&mut self, staging: &Staging, merge: &Merge<'_>) -> Result<Merged, DriverError>;

    /// Deletes those rows of a query without joins whose key no staged row has, and returns them, as they were.
    async fn delete_missing(
        &mut self,
        staging: &Staging,
        query: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError>;

    /// Sets a savepoint. There is one at a time.
    async fn savepoint(&mut self) -> Result<(), DriverError>;

    /// Undoes what was done since the savepoint, which stands no more. Fails with [`DriverError::RolledBack`] where a
    /// trigger has ended the transaction.
    async fn roll_back(&mut self) -> Result<(), DriverError>;

    /// Keeps what was done since the savepoint, as far as the constraints allow that are checked late, and removes it.
    async fn release(&mut self) -> Result<(), DriverError>;

    /// Runs a statement that changes the journal, and says how many rows it changed. Its tables and placeholders are
    /// written as [`crate::journal`] writes them.
    async fn journal_execute(&mut self, sql: &str, binds: Vec<JournalValue>) -> Result<u64, DriverError>;

    /// Runs a query of the journal, written in the same way.
    async fn journal_fetch(
        &mut self,
        sql: &str,
        binds: Vec<JournalValue>,
    ) -> Result<Vec<JournalRow>, DriverError>;

    /// Commits.
    async fn commit(self: Box<Self>) -> Result<(), DriverError>;
}

/// A value of the journal's tables, on its way in or out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalValue {
    /// A whole number or none.
    Integer(Option<i64>),
    /// A text or none.
    Text(Option<String>),
    /// Bytes or none.
    Bytes(Option<Vec<u8>>),
}

/// A row that a query of the journal found.
pub type JournalRow = Vec<JournalValue>;

impl From<i64> for JournalValue {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<&str> for JournalValue {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<&str>> for JournalValue {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for JournalValue {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl From<Option<Vec<u8>>> for JournalValue {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

/// Builds the one batch of an answer.
pub(crate) struct OneBatch {
    pub(crate) builder: BatchBuilder,
    schema: SchemaRef,
    bytes: usize,
    max_bytes: usize,
}

impl OneBatch {
    pub(crate) fn new(schema: SchemaRef, max_bytes: usize) -> Self {
        Self { builder: BatchBuilder::new(&schema, ReadOptions::PAGE), schema, bytes: 0, max_bytes }
    }

    /// Counts a row that was pushed to every column and had so many bytes.
    pub(crate) fn row_done(&mut self, bytes: usize) -> Result<(), DriverError> {
        self.builder.row_done(bytes);
        self.bytes += bytes;
        match self.bytes > self.max_bytes {
            true => Err(DriverError::TooLarge { limit: self.max_bytes }),
            false => Ok(()),
        }
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, DriverError> {
        let batch = self.builder.finish()?;
        Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(Arc::clone(&self.schema))))
    }
}
