//! Confirmations: what somebody was shown before they said yes, signed, so that nothing else can be done with it.

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
pub(super) struct Shown {
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
    /// The rows that hang on them and go along, summed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) along: Option<String>,
    /// Until when it can be confirmed, in seconds since 1970.
    pub(super) until: i64,
}

impl Shown {
    pub(super) fn sum(&self) -> Sum {
        Sum { rows: self.rows, digest: self.keys.clone() }
    }
}

/// Signs confirmations and checks them.
#[derive(Clone)]
pub(super) struct Signer(Vec<u8>);

impl Signer {
    pub(super) fn new(key: Vec<u8>) -> Self {
        Self(key)
    }

    pub(super) fn sign(&self, shown: &Shown) -> String {
        // Made of texts and numbers; serialising it cannot fail.
        let text = serde_json::to_vec(shown).unwrap_or_default();
        let signature = self.mac(&text).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(signature))
    }

    /// What was shown, if this is ours and not too old. Whether it fits what is asked for is for the caller to see.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Result<Shown, EngineError> {
        let shown = self.verified(token).ok_or(EngineError::BadConfirmation {
            message: "it is not one that was given out here".to_owned(),
        })?;
        match now.as_second() < shown.until {
            true => Ok(shown),
            false => Err(EngineError::BadConfirmation { message: "it is too old".to_owned() }),
        }
    }

    fn verified(&self, token: &str) -> Option<Shown> {
        let (text, signature) = token.split_once('.')?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Compared in constant time, before anything in it is looked at.
        self.mac(&text).verify_slice(&signature).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn mac(&self, text: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(b"rowport confirmation 1\n");
        mac.update(text);
        mac
    }
}

/// SHA-256 of something that can be written as JSON.
pub(super) fn digest(of: &impl Serialize) -> String {
    // What is summed up here is made of texts, numbers and lists; serialising it cannot fail.
    let text = serde_json::to_vec(of).unwrap_or_default();
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_here_is_read() {
        let now = Timestamp::from_second(1_000).unwrap();
        let shown = Shown {
            id: "1".to_owned(),
            principal: "user:1".to_owned(),
            source: "shop".to_owned(),
            dataset: "orders".to_owned(),
            schema: String::new(),
            request: String::new(),
            rows: 7,
            keys: String::new(),
            along: None,
            until: 1_001,
        };
        let signer = Signer::new(vec![1; 32]);
        let token = signer.sign(&shown);
        assert_eq!(signer.read(&token, now).unwrap(), shown);
        assert!(signer.read(&token, Timestamp::from_second(1_001).unwrap()).is_err(), "too old");
        assert!(Signer::new(vec![2; 32]).read(&token, now).is_err(), "another key");
        let (text, signature) = token.split_once('.').unwrap();
        let more = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Shown { rows: 8, ..shown }).unwrap());
        assert!(signer.read(&format!("{more}.{signature}"), now).is_err(), "another content");
        for wrong in ["", ".", text, &format!("{text}."), &format!("{text}.{}", &signature[1..])] {
            assert!(signer.read(wrong, now).is_err(), "{wrong}");
        }
    }
}
