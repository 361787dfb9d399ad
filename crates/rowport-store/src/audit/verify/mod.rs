//! Whether the audit is what was written down: everything is read once, in order, and compared with what it comes to.

mod walk;

use serde::Serialize;
use utoipa::ToSchema;

use self::walk::Walk;
use super::rows::{RowEvent, digest_of};
use super::state::State;
use super::{Anchor, Audit};
use crate::audit_key::AuditKey;
use crate::database::{Row, query};
use crate::error::StoreError;

/// What came of looking at the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verified {
    /// How many events there are.
    pub events: u64,
    /// How many of them are older than the chains, so that nothing can be said of them.
    pub unchained: u64,
    /// How many chains there are: one for each tenant, and one for all others.
    pub chains: usize,
    /// How many events about rows there are.
    pub rows: u64,
    /// How many anchors were compared.
    pub anchors: usize,
    /// What the seal says.
    pub seal: SealCheck,
    /// What is wrong, in the order of the events; the first thousand.
    pub findings: Vec<Finding>,
    /// How much more is wrong.
    pub more: u64,
}

/// A seal that was compared with the key at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SealCompared {
    /// It covers the events after this one.
    pub since: i64,
}

/// What the seal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealCheck {
    /// It was compared with the key at hand. What is wrong with it is among the findings.
    Compared(SealCompared),
    /// There is no key at hand, so it was not looked at.
    NoKey,
    /// There is none, and no key either.
    Unsealed,
    /// It is over the events of everybody, and only those of one tenant were looked at.
    OfEverybody,
}

/// Something that is not as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// What it is.
    pub wrong: Wrong,
    /// At which event, where it is at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seq: Option<i64>,
    /// In words.
    pub message: String,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// An event does not follow from the one before: it, or something before it, is not what it was.
    Altered,
    /// Events are not there any more.
    Removed,
    /// There is an event that was not written as events are.
    Inserted,
    /// The end of a chain is another than was noted beside it.
    Head,
    /// Somebody without the key has written to the audit.
    Seal,
    /// At the moment of an anchor, the audit was another one.
    Anchor,
    /// The events about a chunk's rows are not what they were.
    Rows,
}

const EVENTS: &str = "SELECT seq, id, at, action, principal, principal_name, tenant, address, request, source, \
    dataset, subject, detail, position, hash FROM audit WHERE seq > $1 AND seq <= $2 AND ($3 = '' OR tenant = $3) \
    ORDER BY seq LIMIT $4";

/// Events at a time.
const PAGE: i64 = 1_000;

