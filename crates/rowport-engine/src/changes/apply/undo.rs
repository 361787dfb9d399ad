//! Undoes what a change set did, and restores from the trash.
//!
//! A row goes back to what it was if it is still what the change set made of it; one that was changed since is
//! kept as it is and listed, unless it is said that it shall go back all the same.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use rowport_drivers::journal::{ChangeSet, Chunk, ChunkResult};
use rowport_drivers::{Denied, DriverError, Refusal, Transaction};
use rowport_model::{ColumnRef, CursorValue, ErrorCode, Key};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cells;
use crate::changes::apply::bisect::ApplyRows;
use crate::changes::apply::differences::{Differences, differing, named};
use crate::changes::apply::forward::{all_of, is_skipped};
use crate::changes::apply::job::{ApplyMode, ChunkOutcome, Job, MOST_BYTES, failure, written_key};
use crate::changes::apply::parents::Unseen;
use crate::changes::images::{self, RowKey};
use crate::changes::{FieldVersions, ImageColumn, RowFailure};
use crate::error::EngineError;

/// What to undo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoRequest {
    /// Only the rows with these keys; all of them when absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "rowport_model::bounded_keys"
    )]
    #[schema(nullable = false)]
    pub keys: Option<Vec<Key>>,
    /// Undo rows that were changed since, too.
    #[serde(default)]
    pub force: bool,
}

/// The rows of a chunk as they were before and after it, one beside the other.
pub(in crate::changes) struct Images {
    before: Option<RecordBatch>,
    after: Option<RecordBatch>,
    /// Where the rows differ, if there are both.
    differences: Option<Differences>,
    /// The fields that the change set, if it set any.
    fields: Vec<String>,
}

impl Images {
    fn of(chunk: &Chunk) -> Result<Self, EngineError> {
        Self::unpacked(&chunk.before, &chunk.after)
    }

    fn unpacked(before: &Option<Vec<u8>>, after: &Option<Vec<u8>>) -> Result<Self, EngineError> {
        let unpack = |image: &Option<Vec<u8>>| image.as_deref().map(images::unpack).transpose();
        let (before, after) = (unpack(before)?, unpack(after)?);
        let both = before.as_ref().zip(after.as_ref());
        let differences = both.map(|(before, after)| Differences::between(before, after));
        Ok(Self { before, after, differences, fields: Vec::new() })
    }

    /// The one that has the rows' keys.
    fn either(&self) -> Option<&RecordBatch> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// Fields of a row, of which one batch has what they hold now, and another what they would go back to.
fn versions(
    names: &[&str],
    (now, row): (&RecordBatch, usize),
    (then, place): (&RecordBatch, usize),
) -> Vec<FieldVersions> {
    let version = |name: &&str| {
        Some(FieldVersions {
            column: (*name).to_owned(),
            now: cells::to_json(now.column_by_name(name)?, row).0,
            then: cells::to_json(then.column_by_name(name)?, place).0,
        })
    };
    names.iter().filter_map(version).collect()
}

/// Rows that the database refused to have back.
#[derive(Default)]
struct Refused {
    failures: Vec<RowFailure>,
    /// How many of them a trigger left as they are.
    skipped: u64,
}

/// What puts rows back.
struct Back<'a> {
    job: &'a Job<'a>,
    images: &'a Images,
    columns: &'a [ColumnRef],
    rows: &'a [(RowKey, usize)],
}

#[async_trait]
impl ApplyRows for Back<'_> {
    async fn apply(&self, transaction: &mut dyn Transaction, rows: &[usize]) -> Result<(), DriverError> {
        self.job.put_piece_back(transaction, self.images, self.columns, self.rows, rows).await?;
        match self.images.before {
            Some(_) => self.job.are_there(transaction, rows.iter().map(|row| &self.rows[*row].0)).await,
            None => Ok(()),
        }
    }
}

