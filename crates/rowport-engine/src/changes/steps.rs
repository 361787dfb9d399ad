//! A change set together with those that go along with it, in the order in which they are worked on.

use rowport_drivers::Transaction;
use rowport_drivers::journal::ChangeSet;

use super::details;
use crate::error::EngineError;

/// Rows go after those that hang on them, and come back before them.
pub(super) async fn steps(
    transaction: &mut dyn Transaction,
    set: ChangeSet,
) -> Result<Vec<ChangeSet>, EngineError> {
    let mut steps = ChangeSet::along_with(transaction, &set.id).await?;
    if details(&set)?.leads {
        steps.insert(0, set);
    } else {
        steps.reverse();
        steps.push(set);
    }
    Ok(steps)
}
