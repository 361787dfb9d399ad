//! Rows that end the whole transaction when they are tried, as a trigger of SQLite may: they are found one after the other,
//! and left out when the rest is tried again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rowport_drivers::{DriverError, Transaction};

use crate::changes::RowFailure;
use crate::changes::apply::bisect::{ApplyRows, Bisected, bisect};
use crate::changes::apply::job::Job;
use crate::changes::images::RowKey;

/// What is known of such rows.
#[derive(Default)]
pub(in crate::changes) struct IsolatedRows {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Rows of which one ended a transaction: they are tried alone.
    alone: HashSet<RowKey>,
    /// Rows that ended one alone, with why.
    refused: HashMap<RowKey, RowFailure>,
}

impl IsolatedRows {
    /// Nothing that is done under this lock can leave a half-made state behind.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job<'_> {
    /// Tries rows, given as the places of their keys, but those that are known to end the transaction: these are refused.
    /// Fails with [`DriverError::RolledBack`] when another one is found, and then knows more.
    pub(in crate::changes) async fn bisect_isolated<'k>(
        &self,
        transaction: &mut dyn Transaction,
        mut rows: Vec<usize>,
        key: &(dyn Fn(usize) -> &'k RowKey + Sync),
        what: &dyn ApplyRows,
    ) -> Result<(Bisected, Vec<RowFailure>), DriverError> {
        let mut refused = Vec::new();
        let alone: HashSet<usize> = {
            let known = self.isolated.known();
            rows.retain(|row| match known.refused.get(key(*row)) {
                Some(failure) => {
                    refused.push(failure.clone());
                    false
                }
                None => true,
            });
            match known.alone.is_empty() {
                true => HashSet::new(),
                false => rows.iter().copied().filter(|row| known.alone.contains(key(*row))).collect(),
            }
        };
        let mut tried = bisect(transaction, rows, &alone, what).await?;
        let Some((ended, error)) = tried.ended.take() else { return Ok((tried, refused)) };
        let mut known = self.isolated.known();
        match &ended[..] {
            [row] => drop(known.refused.insert(key(*row).clone(), self.refused(key(*row), &error))),
            rows => known.alone.extend(rows.iter().map(|row| key(*row).clone())),
        }
        Err(DriverError::RolledBack { message: error.to_string() })
    }
}
