//! What rows may refer to: a principal of a tenant refers to rows of that tenant only.
//!
//! A reference to another tenant's row would keep that row from being deleted, and whether it is taken would tell that it
//! is there. So it is refused in the same words as one to a row that is not there at all.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use rowport_drivers::{DriverError, Refusal, Transaction};
use rowport_model::{CursorValue, Parents, Predicate, Query, rows_with_keys};

use crate::changes::apply::job::{Job, MOST_BYTES};
use crate::changes::images::{self, RowKey};
use crate::error::EngineError;

/// How many values of a foreign key one query names.
const AT_ONCE: usize = 500;

/// What becomes of a reference into a dataset that is not there for the principal at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::changes) enum Unseen {
    /// It is refused: the principal chose the value.
    Refused,
    /// It is kept: the row goes back to what it was.
    Kept,
}

impl Job<'_> {
    /// The foreign keys of which at least one column is among these.
    pub(in crate::changes) fn parents_by(&self, columns: &[&str]) -> Vec<&Parents> {
        let has = |parents: &&Parents| parents.columns.iter().any(|it| columns.contains(&it.name.as_str()));
        self.parents.iter().filter(has).collect()
    }

    /// Refuses rows that refer to what is not the principal's tenant's by one of these foreign keys, whose columns the
    /// batch has.
    pub(in crate::changes) async fn refuse_other_parents(
        &self,
        transaction: &mut dyn Transaction,
        rows: &RecordBatch,
        parents: &[&Parents],
        unseen: Unseen,
    ) -> Result<(), DriverError> {
        for parents in parents {
            let wanted = values_of(rows, parents).map_err(wrong)?;
            let Some(query) = &parents.rows else {
                if unseen == Unseen::Refused && !wanted.is_empty() {
                    return Err(refused());
                }
                continue;
            };
            let wanted: Vec<RowKey> = wanted.into_iter().collect();
            for wanted in wanted.chunks(AT_ONCE) {
                let found = found(transaction, query, parents, wanted).await?;
                for missing in wanted.iter().filter(|wanted| !found.contains(*wanted)) {
                    // A collation may hold other texts to be the same.
                    let by_itself = self::found(transaction, query, parents, std::slice::from_ref(missing));
                    if by_itself.await?.is_empty() {
                        return Err(refused());
                    }
                }
            }
        }
        Ok(())
    }
}

/// The values by which rows refer, without those that refer to nothing.
fn values_of(rows: &RecordBatch, parents: &Parents) -> Result<HashSet<RowKey>, EngineError> {
    let keys = images::keys(rows, &parents.columns)?;
    Ok(keys.into_iter().filter(|key| !key.contains(&CursorValue::Null)).collect())
}

async fn found(
    transaction: &mut dyn Transaction,
    query: &Query,
    parents: &Parents,
    wanted: &[RowKey],
) -> Result<HashSet<RowKey>, DriverError> {
    let mut query = query.clone();
    let named = rows_with_keys(&parents.referenced, &images::values(wanted).map_err(wrong)?);
    query.filter = Predicate::All(vec![named, query.filter]);
    let rows = transaction.read(&query, MOST_BYTES).await?;
    Ok(images::keys(&rows, &parents.referenced).map_err(wrong)?.into_iter().collect())
}

fn refused() -> DriverError {
    DriverError::RowRefused { reason: Refusal::ForeignKey, message: String::new() }
}

fn wrong(error: EngineError) -> DriverError {
    DriverError::Protocol { message: error.to_string() }
}
