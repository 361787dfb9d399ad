//! The seal: what nobody can write who has nothing but the database.

use super::Audit;
use super::chain::digest;
use super::record::LOCK;
use super::state::State;
use crate::audit_key::AuditKey;
use crate::database::query;
use crate::error::StoreError;
use crate::tx::Tx;

/// What became of the wish to seal the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// It is sealed from now on.
    Begun,
    /// It was sealed with this key before, and goes on to be.
    GoesOn,
    /// It is sealed with another key. Events are still chained, but not sealed.
    OtherKey,
}

impl Audit<'_> {
    /// Begins to seal the audit with this key, unless it is sealed already. Everything that is there is taken as it is.
    pub(crate) async fn seal(&self, key: &AuditKey) -> Result<Sealing, StoreError> {
        const BEGIN: &str =
            "INSERT INTO audit_seal (one, key_id, since, seq, seal) VALUES (1, $1, $2, $2, $3)";
        let mut tx = Tx::begin(self.context).await?;
        query(LOCK).execute(&mut tx).await?;
        let state = State::read(&mut tx).await?;
        let sealing = match state.seal {
            Some(seal) if seal.key == key.id() => Sealing::GoesOn,
            Some(_) => Sealing::OtherKey,
            None => {
                let seal = key.begin(state.seq, state.unchained, &digest(&state.heads));
                query(BEGIN).bind(key.id()).bind(state.seq).bind(seal).execute(&mut tx).await?;
                Sealing::Begun
            }
        };
        tx.commit().await?;
        Ok(sealing)
    }
}
