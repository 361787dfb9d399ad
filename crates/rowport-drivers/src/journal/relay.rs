use super::{Chunk, Columns};
use crate::error::DriverError;
use crate::transaction::Transaction;

/// A chunk that is done, and that Rowport's own audit does not know of yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unrelayed {
    /// The change set.
    pub change_set: String,
    /// The chunk's number.
    pub chunk: i64,
    /// When it was done, in milliseconds since 1970.
    pub done_at: i64,
}

const UNRELAYED: &str = "SELECT change_set, chunk, done_at FROM {change_chunks} WHERE relayed = 0 \
    AND state = 'done' AND (done_at > $1 OR (done_at = $2 AND (change_set > $3 OR (change_set = $4 AND chunk > $5)))) \
    ORDER BY done_at, change_set, chunk LIMIT 100";

const RELAYED: &str = "UPDATE {change_chunks} SET relayed = 1 WHERE change_set = $1 AND chunk = $2";

impl Chunk {
    /// The next chunks that the audit does not know of, after one, in the order in which they were done.
    pub async fn unrelayed(
        transaction: &mut dyn Transaction,
        after: &Unrelayed,
    ) -> Result<Vec<Unrelayed>, DriverError> {
        let (at, set) = (after.done_at, after.change_set.as_str());
        let binds = vec![at.into(), at.into(), set.into(), set.into(), after.chunk.into()];
        let rows = transaction.journal_fetch(UNRELAYED, binds).await?;
        let read = |row| {
            let mut row = Columns::new(row);
            Ok(Unrelayed {
                change_set: row.text()?,
                chunk: row.integer()?,
                done_at: row.integer_or_none()?.unwrap_or_default(),
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Notes that the audit knows of a chunk.
    pub async fn relayed(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chunk: i64,
    ) -> Result<(), DriverError> {
        transaction.journal_execute(RELAYED, vec![change_set.into(), chunk.into()]).await.map(|_| ())
    }
}
