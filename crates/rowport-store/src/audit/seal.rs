//! The seal: what nobody can write who has nothing but the database.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::chain::{digest, hex};
use super::state::State;
use crate::database::in_transaction;
use crate::error::StoreError;
use crate::store::Store;

/// The key that the audit is sealed with. It is kept elsewhere than the database.
#[derive(Clone)]
pub struct AuditKey(Vec<u8>);

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

/// A key has at least so many bytes.
const SHORTEST_KEY: usize = 32;

impl AuditKey {
    /// A key of at least 32 bytes that nobody can guess; none where there are fewer.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= SHORTEST_KEY).then_some(Self(bytes))
    }

    /// What the key is called: it tells nothing of the key.
    pub(crate) fn id(&self) -> String {
        self.sign("key", &[])[..16].to_owned()
    }

    /// The seal before the first event: of everything that is there already.
    pub(crate) fn begin(&self, since: i64, unchained: i64, heads: &str) -> String {
        self.sign("begin", &[&since.to_string(), &unchained.to_string(), heads])
    }

    /// The seal after another event.
    pub(crate) fn go_on(&self, seal: &str, seq: i64, hash: &str) -> String {
        self.sign("event", &[seal, &seq.to_string(), hash])
    }

    /// The signature of an anchor.
    pub(crate) fn anchor(&self, at: &str, seq: i64, heads: &str) -> String {
        self.sign("anchor", &[at, &seq.to_string(), heads])
    }

    fn sign(&self, what: &str, parts: &[&str]) -> String {
        // A key of any length will do.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key");
        for part in std::iter::once(&what).chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        hex(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKey")
    }
}

impl Store {
    /// The same store, which seals each event with this key. The first time that happens, everything that is there
    /// already is taken as it is.
    pub async fn sealing(mut self, key: AuditKey) -> Result<(Self, Sealing), StoreError> {
        const LOCK: &str = "UPDATE counters SET value = value WHERE name = 'audit'";
        const BEGIN: &str =
            "INSERT INTO audit_seal (one, key_id, since, seq, seal) VALUES (1, $1, $2, $2, $3)";
        let wrong = |error| self.database.wrong(error);
        let sealing = in_transaction!(&self.database, |connection| {
            sqlx::query(LOCK).execute(&mut *connection).await.map_err(wrong)?;
            let rows = sqlx::query(State::READ).fetch_all(&mut *connection).await.map_err(wrong)?;
            let state = State::read(&rows).map_err(wrong)?;
            match state.seal {
                Some(seal) if seal.key == key.id() => Ok(Sealing::GoesOn),
                Some(_) => Ok(Sealing::OtherKey),
                None => {
                    let seal = key.begin(state.seq, state.unchained, &digest(&state.heads));
                    let begin = sqlx::query(BEGIN).bind(key.id()).bind(state.seq).bind(seal);
                    begin.execute(&mut *connection).await.map_err(wrong)?;
                    Ok(Sealing::Begun)
                }
            }
        })?;
        self.audit_key = (sealing != Sealing::OtherKey).then_some(key);
        Ok((self, sealing))
    }
}
