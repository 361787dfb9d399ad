use jiff::SignedDuration;
use rowport_store::{Invited, Limit, StoreError, ThrottleKey, Token, User};

use super::{Accounts, SignInError, Visitor, passwords};

/// Links are 256 random bits, so this is only about sparing the hash.
const TRIES: Limit = Limit { most: 60, within: SignedDuration::from_mins(15) };

impl Accounts {
    /// A one-time link's secret for the first administrator; `None` when a person can sign in already.
    pub async fn first_admin(&self) -> Result<Option<Token>, StoreError> {
        match self.store.users().nobody_can_sign_in().await? {
            true => self.store.invitations().first_admin(self.clock()).await.map(Some),
            false => Ok(None),
        }
    }

    /// Whom a one-time link is for.
    pub async fn invited(&self, secret: &str) -> Result<Invited, StoreError> {
        self.store.invitations().find(self.clock(), &Token::shown(secret)).await
    }

    /// Sets the password of whom the link is for, and signs them in. `newcomer` is the address and name of the first
    /// administrator, who was not invited.
    pub async fn accept(
        &self,
        secret: &str,
        newcomer: Option<(&str, &str)>,
        password: String,
        visitor: Visitor,
    ) -> Result<(User, Token), SignInError> {
        if let Some(network) = visitor.network() {
            self.throttle(&ThrottleKey::of("invitation", &[&network]), TRIES).await?;
        }
        let token = Token::shown(secret);
        let invited = self.store.invitations().find(self.clock(), &token).await?;
        let email = match &invited {
            Invited::User(user) => user.email.as_str(),
            Invited::FirstAdmin => newcomer.unwrap_or_default().0,
        };
        passwords::check(&password, email).map_err(|message| SignInError::BadPassword { message })?;
        let hash = self.passwords.hash(password, self.store.random()).await?;
        let actor = visitor.nobody();
        let user = match invited {
            Invited::User(user) if user.suspended => return Err(SignInError::Suspended),
            Invited::User(user) => {
                self.store.invitations().accept(self.clock(), &actor, &token, &user.id, &hash).await?;
                *user
            }
            Invited::FirstAdmin => {
                let newcomer = newcomer.unwrap_or_default();
                self.store.invitations().accept_first(self.clock(), &actor, &token, newcomer, &hash).await?
            }
        };
        let session = self.begin(&user, &hash, &visitor).await?.ok_or(SignInError::Suspended)?;
        Ok((user, session))
    }
}
