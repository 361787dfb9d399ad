use jiff::{SignedDuration, Timestamp};
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::roles::{Role, Roles};
use super::token::Token;
use super::users::{self, User};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// A browser that somebody is signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// A version 7 UUID. It is of no use for signing in.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// When they signed in.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    #[serde(with = "crate::timestamp")]
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

/// The sessions of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'a> {
    pub(crate) context: &'a Context,
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
        let (id, token) = (self.context.ids.next(now), Token::fresh(&self.context.ids, ""));
        let agent: Option<String> = new.agent.map(|agent| agent.chars().take(300).collect());
        let at = now.as_millisecond();
        let mut tx = Tx::begin(self.context).await?;
        // First, because it waits for a transaction that changes the user at this moment.
        let event = NewEvent { action: "session.began", subject: Some(&id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        // Those that are over are removed when a person signs in: there is no other hurry.
        let over = query("DELETE FROM sessions WHERE expires_at <= $1 OR last_used_at <= $2");
        over.bind(at).bind((now - IDLE).as_millisecond()).execute(&mut tx).await?;
        let begun = query(
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
        .bind(agent.as_deref())
        .bind(new.password)
        .execute(&mut tx)
        .await?;
        if begun == 0 {
            // Nothing is committed, not even the event.
            return Ok(None);
        }
        let seen = query("UPDATE users SET last_seen_at = $2 WHERE id = $1").bind(new.user).bind(at);
        seen.execute(&mut tx).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Whose session this is, unless it is over or its owner is suspended.
    pub async fn find(&self, clock: &dyn Clock, token: &Token) -> Result<Option<FoundSession>, StoreError> {
        let now = clock.now();
        let sql = format!(
            "SELECT s.id AS session_id, s.last_used_at, {} FROM sessions s JOIN users u ON u.id = s.user_id \
             WHERE s.hash = $1 AND s.expires_at > $2 AND s.last_used_at > $3 AND u.suspended_at IS NULL",
            users::COLUMNS
        );
        let read = |row: &Row| Ok((row.text("session_id")?, row.number("last_used_at")?, users::read(row)?));
        let found = query(sql)
            .bind(token.hash())
            .bind(now.as_millisecond())
            .bind((now - IDLE).as_millisecond())
            .fetch_optional(&self.context.database, read)
            .await?;
        let Some((id, used, mut user)) = found else { return Ok(None) };
        if now.duration_since(timestamp(used)) >= NOTED {
            let noted = query("UPDATE sessions SET last_used_at = $2 WHERE id = $1");
            let noted = noted.bind(&id).bind(now.as_millisecond()).execute(&self.context.database).await;
            // Whoever only reads is not kept from it by a disk that is full.
            if let Err(error) = noted {
                tracing::warn!(%error, "that a session was used cannot be written down");
            }
        }
        let roles = Roles { context: self.context }.of(&user.id).await?;
        user.roles = roles.iter().map(|role| role.id.clone()).collect();
        Ok(Some(FoundSession { id, user, roles }))
    }

    /// Whether a session goes on.
    pub async fn is_active(&self, clock: &dyn Clock, id: &str) -> Result<bool, StoreError> {
        let now = clock.now();
        query("SELECT id FROM sessions WHERE id = $1 AND expires_at > $2 AND last_used_at > $3")
            .bind(id)
            .bind(now.as_millisecond())
            .bind((now - IDLE).as_millisecond())
            .exists(&self.context.database)
            .await
    }

    /// The sessions of a user that go on, the latest first; of everybody without one.
    pub async fn list(&self, clock: &dyn Clock, user: Option<&str>) -> Result<Vec<Session>, StoreError> {
        let now = clock.now();
        query(
            "SELECT id, user_id, created_at, last_used_at, address, agent FROM sessions \
             WHERE ($1 = '' OR user_id = $1) AND expires_at > $2 AND last_used_at > $3 \
             ORDER BY last_used_at DESC, id DESC LIMIT 1000",
        )
        .bind(user.unwrap_or_default())
        .bind(now.as_millisecond())
        .bind((now - IDLE).as_millisecond())
        .fetch_all(&self.context.database, read)
        .await
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
        let mut tx = Tx::begin(self.context).await?;
        let ended = query("DELETE FROM sessions WHERE id = $1 AND ($2 = '' OR user_id = $2)");
        if ended.bind(id).bind(user.unwrap_or_default()).execute(&mut tx).await? == 0 {
            return Err(StoreError::UnknownSession { id: id.to_owned() });
        }
        let event = NewEvent { action: "session.ended", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }
}

fn read(row: &Row) -> Result<Session, sqlx::Error> {
    Ok(Session {
        id: row.text("id")?,
        user_id: row.text("user_id")?,
        created_at: timestamp(row.number("created_at")?),
        last_used_at: timestamp(row.number("last_used_at")?),
        address: row.text_or_none("address")?,
        agent: row.text_or_none("agent")?,
    })
}
