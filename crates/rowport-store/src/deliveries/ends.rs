//! What comes up when runs end.

use crate::channel::DeliveryEvent;
use crate::database::query;
use crate::error::StoreError;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// In the transaction that has ended a run: `$1` id, `$2` channel, `$3` the run, `$4` now, `$5` and `$6` whether the
/// channel is told of runs that ended well and badly, `$7` whether it is for persons. Nothing is told of a run that
/// somebody cancelled or that is tried again, nor of one that is a part of another.
const TELL: &str = "INSERT INTO deliveries \
    (id, channel, event, run_id, recipient, state, not_before, attempt, created_at) \
    SELECT $1, $2, CASE state WHEN 'completed' THEN 'run.completed' ELSE 'run.failed' END, id, \
        CASE WHEN $7 = 1 THEN principal END, 'waiting', $4, 0, $4 \
    FROM runs WHERE id = $3 AND parent IS NULL AND ($7 = 0 OR substr(principal, 1, 5) = 'user:') \
    AND ((state = 'completed' AND $5 = 1) OR (state = 'failed' AND $6 = 1))";

impl Tx<'_> {
    /// Inserts the deliveries of a run that has ended, in the transaction that has written it.
    pub(crate) async fn enqueue_deliveries(&mut self, run: &str, now: i64) -> Result<(), StoreError> {
        let context = self.context();
        for channel in &context.channels {
            query(TELL)
                .bind(context.ids.next(timestamp(now)))
                .bind(&channel.name)
                .bind(run)
                .bind(now)
                .bind(channel.events.contains(&DeliveryEvent::RunCompleted))
                .bind(channel.events.contains(&DeliveryEvent::RunFailed))
                .bind(channel.personal)
                .execute(&mut *self)
                .await?;
        }
        Ok(())
    }
}
