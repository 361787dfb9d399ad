//! Change sets at work: their chunks one after the other, each in a transaction of its own or all in one.

pub(in crate::changes) mod bisect;
pub(in crate::changes) mod dependents;
pub(in crate::changes) mod differences;
pub(in crate::changes) mod forward;
mod isolate;
pub(in crate::changes) mod job;
pub(in crate::changes) mod parents;
mod purge;
pub(in crate::changes) mod steps;
pub(in crate::changes) mod undo;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rowport_drivers::journal::{ChangeSet, ChangeSetState, Chunk};
use rowport_drivers::{DriverError, Refusal, Transaction};
use rowport_model::SourceKind;
use tokio_util::sync::CancellationToken;

use crate::changes::apply::job::{ApplyMode, Job, words_for};
use crate::error::EngineError;

/// Works on change sets of one action, one after the other, or on all of them in one transaction where it is all or
/// nothing. It stops between two chunks when it is told to, and can be gone on with then.
pub(in crate::changes) async fn work_on(
    jobs: &[Job<'_>],
    cancel: &CancellationToken,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), EngineError> {
    let pending = claim(jobs).await?;
    if jobs.iter().any(|job| job.set.action.is_all_or_nothing()) {
        return as_one(&pending, cancel).await;
    }
    for (job, chunks) in pending {
        job.run(chunks, cancel, progress).await?;
    }
    Ok(())
}

/// Makes the change sets this attempt's, and answers the chunks of each that are left to do. All of them at once: a worker
/// that was overtaken must find none that is still free.
async fn claim<'j, 'a>(jobs: &'j [Job<'a>]) -> Result<Vec<(&'j Job<'a>, Vec<i64>)>, EngineError> {
    let Some(first) = jobs.first() else { return Ok(Vec::new()) };
    let mut transaction = first.driver.begin().await?;
    let mut pending = Vec::with_capacity(jobs.len());
    for job in jobs {
        if !ChangeSet::claim(transaction.as_mut(), &job.set.id, job.attempt).await? {
            return Err(EngineError::Overtaken);
        }
        pending.push((job, Chunk::pending(transaction.as_mut(), &job.set.id).await?));
    }
    transaction.commit().await?;
    Ok(pending)
}

/// All chunks in one transaction: the first row that the database does not take ends it, and nothing was done.
async fn as_one(pending: &[(&Job<'_>, Vec<i64>)], cancel: &CancellationToken) -> Result<(), EngineError> {
    match try_as_one(pending, cancel).await {
        Err(EngineError::Driver(error)) if error.is_of_size() => {
            end_all(pending, ChangeSetState::Cancelled).await?;
            Err(error.into())
        }
        Err(EngineError::Driver(DriverError::RowRefused { reason, message })) => {
            end_all(pending, ChangeSetState::Cancelled).await?;
            let tells = |job: &Job<'_>| job.dataset.viewers().is_none() || reason != Refusal::ForeignKey;
            let quotes = pending.iter().all(|(job, _)| job.quotes && tells(job));
            let message = if quotes { message } else { words_for(reason).to_owned() };
            Err(DriverError::RowRefused { reason, message }.into())
        }
        other => other,
    }
}

/// Ends all of them, or none.
async fn end_all(pending: &[(&Job<'_>, Vec<i64>)], state: ChangeSetState) -> Result<(), EngineError> {
    let Some((first, _)) = pending.first() else { return Ok(()) };
    let mut transaction = first.driver.begin().await?;
    for (job, _) in pending {
        if !job.end_in(transaction.as_mut(), state).await? {
            return Err(EngineError::Overtaken);
        }
    }
    Ok(transaction.commit().await?)
}

async fn try_as_one(pending: &[(&Job<'_>, Vec<i64>)], cancel: &CancellationToken) -> Result<(), EngineError> {
    let Some((first, _)) = pending.first() else { return Ok(()) };
    let mut transaction = first.driver.begin().await?;
    for (job, chunks) in pending {
        for chunk in chunks {
            if cancel.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            job.chunk_in(transaction.as_mut(), *chunk, ApplyMode::Batch).await?;
        }
        if !job.end_in(transaction.as_mut(), ChangeSetState::Done).await? {
            return Err(EngineError::Overtaken);
        }
    }
    Ok(transaction.commit().await?)
}

impl Job<'_> {
    async fn run(
        &self,
        mut chunks: Vec<i64>,
        cancel: &CancellationToken,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), EngineError> {
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
        progress: &Mutex<&mut (dyn FnMut(u64) + Send)>,
    ) -> Result<(), EngineError> {
        while !cancel.is_cancelled() {
            let next = lock(queue).pop();
            let Some(chunk) = next else { break };
            match self.chunk_with_patience(chunk).await {
                Ok(rows) => lock(progress)(rows),
                Err(EngineError::Driver(error)) if error.is_of_size() => match self.split(chunk).await? {
                    Some(halves) => lock(queue).extend(halves.iter().rev()),
                    None => {
                        let rows = self.skip_chunk(chunk, &error).await?;
                        lock(progress)(rows);
                    }
                },
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn end(&self, state: ChangeSetState) -> Result<(), EngineError> {
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
        let now = self.now().as_millisecond();
        Ok(ChangeSet::end(transaction, &self.set.id, self.attempt, state, now).await?)
    }
}

/// Nothing that is done under these locks can leave a half-made state behind.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
