//! Taking back what a change set did: undo, and restoring from the trash.
//!
//! A row goes back to what it was if it is still what the change set made of it; one that somebody has changed since is
//! kept as it is and listed, unless it is said that it shall go back all the same.

use std::collections::HashMap;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_drivers::journal::{ChangeSet, Chunk, Done};
use rowport_drivers::{DriverError, Transaction};
use rowport_model::{ColumnRef, CursorValue, Key};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::halve::{Attempt, halve};
use super::images::{self, Exact};
use super::job::{Care, Changed, Job, MOST_BYTES, failure};
use super::{FieldVersions, ImageColumn, RowFailure};
use crate::cells;
use crate::error::EngineError;

/// What is to be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReverseRequest {
    /// Only the rows with these keys; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub keys: Option<Vec<Key>>,
    /// Take rows back that somebody has changed since, too.
    #[serde(default)]
    pub force: bool,
}

/// The rows of a chunk as they were before and after it, one beside the other.
struct Images {
    before: Option<RecordBatch>,
    after: Option<RecordBatch>,
}

impl Images {
    fn of(chunk: &Chunk) -> Result<Self, EngineError> {
        let unpack = |image: &Option<Vec<u8>>| image.as_deref().map(images::unpack).transpose();
        Ok(Self { before: unpack(&chunk.before)?, after: unpack(&chunk.after)? })
    }

    /// The one that has the rows' keys.
    fn either(&self) -> Option<&RecordBatch> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

impl Images {
    /// The fields of a row in which what it holds now is not what it would go back to; none where there is but one of
    /// the two.
    fn versions(
        &self,
        place: usize,
        current: Option<(&RecordBatch, usize)>,
        columns: &[ColumnRef],
    ) -> Result<Vec<FieldVersions>, EngineError> {
        let (Some(before), Some((now, row))) = (&self.before, current) else { return Ok(Vec::new()) };
        let (then_places, now_places) = (images::places(before, columns)?, images::places(now, columns)?);
        let mut fields = Vec::new();
        for (column, (then_place, now_place)) in columns.iter().zip(then_places.into_iter().zip(now_places)) {
            let (then_is, now_is) = (before.column(then_place), now.column(now_place));
            if cells::to_cursor(then_is, place) != cells::to_cursor(now_is, row) {
                fields.push(FieldVersions {
                    column: column.name.clone(),
                    now: cells::to_json(now_is, row).0,
                    then: cells::to_json(then_is, place).0,
                });
            }
        }
        Ok(fields)
    }
}

/// What puts rows back.
struct Back<'a> {
    job: &'a Job<'a>,
    images: &'a Images,
    columns: &'a [ColumnRef],
    rows: &'a [(Exact, usize)],
}

#[async_trait]
impl Attempt for Back<'_> {
    async fn attempt(&self, transaction: &mut dyn Transaction, rows: &[usize]) -> Result<(), DriverError> {
        self.job.put_piece_back(transaction, self.images, self.columns, self.rows, rows).await
    }
}

