//! A change set at work: its chunks one after the other, each in a transaction of its own or all in one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rowport_drivers::journal::{ChangeSet, ChangeSetState, Chunk, ChunkState, Done, NewChunk, Taken};
use rowport_drivers::{Driver, DriverError, Refusal, Transaction};
use rowport_model::{
    ColumnRef, ColumnType, Comparison, Deleted, Expr, Predicate, Principal, Query, ResolvedDataset,
    SourceKind, View, rows_with_keys,
};
use tokio_util::sync::CancellationToken;

use super::dependants::{self, Follows};
use super::images::{self, Exact};
use super::{Details, Outcome, RowFailure, is_of_rows, words, written};
use crate::desk::Desk;
use crate::error::EngineError;

/// The most bytes of rows that a chunk holds in memory; a larger one is split.
pub(super) const MOST_BYTES: usize = 32 << 20;

/// How often a chunk is tried whose rows somebody else holds.
const TRIES: u32 = 4;

/// How many failures an answer lists.
const LISTED: usize = 1_000;

/// Whether rows are tried all at once, or so that one bad row does not block the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// All of them, as what lies between two keys.
    ByRange,
    AllAtOnce,
    RowByRow,
}

/// A change set and everything that its chunks have in common.
pub(super) struct Job<'a> {
    pub(super) dataset: ResolvedDataset<'a>,
    pub(super) driver: Arc<dyn Driver>,
    pub(super) key: Vec<ColumnRef>,
    pub(super) stored: Vec<ColumnRef>,
    pub(super) set: ChangeSet,
    pub(super) details: Details,
    /// All rows that it may touch, deleted or not, by nothing but whose they are.
    pub(super) any_row: Query,
    /// What its rows must fit.
    pub(super) fitting: Query,
    /// What hangs on its rows, where they are really deleted.
    pub(super) follows: Vec<Follows>,
    /// Whether what the database says of a row may be shown: it may quote any column of it.
    pub(super) quotes: bool,
    desk: &'a Desk,
    attempt: u32,
}

/// What came of a chunk's rows.
pub(super) struct Changed {
    pub(super) done: Done,
    pub(super) failures: Vec<RowFailure>,
    /// How many of the failures are rows that were left alone.
    pub(super) kept: u64,
    /// What is noted of the chunk that it takes back.
    pub(super) taken: Option<(String, i64, Taken)>,
}

impl<'a> Job<'a> {
    pub(super) async fn new(
        desk: &'a Desk,
        dataset: ResolvedDataset<'a>,
        source: &str,
        set: ChangeSet,
        attempt: u32,
    ) -> Result<Self, EngineError> {
        let details = super::details(&set)?;
        let now = Timestamp::from_millisecond(set.created_at).unwrap_or_default();
        // Taking back that rows came back deletes them as well, and others may hang on them by now.
        let deletes = match set.action.as_str() {
            words::SET | words::RESTORE => false,
            words::DELETE => dataset.soft_delete().is_none(),
            words::PURGE => dataset.soft_delete().is_some(),
            _ => true,
        };
        let follows = match deletes {
            true => dependants::of(&*desk.catalog(&Principal::local(), source).await?, &dataset),
            false => Vec::new(),
        };
        let any = dataset.clone().with_deleted(Deleted::Included);
        let expired = details.expired_before.map(Timestamp::from_millisecond).transpose();
        let fitting = match (set.action.as_str(), expired.unwrap_or_default()) {
            (words::PURGE, Some(moment)) => dataset.clone().with_deleted(Deleted::Before(moment)),
            (words::RESTORE | words::PURGE, _) => dataset.clone().with_deleted(Deleted::Only),
            _ => dataset.clone(),
        };
        Ok(Self {
            driver: Arc::clone(desk.driver(source)?),
            key: dataset.change_key()?,
            stored: dataset.stored_columns(),
            any_row: any.stored_query(&View::default(), now)?,
            fitting: fitting.stored_query(&details.view, now)?,
            quotes: sees_all(&dataset),
            dataset,
            set,
            details,
            follows,
            desk,
            attempt,
        })
    }

    /// Does what is left to do. It stops between two chunks when it is told to, and can be gone on with then.
    pub(super) async fn run(
        &self,
        cancel: &CancellationToken,
        progress: impl FnMut(u64) + Send,
    ) -> Result<(), EngineError> {
        let mut transaction = self.driver.begin().await?;
        if !ChangeSet::claim(transaction.as_mut(), &self.set.id, self.attempt).await? {
            return Err(EngineError::Overtaken);
        }
        let mut chunks = Chunk::pending(transaction.as_mut(), &self.set.id).await?;
        transaction.commit().await?;
        if self.details.all_or_nothing {
            return self.run_as_one(&chunks, cancel).await;
        }
        chunks.reverse();
        let (queue, progress) = (Mutex::new(chunks), Mutex::new(progress));
        // While one waits for the database, the other packs what it got.
        match self.driver.kind() {
            SourceKind::Sqlite => self.work_off(&queue, cancel, &progress).await?,
            _ => drop(tokio::try_join!(
                self.work_off(&queue, cancel, &progress),
                self.work_off(&queue, cancel, &progress)
            )?),
        }
        if cancel.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        self.end(ChangeSetState::Done).await
    }

