//! A change set at work: what becomes of one chunk of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use rowport_drivers::journal::{ChangeSet, Chunk, ChunkResult, ChunkState, NewChunk, UndoneRows};
use rowport_drivers::{Denied, Driver, DriverError, Refusal, Transaction};
use rowport_model::{
    ChangeAction, ChangeKind, ColumnRef, ColumnType, Comparison, CursorValue, Deleted, ErrorCode, Expr,
    Parents, Predicate, Principal, Query, ResolvedDataset, View, rows_with_keys,
};

use crate::changes::apply::dependents::{self, DependentRows};
use crate::changes::apply::forward::lie_close;
use crate::changes::apply::isolate::IsolatedRows;
use crate::changes::images::{self, RowKey};
use crate::changes::outcome::may_quote;
use crate::changes::{RowFailure, is_of_rows};
use crate::error::EngineError;
use crate::sources::Sources;

/// The most bytes of rows that a chunk holds in memory; a larger one is split.
pub(in crate::changes) const MOST_BYTES: usize = 32 << 20;

/// How often a chunk is tried whose rows another transaction holds.
const TRIES: u32 = 4;

/// Whether rows are tried all at once, or so that one bad row does not block the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::changes) enum ApplyMode {
    /// All of them, as what lies between two keys.
    Range,
    Batch,
    PerRow,
}

/// A change set and everything that its chunks have in common.
pub(in crate::changes) struct Job<'a> {
    pub(in crate::changes) dataset: ResolvedDataset<'a>,
    pub(in crate::changes) driver: Arc<dyn Driver>,
    pub(in crate::changes) key: Vec<ColumnRef>,
    pub(in crate::changes) stored: Vec<ColumnRef>,
    pub(in crate::changes) set: ChangeSet,
    /// All rows that it may touch, deleted or not, by nothing but whose they are.
    pub(in crate::changes) any_row: Query,
    /// What its rows must fit.
    pub(in crate::changes) fitting: Query,
    /// The references to its rows, where they are really deleted.
    pub(in crate::changes) dependents: Vec<DependentRows>,
    /// What its rows may refer to, where that is not everything.
    pub(in crate::changes) parents: Vec<Parents>,
    /// Whether what the database says of a row may be shown: it may quote any column of it.
    pub(in crate::changes) quotes: bool,
    /// Whether an undo writes the fields that were set, and not what triggers made of others: the login may not.
    pub(in crate::changes) fields_only: AtomicBool,
    /// Rows that end the whole transaction when they are tried.
    pub(in crate::changes) isolated: IsolatedRows,
    sources: &'a Sources,
    pub(in crate::changes) attempt: u32,
}

/// What came of a chunk's rows.
#[derive(Default)]
pub(in crate::changes) struct ChunkOutcome {
    pub(in crate::changes) done: ChunkResult,
    pub(in crate::changes) failures: Vec<RowFailure>,
    /// How many of the failures are rows that were left alone.
    pub(in crate::changes) skipped: u64,
    /// Rows that were changed, and of which there is something to say.
    pub(in crate::changes) notes: Vec<RowFailure>,
    /// The chunk that it undoes, and which of its rows are undone by now.
    pub(in crate::changes) undone: Option<(String, i64, UndoneRows)>,
}

