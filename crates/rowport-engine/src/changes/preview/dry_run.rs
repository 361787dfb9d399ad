//! What would become of each row, by doing it and taking all of it back: no other answer knows every constraint, trigger
//! and right of the database.

use std::sync::Arc;

use arrow_array::RecordBatch;
use rowport_drivers::journal::{
    ChangeSet, ChangeSetState, Chunk, ChunkResult, ChunkState, NewChangeSet, UndoneRows,
};
use rowport_drivers::{DriverError, Transaction};
use rowport_model::{ChangeKind, ResolvedDataset};

use crate::changes::apply::job::{ApplyMode, Job};
use crate::changes::apply::steps::steps;
use crate::changes::images;
use crate::changes::preview::may_be_tried;
use crate::changes::selection::KeyBatch;
use crate::changes::{Changes, RowFailure, Target, dataset_of};
use crate::error::EngineError;

/// Up to so many rows are tried beforehand.
pub(in crate::changes) const MAX_ROWS: u64 = 1_000;

/// What would become of rows; nothing where that cannot be known.
#[derive(Default)]
pub(in crate::changes) struct DryRun {
    /// The rows that would not be changed, with why.
    pub(in crate::changes) failures: Option<Vec<RowFailure>>,
    /// The rows that would be changed, and that an undo could not restore.
    pub(in crate::changes) stuck: Option<Stuck>,
}

/// Rows that an undo could not restore.
#[derive(Default)]
pub(in crate::changes) struct Stuck {
    /// How many there are, those of the cascade included.
    pub(in crate::changes) rows: u64,
    /// Those of the dataset itself, with why.
    pub(in crate::changes) listed: Vec<RowFailure>,
}

impl Changes {
    /// Does it and then undoes it, in a transaction that is dropped and never committed. Where another client holds rows,
    /// nothing is known.
    pub(in crate::changes) async fn dry_run(
        &self,
        source: &str,
        dataset: &ResolvedDataset<'_>,
        new: NewChangeSet,
        batches: Vec<KeyBatch>,
    ) -> Result<DryRun, EngineError> {
        let job = Job::new(&self.sources, dataset.clone(), source, unsaved(new), 1).await?;
        let chunks = batches.iter().map(|KeyBatch { keys, from }| chunk_of(keys, from.clone()));
        let chunks = chunks.collect::<Result<Vec<_>, _>>()?;
        loop {
            match dry_run_once(&job, &chunks).await {
                // One more of the rows is known that ends the transaction.
                Err(EngineError::Driver(DriverError::RolledBack { .. })) => {}
                Err(error) if is_unknown(&error) => return Ok(DryRun::default()),
                other => return other,
            }
        }
    }

    /// The same with a change set that is recorded, with its cascade, in a transaction that is dropped
    /// afterwards.
    pub(in crate::changes) async fn dry_run_recorded(
        &self,
        target: Target<'_>,
        mut transaction: Box<dyn Transaction>,
        id: &str,
    ) -> Result<DryRun, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let gone = || EngineError::UnknownChangeSet { id: id.to_owned() };
        let set = ChangeSet::find(transaction.as_mut(), id).await?.ok_or_else(gone)?;
        let (mut failures, mut jobs) = (Vec::new(), Vec::new());
        for set in steps(transaction.as_mut(), set).await? {
            let is_first = set.id == id;
            let of_set = dataset_of(&catalog, source, &set)?;
            if !may_be_tried(&of_set, set.action.bulk_kind()) {
                return Ok(DryRun::default());
            }
            let job = Job::new(&self.sources, of_set, source, set, 1).await?;
            let mut done = Vec::new();
            for number in Chunk::pending(transaction.as_mut(), &job.set.id).await? {
                let chunk = Chunk::find(transaction.as_mut(), &job.set.id, number, false).await?;
                let chunk = chunk.ok_or_else(gone)?;
                match job.change(transaction.as_mut(), &chunk, ApplyMode::PerRow).await {
                    Ok(changed) => {
                        // A row that stays keeps the one that it refers to, and that one is listed.
                        failures.extend(changed.failures.into_iter().filter(|_| is_first));
                        done.push(changed.done);
                    }
                    Err(error) if is_unknown(&error) => return Ok(DryRun::default()),
                    Err(error) => return Err(error),
                }
            }
            jobs.push((job, done));
        }
        // What went last comes back first.
        jobs.reverse();
        let jobs: Vec<_> = jobs.iter().map(|(job, done)| (job, done.clone())).collect();
        let stuck = stuck(transaction.as_mut(), &jobs).await?;
        Ok(DryRun { failures: Some(failures), stuck })
    }
}

async fn dry_run_once(job: &Job<'_>, chunks: &[Chunk]) -> Result<DryRun, EngineError> {
    let mut transaction = Arc::clone(&job.driver).begin().await?;
    let (mut failures, mut done) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let changed = job.change(transaction.as_mut(), chunk, ApplyMode::PerRow).await?;
        failures.extend(changed.failures);
        done.push(changed.done);
    }
    let stuck = stuck(transaction.as_mut(), &[(job, done)]).await?;
    Ok(DryRun { failures: Some(failures), stuck })
}

/// Undoes what was done, and returns the rows that could not be restored. The first of the change sets is that of the
/// dataset itself.
async fn stuck(
    transaction: &mut dyn Transaction,
    jobs: &[(&Job<'_>, Vec<ChunkResult>)],
) -> Result<Option<Stuck>, EngineError> {
    let mut stuck = Stuck::default();
    for (place, (job, done)) in jobs.iter().enumerate() {
        match job.set.action.kind() {
            ChangeKind::Delete | ChangeKind::Set => {}
            ChangeKind::Restore | ChangeKind::Purge | ChangeKind::Undo => return Ok(None),
        }
        for done in done {
            match job.try_to_put_back(transaction, done).await {
                Ok(refused) => {
                    stuck.rows += refused.len() as u64;
                    stuck.listed.extend(refused.into_iter().filter(|_| place == 0));
                }
                Err(error) if is_unknown(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Some(stuck))
}

/// The chunk of a piece that is in no journal.
fn chunk_of(keys: &RecordBatch, from: Option<(String, i64)>) -> Result<Chunk, EngineError> {
    Ok(Chunk {
        chunk: 0,
        state: ChunkState::Pending,
        rows: keys.num_rows() as u64,
        keys: images::pack(keys)?,
        before: None,
        after: None,
        done: 0,
        failures: None,
        undone: UndoneRows::default(),
        from,
    })
}

/// Whether it cannot be known: another client holds the rows, or they are too large to be tried together.
fn is_unknown(error: &EngineError) -> bool {
    match error {
        EngineError::Driver(DriverError::Busy { .. } | DriverError::FileLocked { .. }) => true,
        EngineError::Driver(DriverError::RolledBack { .. }) => true,
        EngineError::Driver(error) => error.is_of_size(),
        _ => false,
    }
}

/// A change set that is in no journal.
fn unsaved(new: NewChangeSet) -> ChangeSet {
    ChangeSet {
        id: new.id,
        dataset: new.dataset,
        action: new.action,
        request: new.request,
        columns: new.columns,
        actor: new.actor,
        actor_name: new.actor_name,
        tenant: new.tenant,
        request_id: new.request_id,
        address: new.address,
        run_id: new.run_id,
        undoes: new.undoes,
        parent_change_set: new.parent_change_set,
        sequence: new.sequence,
        state: ChangeSetState::Open,
        rows: new.rows,
        done: 0,
        failed: 0,
        skipped: 0,
        created_at: new.created_at,
        ended_at: None,
        undo_until: new.undo_until,
    }
}
