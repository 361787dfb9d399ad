//! How an event is written, in a transaction that is under way.

use jiff::Timestamp;

use super::chain::{AuditRecord, Link};
use crate::actor::Actor;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::tx::Tx;

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

/// Whether there is an event with an id.
pub(super) const KNOWN: &str = "SELECT seq FROM audit WHERE id = $1";

/// Takes the lock that each event takes before there is a number.
pub(super) const LOCK: &str = "UPDATE counters SET value = value WHERE name = 'audit'";

/// The number of an event. Raising it is a lock, so numbers have no gaps and become visible in their order.
const NEXT: &str = "UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value";

/// What the event follows. It is asked for under the lock: a part of the statement above would see what was there
/// before it waited.
const BEFORE: &str = "SELECT chain.position, chain.hash, seal.seal FROM counters \
    LEFT JOIN audit_chains chain ON chain.tenant = $1 LEFT JOIN audit_seal seal ON seal.one = 1 \
    WHERE counters.name = 'audit'";

const RECORD: &str = "INSERT INTO audit (seq, id, at, action, principal, principal_name, tenant, address, \
    request, source, dataset, subject, detail, position, hash) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const LINK: &str = "INSERT INTO audit_chains (tenant, position, hash) VALUES ($1, $2, $3) \
    ON CONFLICT (tenant) DO UPDATE SET position = excluded.position, hash = excluded.hash";

const SEAL: &str = "UPDATE audit_seal SET seq = $1, seal = $2";

impl Tx<'_> {
    /// Writes an event of the audit. The value is the event's number.
    pub(crate) async fn record(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        event: &NewEvent<'_>,
    ) -> Result<i64, StoreError> {
        let id = self.context().ids.next(now);
        self.record_as(&id, now, actor, event).await
    }

    /// The same with an id of the caller's.
    pub(crate) async fn record_as(
        &mut self,
        id: &str,
        now: Timestamp,
        actor: &Actor,
        event: &NewEvent<'_>,
    ) -> Result<i64, StoreError> {
        let seq = query(NEXT).fetch_number(&mut *self).await?;
        let chain = actor.tenant.as_deref().unwrap_or_default();
        let before = query(BEFORE).bind(chain).fetch_one(&mut *self, Before::read).await?;
        let detail = event.detail_text();
        let record = AuditRecord {
            seq,
            id,
            at: now.as_millisecond(),
            action: event.action,
            principal: &actor.principal,
            principal_name: &actor.name,
            tenant: actor.tenant.as_deref(),
            address: actor.address.as_deref(),
            request: actor.request.as_deref(),
            source: event.dataset.map(|(source, _)| source),
            dataset: event.dataset.map(|(_, dataset)| dataset),
            subject: event.subject,
            detail: &detail,
        };
        let link = before.link.next(&record);
        self.insert_event(&record, &link).await?;
        let linked = query(LINK).bind(chain).bind(link.position).bind(&link.hash);
        linked.execute(&mut *self).await?;
        if let Some((key, seal)) = self.context().audit_key.as_ref().zip(before.seal) {
            let seal = key.extend(&seal, seq, &link.hash);
            query(SEAL).bind(seq).bind(seal).execute(&mut *self).await?;
        }
        Ok(seq)
    }

    async fn insert_event(&mut self, record: &AuditRecord<'_>, link: &Link) -> Result<(), StoreError> {
        query(RECORD)
            .bind(record.seq)
            .bind(record.id)
            .bind(record.at)
            .bind(record.action)
            .bind(record.principal)
            .bind(record.principal_name)
            .bind(record.tenant)
            .bind(record.address)
            .bind(record.request)
            .bind(record.source)
            .bind(record.dataset)
            .bind(record.subject)
            .bind(record.detail)
            .bind(link.position)
            .bind(&link.hash)
            .execute(self)
            .await
            .map(drop)
    }
}

impl NewEvent<'_> {
    /// The details as they are stored.
    fn detail_text(&self) -> String {
        if self.detail.is_null() { "{}".to_owned() } else { self.detail.to_string() }
    }
}

/// What an event follows.
struct Before {
    link: Link,
    /// None where nothing is sealed.
    seal: Option<String>,
}

impl Before {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let position = row.number_or_none("position")?.unwrap_or_default();
        let hash = row.text_or_none("hash")?.unwrap_or_default();
        Ok(Self { link: Link { position, hash }, seal: row.text_or_none("seal")? })
    }
}