impl Job<'_> {
    pub(super) async fn reverse(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        (set_id, number): &(String, i64),
        care: Care,
    ) -> Result<Changed, EngineError> {
        let gone = || EngineError::UnknownChangeSet { id: set_id.clone() };
        let set = ChangeSet::find(transaction, set_id).await?.ok_or_else(gone)?;
        let original = Chunk::find(transaction, set_id, *number, true).await?.ok_or_else(gone)?;
        let images = Images::of(&original)?;
        let wanted = images::keys(&images::unpack(&chunk.keys)?, &self.key)?;
        let mut failures = Vec::new();
        let Some(image) = images.either() else {
            failures.extend(wanted.iter().map(|key| failure(key, "purged", "it was removed for good")));
            return Ok(Changed::nothing(failures));
        };
        if let Some(message) = self.changed_columns(&set, image)? {
            failures.extend(wanted.iter().map(|key| failure(key, "column_changed", &message)));
            return Ok(Changed::failed(failures));
        }
        let place_of = images::by_key(image, &self.key)?;
        let columns = self.image_columns(image);
        let current = transaction.lock(&self.only(&self.any_row, &wanted)?, MOST_BYTES).await?;
        let current_place = images::by_key(&current, &self.key)?;
        let comparison = Comparison::of(&images, &current, &columns)?;
        let mut rows: Vec<(Exact, usize)> = Vec::with_capacity(wanted.len());
        for key in wanted {
            let Some(place) = place_of.get(&key).copied().filter(|place| !original.taken.has(*place)) else {
                failures.push(failure(&key, "taken_back", "it was taken back before, or never changed"));
                continue;
            };
            match self.may_go_back(&images, &comparison, place, current_place.get(&key).copied()) {
                Ok(()) => rows.push((key, place)),
                Err((code, message)) => {
                    let current = current_place.get(&key).map(|row| (&current, *row));
                    let versions = images.versions(place, current, &columns)?;
                    failures.push(RowFailure { versions, ..failure(&key, code, message) });
                }
            }
        }
        let kept = failures.len() as u64;
        if images.before.is_none() {
            self.leave_what_is_hung_on(transaction, &current, &current_place, &mut rows, &mut failures)
                .await?;
        }
        let (rows, refused) = self.put_back(transaction, &images, &columns, rows, care).await?;
        failures.extend(refused);
        let changed = self.after_putting_back(transaction, &images, &current, &current_place, &rows).await?;
        let mut taken = original.taken.clone();
        for (_, place) in &rows {
            taken.add(*place);
        }
        let taken = (!rows.is_empty()).then(|| (set_id.clone(), *number, taken));
        Ok(Changed { done: changed, failures, kept, taken })
    }

    /// Leaves out rows that the database would not delete without others.
    async fn leave_what_is_hung_on(
        &self,
        transaction: &mut dyn Transaction,
        current: &RecordBatch,
        current_place: &HashMap<Exact, usize>,
        rows: &mut Vec<(Exact, usize)>,
        failures: &mut Vec<RowFailure>,
    ) -> Result<(), EngineError> {
        for follows in self.follows.iter().filter(|_| current.num_rows() > 0) {
            let held = follows.hold(transaction, current).await?;
            rows.retain(|(key, _)| {
                let is_held = current_place.get(key).is_some_and(|place| held.contains(place));
                if is_held {
                    failures.push(failure(key, "has_dependants", &follows.message()));
                }
                !is_held
            });
        }
        Ok(())
    }

    /// Whether a row is still what the change set made of it.
    fn may_go_back(
        &self,
        images: &Images,
        comparison: &Comparison<'_>,
        place: usize,
        current: Option<usize>,
    ) -> Result<(), (&'static str, &'static str)> {
        match (&images.after, current) {
            (None, Some(_)) => Err(("key_taken", "there is a row with its key again")),
            (None, None) => match images.before.as_ref().is_some_and(|before| self.is_own(before, place)) {
                true => Ok(()),
                false => Err(("left_out", "it is not yours")),
            },
            (Some(_), None) => Err(("gone", "somebody has deleted it since")),
            (Some(_), Some(current)) if self.details.force || comparison.same(place, current) => Ok(()),
            (Some(_), Some(_)) => Err(("changed_since", "somebody has changed it since")),
        }
    }

    /// Whether a row that is not there any more belonged to whoever takes it back.
    fn is_own(&self, before: &RecordBatch, place: usize) -> bool {
        let Some(scope) = self.dataset.tenant() else { return true };
        let Ok(index) = before.schema().index_of(&scope.column) else { return false };
        match cells::to_cursor(before.column(index), place) {
            CursorValue::Text(text) | CursorValue::Integer(text) => text == scope.value,
            _ => false,
        }
    }

    /// Puts rows back, and says which could be.
    async fn put_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        columns: &[ColumnRef],
        rows: Vec<(Exact, usize)>,
        care: Care,
    ) -> Result<(Vec<(Exact, usize)>, Vec<RowFailure>), EngineError> {
        if rows.is_empty() {
            return Ok((rows, Vec::new()));
        }
        let all: Vec<usize> = (0..rows.len()).collect();
        if care != Care::RowByRow {
            self.put_piece_back(transaction, images, columns, &rows, &all).await?;
            return Ok((rows, Vec::new()));
        }
        let what = Back { job: self, images, columns, rows: &rows };
        let tried = halve(transaction, all, &what).await?;
        let refused = tried.refused.iter().map(|(row, error)| self.refused(&rows[*row].0, error)).collect();
        Ok((tried.done.into_iter().map(|row| rows[row].clone()).collect(), refused))
    }

    async fn put_piece_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        columns: &[ColumnRef],
        rows: &[(Exact, usize)],
        piece: &[usize],
    ) -> Result<(), DriverError> {
        let wrong = |error: EngineError| DriverError::Protocol { message: error.to_string() };
        let dataset = self.dataset.name();
        let changed = match &images.before {
            Some(before) => {
                let places: Vec<usize> = piece.iter().map(|row| rows[*row].1).collect();
                let values = images::rows(before, &places).and_then(|rows| images::columns(&rows, columns));
                let values = values.map_err(wrong)?;
                match images.after.is_some() {
                    true => transaction.overwrite(dataset, &self.key, columns, &values).await?,
                    false => transaction.insert(dataset, columns, &values).await?,
                }
            }
            None => {
                let keys: Vec<Exact> = piece.iter().map(|row| rows[*row].0.clone()).collect();
                let query = self.only(&self.any_row, &keys).map_err(wrong)?;
                transaction.delete(&query, MOST_BYTES).await?.num_rows() as u64
            }
        };
        match changed == piece.len() as u64 {
            true => Ok(()),
            false => Err(DriverError::Busy { message: "somebody else changes the same rows".to_owned() }),
        }
    }

    /// The images of what was put back, for putting it forth again.
    async fn after_putting_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        current: &RecordBatch,
        current_place: &HashMap<Exact, usize>,
        rows: &[(Exact, usize)],
    ) -> Result<Done, EngineError> {
        if rows.is_empty() {
            return Ok(Done::default());
        }
        let keys: Vec<Exact> = rows.iter().map(|(key, _)| key.clone()).collect();
        let before = match images.after.is_some() {
            true => {
                let places: Vec<usize> =
                    keys.iter().filter_map(|key| current_place.get(key).copied()).collect();
                Some(images::pack(&images::rows(current, &places)?)?)
            }
            false => None,
        };
        let after = match images.before.is_some() {
            true => Some(images::pack(&self.as_they_are(transaction, &keys).await?)?),
            false => None,
        };
        Ok(Done { before, after, rows: rows.len() as u64, failures: None })
    }

    /// The columns of an image, as the dataset has them now.
    fn image_columns(&self, image: &RecordBatch) -> Vec<ColumnRef> {
        let schema = image.schema();
        let stored = self.stored.iter().filter(|column| schema.index_of(&column.name).is_ok());
        stored.cloned().collect()
    }

    /// What of the columns is not as it was when the images were made. A column that came since is no obstacle: rows
    /// get its default.
    fn changed_columns(&self, set: &ChangeSet, image: &RecordBatch) -> Result<Option<String>, EngineError> {
        let mut then: Vec<ImageColumn> = serde_json::from_str(&set.columns)
            .map_err(|error| EngineError::internal(format!("a change set's columns: {error}")))?;
        // A column that went away before these rows were changed is not in their images.
        then.retain(|then| image.schema().index_of(&then.name).is_ok());
        Ok(then.iter().find_map(|then| match self.stored.iter().find(|now| now.name == then.name) {
            None => Some("a column that it had is not there any more".to_owned()),
            Some(now) if now.native_type != then.native_type => {
                Some("a column that it has is of another type now".to_owned())
            }
            Some(_) => None,
        }))
    }
}

impl Changed {
    fn nothing(failures: Vec<RowFailure>) -> Self {
        let kept = failures.len() as u64;
        Self { done: Done::default(), failures, kept, taken: None }
    }

    fn failed(failures: Vec<RowFailure>) -> Self {
        Self { done: Done::default(), failures, kept: 0, taken: None }
    }
}

/// Rows as the change set left them, beside rows as they are, in the columns that both have.
struct Comparison<'a> {
    after: Option<(&'a RecordBatch, Vec<usize>)>,
    current: (&'a RecordBatch, Vec<usize>),
}

impl<'a> Comparison<'a> {
    fn of(images: &'a Images, current: &'a RecordBatch, columns: &[ColumnRef]) -> Result<Self, EngineError> {
        let places = |batch: &'a RecordBatch| Ok::<_, EngineError>((batch, images::places(batch, columns)?));
        Ok(Self { after: images.after.as_ref().map(places).transpose()?, current: places(current)? })
    }

    fn same(&self, place: usize, current: usize) -> bool {
        self.after.as_ref().is_some_and(|(after, columns)| {
            images::exact(after, columns, place) == images::exact(self.current.0, &self.current.1, current)
        })
    }
}