impl Audit<'_> {
    /// Reads all of it, and says what is wrong. The key is the one that it was sealed with, and the anchors are what was
    /// kept elsewhere. Events that come meanwhile are left for the next time.
    pub async fn verify(&self, key: Option<&AuditKey>, anchors: &[Anchor]) -> Result<Verified, StoreError> {
        let mut walk = Walk::new(State::read(&self.context.database).await?, key, anchors);
        self.walk(&mut walk, "").await?;
        self.beyond(&mut walk).await?;
        Ok(walk.verified())
    }

    /// Reads the events of one tenant, and says what is wrong with their chain.
    pub async fn verify_tenant(&self, tenant: &str) -> Result<Verified, StoreError> {
        let mut walk = Walk::of_tenant(State::read(&self.context.database).await?, tenant);
        self.walk(&mut walk, tenant).await?;
        Ok(walk.verified())
    }

    /// Passes all events, or those of one tenant, a page at a time.
    async fn walk(&self, walk: &mut Walk<'_>, tenant: &str) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            let events = self.stored(after, walk.last(), tenant).await?;
            let Some(last) = events.last() else { break };
            after = last.seq;
            for event in &events {
                walk.pass(event);
                if walk.is_about_rows(event) {
                    walk.compare_rows(event, &self.rows_of(event.seq).await?);
                }
            }
        }
        walk.arrive();
        Ok(())
    }

    pub(super) async fn stored(
        &self,
        after: i64,
        last: i64,
        tenant: &str,
    ) -> Result<Vec<Stored>, StoreError> {
        let events = query(EVENTS).bind(after).bind(last).bind(tenant).bind(PAGE);
        events.fetch_all(&self.context.database, Stored::read).await
    }

    /// The events about rows that belong to an event, with their places.
    async fn rows_of(&self, seq: i64) -> Result<Vec<(i64, RowEvent)>, StoreError> {
        const ROWS: &str = "SELECT place, row_key, digest FROM row_events WHERE seq = $1 ORDER BY place";
        let read = |row: &Row| {
            Ok((row.number("place")?, RowEvent { key: row.text("row_key")?, digest: row.bytes("digest")? }))
        };
        query(ROWS).bind(seq).fetch_all(&self.context.database, read).await
    }

    /// Looks for what belongs to no event, or comes after the last.
    async fn beyond(&self, walk: &mut Walk<'_>) -> Result<(), StoreError> {
        const COUNT: &str = "SELECT count(*) FROM row_events WHERE seq <= $1";
        // One statement, as others may be writing.
        const AFTER: &str = "SELECT (SELECT COALESCE(max(seq), 0) FROM audit) AS events, \
            (SELECT COALESCE(max(seq), 0) FROM row_events) AS rows_of, \
            (SELECT value FROM counters WHERE name = 'audit') AS last_number";
        let database = &self.context.database;
        let read = |row: &Row| {
            Ok((row.number("events")?, row.number("rows_of")?, row.number_or_none("last_number")?))
        };
        let rows = query(COUNT).bind(walk.last()).fetch_number(database).await?;
        let after = query(AFTER).fetch_one(database, read).await?;
        walk.compare_count(rows);
        walk.compare_end(after);
        Ok(())
    }
}

/// An event, word for word as it is stored.
pub(super) struct Stored {
    pub(super) seq: i64,
    id: String,
    at: i64,
    action: String,
    principal: String,
    principal_name: String,
    tenant: Option<String>,
    address: Option<String>,
    request: Option<String>,
    source: Option<String>,
    dataset: Option<String>,
    subject: Option<String>,
    detail: String,
    link: super::chain::Link,
}

impl Stored {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            seq: row.number("seq")?,
            id: row.text("id")?,
            at: row.number("at")?,
            action: row.text("action")?,
            principal: row.text("principal")?,
            principal_name: row.text("principal_name")?,
            tenant: row.text_or_none("tenant")?,
            address: row.text_or_none("address")?,
            request: row.text_or_none("request")?,
            source: row.text_or_none("source")?,
            dataset: row.text_or_none("dataset")?,
            subject: row.text_or_none("subject")?,
            detail: row.text("detail")?,
            link: super::chain::Link { position: row.number("position")?, hash: row.text("hash")? },
        })
    }

    pub(super) fn record(&self) -> super::chain::AuditRecord<'_> {
        super::chain::AuditRecord {
            seq: self.seq,
            id: &self.id,
            at: self.at,
            action: &self.action,
            principal: &self.principal,
            principal_name: &self.principal_name,
            tenant: self.tenant.as_deref(),
            address: self.address.as_deref(),
            request: self.request.as_deref(),
            source: self.source.as_deref(),
            dataset: self.dataset.as_deref(),
            subject: self.subject.as_deref(),
            detail: &self.detail,
        }
    }

    /// The chain that it belongs to.
    pub(super) fn chain(&self) -> &str {
        self.tenant.as_deref().unwrap_or_default()
    }

    /// Whether these are the rows that it sums up.
    fn sums_up(&self, rows: &[(i64, RowEvent)]) -> bool {
        let detail: serde_json::Value = serde_json::from_str(&self.detail).unwrap_or_default();
        let in_order = (0..).zip(rows).all(|(place, (found, _))| place == *found);
        let rows: Vec<RowEvent> = rows.iter().map(|(_, row)| row.clone()).collect();
        in_order && detail["digest"].as_str() == Some(&digest_of(&rows))
    }
}
