//! What the audit is made of: writing an event down, and finding it again.

use jiff::Timestamp;
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Audit;
use super::record::{KNOWN, LOCK, NewEvent};
use crate::actor::Actor;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// An action, as the audit has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the audit: rises by one with every event.
    pub seq: i64,
    /// A version 7 UUID. Where rows are changed it is that of the change set, with `/` and a number for each chunk; the first
    /// use of a link has a digest of the link and its user.
    pub id: String,
    /// When.
    #[serde(with = "crate::timestamp")]
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
    /// Only events about the row whose key is one of these, as [`RowEvent`](super::RowEvent) has them.
    pub row_keys: Option<&'a [String]>,
    /// Only since this moment.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub to: Option<Timestamp>,
    /// Only those with a smaller number, for the next page.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

pub(super) const COLUMNS: &str = "seq, id, at, action, principal, principal_name, tenant, address, request, source, dataset, \
    subject, detail";

impl Audit<'_> {
    /// Writes down an action that changes nothing in the state.
    pub async fn record(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        event: NewEvent<'_>,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }

    /// Writes down an action that has an id of its own: once, however often it is asked for.
    pub async fn record_once(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        event: NewEvent<'_>,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        // Most repetitions end here, and wait for no other writer of the audit.
        if query(KNOWN).bind(id).exists(&self.context.database).await? {
            return Ok(());
        }
        let mut tx = Tx::begin(self.context).await?;
        query(LOCK).execute(&mut tx).await?;
        if !query(KNOWN).bind(id).exists(&mut tx).await? {
            tx.record_as(id, now, actor, &event).await?;
        }
        tx.commit().await
    }

    /// The events, the latest first.
    pub async fn list(&self, wanted: EventsWanted<'_>) -> Result<Vec<AuditEvent>, StoreError> {
        let keys = wanted.row_keys.unwrap_or_default();
        let placeholders: Vec<_> = (12..).take(keys.len()).map(|number| format!("${number}")).collect();
        let of_row = match wanted.row_keys {
            None => String::new(),
            // A row that has no key was never changed.
            Some([]) => "AND 1 = 0".to_owned(),
            Some(_) => {
                format!(
                    "AND seq IN (SELECT seq FROM row_events WHERE row_key IN ({}))",
                    placeholders.join(", ")
                )
            }
        };
        // Every other condition is always there and a missing one is met by everything, so that there is one statement.
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE ($1 = '' OR tenant = $1) AND ($2 = '' OR principal = $2) \
             AND ($3 = '' OR substr(action, 1, length($3)) = $3) AND ($4 = '' OR (source = $4 AND dataset = $5)) \
             AND ($6 = '' OR lower(principal_name) LIKE $6 ESCAPE '!' OR subject = $7 OR address = $7) \
             AND at >= $8 AND at < $9 AND seq < $10 {of_row} ORDER BY seq DESC LIMIT $11"
        );
        let (source, dataset) = wanted.dataset.unwrap_or_default();
        let search = wanted.search.unwrap_or_default();
        let pattern = match search {
            "" => String::new(),
            text => format!("%{}%", like(&text.to_lowercase())),
        };
        let query = query(sql)
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
            .bind(wanted.limit);
        let query = keys.iter().fold(query, |query, key| query.bind(key));
        query.fetch_all(&self.context.database, read).await
    }
}

/// A text as a pattern that fits only itself.
fn like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

pub(super) fn read(row: &Row) -> Result<AuditEvent, sqlx::Error> {
    Ok(AuditEvent {
        seq: row.number("seq")?,
        id: row.text("id")?,
        at: timestamp(row.number("at")?),
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