    /// Takes chunks from the queue until there is none.
    async fn work_off(
        &self,
        queue: &Mutex<Vec<i64>>,
        cancel: &CancellationToken,
        progress: &Mutex<impl FnMut(u64)>,
    ) -> Result<(), EngineError> {
        while !cancel.is_cancelled() {
            let next = lock(queue).pop();
            let Some(chunk) = next else { break };
            match self.chunk_with_patience(chunk).await {
                Ok(rows) => lock(progress)(rows),
                Err(EngineError::Driver(DriverError::TooLarge { limit })) => {
                    let halves = self.split(chunk).await?;
                    let halves = halves.ok_or(EngineError::Driver(DriverError::TooLarge { limit }))?;
                    lock(queue).extend(halves.iter().rev());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All chunks in one transaction: the first row that the database does not take ends it, and nothing was done.
    async fn run_as_one(&self, chunks: &[i64], cancel: &CancellationToken) -> Result<(), EngineError> {
        let whole = async {
            let mut transaction = self.driver.begin().await?;
            for chunk in chunks {
                if cancel.is_cancelled() {
                    return Err(EngineError::Cancelled);
                }
                self.chunk_in(transaction.as_mut(), *chunk, Care::AllAtOnce).await?;
            }
            if !self.end_in(transaction.as_mut(), ChangeSetState::Done).await? {
                return Err(EngineError::Overtaken);
            }
            Ok(transaction.commit().await?)
        };
        let outcome: Result<(), EngineError> = whole.await;
        match outcome {
            Err(EngineError::Driver(DriverError::RowRefused { reason, message })) => {
                self.end(ChangeSetState::Cancelled).await?;
                let message = if self.quotes { message } else { words_for(reason).to_owned() };
                Err(DriverError::RowRefused { reason, message }.into())
            }
            other => other,
        }
    }

    /// A chunk, tried again while somebody else holds its rows, and row by row if the database does not take it whole.
    async fn chunk_with_patience(&self, chunk: i64) -> Result<u64, EngineError> {
        let (mut care, mut tries) = (Care::ByRange, 1);
        loop {
            match self.chunk(chunk, care).await {
                Err(EngineError::Driver(DriverError::Busy { .. })) if care == Care::ByRange => {
                    care = Care::AllAtOnce;
                }
                Err(error) if is_of_rows(&error) && care != Care::RowByRow => care = Care::RowByRow,
                Err(EngineError::Driver(DriverError::Busy { .. })) if tries < TRIES => {
                    tokio::time::sleep(Duration::from_millis(50 << (2 * tries))).await;
                    tries += 1;
                }
                other => return other,
            }
        }
    }

    async fn chunk(&self, chunk: i64, care: Care) -> Result<u64, EngineError> {
        let mut transaction = self.driver.begin().await?;
        let rows = self.chunk_in(transaction.as_mut(), chunk, care).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// The chunk's rows change and the journal says so, or neither.
    async fn chunk_in(
        &self,
        transaction: &mut dyn Transaction,
        number: i64,
        care: Care,
    ) -> Result<u64, EngineError> {
        let id = &self.set.id;
        let chunk = Chunk::find(transaction, id, number, true).await?;
        let chunk = chunk.ok_or_else(|| EngineError::internal("a chunk of the journal is not there"))?;
        if chunk.state == ChunkState::Done {
            return Ok(0);
        }
        let Changed { mut done, failures, kept, taken } = self.change(transaction, &chunk, care).await?;
        if let Some((change_set, chunk, taken)) = taken {
            Chunk::take(transaction, &change_set, chunk, taken).await?;
        }
        let (rows, tried) = (done.rows, chunk.rows);
        let counts = [rows, failures.len() as u64 - kept, kept];
        // Made of texts and numbers; serialising it cannot fail.
        done.failures = (!failures.is_empty()).then(|| serde_json::to_string(&failures).unwrap_or_default());
        let now = self.desk.clock().now().as_millisecond();
        let finished = Chunk::finish(transaction, id, number, done, now).await?;
        if !finished || !ChangeSet::advance(transaction, id, self.attempt, counts).await? {
            return Err(EngineError::Overtaken);
        }
        Ok(tried)
    }

    /// Changes the chunk's rows.
    pub(super) async fn change(
        &self,
        transaction: &mut dyn Transaction,
        chunk: &Chunk,
        care: Care,
    ) -> Result<Changed, EngineError> {
        match &chunk.from {
            Some(from) if self.set.action == words::PURGE => self.purge(transaction, chunk, from).await,
            Some(from) => self.reverse(transaction, chunk, from, care).await,
            None => self.forward(transaction, chunk, care).await,
        }
    }

    /// Puts two halves in the place of a chunk whose rows are too large together; none if it has one row.
    async fn split(&self, number: i64) -> Result<Option<[i64; 2]>, EngineError> {
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

    pub(super) async fn end(&self, state: ChangeSetState) -> Result<(), EngineError> {
        let mut transaction = self.driver.begin().await?;
        if !self.end_in(transaction.as_mut(), state).await? {
            return Err(EngineError::Overtaken);
        }
        Ok(transaction.commit().await?)
    }

    async fn end_in(
        &self,
        transaction: &mut dyn Transaction,
        state: ChangeSetState,
    ) -> Result<bool, EngineError> {
        let now = self.desk.clock().now().as_millisecond();
        Ok(ChangeSet::end(transaction, &self.set.id, self.attempt, state, now).await?)
    }

    /// A query for some rows of another one, by their keys.
    pub(super) fn only(&self, query: &Query, keys: &[Exact]) -> Result<Query, EngineError> {
        let keys = rows_with_keys(&self.key, &images::values(keys)?);
        let mut query = query.clone();
        query.filter = Predicate::All(vec![keys, query.filter]);
        Ok(query)
    }

    /// A query for the rows between the first and the last key of a chunk, which holds more than the chunk where rows
    /// came between them. None where rows have no such order that is sure.
    pub(super) fn between(&self, query: &Query, keys: &[Exact]) -> Result<Option<Query>, EngineError> {
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
    pub(super) fn refused(&self, key: &Exact, error: &DriverError) -> RowFailure {
        let DriverError::RowRefused { reason, message } = error else {
            return failure(key, error.code(), &error.to_string());
        };
        let words = words_for(*reason);
        // Whoever looks at it later may see less of the row than whoever did it.
        RowFailure { database: Some(message.clone()), ..failure(key, reason.code(), words) }
    }
}

/// Why a database does not take a row, in our words.
fn words_for(reason: Refusal) -> &'static str {
    match reason {
        Refusal::ForeignKey => "other rows refer to it, or it would refer to a row that is not there",
        Refusal::Unique => "another row has a value that may be there once only",
        Refusal::NotNull => "a value is missing that every row must have",
        Refusal::Check => "a check of the database does not hold",
        Refusal::Unfit => "a value does not fit its column",
        Refusal::Other => "a rule of the database refuses it",
    }
}

/// Whether what the database says of a row may be shown: it may quote any column of it.
fn sees_all(dataset: &ResolvedDataset<'_>) -> bool {
    dataset.hidden_columns() == 0 && dataset.columns().all(|column| !column.masked)
}

/// Nothing that is done under these locks can leave a half-made state behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A row that was not changed.
pub(super) fn failure(key: &Exact, code: &str, message: &str) -> RowFailure {
    use rowport_model::CursorValue;
    let value = |value: &CursorValue| match value {
        CursorValue::Null => serde_json::Value::Null,
        CursorValue::Boolean(value) => (*value).into(),
        CursorValue::Integer(text)
        | CursorValue::Float(text)
        | CursorValue::Text(text)
        | CursorValue::Bytes(text) => text.as_str().into(),
    };
    RowFailure {
        key: key.iter().map(value).collect(),
        code: code.to_owned(),
        message: message.to_owned(),
        database: None,
        versions: Vec::new(),
    }
}

/// Takes away what of the failures is not for the principal to see.
pub(super) fn without_hidden(dataset: &ResolvedDataset<'_>, failures: &mut [RowFailure]) {
    if sees_all(dataset) {
        return;
    }
    let is_seen = |name: &str| dataset.column(name).is_some_and(|column| !column.masked);
    for failure in failures {
        failure.database = None;
        failure.versions.retain(|field| is_seen(&field.column));
    }
}

/// What came of a change set so far, with the first rows that were not changed.
pub(super) async fn outcome(
    driver: &dyn Driver,
    dataset: &ResolvedDataset<'_>,
    id: &str,
) -> Result<Outcome, EngineError> {
    let mut transaction = driver.begin_reading().await?;
    let set = ChangeSet::find(transaction.as_mut(), id).await?;
    let set = set.ok_or_else(|| EngineError::UnknownChangeSet { id: id.to_owned() })?;
    let mut failures = Vec::new();
    if set.failed + set.kept > 0 {
        let mut after = -1;
        while let Some((chunk, text)) = Chunk::next_failures(transaction.as_mut(), id, after).await? {
            let of_chunk: Vec<RowFailure> = serde_json::from_str(&text)
                .map_err(|error| EngineError::internal(format!("a chunk's failures: {error}")))?;
            failures.extend(of_chunk);
            after = chunk;
            if failures.len() >= LISTED {
                failures.truncate(LISTED);
                break;
            }
        }
    }
    without_hidden(dataset, &mut failures);
    transaction.commit().await?;
    Ok(Outcome {
        action: set.action,
        state: set.state.into(),
        rows: set.rows,
        done: set.done,
        failed: set.failed,
        kept: set.kept,
        failures,
        undo_until: written(set.undo_until),
        change_set: set.id,
    })
}
