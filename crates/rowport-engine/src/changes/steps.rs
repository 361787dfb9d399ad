//! A change set together with those that go along with it, in the order in which they are worked on.

use rowport_drivers::Transaction;
use rowport_drivers::journal::ChangeSet;
use rowport_model::{Catalog, ResolvedDataset};

use super::{Changes, Target, action_of, dataset_of, details, permission_for};
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

impl Changes {
    /// The dataset of one of them, if the principal may do with its rows what is done. Whoever may not see what goes along
    /// learns no more than that.
    pub(super) fn permitted_step<'a>(
        &self,
        catalog: &'a Catalog,
        target: Target<'_>,
        set: &ChangeSet,
    ) -> Result<ResolvedDataset<'a>, EngineError> {
        let Target { principal, source, dataset } = target;
        let found = dataset_of(catalog, source, set).and_then(|of_set| {
            let permission = permission_for(action_of(set, &details(set)?));
            self.desk.permit(principal, permission, source, &set.dataset)?;
            Ok(of_set)
        });
        found.map_err(|error| match set.along_with {
            Some(_) if set.dataset != dataset => EngineError::AlongForbidden,
            _ => error,
        })
    }
}
