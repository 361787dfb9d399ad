//! What would become of each row, by doing it and taking all of it back: no other answer knows every constraint, trigger
//! and right of the database.

use std::sync::Arc;

use rowport_drivers::journal::{ChangeSet, ChangeSetState, Chunk, ChunkState, NewChangeSet, Taken};
use rowport_drivers::{DriverError, Transaction};
use rowport_model::ResolvedDataset;

use super::images;
use super::job::{Care, Job};
use super::selection::Piece;
use super::steps::steps;
use super::{Changes, RowFailure, Target, dataset_of};
use crate::error::EngineError;

/// Up to so many rows are tried beforehand.
pub(super) const MOST: u64 = 1_000;

impl Changes {
    /// Does it, takes it back, and answers the rows that were not changed, with why. Where somebody else holds rows,
    /// nobody knows.
    pub(super) async fn rehearse(
        &self,
        source: &str,
        dataset: &ResolvedDataset<'_>,
        new: NewChangeSet,
        pieces: Vec<Piece>,
    ) -> Result<Option<Vec<RowFailure>>, EngineError> {
        let job = Job::new(&self.desk, dataset.clone(), source, unsaved(new), 1).await?;
        // Dropped and never committed.
        let mut transaction = Arc::clone(&job.driver).begin().await?;
        let mut failures = Vec::new();
        for piece in pieces {
            match rehearse_piece(&job, transaction.as_mut(), piece).await {
                Ok(of_piece) => failures.extend(of_piece),
                Err(error) if is_held(&error) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(failures))
    }

    /// The same with a change set that is put down, with what goes along with it, in a transaction that is dropped
    /// afterwards.
    pub(super) async fn rehearse_put_down(
        &self,
        target: Target<'_>,
        mut transaction: Box<dyn Transaction>,
        id: &str,
    ) -> Result<Option<Vec<RowFailure>>, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.desk.catalog_with(principal, source, dataset).await?;
        let gone = || EngineError::UnknownChangeSet { id: id.to_owned() };
        let set = ChangeSet::find(transaction.as_mut(), id).await?.ok_or_else(gone)?;
        let mut failures = Vec::new();
        for set in steps(transaction.as_mut(), set).await? {
            let is_first = set.id == id;
            let of_set = dataset_of(&catalog, source, &set)?;
            let job = Job::new(&self.desk, of_set, source, set, 1).await?;
            for number in Chunk::pending(transaction.as_mut(), &job.set.id).await? {
                let chunk = Chunk::find(transaction.as_mut(), &job.set.id, number, false).await?;
                let chunk = chunk.ok_or_else(gone)?;
                match job.change(transaction.as_mut(), &chunk, Care::RowByRow).await {
                    // A row that stays keeps the one that it hangs on, and that is listed.
                    Ok(changed) if is_first => failures.extend(changed.failures),
                    Ok(_) => {}
                    Err(error) if is_held(&error) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(Some(failures))
    }
}

/// Whether somebody else holds the rows, so that nobody knows.
fn is_held(error: &EngineError) -> bool {
    matches!(error, EngineError::Driver(DriverError::Busy { .. } | DriverError::FileLocked { .. }))
}

async fn rehearse_piece(
    job: &Job<'_>,
    transaction: &mut dyn Transaction,
    Piece { keys, from }: Piece,
) -> Result<Vec<RowFailure>, EngineError> {
    let chunk = Chunk {
        chunk: 0,
        state: ChunkState::Pending,
        rows: keys.num_rows() as u64,
        keys: images::pack(&keys)?,
        before: None,
        after: None,
        done: 0,
        failures: None,
        taken: Taken::default(),
        from,
    };
    job.change(transaction, &chunk, Care::RowByRow).await.map(|changed| changed.failures)
}

/// A change set that is in no journal.
fn unsaved(new: NewChangeSet) -> ChangeSet {
    ChangeSet {
        id: new.id,
        dataset: new.dataset,
        action: new.action,
        details: new.details,
        columns: new.columns,
        actor: new.actor,
        actor_name: new.actor_name,
        tenant: new.tenant,
        request_id: new.request_id,
        address: new.address,
        run_id: new.run_id,
        undoes: new.undoes,
        along_with: new.along_with,
        place: new.place,
        state: ChangeSetState::Open,
        rows: new.rows,
        done: 0,
        failed: 0,
        kept: 0,
        created_at: new.created_at,
        ended_at: None,
        undo_until: new.undo_until,
    }
}