impl Job<'_> {
    pub(in crate::changes) async fn undo(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        (set_id, number): &(String, i64),
        mode: ApplyMode,
    ) -> Result<ChunkOutcome, EngineError> {
        let gone = || EngineError::UnknownChangeSet { id: set_id.clone() };
        let set = ChangeSet::find(transaction, set_id).await?.ok_or_else(gone)?;
        let original = Chunk::find(transaction, set_id, *number, true).await?.ok_or_else(gone)?;
        let fields = self.fields_of(transaction, set.clone()).await?;
        let images = Images { fields, ..Images::of(&original)? };
        let wanted = images::keys(&images::unpack(&chunk.keys)?, &self.key)?;
        let mut failures = Vec::new();
        let Some(image) = images.either() else {
            failures
                .extend(wanted.iter().map(|key| failure(key, ErrorCode::Purged, "it was removed for good")));
            return Ok(ChunkOutcome::nothing(failures));
        };
        if let Some(message) = self.changed_columns(&set, image, images.differences.as_ref())? {
            failures.extend(wanted.iter().map(|key| failure(key, ErrorCode::ColumnChanged, &message)));
            return Ok(ChunkOutcome::failed(failures));
        }
        let place_of = images::by_key(image, &self.key)?;
        let columns = self.image_columns(image);
        let named = match mode {
            ApplyMode::Range => self.around(&self.any_row, &wanted)?,
            ApplyMode::Batch | ApplyMode::PerRow => self.only(&self.any_row, &wanted)?,
        };
        let current = transaction.lock(&named, MOST_BYTES).await?;
        let current_place = images::by_key(&current, &self.key)?;
        let mut rows: Vec<(RowKey, usize)> = Vec::with_capacity(wanted.len());
        for key in wanted {
            let Some(place) = place_of.get(&key).copied().filter(|place| !original.undone.contains(*place))
            else {
                failures.push(failure(&key, ErrorCode::TakenBack, "it was undone before, or never changed"));
                continue;
            };
            let now = current_place.get(&key).map(|row| (&current, *row));
            match self.why_not(&images, place, now) {
                None => rows.push((key, place)),
                Some(reason) => {
                    let (code, message, versions) = reason;
                    failures.push(RowFailure { versions, ..failure(&key, code, message) });
                }
            }
        }
        let mut skipped = failures.len() as u64;
        if images.before.is_none() {
            self.leave_what_is_hung_on(transaction, &current, &current_place, &mut rows, &mut failures)
                .await?;
        }
        let (rows, refused) = self.put_back(transaction, &images, &columns, rows, mode).await?;
        skipped += refused.skipped;
        failures.extend(refused.failures);
        let (done, notes) =
            self.after_putting_back(transaction, &images, (&current, &current_place), &rows).await?;
        let mut undone = original.undone.clone();
        for (_, place) in &rows {
            undone.insert(*place);
        }
        let undone = (!rows.is_empty()).then(|| (set_id.clone(), *number, undone));
        Ok(ChunkOutcome { done, failures, skipped, notes, undone })
    }

    /// Leaves out rows that the database would not delete without others.
    async fn leave_what_is_hung_on(
        &self,
        transaction: &mut dyn Transaction,
        current: &RecordBatch,
        current_place: &HashMap<RowKey, usize>,
        rows: &mut Vec<(RowKey, usize)>,
        failures: &mut Vec<RowFailure>,
    ) -> Result<(), EngineError> {
        for dependents in self.dependents.iter().filter(|_| current.num_rows() > 0) {
            let held = dependents.hold(transaction, current).await?;
            rows.retain(|(key, _)| {
                let is_held = current_place.get(key).is_some_and(|place| held.contains(place));
                if is_held {
                    failures.push(failure(key, ErrorCode::HasDependents, &dependents.message()));
                }
                !is_held
            });
        }
        Ok(())
    }

    /// Why a row does not go back: it is not what the change set made of it any more, in a column that would be written.
    fn why_not(
        &self,
        images: &Images,
        place: usize,
        now: Option<(&RecordBatch, usize)>,
    ) -> Option<(ErrorCode, &'static str, Vec<FieldVersions>)> {
        let because = |code, message| Some((code, message, Vec::new()));
        match (&images.after, now) {
            (None, Some(_)) => because(ErrorCode::KeyTaken, "there is a row with its key again"),
            (None, None) => match images.before.as_ref().is_some_and(|before| self.is_own(before, place)) {
                true => None,
                false => because(ErrorCode::LeftOut, "it is not yours"),
            },
            (Some(_), None) => because(ErrorCode::Gone, "another client has deleted it since"),
            (Some(after), Some((now, row))) => {
                let changed: Vec<&str> = match &images.differences {
                    Some(differences) => differences.changed_since(place, now, row).collect(),
                    // It would be deleted, so all of it counts.
                    None => differing(self.stored_names(), (after, place), (now, row)),
                };
                // With force it goes back all the same, unless that would lose what could not be shown beforehand.
                let is_unseen = |name: &&str| !self.dataset.reads(name);
                if self.set.action.is_forced() && !changed.iter().any(is_unseen) {
                    return None;
                }
                let then = images.before.as_ref().map(|before| (before, place));
                let versions = then.map(|then| versions(&changed, (now, row), then)).unwrap_or_default();
                let message = match self.set.action.is_forced() {
                    false => "another client has changed it since",
                    true => "another client has changed it since in a column that you do not see",
                };
                (!changed.is_empty()).then_some((ErrorCode::ChangedSince, message, versions))
            }
        }
    }

    fn stored_names(&self) -> impl Iterator<Item = &str> {
        self.stored.iter().map(|column| column.name.as_str())
    }

    /// Whether a row that is not there any more belonged to the principal who undoes it.
    fn is_own(&self, before: &RecordBatch, place: usize) -> bool {
        let Some(scope) = self.dataset.tenant() else { return true };
        let Ok(index) = before.schema().index_of(&scope.column) else { return false };
        match cells::to_cursor(before.column(index), place) {
            CursorValue::Text(text) | CursorValue::Integer(text) => text == scope.value,
            _ => false,
        }
    }

    /// Puts back what was done in the same transaction, and answers the rows that could not be. Where that needs a
    /// right or
    /// a statement that the database does not grant, it is none of them.
    pub(in crate::changes) async fn try_to_put_back(
        &self,
        transaction: &mut dyn Transaction,
        done: &ChunkResult,
    ) -> Result<Vec<RowFailure>, EngineError> {
        let fields = self.fields_of(transaction, self.set.clone()).await?;
        let images = Images { fields, ..Images::unpacked(&done.before, &done.after)? };
        let Some(before) = &images.before else { return Ok(Vec::new()) };
        let rows: Vec<(RowKey, usize)> = images::keys(before, &self.key)?.into_iter().zip(0..).collect();
        let columns = self.image_columns(before);
        let mut tried = self.put_back(transaction, &images, &columns, rows.clone(), ApplyMode::PerRow).await;
        if matches!(&tried, Err(EngineError::Driver(DriverError::Refused { what: Denied::Right, .. })))
            && !images.fields.is_empty()
        {
            // The savepoint stands in which it was tried.
            transaction.roll_back().await?;
            self.fields_only.store(true, Ordering::Relaxed);
            tried = self.put_back(transaction, &images, &columns, rows.clone(), ApplyMode::PerRow).await;
            self.fields_only.store(false, Ordering::Relaxed);
        }
        match tried {
            Ok((_, refused)) => {
                let place_of: HashMap<_, _> =
                    rows.iter().map(|(key, place)| (written_key(key), *place)).collect();
                let real = |refused: &RowFailure| {
                    let differences = images.differences.as_ref().zip(place_of.get(&refused.key));
                    differences.is_none_or(|(differences, place)| self.is_real(refused, differences, *place))
                };
                Ok(refused.failures.into_iter().filter(real).collect())
            }
            Err(EngineError::Driver(error @ DriverError::Refused { .. })) => {
                // The savepoint stands in which it was tried.
                transaction.roll_back().await?;
                Ok(rows.iter().map(|(key, _)| self.refused(key, &error)).collect())
            }
            Err(error) => Err(error),
        }
    }

    /// The fields that a change set in the end is about: its own, those of what it undoes, or the marks of deletion.
    async fn fields_of(
        &self,
        transaction: &mut dyn Transaction,
        mut set: ChangeSet,
    ) -> Result<Vec<String>, EngineError> {
        while let Some(undone) = set.undoes.clone() {
            let Some(found) = ChangeSet::find(transaction, &undone).await? else { break };
            set = found;
        }
        let fields = set.action.fields();
        let marks = self.dataset.soft_delete().into_iter();
        let marks = marks.flat_map(|(at, by)| [Some(at), by]).flatten().map(|column| column.name.clone());
        Ok(match fields.is_empty() {
            true => marks.collect(),
            false => fields.iter().map(|field| field.column.clone()).collect(),
        })
    }

    /// Whether the undo of a row would be refused like this in a transaction of its own. PostgreSQL checks all
    /// references of
    /// a row that the same transaction wrote before, also those that are not written.
    fn is_real(&self, refused: &RowFailure, differences: &Differences, place: usize) -> bool {
        let written = differences.of(place).iter().map(|column| differences.name(*column));
        refused.code != Refusal::ForeignKey.code()
            || written.into_iter().any(|column| self.dataset.is_in_references(column))
    }

    /// Puts rows back, and says which could be.
    async fn put_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        columns: &[ColumnRef],
        rows: Vec<(RowKey, usize)>,
        mode: ApplyMode,
    ) -> Result<(Vec<(RowKey, usize)>, Refused), EngineError> {
        if rows.is_empty() {
            return Ok((rows, Refused::default()));
        }
        let all: Vec<usize> = (0..rows.len()).collect();
        if mode != ApplyMode::PerRow {
            self.put_piece_back(transaction, images, columns, &rows, &all).await?;
            return Ok((rows, Refused::default()));
        }
        let what = Back { job: self, images, columns, rows: &rows };
        let (tried, ending) = self.bisect_isolated(transaction, all, &|row| &rows[row].0, &what).await?;
        let skipped = tried.refused.iter().filter(|(_, error)| is_skipped(error)).count() as u64;
        let refused = tried.refused.iter().map(|(row, error)| self.refused(&rows[*row].0, error));
        let refused = Refused { failures: refused.chain(ending).collect(), skipped };
        Ok((tried.done.into_iter().map(|row| rows[row].clone()).collect(), refused))
    }

    async fn put_piece_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        columns: &[ColumnRef],
        rows: &[(RowKey, usize)],
        piece: &[usize],
    ) -> Result<(), DriverError> {
        let dataset = self.dataset.name();
        let places = || piece.iter().map(|row| rows[*row].1);
        let values = |before: &RecordBatch, places: &[usize], columns: &[ColumnRef]| {
            let values = images::rows(before, places).and_then(|rows| images::columns(&rows, columns));
            values.map_err(wrong)
        };
        match (&images.before, &images.differences) {
            (Some(before), Some(differences)) => {
                for (set, places) in differences.groups(places()) {
                    let mut names: Vec<&str> = set.iter().map(|column| differences.name(*column)).collect();
                    if self.fields_only.load(Ordering::Relaxed) && !images.fields.is_empty() {
                        names.retain(|name| images.fields.iter().any(|field| field == name));
                    }
                    if names.is_empty() {
                        continue;
                    }
                    names.extend(self.key.iter().map(|key| key.name.as_str()));
                    let columns = named(columns, &names);
                    let values = values(before, &places, &columns)?;
                    let changed = transaction.overwrite(dataset, &self.key, &columns, &values).await?;
                    all_of(changed, places.len())?;
                    self.refuse_foreign(transaction, before, &places, &names).await?;
                }
                Ok(())
            }
            (Some(before), None) => {
                let places: Vec<usize> = places().collect();
                let values = values(before, &places, columns)?;
                all_of(transaction.insert(dataset, columns, &values).await?, piece.len())?;
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                self.refuse_foreign(transaction, before, &places, &names).await
            }
            (None, _) => {
                let keys: Vec<RowKey> = piece.iter().map(|row| rows[*row].0.clone()).collect();
                let query = self.only(&self.any_row, &keys).map_err(wrong)?;
                all_of(transaction.delete(&query, MOST_BYTES).await?.num_rows() as u64, piece.len())
            }
        }
    }

    /// Refuses rows whose columns refer, as they were, to what is not the principal's tenant's.
    async fn refuse_foreign(
        &self,
        transaction: &mut dyn Transaction,
        before: &RecordBatch,
        places: &[usize],
        written: &[&str],
    ) -> Result<(), DriverError> {
        let parents = self.parents_by(written);
        if parents.is_empty() {
            return Ok(());
        }
        let rows = images::rows(before, places).map_err(wrong)?;
        self.refuse_other_parents(transaction, &rows, &parents, Unseen::Kept).await
    }

    /// The images of the rows that were undone, for a redo, and the rows that did not come back as they were.
    async fn after_putting_back(
        &self,
        transaction: &mut dyn Transaction,
        images: &Images,
        (current, current_place): (&RecordBatch, &HashMap<RowKey, usize>),
        rows: &[(RowKey, usize)],
    ) -> Result<(ChunkResult, Vec<RowFailure>), EngineError> {
        if rows.is_empty() {
            return Ok((ChunkResult::default(), Vec::new()));
        }
        let keys: Vec<RowKey> = rows.iter().map(|(key, _)| key.clone()).collect();
        let before = match images.after.is_some() {
            true => {
                let places: Vec<usize> =
                    keys.iter().filter_map(|key| current_place.get(key).copied()).collect();
                Some(images::pack(&images::rows(current, &places)?)?)
            }
            false => None,
        };
        let (after, notes) = match images.before.is_some() {
            true => {
                let now = self.as_they_are(transaction, &keys).await?;
                let notes = self.altered(images, (current, current_place), &now, rows);
                (Some(images::pack(&now)?), notes)
            }
            false => (None, Vec::new()),
        };
        Ok((ChunkResult { before, after, rows: rows.len() as u64, failures: None }, notes))
    }

    /// The columns of an image, as the dataset has them now.
    fn image_columns(&self, image: &RecordBatch) -> Vec<ColumnRef> {
        let schema = image.schema();
        let stored = self.stored.iter().filter(|column| schema.index_of(&column.name).is_ok());
        stored.cloned().collect()
    }

    /// What of the columns that would be written is not as it was when the images were made. A column that came since is
    /// no obstacle: rows get its default.
    fn changed_columns(
        &self,
        set: &ChangeSet,
        image: &RecordBatch,
        differences: Option<&Differences>,
    ) -> Result<Option<String>, EngineError> {
        let mut then: Vec<ImageColumn> = serde_json::from_str(&set.columns)
            .map_err(|error| EngineError::internal(format!("a change set's columns: {error}")))?;
        // A column that went away before these rows were changed is not in their images.
        then.retain(|then| image.schema().index_of(&then.name).is_ok());
        if let Some(differences) = differences {
            let is_key = |name: &str| self.key.iter().any(|key| key.name == name);
            then.retain(|then| is_key(&then.name) || differences.names().any(|name| name == then.name));
        }
        Ok(then.iter().find_map(|then| match self.stored.iter().find(|now| now.name == then.name) {
            None => Some("a column that it had is not there any more".to_owned()),
            Some(now) if now.native_type != then.native_type => {
                Some("a column that it has is of another type now".to_owned())
            }
            Some(_) => None,
        }))
    }
}

