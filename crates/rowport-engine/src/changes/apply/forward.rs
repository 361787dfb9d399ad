//! What a bulk action does to the rows of one chunk.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_drivers::journal::{Chunk, ChunkResult};
use rowport_drivers::{DriverError, Refusal, Transaction};
use rowport_model::{
    Assigned, Assignment, ChangeAction, ChangeKind, ColumnRef, CursorValue, ErrorCode, Parents, Query,
};

use crate::changes::RowFailure;
use crate::changes::apply::bisect::ApplyRows;
use crate::changes::apply::job::{ApplyMode, ChunkOutcome, Job, MOST_BYTES, failure};
use crate::changes::apply::parents::Unseen;
use crate::changes::images::{self, RowKey};
use crate::error::EngineError;

/// What is done to rows that are locked.
struct Forward<'a> {
    job: &'a Job<'a>,
    keys: &'a [RowKey],
    assignments: Option<&'a [Assignment]>,
}

#[async_trait]
impl ApplyRows for Forward<'_> {
    async fn apply(&self, transaction: &mut dyn Transaction, rows: &[usize]) -> Result<(), DriverError> {
        self.job.apply(transaction, self.keys, rows, self.assignments).await?;
        match self.assignments {
            Some(_) => self.job.are_there(transaction, rows.iter().map(|row| &self.keys[*row])).await,
            None => Ok(()),
        }
    }
}

/// A chunk of fewer rows is named row by row.
const WORTH_A_RANGE: usize = 100;

