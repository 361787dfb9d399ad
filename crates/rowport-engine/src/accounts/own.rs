use jiff::SignedDuration;
use rowport_store::{ADMIN_ROLE, Actor, Limit, NewUser, StoreError, ThrottleKey, User};

use super::{Accounts, SignInError, SignedIn, Visitor, passwords};

/// Wrong ones of one account: a passer-by at an open browser does not get to guess.
const TRIES: Limit = Limit { most: 10, within: SignedDuration::from_mins(15) };

impl Accounts {
    /// Changes one's own password, which ends all of one's other sessions and one-time links.
    pub async fn change_password(
        &self,
        me: &SignedIn,
        old: String,
        new: String,
        visitor: &Visitor,
    ) -> Result<(), SignInError> {
        let Some(user) = me.user.as_ref().filter(|_| !me.is_key()) else { return Err(SignInError::Wrong) };
        let tries = ThrottleKey::of("password", &[&user.id]);
        self.throttle(&tries, TRIES).await?;
        let hash = self.store.users().password(&user.id).await?;
        let right = self.passwords.is_right(old, hash.clone()).await?;
        let Some(before) = hash.filter(|_| right) else { return Err(SignInError::Wrong) };
        self.store.limits().forgive(self.clock(), &tries).await?;
        passwords::check(&new, &user.email).map_err(|message| SignInError::BadPassword { message })?;
        let after = self.passwords.hash(new, self.store.random()).await?;
        let actor = visitor.user(user);
        let kept = me.session.as_deref();
        let changed = self
            .store
            .users()
            .change_password(self.clock(), &actor, &user.id, (&before, &after), kept)
            .await?;
        // Another one was chosen in this instant, so the old one is not right any more.
        if changed { Ok(()) } else { Err(SignInError::Wrong) }
    }

    /// Sets a person's password, which ends all of their sessions and one-time links: for the operator of the server.
    pub async fn set_password(&self, actor: &Actor, user: &User, new: String) -> Result<(), SignInError> {
        passwords::check(&new, &user.email).map_err(|message| SignInError::BadPassword { message })?;
        let hash = self.passwords.hash(new, self.store.random()).await?;
        Ok(self.store.users().set_password(self.clock(), actor, &user.id, &hash).await?)
    }

    /// Adds an administrator, who needs a password or a one-time link: for the operator of the server.
    pub async fn create_admin(&self, actor: &Actor, email: &str, name: &str) -> Result<User, StoreError> {
        let new = NewUser { email, name, tenant: None, roles: &[ADMIN_ROLE.to_owned()] };
        self.store.users().create(self.clock(), actor, new).await
    }

    /// Whether this can be a person's password, for checking before anything is created.
    pub fn check_password(&self, password: &str, email: &str) -> Result<(), SignInError> {
        passwords::check(password, email).map_err(|message| SignInError::BadPassword { message })
    }
}
