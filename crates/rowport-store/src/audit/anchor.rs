//! Anchors: what the audit came to at a moment, to be kept elsewhere.

use jiff::Timestamp;
use rowport_model::Clock;
use serde::{Deserialize, Serialize};

use super::Audit;
use super::chain::digest;
use super::state::State;
use crate::audit_key::AuditKey;
use crate::error::StoreError;

/// What the audit came to at a moment. Whoever has it finds out when the audit is set back to an older state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// When.
    #[serde(with = "crate::timestamp")]
    pub at: Timestamp,
    /// The number of the last event then.
    pub seq: i64,
    /// The last links of all chains, summed up: SHA-256 in hexadecimal.
    pub heads: String,
    /// The three above, signed with the audit's key where it has one.
    pub signature: Option<String>,
}

impl Anchor {
    /// Whether it is signed with this key.
    pub(crate) fn is_signed(&self, key: &AuditKey) -> bool {
        self.signature.as_deref() == Some(&key.anchor(&self.at.to_string(), self.seq, &self.heads))
    }
}

impl Audit<'_> {
    /// What the audit comes to now.
    pub async fn anchor(&self, clock: &dyn Clock) -> Result<Anchor, StoreError> {
        let state = State::read(&self.context.database).await?;
        let (at, heads) = (clock.now(), digest(&state.heads));
        let key = self.context.audit_key.as_ref();
        let signature = key.map(|key| key.anchor(&at.to_string(), state.seq, &heads));
        Ok(Anchor { at, seq: state.seq, heads, signature })
    }
}
