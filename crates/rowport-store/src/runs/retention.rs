//! Forgetting what ended long ago.

use jiff::Timestamp;
use rowport_model::Clock;

use super::Runs;
use crate::database::query;
use crate::error::StoreError;
use crate::number::to_i64;
use crate::tx::Tx;

/// No transaction removes more runs: everybody who writes waits for it.
const AT_ONCE: u64 = 500;

/// Ids begin with the moment at which a run was asked for, and none ends before that; so the key itself keeps all that
/// is younger from being looked at. A run whose file is still given out is kept with it.
const OLD: &str = "SELECT id FROM runs WHERE id < $1 AND state IN ('completed', 'failed', 'cancelled') \
    AND finished_at < $2 AND NOT EXISTS (SELECT 1 FROM artifacts WHERE run_id = runs.id AND removed_at IS NULL \
    AND revoked_at IS NULL AND expires_at > $3) ORDER BY id LIMIT $4";

impl Runs<'_> {
    /// Removes runs that ended before this moment, the oldest first, with what is known of their files; those that were
    /// deleted too. Answers how many went, and whether there may be more: one call is one short transaction.
    ///
    /// What the audit says of them stays.
    pub async fn forget(
        &self,
        clock: &dyn Clock,
        ended_before: Timestamp,
    ) -> Result<(u64, bool), StoreError> {
        let mut tx = Tx::begin(self.context).await?;
        let mut gone = 0;
        // A row of `artifacts` refers to its run, so it goes first; what is chosen stays the same by that.
        for (table, key) in [("artifacts", "run_id"), ("runs", "id")] {
            gone = query(format!("DELETE FROM {table} WHERE {key} IN ({OLD})"))
                .bind(first_id(ended_before))
                .bind(ended_before.as_millisecond())
                .bind(clock.now().as_millisecond())
                .bind(to_i64(AT_ONCE))
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok((gone, gone >= AT_ONCE))
    }
}

/// What is below every id of that moment and of later ones.
fn first_id(moment: Timestamp) -> String {
    let milliseconds = u64::try_from(moment.as_millisecond()).unwrap_or(0);
    format!("{:08x}-{:04x}", milliseconds >> 16, milliseconds & 0xffff)
}
