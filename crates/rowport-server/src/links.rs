//! Links to files that work without signing in, until they expire or the file is revoked.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rowport_store::{Store, StoreError};
use sha2::Sha256;

/// Signs links and checks them. Every process on the same state has the same key.
#[derive(Clone)]
pub struct Links {
    key: Vec<u8>,
}

/// The key is named so that another one can follow it.
const KEY: &str = "links-1";

impl Links {
    /// The links of this state.
    pub async fn open(store: &Store) -> Result<Self, StoreError> {
        Ok(Self { key: store.secret(KEY).await? })
    }

    /// The signature of a link that lets its holder read one artifact until a moment.
    pub(crate) fn sign(&self, principal: &str, artifact: &str, expires: Timestamp) -> String {
        let bytes = self.mac(principal, artifact, expires.as_second()).finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this is our signature and the link has not expired.
    pub(crate) fn is_good(
        &self,
        principal: &str,
        artifact: &str,
        expires: i64,
        signature: &str,
        now: Timestamp,
    ) -> bool {
        let Some(signature) = from_hex(signature) else { return false };
        // Compared in constant time, before anything else is looked at.
        let ours = self.mac(principal, artifact, expires).verify_slice(&signature).is_ok();
        ours && now.as_second() < expires
    }

    fn mac(&self, principal: &str, artifact: &str, expires: i64) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("a key of any length");
        // No part can be moved into another: a line break is in none of them.
        mac.update(format!("{KEY}\nGET\n{}\n{artifact}\n{expires}", principal).as_bytes());
        mac
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_its_artifact_and_its_time_only() {
        let links = Links { key: vec![7; 32] };
        let (me, now) = ("user:me", Timestamp::from_second(1_000).unwrap());
        let until = Timestamp::from_second(2_000).unwrap();
        let signature = links.sign(me, "abc", until);
        assert!(links.is_good(me, "abc", 2_000, &signature, now));
        assert!(!links.is_good(me, "abd", 2_000, &signature, now));
        assert!(!links.is_good(me, "abc", 2_001, &signature, now));
        assert!(!links.is_good(me, "abc", 2_000, &signature, until));
        assert!(!Links { key: vec![8; 32] }.is_good(me, "abc", 2_000, &signature, now));
        for place in 0..signature.len() {
            let mut altered = signature.clone().into_bytes();
            altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
            assert!(!links.is_good(me, "abc", 2_000, std::str::from_utf8(&altered).unwrap(), now));
        }
        assert!(!links.is_good(me, "abc", 2_000, "", now));
    }
}
