//! Finds the rows that a database does not take: a piece that fails is halved until they stand alone.

use std::collections::HashSet;

use async_trait::async_trait;
use rowport_drivers::{DriverError, Transaction};

/// What is done with rows, given as their places.
#[async_trait]
pub(in crate::changes) trait ApplyRows: Send + Sync {
    /// Does it with all of these rows, or fails.
    async fn apply(&self, transaction: &mut dyn Transaction, rows: &[usize]) -> Result<(), DriverError>;
}

/// What came of rows that were tried.
pub(in crate::changes) struct Bisected {
    /// The places of those that were taken, in order.
    pub(in crate::changes) done: Vec<usize>,
    /// The places of those that were not, and why.
    pub(in crate::changes) refused: Vec<(usize, DriverError)>,
    /// The places of those of which one ended the transaction, so that nothing was done, and why.
    pub(in crate::changes) ended: Option<(Vec<usize>, DriverError)>,
}

/// So many rows are tried together at first. Of more it is likely that one is bad, and all of them were tried in vain.
const BATCH: usize = 128;

/// Tries rows piece by piece, each piece whole or not at all. Those that are to be alone are tried one by one.
pub(in crate::changes) async fn bisect(
    transaction: &mut dyn Transaction,
    rows: Vec<usize>,
    alone: &HashSet<usize>,
    what: &dyn ApplyRows,
) -> Result<Bisected, DriverError> {
    let (single, rows): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(|row| alone.contains(row));
    let mut tried = Bisected { done: Vec::with_capacity(rows.len()), refused: Vec::new(), ended: None };
    let mut batches: Vec<&[usize]> = rows.chunks(BATCH).rev().collect();
    batches.extend(single.chunks(1));
    while let Some(piece) = batches.pop() {
        transaction.savepoint().await?;
        let outcome = match what.apply(&mut *transaction, piece).await {
            // Constraints that are checked late are checked now.
            Ok(()) => transaction.release().await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => tried.done.extend_from_slice(piece),
            Err(error @ (DriverError::RowRefused { .. } | DriverError::Oversized { .. })) => {
                // A server that was sent too much at once may have ended the connection: then that is why.
                match transaction.roll_back().await {
                    Ok(()) => {}
                    Err(DriverError::RolledBack { .. }) => {
                        tried.ended = Some((piece.to_vec(), error));
                        return Ok(tried);
                    }
                    Err(after) => return Err(if error.is_of_size() { error } else { after }),
                }
                match piece {
                    [row] => tried.refused.push((*row, error)),
                    _ => {
                        let (first, second) = piece.split_at(piece.len() / 2);
                        batches.extend([second, first]);
                    }
                }
            }
            Err(error) => return Err(error),
        }
    }
    tried.done.sort_unstable();
    Ok(tried)
}