impl Job<'_> {
    pub(in crate::changes) async fn forward(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        mode: ApplyMode,
    ) -> Result<ChunkOutcome, EngineError> {
        let named = images::unpack(&chunk.keys)?;
        let assignments = self.fields_to_set()?;
        if mode == ApplyMode::Range
            && self.dependents.is_empty()
            && !self.set.action.is_cascaded()
            && self.parents_set_by(assignments.as_deref()).is_empty()
            && let Some(changed) = self.by_range(transaction, &named, assignments.as_deref()).await?
        {
            return Ok(changed);
        }
        let keys = images::keys(&named, &self.key)?;
        let chosen = self.only(&self.fitting, &keys)?;
        // A deletion answers with the rows as they were, so that looking at them first would be for nothing.
        if assignments.is_none()
            && mode != ApplyMode::PerRow
            && chosen.joins.is_empty()
            && self.dependents.is_empty()
            && !self.set.action.is_cascaded()
        {
            let before = transaction.delete(&chosen, MOST_BYTES).await?;
            return self.changed(&keys, before, None, Vec::new());
        }
        let before = transaction.lock(&chosen, MOST_BYTES).await?;
        let before = if self.set.action.is_cascaded() { self.still_hanging(&named, before)? } else { before };
        let found = images::keys(&before, &self.key)?;
        let (free, mut failures) = self.free_to_go(transaction, &before, &found).await?;
        let (places, refused) = match mode {
            ApplyMode::Range | ApplyMode::Batch => {
                let places = free;
                self.apply(transaction, &found, &places, assignments.as_deref()).await?;
                (places, Vec::new())
            }
            ApplyMode::PerRow => {
                let what = Forward { job: self, keys: &found, assignments: assignments.as_deref() };
                let (tried, ending) =
                    self.bisect_isolated(transaction, free, &|row| &found[row], &what).await?;
                failures.extend(ending);
                (tried.done, tried.refused)
            }
        };
        let skipped = refused.iter().filter(|(_, error)| is_skipped(error)).count() as u64;
        failures.extend(refused.iter().map(|(row, error)| self.refused(&found[*row], error)));
        let changed: Vec<RowKey> = places.iter().map(|place| found[*place].clone()).collect();
        let before = images::rows(&before, &places)?;
        let after = match assignments.is_some() && !changed.is_empty() {
            true => Some(self.as_they_are(transaction, &changed).await?),
            false => None,
        };
        let changed = self.changed(&keys, before, after, failures)?;
        // What a trigger left as it is was left alone, like what does not fit any more.
        Ok(ChunkOutcome { skipped: changed.skipped + skipped, ..changed })
    }

    /// The rows that still refer to what they referred to when the change was confirmed: others are not cascaded any
    /// more.
    fn still_hanging(&self, named: &RecordBatch, rows: RecordBatch) -> Result<RecordBatch, EngineError> {
        let schema = named.schema();
        let others = self.stored.iter().filter(|column| !self.key.iter().any(|key| key.name == column.name));
        let columns: Vec<_> = others.filter(|it| schema.index_of(&it.name).is_ok()).cloned().collect();
        let place_of = images::by_key(named, &self.key)?;
        let (then, now) = (images::places(named, &columns)?, images::places(&rows, &columns)?);
        let keys = images::keys(&rows, &self.key)?;
        let hangs = |row: &usize| {
            place_of
                .get(&keys[*row])
                .is_some_and(|place| images::exact(named, &then, *place) == images::exact(&rows, &now, *row))
        };
        images::rows(&rows, &(0..keys.len()).filter(hangs).collect::<Vec<_>>())
    }

    /// The indices of rows without dependents, and the failures of the others.
    async fn free_to_go(
        &self,
        transaction: &mut dyn Transaction,
        rows: &RecordBatch,
        keys: &[RowKey],
    ) -> Result<(Vec<usize>, Vec<RowFailure>), EngineError> {
        let mut held = HashSet::new();
        let mut failures = Vec::new();
        for dependents in self.dependents.iter().filter(|_| rows.num_rows() > 0) {
            for row in dependents.hold(transaction, rows).await? {
                if held.insert(row) {
                    failures.push(failure(&keys[row], ErrorCode::HasDependents, &dependents.message()));
                }
            }
        }
        if self.set.action.is_all_or_nothing() && !failures.is_empty() {
            let message = failures.swap_remove(0).message;
            return Err(DriverError::RowRefused { reason: Refusal::ForeignKey, message }.into());
        }
        Ok(((0..rows.num_rows()).filter(|row| !held.contains(row)).collect(), failures))
    }

    /// Changes the rows from the chunk's first key to its last, which is quicker than naming each. It fails unless these
    /// are exactly the chunk's.
    async fn by_range(
        &self,
        transaction: &mut dyn Transaction,
        named: &RecordBatch,
        assignments: Option<&[Assignment]>,
    ) -> Result<Option<ChunkOutcome>, EngineError> {
        let rows = named.num_rows();
        if rows < WORTH_A_RANGE || !self.fitting.joins.is_empty() {
            return Ok(None);
        }
        let ends = images::keys(&images::rows(named, &[0, rows - 1])?, &self.key)?;
        let Some(query) = self.between(&self.fitting, &ends)? else { return Ok(None) };
        let Some(assignments) = assignments else {
            let before = transaction.delete(&query, MOST_BYTES).await?;
            self.refuse_others(named, &before)?;
            return self.changed(&[], before, None, Vec::new()).map(Some);
        };
        let before = transaction.lock(&query, MOST_BYTES).await?;
        self.refuse_others(named, &before)?;
        all_of(transaction.update(&query, assignments).await?, rows)?;
        // What they became is read once all triggers have run, and by the range where that is quicker.
        let after = match self.between(&self.any_row, &ends)?.filter(|_| lie_close(&ends, rows)) {
            Some(query) => self.in_order_of(&before, transaction.read(&query, MOST_BYTES).await?)?,
            None => self.as_they_are(transaction, &images::keys(&before, &self.key)?).await?,
        };
        self.changed(&[], before, Some(after), Vec::new()).map(Some)
    }

    /// Refuses rows that are not exactly those which they should be, in whatever order.
    fn refuse_others(&self, named: &RecordBatch, rows: &RecordBatch) -> Result<(), EngineError> {
        let keys = |batch| Ok::<_, EngineError>(images::by_key(batch, &self.key)?.into_keys());
        let (these, those) = (images::columns(named, &self.key)?, images::columns(rows, &self.key)?);
        let same = these.columns() == those.columns()
            || keys(&these)?.collect::<HashSet<_>>() == keys(&those)?.collect::<HashSet<_>>();
        match same {
            true => Ok(()),
            // The caller rolls back, and names the rows.
            false => {
                Err(DriverError::Busy { message: "there are other rows between these".to_owned() }.into())
            }
        }
    }

    /// Those of the rows that are others as well, in the order of these.
    fn in_order_of(&self, others: &RecordBatch, rows: RecordBatch) -> Result<RecordBatch, EngineError> {
        let (these, those) = (images::columns(others, &self.key)?, images::columns(&rows, &self.key)?);
        if these.columns() == those.columns() {
            return Ok(rows);
        }
        let places = images::by_key(&rows, &self.key)?;
        let order: Option<Vec<usize>> =
            images::keys(others, &self.key)?.iter().map(|key| places.get(key).copied()).collect();
        images::rows(&rows, &order.ok_or_else(moved)?)
    }

    /// Changes some rows that are locked, all or none of them.
    async fn apply(
        &self,
        transaction: &mut dyn Transaction,
        keys: &[RowKey],
        places: &[usize],
        assignments: Option<&[Assignment]>,
    ) -> Result<(), DriverError> {
        if places.is_empty() {
            return Ok(());
        }
        let keys: Vec<RowKey> = places.iter().map(|place| keys[*place].clone()).collect();
        let query = self.only(&self.any_row, &keys);
        let mut query: Query = query.map_err(|error| DriverError::Protocol { message: error.to_string() })?;
        // What they were is known, and what they become is read once all of them are changed.
        let parents = self.parents_set_by(assignments);
        let refers =
            |name: &str| parents.iter().any(|it| it.columns.iter().any(|column| column.name == name));
        let is_key = |name: &str| self.key.iter().any(|key| key.name == name);
        query.columns.retain(|column| is_key(&column.name) || refers(&column.name));
        let changed = match assignments {
            Some(assignments) => transaction.update(&query, assignments).await?,
            None => transaction.delete(&query, MOST_BYTES).await?.num_rows() as u64,
        };
        all_of(changed, keys.len())?;
        if parents.is_empty() {
            return Ok(());
        }
        let rows = transaction.read(&query, MOST_BYTES).await?;
        self.refuse_other_parents(transaction, &rows, &parents, Unseen::Refused).await
    }

    /// The foreign keys that fields are part of which every row is given.
    fn parents_set_by(&self, assignments: Option<&[Assignment]>) -> Vec<&Parents> {
        let columns: Vec<_> =
            assignments.into_iter().flatten().map(|field| field.column.name.as_str()).collect();
        self.parents_by(&columns)
    }

    /// The fields that every row is given: those of the action, or those that mark it as deleted, or not any more. None
    /// where rows are really deleted, or where each is given values of its own.
    fn fields_to_set(&self) -> Result<Option<Vec<Assignment>>, EngineError> {
        Ok(match &self.set.action {
            ChangeAction::Set { fields, .. } => Some(self.dataset.assignments(fields)?),
            ChangeAction::Delete { cascaded: false, .. } => self.deletion_marks(),
            ChangeAction::Restore { .. } => self.cleared_marks(),
            ChangeAction::Delete { cascaded: true, .. }
            | ChangeAction::Purge { .. }
            | ChangeAction::Undo { .. } => None,
        })
    }

    /// The fields that mark a row as deleted, where the dataset has such.
    fn deletion_marks(&self) -> Option<Vec<Assignment>> {
        let (deleted_at, deleted_by) = self.dataset.soft_delete()?;
        let mut fields = Vec::new();
        let now = jiff::Timestamp::from_millisecond(self.set.created_at).unwrap_or_default();
        if let Some(column) = self.stored_column(&deleted_at.name) {
            let value = rowport_model::deletion_mark(&column.column_type, now);
            fields.push(Assignment { column, value: Assigned::Value(value) });
        }
        if let Some(column) = deleted_by.and_then(|deleted_by| self.stored_column(&deleted_by.name)) {
            let by = match column.column_type.is_text() {
                true => Assigned::Value(rowport_model::Value::Text(self.set.actor_name.clone())),
                false => Assigned::Null,
            };
            fields.push(Assignment { column, value: by });
        }
        Some(fields)
    }

    /// The same fields of a row that is not deleted any more.
    fn cleared_marks(&self) -> Option<Vec<Assignment>> {
        let (deleted_at, deleted_by) = self.dataset.soft_delete()?;
        let marks = [Some(deleted_at), deleted_by].into_iter().flatten();
        let marks = marks.filter_map(|mark| self.stored_column(&mark.name));
        Some(marks.map(|column| Assignment { column, value: Assigned::Null }).collect())
    }

    fn stored_column(&self, name: &str) -> Option<ColumnRef> {
        self.stored.iter().find(|column| column.name == name).cloned()
    }

    /// Rows as they are now, in the order of these keys.
    pub(in crate::changes) async fn as_they_are(
        &self,
        transaction: &mut dyn Transaction,
        keys: &[RowKey],
    ) -> Result<RecordBatch, EngineError> {
        // They are this transaction's already, which not every right to insert or to delete would let it lock.
        let now = transaction.read(&self.around(&self.any_row, keys)?, MOST_BYTES).await?;
        let places = images::by_key(&now, &self.key)?;
        let order: Option<Vec<usize>> = keys.iter().map(|key| places.get(key).copied()).collect();
        images::rows(&now, &order.ok_or_else(moved)?)
    }

    /// Refuses rows of which one is not found by its key any more, once they were written.
    pub(in crate::changes) async fn are_there<'k>(
        &self,
        transaction: &mut dyn Transaction,
        keys: impl Iterator<Item = &'k RowKey> + Send,
    ) -> Result<(), DriverError> {
        let keys: Vec<RowKey> = keys.cloned().collect();
        let query = self.only(&self.any_row, &keys);
        let mut query = query.map_err(|error| DriverError::Protocol { message: error.to_string() })?;
        query.columns.retain(|column| self.key.iter().any(|key| key.name == column.name));
        match transaction.read(&query, MOST_BYTES).await?.num_rows() == keys.len() {
            true => Ok(()),
            false => Err(moved()),
        }
    }

    /// What came of the chunk: what is not among the changed rows or the failures was left out.
    fn changed(
        &self,
        keys: &[RowKey],
        before: RecordBatch,
        after: Option<RecordBatch>,
        mut failures: Vec<RowFailure>,
    ) -> Result<ChunkOutcome, EngineError> {
        let rows = before.num_rows() as u64;
        let mut skipped = 0;
        if rows as usize + failures.len() < keys.len() {
            let changed = images::by_key(&before, &self.key)?;
            let message = "it is not there any more, does not fit what was confirmed any more, or is left as it is by a \
                           trigger";
            for key in keys.iter().filter(|key| !changed.contains_key(*key)) {
                let left_out = failure(key, ErrorCode::LeftOut, message);
                if !failures.iter().any(|known| known.key == left_out.key) {
                    failures.push(left_out);
                    skipped += 1;
                }
            }
        }
        if skipped > 0 && self.set.action.is_all_or_nothing() {
            let message =
                "a row is not there any more, or does not fit what was confirmed any more".to_owned();
            return Err(DriverError::RowRefused { reason: Refusal::Other, message }.into());
        }
        // What is removed for good is in no image.
        let remains = rows > 0 && self.set.action.kind() != ChangeKind::Purge;
        let before = remains.then(|| images::pack(&before)).transpose()?;
        let after = after.as_ref().map(images::pack).transpose()?;
        let done = ChunkResult { before, after, rows, failures: None };
        Ok(ChunkOutcome { done, failures, skipped, ..ChunkOutcome::default() })
    }
}

