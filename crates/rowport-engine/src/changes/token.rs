//! Confirmations: what a preview showed, signed, so that nothing else can be done with it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::selection::Sum;
use crate::error::EngineError;

/// What was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ConfirmationClaims {
    /// The id that the change set will have: a second use of the token finds it taken.
    pub(super) id: String,
    /// To whom.
    pub(super) principal: String,
    /// The source.
    pub(super) source: String,
    /// The dataset.
    pub(super) dataset: String,
    /// The dataset's columns and key, summed up.
    pub(super) schema: String,
    /// The action and the selection, summed up.
    pub(super) request: String,
    /// How many rows.
    pub(super) rows: u64,
    /// Their keys, summed up.
    pub(super) keys: String,
    /// The digest of the cascade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cascade: Option<String>,
    /// Until when it can be confirmed, in seconds since 1970.
    pub(super) until: i64,
}

impl ConfirmationClaims {
    /// Whether these are the rows that were shown.
    pub(super) fn is_of(&self, sum: &Sum, signer: &Signer) -> bool {
        self.rows == sum.rows && self.keys == signer.keyed("keys", &sum.digest)
    }
}

/// Signs confirmations and checks them.
#[derive(Clone)]
pub(super) struct Signer(Vec<u8>);

impl Signer {
    pub(super) fn new(key: Vec<u8>) -> Self {
        Self(key)
    }

    pub(super) fn sign(&self, shown: &ConfirmationClaims) -> String {
        // Made of texts and numbers; serialising it cannot fail.
        let text = serde_json::to_vec(shown).unwrap_or_default();
        let signature = self.mac(&text).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(signature))
    }

    /// What was shown, if this is ours and not too old. Whether it fits what is asked for is for the caller to see.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Result<ConfirmationClaims, EngineError> {
        let shown = self.verified(token).ok_or(EngineError::BadConfirmation {
            message: "it is not one that was given out here".to_owned(),
        })?;
        match now.as_second() < shown.until {
            true => Ok(shown),
            false => Err(EngineError::BadConfirmation { message: "it is too old".to_owned() }),
        }
    }

    fn verified(&self, token: &str) -> Option<ConfirmationClaims> {
        let (text, signature) = token.split_once('.')?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Compared in constant time, before anything in it is looked at.
        self.mac(&text).verify_slice(&signature).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// What was summed up, as it stands in a confirmation: clients can read one, and a plain digest would tell them
    /// whether they have guessed what went into it, such as the names of columns that are hidden from them.
    pub(super) fn keyed(&self, what: &str, digest: &str) -> String {
        let mut mac = self.begin();
        mac.update(format!("rowport digest 1\n{what}\n{digest}").as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    fn mac(&self, text: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.begin();
        mac.update(b"rowport confirmation 2\n");
        mac.update(text);
        mac
    }

    fn begin(&self) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length")
    }
}

/// SHA-256 of something that can be written as JSON. A request may name a million keys, so its JSON is never held whole.
pub(super) fn digest(of: &impl Serialize) -> String {
    let mut digest = Digesting(Sha256::new());
    // What is summed up here is made of texts, numbers and lists; serialising it cannot fail.
    let _ = serde_json::to_writer(std::io::BufWriter::with_capacity(16 << 10, &mut digest), of);
    digest.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes bytes into a digest.
struct Digesting(Sha256);

impl std::io::Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_here_is_read() {
        let now = Timestamp::from_second(1_000).unwrap();
        let shown = ConfirmationClaims {
            id: "1".to_owned(),
            principal: "user:1".to_owned(),
            source: "shop".to_owned(),
            dataset: "orders".to_owned(),
            schema: String::new(),
            request: String::new(),
            rows: 7,
            keys: String::new(),
            cascade: None,
            until: 1_001,
        };
        let signer = Signer::new(vec![1; 32]);
        let token = signer.sign(&shown);
        assert_eq!(signer.read(&token, now).unwrap(), shown);
        assert!(signer.read(&token, Timestamp::from_second(1_001).unwrap()).is_err(), "too old");
        assert!(Signer::new(vec![2; 32]).read(&token, now).is_err(), "another key");
        assert_ne!(signer.keyed("keys", "a"), signer.keyed("schema", "a"));
        assert_ne!(signer.keyed("keys", "a"), Signer::new(vec![2; 32]).keyed("keys", "a"));
        let (text, signature) = token.split_once('.').unwrap();
        let more =
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(&ConfirmationClaims { rows: 8, ..shown }).unwrap());
        assert!(signer.read(&format!("{more}.{signature}"), now).is_err(), "another content");
        for wrong in ["", ".", text, &format!("{text}."), &format!("{text}.{}", &signature[1..])] {
            assert!(signer.read(wrong, now).is_err(), "{wrong}");
        }
    }
}