impl<'a> Job<'a> {
    pub(in crate::changes) async fn new(
        sources: &'a Sources,
        dataset: ResolvedDataset<'a>,
        source: &str,
        set: ChangeSet,
        attempt: u32,
    ) -> Result<Self, EngineError> {
        let now = Timestamp::from_millisecond(set.created_at).unwrap_or_default();
        // Undoing a restore deletes rows as well, and they may have dependents by now.
        let deletes = match &set.action {
            ChangeAction::Set { .. } | ChangeAction::Restore { .. } => false,
            ChangeAction::Delete { cascaded, .. } => *cascaded || dataset.soft_delete().is_none(),
            ChangeAction::Purge { .. } => dataset.soft_delete().is_some(),
            ChangeAction::Undo { .. } => true,
        };
        let dependents = match deletes {
            true => dependents::find(&*sources.catalog(&Principal::local(), source).await?, &dataset),
            false => Vec::new(),
        };
        let any = dataset.clone().with_deleted(Deleted::Included);
        let fitting = match &set.action {
            ChangeAction::Purge { expired_before: Some(moment), .. } => {
                let deleted = Timestamp::from_millisecond(*moment).map_or(Deleted::Only, Deleted::Before);
                dataset.clone().with_deleted(deleted)
            }
            ChangeAction::Restore { .. } | ChangeAction::Purge { expired_before: None, .. } => {
                dataset.clone().with_deleted(Deleted::Only)
            }
            // The database asks no mark either before it deletes rows with others.
            ChangeAction::Delete { cascaded: true, .. } | ChangeAction::Set { cascaded: true, .. } => {
                any.clone()
            }
            ChangeAction::Delete { cascaded: false, .. }
            | ChangeAction::Set { cascaded: false, .. }
            | ChangeAction::Undo { .. } => dataset.clone(),
        };
        let view = set.action.terms().map(|terms| terms.view.clone()).unwrap_or_default();
        Ok(Self {
            driver: Arc::clone(sources.driver(source)?),
            key: dataset.change_key()?,
            stored: dataset.stored_columns(),
            parents: dataset.parents(now),
            any_row: any.stored_query(&View::default(), now)?,
            fitting: fitting.stored_query(&view, now)?,
            quotes: may_quote(&dataset),
            dataset,
            set,
            dependents,
            fields_only: AtomicBool::new(false),
            isolated: IsolatedRows::default(),
            sources,
            attempt,
        })
    }

