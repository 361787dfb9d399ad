//! A change set together with its cascade, in the order in which they are applied.

use rowport_drivers::Transaction;
use rowport_drivers::journal::ChangeSet;
use rowport_model::{BulkKind, Catalog, ResolvedDataset};

use crate::changes::{Changes, Target, dataset_of};
use crate::error::EngineError;

/// Rows are deleted after their dependents, and come back before them.
pub(in crate::changes) async fn steps(
    transaction: &mut dyn Transaction,
    set: ChangeSet,
) -> Result<Vec<ChangeSet>, EngineError> {
    let mut steps = ChangeSet::cascaded_from(transaction, &set.id).await?;
    if set.action.is_parent_first() {
        steps.insert(0, set);
    } else {
        steps.reverse();
        steps.push(set);
    }
    Ok(steps)
}

impl Changes {
    /// The dataset of one of them, if the principal may do with its rows what is done. A principal who may not see
    /// the cascade
    /// learns no more than that.
    /// Which columns it writes is held against the rule for writing them, also where another person wrote them first.
    pub(in crate::changes) async fn permitted_step<'a>(
        &self,
        transaction: &mut dyn Transaction,
        catalog: &'a Catalog,
        target: Target<'_>,
        set: &ChangeSet,
    ) -> Result<ResolvedDataset<'a>, EngineError> {
        let Target { principal, source, dataset } = target;
        let written = match set.action.bulk_kind() {
            BulkKind::Set => Some(written_by(transaction, set).await?),
            BulkKind::Delete | BulkKind::Restore | BulkKind::Purge => None,
        };
        let found = dataset_of(catalog, source, set).and_then(|of_set| {
            self.sources.permit(principal, set.action.permission(), source, &set.dataset)?;
            match written.is_none_or(|columns| of_set.may_write(columns.iter().map(String::as_str))) {
                true => Ok(of_set),
                false => Err(EngineError::ColumnsForbidden),
            }
        });
        found.map_err(|error| match set.parent_change_set {
            Some(_) if set.dataset != dataset => EngineError::CascadeForbidden,
            _ => error,
        })
    }
}

/// The columns that a change set writes in the end: those of the one that it undoes, where it undoes one.
async fn written_by(transaction: &mut dyn Transaction, set: &ChangeSet) -> Result<Vec<String>, EngineError> {
    let mut set = set.clone();
    loop {
        let fields = set.action.fields();
        if !fields.is_empty() {
            return Ok(fields.iter().map(|field| field.column.clone()).collect());
        }
        let before = set.undoes.clone().ok_or(EngineError::ColumnsForbidden)?;
        let found = ChangeSet::find(transaction, &before).await?;
        set = found.ok_or(EngineError::UnknownChangeSet { id: before })?;
    }
}
