//! How deliveries come up, are claimed, and end.

use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;

use super::{COLUMNS, Deliveries, Delivery, DeliveryState, DueDelivery, Undelivered, read};
use crate::database::query;
use crate::error::StoreError;
use crate::runs::Runs;
use crate::tx::Tx;

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
        let mut tx = Tx::begin(self.context).await?;
        let until = now.saturating_add(lease.as_millis() as i64);
        let claimed = query(sql).bind(now).bind(&id).bind(until).fetch_optional(&mut tx, read).await?;
        tx.commit().await?;
        let Some(delivery) = claimed else { return Ok(None) };
        let run = match &delivery.run_id {
            Some(id) => Runs { context: self.context }.get_of_any(id).await?,
            None => None,
        };
        Ok(Some(DueDelivery { delivery, run }))
    }

    async fn due(&self, now: i64) -> Result<Option<String>, StoreError> {
        let placeholders: Vec<String> =
            (2..).take(self.context.channels.len()).map(|number: usize| format!("${number}")).collect();
        if placeholders.is_empty() {
            return Ok(None);
        }
        let sql = format!(
            "SELECT id FROM deliveries WHERE {IS_DUE} AND channel IN ({}) ORDER BY not_before, id LIMIT 1",
            placeholders.join(", ")
        );
        let due = self.context.channels.iter().fold(query(sql).bind(now), |due, it| due.bind(&it.name));
        due.fetch_optional(&self.context.database, |row| row.text("id")).await
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
        let mut tx = Tx::begin(self.context).await?;
        query(END)
            .bind(&delivery.id)
            .bind(delivery.attempt)
            .bind(state.as_str())
            .bind(again.map(Timestamp::as_millisecond))
            .bind(finished.map(Timestamp::as_millisecond))
            .bind(why.map(|why| why.code.as_str()))
            .bind(why.map(|why| why.message.as_str()))
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }
}