impl Job<'_> {
    /// The rows that are not what they should be although they were undone, with what they are: a trigger has made
    /// something else of them. `current` is what they were before.
    fn altered(
        &self,
        images: &Images,
        (current, current_place): (&RecordBatch, &HashMap<RowKey, usize>),
        now: &RecordBatch,
        rows: &[(RowKey, usize)],
    ) -> Vec<RowFailure> {
        let Some(before) = &images.before else { return Vec::new() };
        let mut notes = Vec::new();
        for (row, (key, place)) in rows.iter().enumerate() {
            let (then, now) = ((before, *place), (now, row));
            let found = match &images.differences {
                None => versions(&differing(self.stored_names(), then, now), now, then),
                Some(differences) => {
                    let written = differences.of(*place).iter().map(|column| differences.name(*column));
                    let written: Vec<&str> = written.collect();
                    let mut found = versions(&differing(written.iter().copied(), then, now), now, then);
                    if let Some(current_row) = current_place.get(key) {
                        let was = (current, *current_row);
                        let others = self.stored_names().filter(|name| !written.contains(name));
                        found.extend(versions(&differing(others, was, now), now, was));
                    }
                    found
                }
            };
            if !found.is_empty() {
                let message =
                    "it came back, and a trigger of the database made something else of some of its values";
                notes.push(RowFailure { versions: found, ..failure(key, ErrorCode::Altered, message) });
            }
            if notes.len() == MOST_NOTES {
                break;
            }
        }
        notes
    }
}

/// So many rows of a chunk are listed that came back otherwise: where a trigger touches each row, it may be all of them.
const MOST_NOTES: usize = 1_000;

fn wrong(error: EngineError) -> DriverError {
    DriverError::Protocol { message: error.to_string() }
}

impl ChunkOutcome {
    fn nothing(failures: Vec<RowFailure>) -> Self {
        let skipped = failures.len() as u64;
        Self { failures, skipped, ..Self::default() }
    }

    fn failed(failures: Vec<RowFailure>) -> Self {
        Self { failures, ..Self::default() }
    }
}
