use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::guessable;
use crate::error::EngineError;

/// The fewest characters that a password may have.
pub(super) const SHORTEST: usize = 12;
/// Longer ones would only give work to the hash.
const LONGEST: usize = 1_000;

/// Hashes passwords with Argon2id and the parameters of OWASP (19 MiB, two passes): a few at a time, because each takes
/// memory and a processor for a while.
#[derive(Debug, Clone)]
pub(super) struct Passwords(Arc<Semaphore>);

/// The hash of no password, for comparing with where there is none: the answer then takes as long as any other.
const NONE: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

impl Passwords {
    /// What is stored of a new password.
    pub(super) async fn hash(&self, password: String, salt: [u8; 32]) -> Result<String, EngineError> {
        let hashing = move || {
            let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt[..16]);
            hashed.map(|hash| hash.to_string()).map_err(|error| EngineError::internal(error.to_string()))
        };
        self.in_turn(hashing).await?
    }

    /// Whether this is the password; without a hash it is not, and finding that out takes as long.
    pub(super) async fn is_right(&self, password: String, hash: Option<String>) -> Result<bool, EngineError> {
        let comparing = move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NONE.to_owned());
            let right = PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
            known && right
        };
        self.in_turn(comparing).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        // It is never closed.
        let _turn = self.0.acquire().await;
        tokio::task::spawn_blocking(work).await.map_err(|error| EngineError::internal(error.to_string()))
    }
}

/// Why a password cannot be chosen by the owner of this e-mail address.
pub(super) fn check(password: &str, email: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!("a password has at least {SHORTEST} characters; a few words in a row do well"));
    }
    if length > LONGEST {
        return Err(format!("a password has at most {LONGEST} characters"));
    }
    if guessable::is(password, email) {
        return Err("this password is among the first that are guessed: it is made of common words, of rows of keys, or of one's own \
                    address; a few words in a row that belong to nothing do well"
            .to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_when_it_is_the_one_that_was_hashed() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery".to_owned(), [7; 32]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let right = |password: &str, hash: Option<&String>| {
            let (password, hash) = (password.to_owned(), hash.cloned());
            let passwords = passwords.clone();
            async move { passwords.is_right(password, hash).await.unwrap() }
        };
        assert!(right("correct horse battery", Some(&hash)).await);
        assert!(!right("correct horse batterz", Some(&hash)).await);
        assert!(!right("correct horse battery", None).await);
        assert!(!right("", None).await);
        // The stand-in is a hash that can be compared with, or the answer would come too soon.
        assert!(PasswordHash::new(NONE).is_ok());
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        let check = |password: &str| check(password, "ada@example.org");
        assert!(check("correct horse").is_ok());
        assert!(check("short").is_err());
        assert!(check(&"ab1cd2ef3g".repeat(101)).is_err());
    }
}
