//! Rows that the database would delete or alter along with others. What it does by itself is in no journal, so a row
//! that has dependents is not deleted before they are.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use rowport_drivers::Transaction;
use rowport_model::{
    Catalog, Column, ColumnRef, Dataset, DatasetName, OnDelete, Output, OutputColumn, Predicate, Query,
    ResolvedDataset, rows_with_keys,
};

use crate::changes::apply::job::MOST_BYTES;
use crate::changes::images::{self, RowKey};
use crate::error::EngineError;

/// A reference whose rows do not stay as they are when the row is deleted that they refer to.
pub(in crate::changes) struct DependentRows {
    child: DatasetName,
    columns: Vec<ColumnRef>,
    referenced: Vec<String>,
    /// Whether the principal may know of the child.
    known: bool,
}

/// Every such reference to a dataset. The catalog is one that shows everything: rows that the principal may
/// not see are lost as well.
pub(in crate::changes) fn find(everything: &Catalog, dataset: &ResolvedDataset<'_>) -> Vec<DependentRows> {
    let known = dataset.referring();
    let dataset = dataset.name();
    let children = everything.entries().map(|(child, _)| child);
    let dependents = children.flat_map(|child| {
        let keys = child.foreign_keys.iter();
        let keys = keys.filter(|key| key.references == *dataset && key.on_delete != OnDelete::Refuse);
        keys.filter_map(|key| {
            let columns: Option<Vec<_>> = key.columns.iter().map(|name| column_ref(child, name)).collect();
            Some(DependentRows {
                child: child.name.clone(),
                columns: columns?,
                referenced: key.referenced_columns.clone(),
                known: known.iter().any(|(known, _)| known.name == child.name),
            })
        })
    });
    dependents.collect()
}

impl DependentRows {
    /// The indices of rows that have dependents.
    pub(in crate::changes) async fn hold(
        &self,
        transaction: &mut dyn Transaction,
        rows: &RecordBatch,
    ) -> Result<HashSet<usize>, EngineError> {
        let place = |name: &String| {
            let index = rows.schema().index_of(name);
            index.map_err(|error| EngineError::internal(format!("a referenced column: {error}")))
        };
        let places = self.referenced.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let values: Vec<RowKey> = (0..rows.num_rows()).map(|row| images::exact(rows, &places, row)).collect();
        let filter = rows_with_keys(&self.columns, &images::values(&values)?);
        let found = transaction.lock(&self.query(filter), MOST_BYTES).await?;
        let found: HashSet<RowKey> = images::keys(&found, &self.columns)?.into_iter().collect();
        let known: HashSet<&RowKey> = values.iter().collect();
        if found.iter().all(|value| known.contains(value)) {
            return Ok((0..values.len()).filter(|row| found.contains(&values[*row])).collect());
        }
        // Values that the database holds to be equal are written in more than one way, so it is asked of each row.
        let mut held = HashSet::new();
        for (row, value) in values.iter().enumerate() {
            let filter = rows_with_keys(&self.columns, &images::values(std::slice::from_ref(value))?);
            if transaction.lock(&self.query(filter), MOST_BYTES).await?.num_rows() > 0 {
                held.insert(row);
            }
        }
        Ok(held)
    }

    /// Why such a row is not deleted.
    pub(in crate::changes) fn message(&self) -> String {
        let child = if self.known { format!("rows of `{}`", self.child) } else { "other rows".to_owned() };
        format!(
            "{child} refer to it, and the database would delete or alter them with it, which nothing could take back: \
             delete them first"
        )
    }

    fn query(&self, filter: Predicate) -> Query {
        Query {
            dataset: self.child.clone(),
            joins: Vec::new(),
            columns: self.columns.iter().map(OutputColumn::stored).collect(),
            filter,
            order: Vec::new(),
            total_order: false,
            after: None,
            limit: None,
            output: Output::Rows,
            fingerprint: String::new(),
        }
    }
}

fn column_ref(dataset: &Dataset, name: &str) -> Option<ColumnRef> {
    let column: &Column = dataset.column(name)?;
    Some(ColumnRef {
        table: 0,
        name: column.name.clone(),
        column_type: column.column_type.clone(),
        native_type: column.native_type.clone(),
        compared_as: column.compared_as.clone(),
        nullable: column.nullable,
    })
}
