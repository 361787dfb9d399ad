//! The outcome of a change set, as far as the principal may see it.

use rowport_drivers::journal::{ChangeSet, Chunk};
use rowport_drivers::{Driver, Refusal, Transaction};
use rowport_model::{Catalog, ChangeKind, ErrorCode, ResolvedDataset};

use super::apply::steps::steps;
use super::{CascadeOutcome, Outcome, OutcomeState, RowFailure, written};
use crate::error::EngineError;

/// How many failures an answer lists.
const LISTED: usize = 1_000;

/// What came of a change set so far, with the first rows that were not changed.
pub(super) async fn outcome(
    driver: &dyn Driver,
    catalog: &Catalog,
    dataset: &ResolvedDataset<'_>,
    id: &str,
) -> Result<Outcome, EngineError> {
    let mut transaction = driver.begin_reading().await?;
    let set = ChangeSet::find(transaction.as_mut(), id).await?;
    let set = set.ok_or_else(|| EngineError::UnknownChangeSet { id: id.to_owned() })?;
    let may_be_altered = match set.action.kind() {
        // Only rows that were undone have notes although they were changed.
        ChangeKind::Restore | ChangeKind::Undo => true,
        ChangeKind::Delete | ChangeKind::Set | ChangeKind::Purge => false,
    };
    let (mut failures, mut altered) = match set.failed + set.skipped > 0 || may_be_altered {
        true => first_failures(transaction.as_mut(), id).await?,
        false => (Vec::new(), Vec::new()),
    };
    without_hidden(dataset, &mut failures);
    without_hidden(dataset, &mut altered);
    let steps = steps(transaction.as_mut(), set.clone()).await?;
    transaction.commit().await?;
    let state = state_of(&steps);
    let cascade = steps.into_iter().filter(|step| step.id != set.id);
    let cascade =
        cascade.filter(|step| catalog.dataset(&step.dataset).is_some()).map(|step| CascadeOutcome {
            change_set: step.id,
            dataset: step.dataset,
            action: step.action.kind(),
            state: step.state.into(),
            rows: step.rows,
            done: step.done,
            failed: step.failed,
            skipped: step.skipped,
        });
    Ok(Outcome {
        action: set.action.kind(),
        state,
        rows: set.rows,
        done: set.done,
        failed: set.failed,
        skipped: set.skipped,
        failures,
        altered,
        undo_until: written(set.undo_until),
        cascade: cascade.collect(),
        change_set: set.id,
    })
}

/// Whether the principal sees every column of the dataset.
pub(super) fn sees_all_columns(dataset: &ResolvedDataset<'_>) -> bool {
    dataset.hidden_columns() == 0 && dataset.columns().all(|column| !column.masked)
}

/// Whether what the database says of a row may be shown: it may quote any column of it, and name tables that are not
/// of the
/// principal's tenant.
pub(super) fn may_quote(dataset: &ResolvedDataset<'_>) -> bool {
    dataset.tenant().is_none() && sees_all_columns(dataset)
}

/// Takes away what of the failures is not for the principal to see.
pub(super) fn without_hidden(dataset: &ResolvedDataset<'_>, failures: &mut [RowFailure]) {
    // What a database says of a reference tells a row that is not there from another tenant's.
    let is_reference = |failure: &&mut RowFailure| failure.code == Refusal::ForeignKey.code();
    for failure in failures.iter_mut().filter(|it| dataset.viewers().is_some() && is_reference(it)) {
        failure.database = None;
    }
    if may_quote(dataset) {
        return;
    }
    let is_seen = |name: &str| dataset.column(name).is_some_and(|column| !column.masked);
    for failure in failures {
        failure.database = None;
        failure.versions.retain(|field| is_seen(&field.column));
    }
}

/// How far all of it is: one part that is still open keeps the whole open, and one that was stopped was not done.
fn state_of(steps: &[ChangeSet]) -> OutcomeState {
    let is = |state| steps.iter().any(|step| OutcomeState::from(step.state) == state);
    if is(OutcomeState::Open) {
        OutcomeState::Open
    } else if is(OutcomeState::Cancelled) {
        OutcomeState::Cancelled
    } else {
        OutcomeState::Done
    }
}

/// The first rows that were not changed, and the first that were and did not become what they should.
async fn first_failures(
    transaction: &mut dyn Transaction,
    id: &str,
) -> Result<(Vec<RowFailure>, Vec<RowFailure>), EngineError> {
    let (mut failures, mut altered, mut after) = (Vec::new(), Vec::new(), -1);
    while let Some((chunk, text)) = Chunk::next_failures(transaction, id, after).await? {
        let of_chunk: Vec<RowFailure> = serde_json::from_str(&text)
            .map_err(|error| EngineError::internal(format!("a chunk's failures: {error}")))?;
        let (notes, of_chunk): (Vec<_>, Vec<_>) =
            of_chunk.into_iter().partition(|it| it.code == ErrorCode::Altered);
        failures.extend(of_chunk);
        altered.extend(notes);
        after = chunk;
        if failures.len() >= LISTED {
            break;
        }
    }
    failures.truncate(LISTED);
    altered.truncate(LISTED);
    Ok((failures, altered))
}