/// Refuses rows of which the database left some out without an error: they are locked, so no other client did it.
pub(in crate::changes) fn all_of(changed: u64, rows: usize) -> Result<(), DriverError> {
    match changed == rows as u64 {
        true => Ok(()),
        false => {
            let message = "a trigger or a rule of the database left it as it is".to_owned();
            Err(DriverError::RowRefused { reason: Refusal::Skipped, message })
        }
    }
}

/// The refusal of rows of which one is not where it should be, although they were changed or inserted.
pub(in crate::changes) fn moved() -> DriverError {
    let message = "a trigger of the database removes it, or gives it another key".to_owned();
    DriverError::RowRefused { reason: Refusal::Other, message }
}

pub(in crate::changes) fn is_skipped(error: &DriverError) -> bool {
    matches!(error, DriverError::RowRefused { reason: Refusal::Skipped, .. })
}

/// Whether most numbers between two keys are keys of these rows, so that little else is read with them.
pub(super) fn lie_close(ends: &[RowKey], rows: usize) -> bool {
    let number = |key: Option<&RowKey>| match key?.first()? {
        CursorValue::Integer(text) => text.parse::<i128>().ok(),
        _ => None,
    };
    let span = number(ends.last()).zip(number(ends.first())).map(|(last, first)| last - first);
    span.is_some_and(|span| span < 2 * rows as i128)
}
