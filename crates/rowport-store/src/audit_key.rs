//! The key of the audit's seal: what cannot be written with nothing but the database.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex::hex;

/// The key that the audit is sealed with. It is kept elsewhere than the database.
#[derive(Clone)]
pub struct AuditKey(Vec<u8>);

/// A key has at least so many bytes.
const SHORTEST_KEY: usize = 32;

impl AuditKey {
    /// A key of at least 32 random bytes; none where there are fewer.
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
    pub(crate) fn extend(&self, seal: &str, seq: i64, hash: &str) -> String {
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
