//! What was told, and asking for a test.

use jiff::Timestamp;
use rowport_model::Clock;

use super::{COLUMNS, Deliveries, Delivery, read};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::database::query;
use crate::error::StoreError;
use crate::tx::Tx;

const ASK: &str = "INSERT INTO deliveries (id, channel, event, recipient, state, not_before, attempt, created_at) \
    VALUES ($1, $2, 'test', $3, 'waiting', $4, 0, $4)";

/// What has not ended by then never will: its channel is in nobody's configuration any more.
const FORGET: &str = "DELETE FROM deliveries WHERE created_at < $1";

impl Deliveries<'_> {
    /// Asks for a message that only shows whether the channel works; for this principal, where it is for somebody.
    pub async fn test(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        channel: &str,
        recipient: Option<&str>,
    ) -> Result<Delivery, StoreError> {
        let now = clock.now();
        let id = self.context.ids.next(now);
        let mut tx = Tx::begin(self.context).await?;
        let event = NewEvent { action: "notification.tested", subject: Some(channel), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        let delivery = query(format!("{ASK} RETURNING {COLUMNS}"))
            .bind(&id)
            .bind(channel)
            .bind(recipient)
            .bind(now.as_millisecond())
            .fetch_one(&mut tx, read)
            .await?;
        tx.commit().await?;
        Ok(delivery)
    }

    /// The latest ones before that id, or of all, the latest first.
    pub async fn list(&self, before: Option<&str>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM deliveries WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2");
        let listed = query(sql).bind(before.unwrap_or_default()).bind(limit);
        listed.fetch_all(&self.context.database, read).await
    }

    /// Forgets what came up before that moment.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        query(FORGET).bind(before.as_millisecond()).execute(&self.context.database).await
    }
}
