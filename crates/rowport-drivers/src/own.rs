//! What is Rowport's own in a source: its state and its journal are no datasets, for anyone and by no name.

use rowport_model::{Dataset, DatasetName};

/// What marks the SQLite file of a state, in its header: `RWPT`.
pub(crate) const STATE_FILE: i64 = 0x5257_5054;

/// Leaves Rowport's own tables out, and the references that lead to them.
///
/// Every driver's description of a source goes through it. `schemas` are those that were found to hold a state, under
/// whatever name. A view over such a table is the database's own and is not judged.
pub(crate) fn leave_out(mut datasets: Vec<Dataset>, schemas: &[Option<String>]) -> Vec<Dataset> {
    let is_own = |name: &DatasetName| name.is_rowports_own() || schemas.contains(&name.schema);
    datasets.retain(|dataset| !is_own(&dataset.name));
    for dataset in &mut datasets {
        dataset.foreign_keys.retain(|key| !is_own(&key.references));
    }
    datasets
}
