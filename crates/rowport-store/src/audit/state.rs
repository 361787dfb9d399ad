//! How far the audit is: what stands beside its events.

use super::chain::{Heads, Link};
use crate::database::StoredRow;

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
    pub(crate) const READ: &str = "SELECT counter.value, \
        (SELECT older.value FROM counters older WHERE older.name = 'audit_unchained') AS unchained, \
        chain.tenant, chain.position, chain.hash, seal.key_id, seal.since, seal.seq AS sealed, seal.seal \
        FROM counters counter LEFT JOIN audit_chains chain ON TRUE LEFT JOIN audit_seal seal ON TRUE \
        WHERE counter.name = 'audit'";

    pub(crate) fn read<R: StoredRow>(rows: &[R]) -> Result<Self, sqlx::Error> {
        let mut state = Self::default();
        for row in rows {
            state.seq = row.number("value")?;
            // Where that is not known any more, no event can have its place.
            state.unchained = row.number_or_none("unchained")?.unwrap_or(i64::MAX);
            if let Some(tenant) = row.text_or_none("tenant")? {
                let link = Link { position: row.number("position")?, hash: row.text("hash")? };
                state.heads.insert(tenant, link);
            }
            if let Some(key) = row.text_or_none("key_id")? {
                let (since, seq, seal) = (row.number("since")?, row.number("sealed")?, row.text("seal")?);
                state.seal = Some(Seal { key, since, seq, seal });
            }
        }
        Ok(state)
    }
}
