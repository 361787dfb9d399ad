//! Rows on their way into a dataset.
//!
//! **batches → a temporary table, by the database's bulk path → statements over whole sets of them.** A transaction makes a
//! [`Staging`], which is a temporary table with some columns of the dataset, in their types and collations, and a number
//! for each row. Then it merges ranges of these rows ([`Merge`]), or deletes what is missing among them; what it answers
//! is what the journal needs ([`Merged`]).
//!
//! A row that is there already, and is the same in every staged column, is not written: no trigger sees it.

mod apply;
mod statements;

use std::ops::Range;

use arrow_array::RecordBatch;
use rowport_model::{ColumnRef, DatasetName, Query};

pub(crate) use apply::{Change, Merger, delete_missing, merge};
pub(crate) use statements::creation;

/// A temporary table of rows on their way into a dataset. It is there as long as the transaction that made it.
#[derive(Debug)]
pub struct Staging {
    pub(crate) number: u32,
    pub(crate) dataset: DatasetName,
    pub(crate) columns: Vec<ColumnRef>,
    pub(crate) key: Vec<ColumnRef>,
    pub(crate) rows: u64,
}

impl Staging {
    /// A staging table without rows. The key's columns, by which rows of the dataset are found again, are among
    /// `columns`; there are none where rows are only inserted.
    pub(crate) fn new(number: u32, dataset: &DatasetName, columns: &[ColumnRef], key: &[ColumnRef]) -> Self {
        let (columns, key) = (columns.to_vec(), key.to_vec());
        Self { number, dataset: dataset.clone(), columns, key, rows: 0 }
    }

    /// The number of rows that were staged. They are numbered from 0, as they came.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The name of the table, before the database's own quotes and prefixes.
    pub(crate) fn table(&self) -> String {
        table(self.number)
    }

    /// The key's columns, as the table has them.
    pub(crate) fn key_indexes(&self) -> Vec<String> {
        let index = |key: &ColumnRef| self.columns.iter().position(|column| column.name == key.name);
        self.key.iter().map(|key| format!("c{}", index(key).unwrap_or_default())).collect()
    }

    /// The columns that a merge sets.
    pub(crate) fn set(&self) -> impl Iterator<Item = (usize, &ColumnRef)> {
        let is_key = |column: &ColumnRef| self.key.iter().any(|key| key.name == column.name);
        self.columns.iter().enumerate().filter(move |(_, column)| !is_key(column))
    }
}

/// The name of the staging table with this number of its transaction.
pub(crate) fn table(number: u32) -> String {
    format!("rowport_staging_{number}")
}

/// What becomes of staged rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMode {
    /// Each is inserted. The database refuses one whose key is there already.
    Insert,
    /// Each changes the row with its key, where there is one.
    Update,
    /// Each changes the row with its key, or is inserted where there is none.
    Upsert,
}

/// A merge of some staged rows into their dataset.
#[derive(Debug, Clone)]
pub struct Merge<'a> {
    /// What becomes of them.
    pub mode: MergeMode,
    /// The numbers of the rows.
    pub rows: Range<u64>,
    /// The rows of the dataset that may be changed, without joins; its columns are those of the images.
    pub target: &'a Query,
    /// The bytes that the images may have together; beyond it the merge fails with
    /// [`TooLarge`](crate::DriverError::TooLarge).
    pub max_bytes: usize,
}

/// What became of staged rows, by their numbers. Each is in one of the lists, and each list is in order.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The rows that were inserted.
    pub inserted: Vec<u64>,
    /// The rows that changed a row of the dataset.
    pub updated: Vec<u64>,
    /// The images of the rows that were changed, as they were before; in the order of `updated`.
    pub before: RecordBatch,
    /// The rows that are in the dataset as they are.
    pub unchanged: Vec<u64>,
    /// The rows whose key is that of a row which may not be changed.
    pub out_of_scope: Vec<u64>,
    /// The rows without a row to update.
    pub unmatched: Vec<u64>,
}
