//! Tells Rowport's own audit of rows that were changed.
//!
//! The journal holds them, written in one transaction with the change; the audit is elsewhere. So each chunk that is done
//! is told of afterwards: first the audit writes it down, once by its id, then the journal notes that. A process
//! that is killed
//! between the two tells it again, and the audit knows it already.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rowport_drivers::DriverError;
use rowport_drivers::journal::{self, ChangeSet, Chunk, Unrelayed};
use rowport_model::Principal;
use rowport_store::{Actor, RelayedChunk, Store};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::history::row_events::{Rows, key_columns};
use crate::error::EngineError;
use crate::sources::Sources;

/// Tells the audit of the rows that were changed in the sources of a desk, in as many processes as there are.
#[derive(Clone)]
pub struct Relay {
    sources: Arc<Sources>,
    store: Arc<Store>,
    /// Sources without a journal, and until when they are left alone.
    without_journal: Arc<Mutex<BTreeMap<String, Instant>>>,
}

/// How long a source is left alone that has no journal. Asking for it is an error in the database's own log.
const WITHOUT_JOURNAL: Duration = Duration::from_secs(600);

impl Relay {
    /// A relay that has not begun.
    pub fn new(sources: Arc<Sources>, store: Arc<Store>) -> Self {
        Self { sources, store, without_journal: Arc::default() }
    }

    /// Waits until this process has changed rows.
    pub(crate) async fn touched(&self) {
        self.sources.touched.some().await;
    }

    /// Tells the audit of the sources in which this process has changed rows. Where `stop` is set, the chunk that is under
    /// way is told.
    pub(crate) async fn relay_touched(&self, stop: &CancellationToken) -> Result<(), EngineError> {
        self.relay(self.sources.touched.take(), stop).await
    }

    /// Tells the audit of everything that it does not know yet.
    pub(crate) async fn relay_all(&self, stop: &CancellationToken) -> Result<(), EngineError> {
        let now = Instant::now();
        let sources = {
            let without = self.without_journal();
            let due = |source: &String| without.get(source).is_none_or(|until| *until <= now);
            self.sources().into_iter().filter(due).collect()
        };
        self.relay(sources, stop).await
    }

    /// One source that cannot be read does not hold up the others; the first error is the answer.
    async fn relay(&self, sources: BTreeSet<String>, stop: &CancellationToken) -> Result<(), EngineError> {
        let mut ended = Ok(());
        for source in sources {
            match self.source(&source, stop).await {
                Ok(0) => drop(self.without_journal().remove(&source)),
                Ok(chunks) => {
                    self.without_journal().remove(&source);
                    tracing::debug!(source, chunks, "the audit was told of changed rows");
                }
                Err(EngineError::Driver(error)) if error.is_unprepared() => {
                    if !matches!(error, DriverError::NoJournal) {
                        tracing::warn!(source, code = error.code().as_str(), %error, "nothing in the source is changed");
                    }
                    self.without_journal().insert(source, Instant::now() + WITHOUT_JOURNAL);
                }
                // What a database says may quote a row.
                Err(error) => {
                    let code = error.code().as_str();
                    tracing::warn!(source, code, "the audit cannot be told of changed rows now");
                    ended = ended.and(Err(error));
                }
            }
        }
        ended
    }

    /// Nothing that is done under this lock can leave a half-made state behind.
    fn without_journal(&self) -> MutexGuard<'_, BTreeMap<String, Instant>> {
        self.without_journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the audit of what one source has, and how many chunks that was.
    pub async fn source(&self, source: &str, stop: &CancellationToken) -> Result<u64, EngineError> {
        let (mut last, mut told) = (Unrelayed::default(), 0);
        loop {
            let mut transaction = self.sources.driver(source)?.begin_reading().await?;
            journal::is_ready(transaction.as_mut()).await?;
            let chunks = Chunk::unrelayed(transaction.as_mut(), &last).await?;
            transaction.commit().await?;
            if chunks.is_empty() {
                return Ok(told);
            }
            for chunk in chunks {
                if stop.is_cancelled() {
                    return Ok(told);
                }
                match self.chunk(source, &chunk).await {
                    Ok(()) => told += 1,
                    // One that cannot be read must not hold up the others.
                    Err(EngineError::Internal { message }) => {
                        let (change_set, chunk) = (&chunk.change_set, chunk.chunk);
                        tracing::error!(
                            source,
                            change_set,
                            chunk,
                            message,
                            "a chunk of the journal cannot be read"
                        );
                    }
                    Err(error) => return Err(error),
                }
                last = chunk;
            }
        }
    }

    async fn chunk(&self, source: &str, unrelayed: &Unrelayed) -> Result<(), EngineError> {
        let Unrelayed { change_set, chunk: number, done_at } = unrelayed;
        let driver = self.sources.driver(source)?;
        let mut transaction = driver.begin_reading().await?;
        let set = ChangeSet::find(transaction.as_mut(), change_set).await?;
        let chunk = Chunk::find(transaction.as_mut(), change_set, *number, false).await?;
        transaction.commit().await?;
        // It went away meanwhile.
        let Some((set, chunk)) = set.zip(chunk) else { return Ok(()) };
        let rows = Rows::of(&chunk)?;
        if rows.count() > 0 {
            let at = jiff::Timestamp::from_millisecond(*done_at).unwrap_or_default();
            let relayed = RelayedChunk {
                change_set,
                chunk: *number,
                dataset: (source, &set.dataset),
                action: set.action.kind(),
                at,
                rows: &rows.events(&key_columns(&chunk)?)?,
            };
            self.store.audit().relay(&actor(&set), &relayed).await?;
        }
        let mut transaction = driver.begin().await?;
        Chunk::relayed(transaction.as_mut(), change_set, *number).await?;
        Ok(transaction.commit().await?)
    }

    fn sources(&self) -> Vec<String> {
        self.sources.sources(&Principal::local()).into_iter().map(|source| source.name).collect()
    }
}

/// Who did it, as they were then.
fn actor(set: &ChangeSet) -> Actor {
    Actor {
        principal: set.actor.clone(),
        name: set.actor_name.clone(),
        tenant: set.tenant.clone(),
        address: set.address.clone(),
        request: set.request_id.clone(),
    }
}
