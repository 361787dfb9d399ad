//! How far the audit is: what stands beside its events.

use super::chain::{Heads, Link};
use crate::database::{Executor, Row, query};
use crate::error::StoreError;

/// How far the audit is, at one moment.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The number of the last event.
    pub(crate) seq: i64,
    /// The number of the last event that was there before there were chains.
    pub(crate) unchained: i64,
    pub(crate) heads: Heads,
    pub(crate) seal: Option<Seal>,
}

/// The seal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) key: String,
    /// It covers the events after this one.
    pub(crate) since: i64,
    /// The last event that it covers.
    pub(crate) seq: i64,
    pub(crate) seal: String,
}

impl State {
    /// One statement, so that all of it is of one moment.
    const READ: &str = "SELECT counter.value, \
        (SELECT older.value FROM counters older WHERE older.name = 'audit_unchained') AS unchained, \
        chain.tenant, chain.position, chain.hash, seal.key_id, seal.since, seal.seq AS sealed, seal.seal \
        FROM counters counter LEFT JOIN audit_chains chain ON TRUE LEFT JOIN audit_seal seal ON TRUE \
        WHERE counter.name = 'audit'";

    /// Reads it, from the database or in a transaction.
    pub(crate) async fn read(executor: impl Executor) -> Result<Self, StoreError> {
        let mut state = Self::default();
        for row in query(Self::READ).fetch_all(executor, StateRow::read).await? {
            state.seq = row.seq;
            // Where that is not known any more, no event can have its place.
            state.unchained = row.unchained.unwrap_or(i64::MAX);
            state.heads.extend(row.head);
            state.seal = row.seal;
        }
        Ok(state)
    }
}

/// The state with one of its chains: what a row has.
struct StateRow {
    seq: i64,
    unchained: Option<i64>,
    head: Option<(String, Link)>,
    seal: Option<Seal>,
}

impl StateRow {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let head = match row.text_or_none("tenant")? {
            Some(tenant) => {
                let link = Link { position: row.number("position")?, hash: row.text("hash")? };
                Some((tenant, link))
            }
            None => None,
        };
        let seal = match row.text_or_none("key_id")? {
            Some(key) => {
                let (since, seq, seal) = (row.number("since")?, row.number("sealed")?, row.text("seal")?);
                Some(Seal { key, since, seq, seal })
            }
            None => None,
        };
        Ok(Self { seq: row.number("value")?, unchained: row.number_or_none("unchained")?, head, seal })
    }
}
