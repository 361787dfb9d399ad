//! The order in which the statements of a merge run, the same on every database.

use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use async_trait::async_trait;
use rowport_model::Query;

use super::statements::{CHANGING, OUT_OF_SCOPE, STATES, Statements, UNCHANGED};
use super::{Merge, MergeMode, Merged, Staging};
use crate::error::{DriverError, Refusal};
use crate::query::{Dialect, Statement};

/// A transaction that runs the statements of a merge.
#[async_trait]
pub(crate) trait Merger: Send {
    /// The words of its database.
    fn dialect(&self) -> Box<dyn Dialect>;

    /// Readies a staging table for a merge, of a part of its rows or of all of them.
    async fn ready(&mut self, staging: &Staging, partly: bool) -> Result<(), DriverError>;

    /// Runs a statement that answers with the columns of `answer`.
    async fn select(
        &mut self,
        statement: Statement,
        answer: &Query,
        max_bytes: usize,
    ) -> Result<RecordBatch, DriverError>;

    /// Runs a statement that changes rows of a dataset, and says how many.
    async fn change(
        &mut self,
        statement: Statement,
        change: Change,
        staging: &Staging,
    ) -> Result<u64, DriverError>;
}

/// What a statement does with rows of the dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Insert,
    Update,
    Delete,
}

/// Merges staged rows.
pub(crate) async fn merge(
    merger: &mut dyn Merger,
    staging: &Staging,
    merge: &Merge<'_>,
) -> Result<Merged, DriverError> {
    let rows = merge.rows.start..merge.rows.end.min(staging.rows);
    let partly = rows != (0..staging.rows);
    merger.ready(staging, partly).await?;
    let dialect = merger.dialect();
    let range = partly.then(|| rows.clone());
    let statements = Statements { dialect: &*dialect, staging, target: merge.target, rows: range };
    if merge.mode == MergeMode::Insert {
        let inserted = merger.change(statements.insert(false), Change::Insert, staging).await?;
        ensure_same_count(count(&rows), inserted)?;
        let before = RecordBatch::new_empty(crate::stream::schema_of(merge.target));
        return Ok(Merged { inserted: rows.collect(), ..Merged::nothing(before) });
    }
    // What will be changed is locked before anything is concluded from it.
    let locked = statements.changing();
    let locked = merger.select(locked, &statements.images_and_numbers(), merge.max_bytes).await?;
    let (before, updated) = images_and_numbers(&locked)?;
    let matched = merger.select(statements.matched(), &statements.numbers(), usize::MAX).await?;
    let matched = by_state(&numbers(&matched, 0)?, &rows);
    if matched.changing != updated {
        let message = "another client changes the rows that are merged".to_owned();
        return Err(DriverError::Busy { message });
    }
    if !updated.is_empty() {
        let changed = merger.change(statements.update(), Change::Update, staging).await?;
        if changed != updated.len() as u64 {
            ensure_keys_once(merger, &statements).await?;
        }
        ensure_same_count(updated.len() as u64, changed)?;
    }
    let mut merged = Merged {
        updated,
        unchanged: matched.unchanged,
        out_of_scope: matched.out_of_scope,
        ..Merged::nothing(before)
    };
    if merge.mode == MergeMode::Update {
        merged.unmatched = matched.unmatched;
    } else if !matched.unmatched.is_empty() {
        let some_match = count(&rows) != matched.unmatched.len() as u64;
        let inserted = merger.change(statements.insert(some_match), Change::Insert, staging).await?;
        ensure_same_count(matched.unmatched.len() as u64, inserted)?;
        merged.inserted = matched.unmatched;
    }
    Ok(merged)
}

/// Deletes the rows of the target whose key no staged row has, and returns them as they were.
pub(crate) async fn delete_missing(
    merger: &mut dyn Merger,
    staging: &Staging,
    target: &Query,
    max_bytes: usize,
) -> Result<RecordBatch, DriverError> {
    merger.ready(staging, false).await?;
    let dialect = merger.dialect();
    let statements = Statements { dialect: &*dialect, staging, target, rows: None };
    let before = merger.select(statements.missing(), target, max_bytes).await?;
    if before.num_rows() > 0 {
        let deleted = merger.change(statements.delete_missing(), Change::Delete, staging).await?;
        ensure_same_count(before.num_rows() as u64, deleted)?;
    }
    Ok(before)
}

/// The staged rows of a range, by what there is to do with them.
#[derive(Default)]
struct ByState {
    changing: Vec<u64>,
    unchanged: Vec<u64>,
    out_of_scope: Vec<u64>,
    unmatched: Vec<u64>,
}

fn by_state(matched: &[u64], rows: &Range<u64>) -> ByState {
    let (mut found, mut next) = (ByState::default(), rows.start);
    for value in matched {
        let (number, state) = (value / STATES, value % STATES);
        found.unmatched.extend(next..number);
        next = number + 1;
        match state {
            UNCHANGED => found.unchanged.push(number),
            CHANGING => found.changing.push(number),
            OUT_OF_SCOPE => found.out_of_scope.push(number),
            // The statement writes no other.
            _ => {}
        }
    }
    found.unmatched.extend(next..rows.end);
    found
}

/// Two staged rows with one key would make of the row what chance decides.
async fn ensure_keys_once(merger: &mut dyn Merger, statements: &Statements<'_>) -> Result<(), DriverError> {
    let repeated = merger.select(statements.repeated(), &statements.numbers(), usize::MAX).await?;
    match numbers(&repeated, 0)?.first() {
        None => Ok(()),
        Some(row) => {
            let message = format!("staged row {row} has the key of another one");
            Err(DriverError::RowRefused { reason: Refusal::Unique, message })
        }
    }
}

/// Every row was changed, or none may be: a trigger or a rule that leaves rows out does not say which.
fn ensure_same_count(expected: u64, changed: u64) -> Result<(), DriverError> {
    if expected == changed {
        return Ok(());
    }
    let message = format!("a trigger or a rule skipped rows: {changed} of {expected} were changed");
    Err(DriverError::RowRefused { reason: Refusal::Skipped, message })
}

fn images_and_numbers(batch: &RecordBatch) -> Result<(RecordBatch, Vec<u64>), DriverError> {
    let last = batch.num_columns() - 1;
    let images = batch.project(&(0..last).collect::<Vec<_>>()).map_err(DriverError::arrow)?;
    Ok((images, numbers(batch, last)?))
}

fn numbers(batch: &RecordBatch, column: usize) -> Result<Vec<u64>, DriverError> {
    let numbers = batch.column(column).as_primitive_opt::<Int64Type>();
    let numbers = numbers.ok_or_else(|| DriverError::protocol("a row's number is none"))?;
    Ok(numbers.values().iter().map(|number| number.unsigned_abs()).collect())
}

fn count(rows: &Range<u64>) -> u64 {
    rows.end.saturating_sub(rows.start)
}

impl Merged {
    fn nothing(before: RecordBatch) -> Self {
        let (inserted, updated, unchanged) = (Vec::new(), Vec::new(), Vec::new());
        Self { inserted, updated, before, unchanged, out_of_scope: Vec::new(), unmatched: Vec::new() }
    }
}
