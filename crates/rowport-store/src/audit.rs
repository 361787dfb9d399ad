//! The audit: one row for each action. A row is written in the transaction of what it tells of, or before it.

use jiff::Timestamp;
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Actor;
use crate::database::{StoredRow, in_transaction, with_pool};
use crate::error::StoreError;
use crate::runs::moment;
use crate::store::Store;

/// An action, as the audit has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the audit: rises by one with every event.
    pub seq: i64,
    /// A version 7 UUID.
    pub id: String,
    /// When.
    #[serde(with = "crate::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What was done, such as `export.started`.
    pub action: String,
    /// Who did it: the principal's id.
    pub principal: String,
    /// The principal's name then.
    pub principal_name: String,
    /// The principal's tenant.
    pub tenant: Option<String>,
    /// The network address that the request came from.
    pub address: Option<String>,
    /// The request's id.
    pub request: Option<String>,
    /// The source.
    pub source: Option<String>,
    /// The dataset.
    pub dataset: Option<String>,
    /// What it was done to: the id of a run, a user, a role or a key.
    pub subject: Option<String>,
    /// More, as the action needs it.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// An action to be written down.
#[derive(Debug, Clone, Default)]
pub struct NewEvent<'a> {
    /// What was done.
    pub action: &'a str,
    /// In which dataset, as source and name.
    pub dataset: Option<(&'a str, &'a str)>,
    /// What it was done to.
    pub subject: Option<&'a str>,
    /// More. Never a secret, and no values of rows.
    pub detail: serde_json::Value,
}

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct EventsWanted<'a> {
    /// Only of this tenant.
    pub tenant: Option<&'a str>,
    /// Only by this principal.
    pub principal: Option<&'a str>,
    /// Only actions that begin so: `export`, `user.created`.
    pub action: Option<&'a str>,
    /// Only in this dataset, as source and name.
    pub dataset: Option<(&'a str, &'a str)>,
    /// Only events with this text in the name of who did it, or as their subject or address.
    pub search: Option<&'a str>,
    /// Only since this moment.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub to: Option<Timestamp>,
    /// Only those with a smaller number, for the next page.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

/// The audit of a [`Store`].
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    pub(crate) store: &'a Store,
}

/// The number of an event. Raising it is a lock, so numbers have no gaps and become visible in their order.
pub(crate) const NEXT: &str = "UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value";

pub(crate) const RECORD: &str = "INSERT INTO audit (seq, id, at, action, principal, principal_name, tenant, address, \
    request, source, dataset, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

const COLUMNS: &str = "seq, id, at, action, principal, principal_name, tenant, address, request, source, dataset, \
    subject, detail";

/// Writes an event in a transaction that is under way.
macro_rules! record {
    ($store:expr, $connection:ident, $now:expr, $actor:expr, $event:expr) => {{
        let (store, actor, event, now): (_, &$crate::Actor, $crate::NewEvent<'_>, jiff::Timestamp) =
            ($store, $actor, $event, $now);
        let seq = sqlx::query_scalar::<_, i64>($crate::audit::NEXT).fetch_one(&mut *$connection).await;
        sqlx::query($crate::audit::RECORD)
            .bind(seq.map_err(|error| store.database.wrong(error))?)
            .bind(store.ids.next(now))
            .bind(now.as_millisecond())
            .bind(event.action)
            .bind(&actor.principal)
            .bind(&actor.name)
            .bind(&actor.tenant)
            .bind(&actor.address)
            .bind(&actor.request)
            .bind(event.dataset.map(|(source, _)| source))
            .bind(event.dataset.map(|(_, dataset)| dataset))
            .bind(event.subject)
            .bind(if event.detail.is_null() { "{}".to_owned() } else { event.detail.to_string() })
            .execute(&mut *$connection)
            .await
            .map_err(|error| store.database.wrong(error))?;
    }};
}
pub(crate) use record;

impl Audit<'_> {
    /// Writes down an action that changes nothing in the state.
    pub async fn record(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        event: NewEvent<'_>,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        in_transaction!(&self.store.database, |connection| {
            record!(self.store, connection, now, actor, event.clone());
            Ok(())
        })
    }

    /// The events, the latest first.
    pub async fn list(&self, wanted: EventsWanted<'_>) -> Result<Vec<AuditEvent>, StoreError> {
        // Every condition is always there and a missing one is met by everything, so that there is one statement.
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE ($1 = '' OR tenant = $1) AND ($2 = '' OR principal = $2) \
             AND ($3 = '' OR substr(action, 1, length($3)) = $3) AND ($4 = '' OR (source = $4 AND dataset = $5)) \
             AND ($6 = '' OR lower(principal_name) LIKE $6 ESCAPE '!' OR subject = $7 OR address = $7) \
             AND at >= $8 AND at < $9 AND seq < $10 ORDER BY seq DESC LIMIT $11"
        );
        let (source, dataset) = wanted.dataset.unwrap_or_default();
        let search = wanted.search.unwrap_or_default();
        let pattern = match search {
            "" => String::new(),
            text => format!("%{}%", like(&text.to_lowercase())),
        };
        let wrong = |error| self.store.database.wrong(error);
        with_pool!(&self.store.database, |pool| {
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(wanted.tenant.unwrap_or_default())
                .bind(wanted.principal.unwrap_or_default())
                .bind(wanted.action.unwrap_or_default())
                .bind(source)
                .bind(dataset)
                .bind(pattern)
                .bind(search)
                .bind(wanted.from.map_or(i64::MIN, Timestamp::as_millisecond))
                .bind(wanted.to.map_or(i64::MAX, Timestamp::as_millisecond))
                .bind(wanted.before.unwrap_or(i64::MAX))
                .bind(i64::from(wanted.limit))
                .fetch_all(pool)
                .await
                .map_err(wrong)?;
            rows.iter().map(|row| read(row).map_err(wrong)).collect()
        })
    }
}

/// A text as a pattern that fits only itself.
fn like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn read(row: &dyn StoredRow) -> Result<AuditEvent, sqlx::Error> {
    Ok(AuditEvent {
        seq: row.number("seq")?,
        id: row.text("id")?,
        at: moment(row.number("at")?),
        action: row.text("action")?,
        principal: row.text("principal")?,
        principal_name: row.text("principal_name")?,
        tenant: row.text_or_none("tenant")?,
        address: row.text_or_none("address")?,
        request: row.text_or_none("request")?,
        source: row.text_or_none("source")?,
        dataset: row.text_or_none("dataset")?,
        subject: row.text_or_none("subject")?,
        detail: serde_json::from_str(&row.text("detail")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
    })
}
