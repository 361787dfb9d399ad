use jiff::SignedDuration;
use rowport_store::{Actor, Limit, NewEvent, NewSession, StoreError, Token, User};
use serde_json::json;
use thiserror::Error;

use super::Accounts;
use super::principals::user_id;
use crate::error::EngineError;

/// What somebody signs in with.
#[derive(Clone)]
pub struct Credentials {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The network address that they come from.
    pub address: Option<String>,
    /// What their browser calls itself.
    pub agent: Option<String>,
}

/// Why somebody did not come in.
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

/// For one account, wherever the tries come from.
const PER_ACCOUNT: Limit = Limit { most: 10, within: SignedDuration::from_mins(15) };
/// From one network address, whichever the accounts are: an office has one address for many people.
const PER_ADDRESS: Limit = Limit { most: 50, within: SignedDuration::from_mins(15) };

impl Accounts {
    /// Begins a session for whoever knows the password. Wrong ones are slowed down by account and by address, and take
    /// as long whether or not there is such an account.
    pub async fn sign_in(&self, credentials: Credentials) -> Result<(User, Token), SignInError> {
        let Credentials { email, password, address, agent } = credentials;
        let account = format!("account:{}", email.trim().to_lowercase());
        if let Some(address) = &address {
            self.throttle(&format!("address:{address}"), PER_ADDRESS).await?;
        }
        self.throttle(&account, PER_ACCOUNT).await?;
        let user = self.store.users().by_email(&email).await?;
        let hash = match &user {
            Some(user) => self.store.users().password(&user.id).await?,
            None => None,
        };
        let right = self.passwords.is_right(password, hash).await?;
        let Some(user) = user.filter(|_| right) else {
            let actor = Actor::nobody(address);
            // The account is not named: people type passwords into the wrong field.
            let event = NewEvent { action: "session.refused", detail: json!({}), ..NewEvent::default() };
            self.store.audit().record(self.clock(), &actor, event).await?;
            return Err(SignInError::Wrong);
        };
        if user.suspended {
            return Err(SignInError::Suspended);
        }
        self.store.limits().forgive(self.clock(), &account).await?;
        let token = self.begin(&user, address, agent.as_deref()).await?;
        Ok((user, token))
    }

    pub(super) async fn begin(
        &self,
        user: &User,
        address: Option<String>,
        agent: Option<&str>,
    ) -> Result<Token, StoreError> {
        let actor = Actor {
            principal: user_id(user),
            name: user.name.clone(),
            tenant: user.tenant.clone(),
            address,
            request: None,
        };
        let new = NewSession { user: &user.id, address: actor.address.as_deref(), agent };
        self.store.sessions().begin(self.clock(), &actor, new).await
    }

    pub(super) async fn throttle(&self, bucket: &str, limit: Limit) -> Result<(), SignInError> {
        match self.store.limits().throttle(self.clock(), bucket, limit).await? {
            Ok(()) => Ok(()),
            Err(until) => {
                let wait = until.duration_since(self.clock().now()).as_secs();
                Err(SignInError::TooOften { seconds: u64::try_from(wait).unwrap_or(0).saturating_add(1) })
            }
        }
    }
}
