use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::ids::Ids;

/// Something whose holder is let in: the cookie of a session, an API key, the secret of a one-time link. Only its hash
/// is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// What somebody showed.
    pub fn shown(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 256 random bits after a prefix that says what it is.
    pub(crate) fn fresh(ids: &Ids, prefix: &str) -> Self {
        Self(format!("{prefix}{}", hex(&ids.secret())))
    }

    /// The text that its holder shows. It must not be kept or logged.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Its first characters: enough to know it again, and of no other use.
    pub(crate) fn beginning(&self) -> String {
        self.0.chars().take(12).collect()
    }

    /// What is stored. A token has so many random bits that nobody can guess what a hash was made from, so it needs
    /// neither salt nor a slow hash.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}
