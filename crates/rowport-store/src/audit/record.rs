//! How an event is written, in a transaction that is under way.

/// The number of an event. Raising it is a lock, so numbers have no gaps and become visible in their order.
pub(crate) const NEXT: &str = "UPDATE counters SET value = value + 1 WHERE name = 'audit' RETURNING value";

/// Takes that lock before there is a number.
pub(crate) const LOCK: &str = "UPDATE counters SET value = value WHERE name = 'audit'";

/// Whether there is an event with an id.
pub(crate) const KNOWN: &str = "SELECT seq FROM audit WHERE id = $1";

/// What the event follows. It is asked for under the lock: a part of the statement above would see what was there
/// before it waited.
pub(crate) const BEFORE: &str = "SELECT chain.position, chain.hash, seal.seal FROM counters \
    LEFT JOIN audit_chains chain ON chain.tenant = $1 LEFT JOIN audit_seal seal ON seal.one = 1 \
    WHERE counters.name = 'audit'";

pub(crate) const RECORD: &str = "INSERT INTO audit (seq, id, at, action, principal, principal_name, tenant, address, \
    request, source, dataset, subject, detail, position, hash) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

pub(crate) const LINK: &str = "INSERT INTO audit_chains (tenant, position, hash) VALUES ($1, $2, $3) \
    ON CONFLICT (tenant) DO UPDATE SET position = excluded.position, hash = excluded.hash";

pub(crate) const SEAL: &str = "UPDATE audit_seal SET seq = $1, seal = $2";

/// Writes an event. Its value is the event's number.
macro_rules! record {
    ($store:expr, $connection:ident, $now:expr, $actor:expr, $event:expr) => {{
        let id = $store.ids.next($now);
        $crate::audit::record_as!($store, $connection, id, $now, $actor, $event)
    }};
}

/// The same with an id of the caller's.
macro_rules! record_as {
    ($store:expr, $connection:ident, $id:expr, $now:expr, $actor:expr, $event:expr) => {{
        let (store, actor, event, now): (_, &$crate::Actor, $crate::NewEvent<'_>, jiff::Timestamp) =
            ($store, $actor, $event, $now);
        let wrong = |error| store.database.wrong(error);
        let seq = sqlx::query_scalar::<_, i64>($crate::audit::NEXT).fetch_one(&mut *$connection).await;
        let seq = seq.map_err(wrong)?;
        let chain = actor.tenant.as_deref().unwrap_or_default();
        let before = sqlx::query($crate::audit::BEFORE).bind(chain).fetch_one(&mut *$connection).await;
        let before = $crate::audit::Before::read(&before.map_err(wrong)?).map_err(wrong)?;
        let (id, detail): (String, _) = ($id, event.detail_text());
        let said = $crate::audit::Said {
            seq,
            id: &id,
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
        let link = before.link.next(&said);
        sqlx::query($crate::audit::RECORD)
            .bind(said.seq)
            .bind(said.id)
            .bind(said.at)
            .bind(said.action)
            .bind(said.principal)
            .bind(said.principal_name)
            .bind(said.tenant)
            .bind(said.address)
            .bind(said.request)
            .bind(said.source)
            .bind(said.dataset)
            .bind(said.subject)
            .bind(said.detail)
            .bind(link.position)
            .bind(&link.hash)
            .execute(&mut *$connection)
            .await
            .map_err(wrong)?;
        let linked = sqlx::query($crate::audit::LINK).bind(chain).bind(link.position).bind(&link.hash);
        linked.execute(&mut *$connection).await.map_err(wrong)?;
        if let Some((key, seal)) = store.audit_key.as_ref().zip(before.seal) {
            let seal = key.go_on(&seal, seq, &link.hash);
            let sealed = sqlx::query($crate::audit::SEAL).bind(seq).bind(seal);
            sealed.execute(&mut *$connection).await.map_err(wrong)?;
        }
        seq
    }};
}
pub(crate) use {record, record_as};

use super::chain::Link;
use crate::database::StoredRow;

/// What an event follows.
pub(crate) struct Before {
    pub(crate) link: Link,
    /// None where nothing is sealed.
    pub(crate) seal: Option<String>,
}

impl Before {
    pub(crate) fn read(row: &dyn StoredRow) -> Result<Self, sqlx::Error> {
        let position = row.number_or_none("position")?.unwrap_or_default();
        let hash = row.text_or_none("hash")?.unwrap_or_default();
        Ok(Self { link: Link { position, hash }, seal: row.text_or_none("seal")? })
    }
}
