//! How deliveries come up, are claimed, and end.

use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;

use super::{COLUMNS, Deliveries, Delivery, DeliveryState, DueDelivery, Undelivered};
use crate::database::{in_transaction, with_pool};
use crate::error::StoreError;

/// In the transaction that has ended a run: `$1` id, `$2` channel, `$3` the run, `$4` now, `$5` and `$6` whether the
/// channel is told of runs that ended well and badly, `$7` whether it is for persons. Nothing is told of a run that
/// somebody cancelled or that is tried again, nor of one that is a part of another.
pub(crate) const TELL: &str = "INSERT INTO deliveries \
    (id, channel, event, run_id, recipient, state, not_before, attempt, created_at) \
    SELECT $1, $2, CASE state WHEN 'completed' THEN 'run.completed' ELSE 'run.failed' END, id, \
        CASE WHEN $7 = 1 THEN principal END, 'waiting', $4, 0, $4 \
    FROM runs WHERE id = $3 AND parent IS NULL AND ($7 = 0 OR substr(principal, 1, 5) = 'user:') \
    AND ((state = 'completed' AND $5 = 1) OR (state = 'failed' AND $6 = 1))";

/// Puts down, in the transaction that has written a run, over which channels its end is to be told; if it has ended.
macro_rules! tell {
    ($runs:expr, $connection:ident, $run:expr, $now:expr) => {
        for channel in &$runs.store.channels {
            let wants = |event| i64::from(channel.events.contains(&event));
            sqlx::query($crate::deliveries::TELL)
                .bind($runs.store.ids.next($crate::runs::moment($now)))
                .bind(&channel.name)
                .bind($run)
                .bind($now)
                .bind(wants($crate::DeliveryEvent::RunCompleted))
                .bind(wants($crate::DeliveryEvent::RunFailed))
                .bind(i64::from(channel.personal))
                .execute(&mut *$connection)
                .await
                .map_err(|error| $runs.wrong(error))?;
        }
    };
}
pub(crate) use tell;

/// What waits for its moment, or whose attempt was never heard of again.
const IS_DUE: &str = "((state = 'waiting' AND not_before <= $1) OR (state = 'sending' AND lease_until < $1))";

const CLAIM: &str =
    "UPDATE deliveries SET state = 'sending', attempt = attempt + 1, lease_until = $3 WHERE id = $2";

const END: &str = "UPDATE deliveries SET state = $3, not_before = COALESCE(CAST($4 AS BIGINT), not_before), \
    finished_at = CAST($5 AS BIGINT), error_code = $6, error_message = $7, lease_until = NULL \
    WHERE id = $1 AND attempt = $2 AND state = 'sending'";

impl Deliveries<'_> {
    /// The one that has been due for longest, claimed; `None` when none is. Those of channels that this process does
    /// not know are left to others: the configuration may be changed in one process after the other.
    pub async fn claim(
        &self,
        clock: &dyn Clock,
        lease: SignedDuration,
    ) -> Result<Option<DueDelivery>, StoreError> {
        let now = clock.now().as_millisecond();
        // Looked for without the lock first: mostly there is nothing.
        let Some(id) = self.due(now).await? else { return Ok(None) };
        // Asked again under it: of two processes that find the same one, the second lets go.
        let sql = format!("{CLAIM} AND {IS_DUE} RETURNING {COLUMNS}");
        let claimed: Result<Option<Delivery>, StoreError> =
            in_transaction!(&self.store.database, |connection| {
                let until = now.saturating_add(lease.as_millis() as i64);
                let claim = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now).bind(&id).bind(until);
                let row = claim.fetch_optional(&mut *connection).await.map_err(|error| self.wrong(error))?;
                row.map(|row| self.read(&row)).transpose()
            });
        let Some(delivery) = claimed? else { return Ok(None) };
        let run = match &delivery.run_id {
            Some(id) => self.store.runs().whosever(id).await?,
            None => None,
        };
        Ok(Some(DueDelivery { delivery, run }))
    }

    async fn due(&self, now: i64) -> Result<Option<String>, StoreError> {
        let places: Vec<String> =
            (2..).take(self.store.channels.len()).map(|place: usize| format!("${place}")).collect();
        if places.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT id FROM deliveries WHERE {IS_DUE} AND channel IN ({}) ORDER BY not_before, id LIMIT 1",
            places.join(", ")
        );
        let found = with_pool!(&self.store.database, |pool| {
            let mut due = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(sql)).bind(now);
            for channel in &self.store.channels {
                due = due.bind(&channel.name);
            }
            due.fetch_optional(pool).await
        });
        found.map_err(|error| self.wrong(error))
    }

    /// The message was taken. Changes nothing when the attempt is not the present one any more.
    pub async fn sent(&self, clock: &dyn Clock, delivery: &Delivery) -> Result<(), StoreError> {
        self.end(delivery, DeliveryState::Sent, None, Some(clock.now()), None).await
    }

    /// The attempt failed. Changes nothing when it is not the present one any more.
    pub async fn failed(
        &self,
        clock: &dyn Clock,
        delivery: &Delivery,
        why: &Undelivered,
    ) -> Result<(), StoreError> {
        match why.retry_at {
            Some(at) => self.end(delivery, DeliveryState::Waiting, Some(at), None, Some(why)).await,
            None => self.end(delivery, DeliveryState::Failed, None, Some(clock.now()), Some(why)).await,
        }
    }

    async fn end(
        &self,
        delivery: &Delivery,
        state: DeliveryState,
        again: Option<Timestamp>,
        finished: Option<Timestamp>,
        why: Option<&Undelivered>,
    ) -> Result<(), StoreError> {
        in_transaction!(&self.store.database, |connection| {
            let ended = sqlx::query(END)
                .bind(&delivery.id)
                .bind(i64::from(delivery.attempt))
                .bind(state.word())
                .bind(again.map(Timestamp::as_millisecond))
                .bind(finished.map(Timestamp::as_millisecond))
                .bind(why.map(|why| why.code.as_str()))
                .bind(why.map(|why| why.message.as_str()))
                .execute(&mut *connection)
                .await;
            ended.map(drop).map_err(|error| self.wrong(error))
        })
    }
}
