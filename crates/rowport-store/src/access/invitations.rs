use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;

use super::actor::Actor;
use super::token::Token;
use super::users::{self, ADMIN_ROLE, User};
use crate::audit::{NewEvent, record};
use crate::database::{StoredRow, in_transaction, with_pool};
use crate::error::StoreError;
use crate::names;
use crate::store::Store;

/// One-time links of a [`Store`]: with one, somebody chooses a password, or becomes the first administrator.
#[derive(Debug, Clone, Copy)]
pub struct Invitations<'a> {
    pub(crate) store: &'a Store,
}

/// Whom a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// Whoever sets Rowport up.
    FirstAdmin,
    /// Somebody who was added, or who needs a new password.
    User(Box<User>),
}

macro_rules! insert {
    ($self:ident, $connection:ident, $token:expr, $user:expr, $now:expr, $good_for:expr) => {
        sqlx::query(
            "INSERT INTO invitations (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind($token.hash())
        .bind($user)
        .bind($now.as_millisecond())
        .bind(($now + $good_for).as_millisecond())
        .execute(&mut *$connection)
        .await
        .map_err(|error| $self.wrong(error))?;
    };
}

/// How long an invitation is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);
/// The first administrator sits in front of the terminal that the link was printed to.
const FIRST_GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

impl Invitations<'_> {
    /// A link for the first administrator. Those before it work as well until one was used: several processes may start
    /// together, and each says its own.
    pub async fn first_admin(&self, clock: &dyn Clock) -> Result<Token, StoreError> {
        let now = clock.now();
        let token = Token::fresh(&self.store.ids, "");
        in_transaction!(&self.store.database, |connection| {
            let old = sqlx::query("DELETE FROM invitations WHERE user_id IS NULL AND expires_at <= $1");
            old.bind(now.as_millisecond())
                .execute(&mut *connection)
                .await
                .map_err(|error| self.wrong(error))?;
            insert!(self, connection, token, None::<&str>, now, FIRST_GOOD_FOR);
            Ok(())
        })?;
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
        let token = Token::fresh(&self.store.ids, "");
        in_transaction!(&self.store.database, |connection| {
            let known = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM users WHERE id = $1").bind(user);
            if known.fetch_one(&mut *connection).await.map_err(|error| self.wrong(error))? == 0 {
                return Err(StoreError::UnknownUser { id: user.to_owned() });
            }
            let old = sqlx::query("DELETE FROM invitations WHERE user_id = $1 OR expires_at <= $2");
            let old = old.bind(user).bind(now.as_millisecond()).execute(&mut *connection).await;
            old.map_err(|error| self.wrong(error))?;
            insert!(self, connection, token, Some(user), now, GOOD_FOR);
            let event = NewEvent { action: "user.invited", subject: Some(user), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            Ok(())
        })?;
        Ok((token, now + GOOD_FOR))
    }

    /// Whom the link is for.
    pub async fn find(&self, clock: &dyn Clock, token: &Token) -> Result<Invited, StoreError> {
        let found = with_pool!(&self.store.database, |pool| {
            let row = sqlx::query("SELECT user_id FROM invitations WHERE hash = $1 AND expires_at > $2");
            let row = row.bind(token.hash()).bind(clock.now().as_millisecond()).fetch_optional(pool).await;
            let row = row.map_err(|error| self.wrong(error))?;
            let user = |row: &dyn StoredRow| row.text_or_none("user_id");
            row.map(|row| user(&row)).transpose().map_err(|error| self.wrong(error))?
        });
        match found {
            None => Err(StoreError::UnknownInvitation),
            Some(None) => Ok(Invited::FirstAdmin),
            Some(Some(user)) => Ok(Invited::User(Box::new(self.store.users().get(&user).await?))),
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
        in_transaction!(&self.store.database, |connection| {
            let event = NewEvent { action: "user.password_set", subject: Some(user), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            // Two who follow the same link at once: the second finds nothing to delete.
            let used =
                sqlx::query("DELETE FROM invitations WHERE hash = $1 AND user_id = $2 AND expires_at > $3");
            let used = used.bind(token.hash()).bind(user).bind(now.as_millisecond());
            let used = used.execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            if used.rows_affected() == 0 {
                return Err(StoreError::UnknownInvitation);
            }
            let set = sqlx::query("UPDATE users SET password = $2 WHERE id = $1").bind(user).bind(password);
            set.execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            let ended = sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user);
            ended.execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            Ok(())
        })
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
        let id = self.store.ids.next(now);
        in_transaction!(&self.store.database, |connection| {
            // First, so that of two who follow two links at once the second finds the first.
            let event = NewEvent { action: "user.first_admin", subject: Some(&id), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            let used = sqlx::query(
                "DELETE FROM invitations WHERE hash = $1 AND user_id IS NULL AND expires_at > $2",
            );
            let used = used.bind(token.hash()).bind(now.as_millisecond()).execute(&mut *connection).await;
            let used = used.map_err(|error| self.wrong(error))?.rows_affected();
            let there = sqlx::query_scalar::<_, i64>(users::ABLE_TO_SIGN_IN).fetch_one(&mut *connection);
            if used == 0 || there.await.map_err(|error| self.wrong(error))? > 0 {
                return Err(StoreError::UnknownInvitation);
            }
            sqlx::query(
                "INSERT INTO users (id, email, email_folded, name, password, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&id)
            .bind(&email)
            .bind(names::folded(&email))
            .bind(name)
            .bind(password)
            .bind(now.as_millisecond())
            .execute(&mut *connection)
            .await
            .map_err(|error| self.wrong(error))?;
            let given = sqlx::query("INSERT INTO user_roles (user_id, role_id) VALUES ($1, $2)");
            let given = given.bind(&id).bind(ADMIN_ROLE).execute(&mut *connection).await;
            given.map_err(|error| self.wrong(error))?;
            Ok(())
        })?;
        self.store.users().get(&id).await
    }

    fn wrong(&self, error: sqlx::Error) -> StoreError {
        self.store.database.wrong(error)
    }
}