    /// Applies a chunk, again while another transaction holds its rows, and row by row if the database refuses it as
    /// a whole.
    pub(in crate::changes) async fn chunk_with_patience(&self, chunk: i64) -> Result<u64, EngineError> {
        let (mut mode, mut tries) = (ApplyMode::Range, 1);
        loop {
            match self.chunk(chunk, mode).await {
                Err(EngineError::Driver(DriverError::Busy { .. })) if mode == ApplyMode::Range => {
                    mode = ApplyMode::Batch;
                }
                Err(EngineError::Driver(DriverError::Refused { what: Denied::Right, .. }))
                    if self.set.action.kind() == ChangeKind::Undo
                        && !self.fields_only.swap(true, Ordering::Relaxed) => {}
                // Each time one more of the rows is known that did it.
                Err(EngineError::Driver(DriverError::RolledBack { .. })) => mode = ApplyMode::PerRow,
                Err(error) if is_of_rows(&error) && mode != ApplyMode::PerRow => mode = ApplyMode::PerRow,
                Err(EngineError::Driver(DriverError::Busy { .. })) if tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << (2 * tries))).await;
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    async fn chunk(&self, chunk: i64, mode: ApplyMode) -> Result<u64, EngineError> {
        let mut transaction = self.driver.begin().await?;
        let rows = self.chunk_in(transaction.as_mut(), chunk, mode).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// The chunk's rows change and the journal says so, or neither.
    pub(in crate::changes) async fn chunk_in(
        &self,
        transaction: &mut dyn Transaction,
        number: i64,
        mode: ApplyMode,
    ) -> Result<u64, EngineError> {
        let id = &self.set.id;
        let chunk = Chunk::find(transaction, id, number, true).await?;
        let chunk = chunk.ok_or_else(|| EngineError::internal("a chunk of the journal is not there"))?;
        if chunk.state == ChunkState::Done {
            return Ok(0);
        }
        let changed = self.change(transaction, &chunk, mode).await?;
        self.record(transaction, &chunk, changed).await?;
        Ok(chunk.rows)
    }

    /// The journal says what came of a chunk, and the change set counts it, unless another attempt has it by now.
    async fn record(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        ChunkOutcome { mut done, mut failures, skipped, notes, undone }: ChunkOutcome,
    ) -> Result<(), EngineError> {
        let id = &self.set.id;
        if let Some((change_set, chunk, undone)) = undone {
            Chunk::set_undone(transaction, &change_set, chunk, undone).await?;
        }
        let counts = [done.rows, failures.len() as u64 - skipped, skipped];
        failures.extend(notes);
        // Made of texts and numbers; serialising it cannot fail.
        done.failures = (!failures.is_empty()).then(|| serde_json::to_string(&failures).unwrap_or_default());
        let now = self.now().as_millisecond();
        let finished = Chunk::finish(transaction, id, chunk.chunk, done, now).await?;
        if !finished || !ChangeSet::advance(transaction, id, self.attempt, counts).await? {
            return Err(EngineError::Overtaken);
        }
        Ok(())
    }

    /// Changes the chunk's rows.
    pub(in crate::changes) async fn change(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        mode: ApplyMode,
    ) -> Result<ChunkOutcome, EngineError> {
        match (&self.set.action, &chunk.from) {
            (ChangeAction::Purge { .. }, Some(from)) => self.purge(transaction, chunk, from).await,
            (
                ChangeAction::Delete { .. }
                | ChangeAction::Set { .. }
                | ChangeAction::Restore { .. }
                | ChangeAction::Undo { .. },
                Some(from),
            ) => self.undo(transaction, chunk, from, mode).await,
            (
                ChangeAction::Delete { .. }
                | ChangeAction::Set { .. }
                | ChangeAction::Restore { .. }
                | ChangeAction::Purge { .. }
                | ChangeAction::Undo { .. },
                None,
            ) => self.forward(transaction, chunk, mode).await,
        }
    }

    /// Puts two halves in the place of a chunk whose rows are too large together; none if it has one row.
    pub(in crate::changes) async fn split(&self, number: i64) -> Result<Option<[i64; 2]>, EngineError> {
        let mut transaction = self.driver.begin().await?;
        let chunk = Chunk::find(transaction.as_mut(), &self.set.id, number, true).await?;
        let chunk = chunk.ok_or_else(|| EngineError::internal("a chunk of the journal is not there"))?;
        let keys = images::unpack(&chunk.keys)?;
        let half = keys.num_rows() / 2;
        if half == 0 {
            return Ok(None);
        }
        // The numbers of two chunks lie so far apart that there is one for every row between them.
        let numbers = [number, number + half as i64];
        let part = |chunk_number: i64, from: usize, rows: usize| {
            let keys = images::pack(&keys.slice(from, rows))?;
            Ok::<_, EngineError>(NewChunk {
                chunk: chunk_number,
                rows: rows as u64,
                keys,
                from: chunk.from.clone(),
            })
        };
        let halves = [part(numbers[0], 0, half)?, part(numbers[1], half, keys.num_rows() - half)?];
        Chunk::split(transaction.as_mut(), &self.set.id, number, halves).await?;
        transaction.commit().await?;
        Ok(Some(numbers))
    }

    /// Finishes a chunk of which nothing is changed, with why.
    pub(in crate::changes) async fn skip_chunk(
        &self,
        number: i64,
        why: &DriverError,
    ) -> Result<u64, EngineError> {
        let mut transaction = self.driver.begin().await?;
        let id = &self.set.id;
        let chunk = Chunk::find(transaction.as_mut(), id, number, true).await?;
        let chunk = chunk.ok_or_else(|| EngineError::internal("a chunk of the journal is not there"))?;
        if chunk.state == ChunkState::Done {
            return Ok(0);
        }
        let keys = images::keys(&images::unpack(&chunk.keys)?, &self.key)?;
        let failures = keys.iter().map(|key| self.refused(key, why)).collect();
        let changed = ChunkOutcome { failures, ..ChunkOutcome::default() };
        self.record(transaction.as_mut(), &chunk, changed).await?;
        transaction.commit().await?;
        Ok(chunk.rows)
    }

    pub(in crate::changes) fn now(&self) -> Timestamp {
        self.sources.clock().now()
    }

    /// A query for some rows of another one, by their keys.
    pub(in crate::changes) fn only(&self, query: &Query, keys: &[RowKey]) -> Result<Query, EngineError> {
        let keys = rows_with_keys(&self.key, &images::values(keys)?);
        let mut query = query.clone();
        query.filter = Predicate::All(vec![keys, query.filter]);
        Ok(query)
    }

    /// A query for some rows of another one, by their keys, or by the first and the last of these where that is quicker:
    /// then it may find a few rows more.
    pub(in crate::changes) fn around(&self, query: &Query, keys: &[RowKey]) -> Result<Query, EngineError> {
        let number = |key: &&RowKey| match key.first() {
            Some(CursorValue::Integer(text)) => text.parse::<i128>().ok(),
            _ => None,
        };
        let ends = (keys.iter().min_by_key(number), keys.iter().max_by_key(number));
        if let (Some(first), Some(last)) = ends {
            let ends = [first.clone(), last.clone()];
            if lie_close(&ends, keys.len())
                && let Some(range) = self.between(query, &ends)?
            {
                return Ok(range);
            }
        }
        self.only(query, keys)
    }

    /// A query for the rows between the first and the last key of a chunk, which holds more than the chunk where rows
    /// came between them. None where rows have no such order that is sure.
    pub(in crate::changes) fn between(
        &self,
        query: &Query,
        keys: &[RowKey],
    ) -> Result<Option<Query>, EngineError> {
        let ([column], [first, .., last]) = (&self.key[..], keys) else { return Ok(None) };
        if !matches!(column.column_type, ColumnType::Integer { .. }) {
            return Ok(None);
        }
        let mut parts = Vec::with_capacity(3);
        let ends = images::values(&[first.clone(), last.clone()])?;
        for (end, comparison) in ends.into_iter().zip([Comparison::GreaterOrEqual, Comparison::LessOrEqual]) {
            let Some(Some(value)) = end.into_iter().next() else { return Ok(None) };
            parts.push(Predicate::Compare { expr: Expr::Column(column.clone()), comparison, value });
        }
        let mut query = query.clone();
        parts.push(query.filter);
        query.filter = Predicate::All(parts);
        Ok(Some(query))
    }

    /// Why the database did not take a row.
    pub(in crate::changes) fn refused(&self, key: &RowKey, error: &DriverError) -> RowFailure {
        let (reason, message) = match error {
            DriverError::RowRefused { reason, message } => (*reason, message),
            DriverError::Oversized { message } => (Refusal::Size, message),
            other => return failure(key, other.code(), &other.to_string()),
        };
        let words = words_for(reason);
        // A later reader may see less of the row than the actor.
        RowFailure { database: Some(message.clone()), ..failure(key, reason.code(), words) }
    }
}

/// Why a database does not take a row, in our words.
pub(in crate::changes) fn words_for(reason: Refusal) -> &'static str {
    match reason {
        Refusal::ForeignKey => "other rows refer to it, or it would refer to a row that is not there",
        Refusal::Unique => "another row has a value that may be there once only",
        Refusal::NotNull => "a value is missing that every row must have",
        Refusal::Check => "a check of the database does not hold",
        Refusal::Unfit => "a value does not fit its column",
        Refusal::Size => "it is larger than the database takes",
        Refusal::Skipped => "a trigger or a rule of the database left it as it is",
        Refusal::Other => "a rule of the database refuses it",
    }
}

/// A row that was not changed.
pub(in crate::changes) fn failure(key: &RowKey, code: ErrorCode, message: &str) -> RowFailure {
    RowFailure {
        key: written_key(key),
        code,
        message: message.to_owned(),
        database: None,
        versions: Vec::new(),
    }
}

/// A key as it is written everywhere: the text of each of its columns' values.
pub(in crate::changes) fn written_key(key: &RowKey) -> Vec<serde_json::Value> {
    key.iter().map(CursorValue::written).collect()
}
