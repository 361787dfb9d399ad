use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor::Actor;
use super::roles::Role;
use super::token::Token;
use super::users::{self, User};
use crate::audit::{NewEvent, record};
use crate::database::{StoredRow, in_transaction, with_pool};
use crate::error::StoreError;
use crate::runs::moment;
use crate::store::Store;

/// A browser that somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// A version 7 UUID. It is of no use for signing in.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// When they signed in.
    #[serde(with = "crate::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[serde(with = "crate::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub last_used_at: Timestamp,
    /// The network address that they signed in from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// Whose.
    pub user: &'a str,
    /// The hash of the password that they showed.
    pub password: &'a str,
    /// The network address that it comes from.
    pub address: Option<&'a str>,
    /// What the browser calls itself.
    pub agent: Option<&'a str>,
}

/// Who showed the secret of a session.
#[derive(Debug, Clone)]
pub struct FoundSession {
    /// The session's id.
    pub id: String,
    /// Whose it is.
    pub user: User,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// The sessions of a [`Store`].
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'a> {
    pub(crate) store: &'a Store,
}

/// A session that is not used for so long is over.
const IDLE: SignedDuration = SignedDuration::from_hours(24 * 14);
/// And none goes on for longer than this.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 90);
/// That it was used is written down at most once in this time.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

impl Sessions<'_> {
    /// Begins a session, unless its user has another password by now or is suspended: then the answer is `None`.
    pub async fn begin(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        new: NewSession<'_>,
    ) -> Result<Option<Token>, StoreError> {
        let now = clock.now();
        let (id, token) = (self.store.ids.next(now), Token::fresh(&self.store.ids, ""));
        let agent: Option<String> = new.agent.map(|agent| agent.chars().take(300).collect());
        let at = now.as_millisecond();
        let begun = in_transaction!(&self.store.database, |connection| {
            // First, because it waits for whoever changes the user at this moment.
            let event = NewEvent { action: "session.began", subject: Some(&id), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            // Those that are over go when somebody signs in: there is no other hurry.
            let old = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2");
            let old = old.bind(at).bind((now - IDLE).as_millisecond());
            old.execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            let done = sqlx::query(
                "INSERT INTO sessions (id, hash, user_id, created_at, last_used_at, expires_at, address, agent) \
                 SELECT $1, $2, id, $4, $4, $5, CAST($6 AS TEXT), CAST($7 AS TEXT) FROM users \
                 WHERE id = $3 AND password = $8 AND suspended_at IS NULL",
            )
            .bind(&id)
            .bind(token.hash())
            .bind(new.user)
            .bind(at)
            .bind((now + LONGEST).as_millisecond())
            .bind(new.address)
            .bind(&agent)
            .bind(new.password)
            .execute(&mut *connection)
            .await
            .map_err(|error| self.wrong(error))?;
            if done.rows_affected() == 0 {
                return Err(StoreError::UnknownUser { id: new.user.to_owned() });
            }
            let seen =
                sqlx::query("UPDATE users SET last_seen_at = $2 WHERE id = $1").bind(new.user).bind(at);
            seen.execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            Ok(())
        });
        match begun {
            Ok(()) => Ok(Some(token)),
            // Undone, the event included.
            Err(StoreError::UnknownUser { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whose session this is, unless it is over or its owner is suspended.
    pub async fn find(&self, clock: &dyn Clock, token: &Token) -> Result<Option<FoundSession>, StoreError> {
        let now = clock.now();
        let sql = format!(
            "SELECT s.id AS session_id, s.last_used_at, {} FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3 AND u.suspended_at IS NULL",
            users::COLUMNS
        );
        let found = with_pool!(&self.store.database, |pool| {
            let asked = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token.hash()).bind(now.as_millisecond());
            let row = asked.bind((now - IDLE).as_millisecond()).fetch_optional(pool).await;
            let row = row.map_err(|error| self.wrong(error))?;
            let read = |row: &dyn StoredRow| {
                Ok((row.text("session_id")?, row.number("last_used_at")?, users::read(row)?))
            };
            row.map(|row| read(&row)).transpose().map_err(|error| self.wrong(error))?
        });
        let Some((id, used, mut user)) = found else { return Ok(None) };
        if now.duration_since(moment(used)) >= NOTED {
            let noted = with_pool!(&self.store.database, |pool| {
                let noted = sqlx::query("UPDATE sessions SET last_used_at = $2 WHERE id = $1");
                noted.bind(&id).bind(now.as_millisecond()).execute(pool).await.map(drop)
            });
            // Whoever only reads is not kept from it by a disk that is full.
            if let Err(error) = noted {
                tracing::warn!(%error, "that a session was used cannot be written down");
            }
        }
        let roles = self.store.roles().of(&user.id).await?;
        user.roles = roles.iter().map(|role| role.id.clone()).collect();
        Ok(Some(FoundSession { id, user, roles }))
    }

    /// Whether a session goes on.
    pub async fn goes_on(&self, clock: &dyn Clock, id: &str) -> Result<bool, StoreError> {
        let now = clock.now();
        let count = with_pool!(&self.store.database, |pool| {
            let count = sqlx::query_scalar::<_, i64>(
                "SELECT count(*) FROM sessions WHERE id = $1 AND expires_at > $2 AND last_used_at > $3",
            );
            let count = count.bind(id).bind(now.as_millisecond()).bind((now - IDLE).as_millisecond());
            count.fetch_one(pool).await
        });
        count.map(|count| count > 0).map_err(|error| self.wrong(error))
    }

    /// The sessions of a user that go on, the latest first; of everybody without one.
    pub async fn list(&self, clock: &dyn Clock, user: Option<&str>) -> Result<Vec<Session>, StoreError> {
        let now = clock.now();
        with_pool!(&self.store.database, |pool| {
            let rows = sqlx::query(
                "SELECT id, user_id, created_at, last_used_at, address, agent FROM sessions \
                 WHERE ($1 = '' OR user_id = $1) AND expires_at > $2 AND last_used_at > $3 \
                 ORDER BY last_used_at DESC, id DESC LIMIT 1000",
            )
            .bind(user.unwrap_or_default())
            .bind(now.as_millisecond())
            .bind((now - IDLE).as_millisecond())
            .fetch_all(pool)
            .await
            .map_err(|error| self.wrong(error))?;
            rows.iter().map(|row| read(row).map_err(|error| self.wrong(error))).collect()
        })
    }

    /// Ends a session, of that user only where one is named.
    pub async fn end(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        in_transaction!(&self.store.database, |connection| {
            let done = sqlx::query("DELETE FROM sessions WHERE id = $1 AND ($2 = '' OR user_id = $2)");
            let done = done.bind(id).bind(user.unwrap_or_default()).execute(&mut *connection).await;
            if done.map_err(|error| self.wrong(error))?.rows_affected() == 0 {
                return Err(StoreError::UnknownSession { id: id.to_owned() });
            }
            let event = NewEvent { action: "session.ended", subject: Some(id), ..NewEvent::default() };
            record!(self.store, connection, now, actor, event);
            Ok(())
        })
    }

    fn wrong(&self, error: sqlx::Error) -> StoreError {
        self.store.database.wrong(error)
    }
}

fn read(row: &dyn StoredRow) -> Result<Session, sqlx::Error> {
    Ok(Session {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        created_at: moment(row.number("created_at")?),
        last_used_at: moment(row.number("last_used_at")?),
        address: row.text_or_none("address")?,
        agent: row.text_or_none("agent")?,
    })
}
