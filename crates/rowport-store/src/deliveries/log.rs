//! What was told, and asking for a test.

use jiff::Timestamp;
use rowport_model::Clock;

use super::{COLUMNS, Deliveries, Delivery};
use crate::access::Actor;
use crate::audit::{NewEvent, record};
use crate::database::{in_transaction, with_pool};
use crate::error::StoreError;

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
        let id = self.store.ids.next(now);
        in_transaction!(&self.store.database, |connection| {
            let event =
                NewEvent { action: "notification.tested", subject: Some(channel), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            let sql = sqlx::AssertSqlSafe(format!("{ASK} RETURNING {COLUMNS}"));
            let asked = sqlx::query(sql).bind(&id).bind(channel).bind(recipient).bind(now.as_millisecond());
            let row = asked.fetch_one(&mut *connection).await.map_err(|error| self.wrong(error))?;
            self.read(&row)
        })
    }

    /// The latest ones before that id, or of all, the latest first.
    pub async fn list(&self, before: Option<&str>, limit: u32) -> Result<Vec<Delivery>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM deliveries WHERE ($1 = '' OR id < $1) ORDER BY id DESC LIMIT $2");
        with_pool!(&self.store.database, |pool| {
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.unwrap_or_default());
            let rows =
                rows.bind(i64::from(limit)).fetch_all(pool).await.map_err(|error| self.wrong(error))?;
            rows.iter().map(|row| self.read(row)).collect()
        })
    }

    /// Forgets what came up before that moment.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let gone = with_pool!(&self.store.database, |pool| {
            let gone = sqlx::query(FORGET).bind(before.as_millisecond()).execute(pool).await;
            gone.map(|gone| gone.rows_affected())
        });
        gone.map_err(|error| self.wrong(error))
    }
}
