use jiff::SignedDuration;
use rowport_store::{Limit, NewEvent, NewSession, StoreError, ThrottleKey, Token, User};
use serde_json::json;
use thiserror::Error;

use super::{Accounts, Visitor};
use crate::error::EngineError;

/// What a person signs in with.
#[derive(Clone)]
pub struct Credentials {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where they come from.
    pub visitor: Visitor,
}

/// Why a person could not sign in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// The two do not go together. Which of them is wrong is not said.
    #[error("the e-mail address or the password is not right")]
    Wrong,
    /// The password was right, and they may not do anything.
    #[error("this account is suspended; ask an administrator")]
    Suspended,
    /// It was tried too often.
    #[error("this was tried too often; try again later")]
    TooOften {
        /// In so many seconds it may be tried again.
        seconds: u64,
    },
    /// The password cannot be chosen.
    #[error("{message}")]
    BadPassword {
        /// What would be right.
        message: String,
    },
    /// Something else failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

/// Wrong passwords of one account from one network.
const PER_ACCOUNT_AND_NETWORK: Limit = Limit { most: 10, within: SignedDuration::from_mins(15) };
/// For one account, wherever the tries come from: so many that an attacker elsewhere does not lock its owner out
/// soon, and so few that many who guess together do not get far.
const PER_ACCOUNT: Limit = Limit { most: 100, within: SignedDuration::from_mins(15) };
/// From one network, whichever the accounts are: an office has one address for many people.
const PER_NETWORK: Limit = Limit { most: 50, within: SignedDuration::from_mins(15) };

impl Accounts {
    /// Begins a session for a person who knows the password. Wrong ones are slowed down by account and by network,
    /// and take
    /// as long whether or not there is such an account.
    pub async fn sign_in(&self, credentials: Credentials) -> Result<(User, Token), SignInError> {
        let Credentials { email, password, visitor } = credentials;
        // What is no address is no account, and makes no bucket.
        let Some(email) = rowport_store::email(&email) else { return Err(SignInError::Wrong) };
        let account = email.to_lowercase();
        let network = visitor.network().unwrap_or_default();
        let own = ThrottleKey::of("account", &[&account, &network]);
        let (everybodys, anywhere) =
            (ThrottleKey::of("network", &[&network]), ThrottleKey::of("account", &[&account]));
        // The network first: once it has tried too often it makes no more buckets, whichever accounts it thinks of.
        self.throttle(&everybodys, PER_NETWORK).await?;
        if let Err(refused) = self.throttle(&own, PER_ACCOUNT_AND_NETWORK).await {
            // An attacker who goes on locks out themselves, and not all others of their network.
            self.store.limits().take_back(&everybodys).await?;
            return Err(refused);
        }
        self.throttle(&anywhere, PER_ACCOUNT).await?;
        let user = self.store.users().by_email(&email).await?;
        let hash = match &user {
            Some(user) => self.store.users().password(&user.id).await?,
            None => None,
        };
        let right = self.passwords.is_right(password, hash.clone()).await?;
        let Some((user, hash)) = user.filter(|_| right).zip(hash) else {
            // The account is not named: people type passwords into the wrong field.
            let event = NewEvent { action: "session.refused", detail: json!({}), ..NewEvent::default() };
            self.store.audit().record(self.clock(), &visitor.nobody(), event).await?;
            return Err(SignInError::Wrong);
        };
        if user.suspended {
            return Err(SignInError::Suspended);
        }
        self.store.limits().forgive(self.clock(), &own).await?;
        // Only wrong tries count; those of others from the same network stay.
        for bucket in [&everybodys, &anywhere] {
            self.store.limits().take_back(bucket).await?;
        }
        let token = self.begin(&user, &hash, &visitor).await?.ok_or(SignInError::Wrong)?;
        Ok((user, token))
    }

    /// Begins a session for the person who showed the password of this hash; `None` when it is not theirs any more.
    pub(super) async fn begin(
        &self,
        user: &User,
        hash: &str,
        visitor: &Visitor,
    ) -> Result<Option<Token>, StoreError> {
        let actor = visitor.user(user);
        let new = NewSession {
            user: &user.id,
            password: hash,
            address: visitor.address.as_deref(),
            agent: visitor.agent.as_deref(),
        };
        self.store.sessions().begin(self.clock(), &actor, new).await
    }

    pub(super) async fn throttle(&self, bucket: &ThrottleKey, limit: Limit) -> Result<(), SignInError> {
        match self.store.limits().throttle(self.clock(), bucket, limit).await? {
            Ok(()) => Ok(()),
            Err(until) => {
                let wait = until.duration_since(self.clock().now()).as_secs();
                Err(SignInError::TooOften { seconds: u64::try_from(wait).unwrap_or(0).saturating_add(1) })
            }
        }
    }
}
