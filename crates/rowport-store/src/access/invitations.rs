use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;

use super::token::Token;
use super::users::{self, ADMIN_ROLE, User, Users};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Query, query};
use crate::error::StoreError;
use crate::names;
use crate::tx::Tx;

/// One-time links of a [`Store`](crate::Store): with one, a person chooses a password, or becomes the first administrator.
#[derive(Debug, Clone, Copy)]
pub struct Invitations<'a> {
    pub(crate) context: &'a Context,
}

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Whoever sets Rowport up.
    FirstAdmin,
    /// Somebody who was added, or who needs a new password.
    User(Box<User>),
}

const INSERT: &str =
    "INSERT INTO invitations (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";

/// How long an invitation is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);
/// The first administrator sits in front of the terminal that the link was printed to.
const FIRST_GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

impl Invitations<'_> {
    /// A link for the first administrator. Those before it work as well until one was used: several processes may start
    /// together, and each says its own.
    pub async fn first_admin(&self, clock: &dyn Clock) -> Result<Token, StoreError> {
        let now = clock.now();
        let token = Token::fresh(&self.context.ids, "");
        let mut tx = Tx::begin(self.context).await?;
        query("DELETE FROM invitations WHERE user_id IS NULL AND expires_at <= $1")
            .bind(now.as_millisecond())
            .execute(&mut tx)
            .await?;
        insert(&token, None, now, now + FIRST_GOOD_FOR).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// A link with which a user chooses a password. Those before it stop working.
    pub async fn user(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        user: &str,
    ) -> Result<(Token, Timestamp), StoreError> {
        let now = clock.now();
        let token = Token::fresh(&self.context.ids, "");
        let mut tx = Tx::begin(self.context).await?;
        if !query("SELECT id FROM users WHERE id = $1").bind(user).exists(&mut tx).await? {
            return Err(StoreError::UnknownUser { id: user.to_owned() });
        }
        query("DELETE FROM invitations WHERE user_id = $1 OR expires_at <= $2")
            .bind(user)
            .bind(now.as_millisecond())
            .execute(&mut tx)
            .await?;
        insert(&token, Some(user), now, now + GOOD_FOR).execute(&mut tx).await?;
        let event = NewEvent { action: "user.invited", subject: Some(user), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await?;
        Ok((token, now + GOOD_FOR))
    }

    /// Whom the link is for.
    pub async fn find(&self, clock: &dyn Clock, token: &Token) -> Result<Invited, StoreError> {
        let found = query("SELECT user_id FROM invitations WHERE hash = $1 AND expires_at > $2")
            .bind(token.hash())
            .bind(clock.now().as_millisecond())
            .fetch_optional(&self.context.database, |row| row.text_or_none("user_id"))
            .await?;
        match found {
            None => Err(StoreError::UnknownInvitation),
            Some(None) => Ok(Invited::FirstAdmin),
            Some(Some(user)) => Ok(Invited::User(Box::new(self.users().get(&user).await?))),
        }
    }

    /// Sets the password of whom the link is for, and ends all of their sessions. The link does not work again.
    pub async fn accept(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        token: &Token,
        user: &str,
        password: &str,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        let event = NewEvent { action: "user.password_set", subject: Some(user), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        // Two who follow the same link at once: the second finds nothing to delete.
        let used = query("DELETE FROM invitations WHERE hash = $1 AND user_id = $2 AND expires_at > $3")
            .bind(token.hash())
            .bind(user)
            .bind(now.as_millisecond())
            .execute(&mut tx)
            .await?;
        if used == 0 {
            return Err(StoreError::UnknownInvitation);
        }
        let set = query("UPDATE users SET password = $2 WHERE id = $1").bind(user).bind(password);
        set.execute(&mut tx).await?;
        query("DELETE FROM sessions WHERE user_id = $1").bind(user).execute(&mut tx).await?;
        tx.commit().await
    }

    /// Makes the first administrator, once: when somebody can sign in already, the link is of no use.
    pub async fn accept_first(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        token: &Token,
        (email, name): (&str, &str),
        password: &str,
    ) -> Result<User, StoreError> {
        let (email, name) = (users::checked_email(email)?, users::checked_name(name)?);
        let now = clock.now();
        let id = self.context.ids.next(now);
        let mut tx = Tx::begin(self.context).await?;
        // First, so that of two who follow two links at once the second finds the first.
        let event = NewEvent { action: "user.first_admin", subject: Some(&id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        let used = query("DELETE FROM invitations WHERE hash = $1 AND user_id IS NULL AND expires_at > $2")
            .bind(token.hash())
            .bind(now.as_millisecond())
            .execute(&mut tx)
            .await?;
        if used == 0 || query(users::ABLE_TO_SIGN_IN).fetch_number(&mut tx).await? > 0 {
            return Err(StoreError::UnknownInvitation);
        }
        query(
            "INSERT INTO users (id, email, email_folded, name, password, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(&email)
        .bind(names::folded(&email))
        .bind(name)
        .bind(password)
        .bind(now.as_millisecond())
        .execute(&mut tx)
        .await?;
        let given = query("INSERT INTO user_roles (user_id, role_id) VALUES ($1, $2)");
        given.bind(&id).bind(ADMIN_ROLE).execute(&mut tx).await?;
        tx.commit().await?;
        self.users().get(&id).await
    }

    fn users(&self) -> Users<'_> {
        Users { context: self.context }
    }
}

fn insert<'q>(token: &Token, user: Option<&'q str>, now: Timestamp, expires_at: Timestamp) -> Query<'q> {
    query(INSERT).bind(token.hash()).bind(user).bind(now.as_millisecond()).bind(expires_at.as_millisecond())
}
