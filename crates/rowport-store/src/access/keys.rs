use jiff::Timestamp;
use rowport_model::{Clock, Grant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::roles::{Role, Roles, check_grants};
use super::token::Token;
use super::users::{self, User};
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::names;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// What a program signs in with. It may do what both its owner and its scopes allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// A version 7 UUID.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// What it is for.
    pub name: String,
    /// Its first characters, by which people know it again.
    pub shown: String,
    /// What of its owner's permissions it has.
    pub scopes: Vec<Grant>,
    /// When it was made.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it stops working.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey<'a> {
    /// Whose.
    pub user: &'a str,
    /// What it is for.
    pub name: &'a str,
    /// What of its owner's permissions it has.
    pub scopes: &'a [Grant],
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// Who showed a key.
#[derive(Debug, Clone)]
pub struct FoundKey {
    /// The key.
    pub key: ApiKey,
    /// Whose it is.
    pub user: User,
    /// What its owner may do.
    pub roles: Vec<Role>,
}

/// The API keys of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct ApiKeys<'a> {
    pub(crate) context: &'a Context,
}

const COLUMNS: &str = "k.id AS key_id, k.user_id, k.name AS key_name, k.shown, k.scopes, k.created_at AS key_created_at, \
    k.expires_at, k.last_used_at";

const MAX_KEYS: i64 = 100;

impl ApiKeys<'_> {
    /// Makes a key. The token is not seen again.
    pub async fn create(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        new: NewApiKey<'_>,
    ) -> Result<(ApiKey, Token), StoreError> {
        let name = names::checked(new.name)?;
        if new.scopes.is_empty() || new.scopes.len() > 50 {
            return Err(StoreError::BadRole { message: "a key has 1 to 50 scopes".to_owned() });
        }
        check_grants(new.scopes)?;
        let now = clock.now();
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(StoreError::BadName { message: "a key expires in the future".to_owned() });
        }
        let (id, token) = (self.context.ids.next(now), Token::fresh(&self.context.ids, "rpk_"));
        let mut tx = Tx::begin(self.context).await?;
        let detail = json!({ "name": name, "scopes": new.scopes, "user": new.user });
        let event = NewEvent { action: "key.created", subject: Some(&id), detail, ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        let count = query("SELECT count(*) FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL");
        if count.bind(new.user).fetch_number(&mut tx).await? >= MAX_KEYS {
            return Err(StoreError::BadRole { message: format!("there are {MAX_KEYS} keys already") });
        }
        query(
            "INSERT INTO api_keys (id, hash, user_id, name, shown, scopes, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&id)
        .bind(token.hash())
        .bind(new.user)
        .bind(name)
        .bind(token.beginning())
        .bind(serde_json::to_string(new.scopes).unwrap_or_default())
        .bind(now.as_millisecond())
        .bind(new.expires_at.map(Timestamp::as_millisecond))
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        let key = ApiKey {
            id,
            user_id: new.user.to_owned(),
            name: name.to_owned(),
            shown: token.beginning(),
            scopes: new.scopes.to_vec(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
        };
        Ok((key, token))
    }

    /// Whose key this is, unless it is revoked or over, or its owner is suspended.
    pub async fn find(&self, clock: &dyn Clock, token: &Token) -> Result<Option<FoundKey>, StoreError> {
        let found = self.lookup(clock, "k.hash", &token.hash()).await?;
        if let Some(found) = &found {
            // Whoever only reads is not kept from it by a disk that is full.
            if let Err(error) = self.note_use(clock.now(), &found.key).await {
                tracing::warn!(%error, "that a key was used cannot be written down");
            }
        }
        Ok(found)
    }

    /// The key of this id, for work that it asked for, under the same conditions.
    pub async fn get(&self, clock: &dyn Clock, id: &str) -> Result<Option<FoundKey>, StoreError> {
        self.lookup(clock, "k.id", id).await
    }

    /// The keys of a user that were not revoked, the latest first; of everybody without one.
    pub async fn list(&self, user: Option<&str>) -> Result<Vec<ApiKey>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM api_keys k WHERE ($1 = '' OR k.user_id = $1) AND k.revoked_at IS NULL \
             ORDER BY k.id DESC LIMIT 1000"
        );
        query(sql).bind(user.unwrap_or_default()).fetch_all(&self.context.database, read).await
    }

    /// Revokes a key, of that user only where one is named.
    pub async fn revoke(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        user: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        let event = NewEvent { action: "key.revoked", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        let revoked = query(
            "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND ($2 = '' OR user_id = $2) AND revoked_at IS NULL",
        );
        let revoked = revoked.bind(id).bind(user.unwrap_or_default()).bind(now.as_millisecond());
        if revoked.execute(&mut tx).await? == 0 {
            return Err(StoreError::UnknownKey { id: id.to_owned() });
        }
        tx.commit().await
    }

    async fn lookup(
        &self,
        clock: &dyn Clock,
        column: &'static str,
        value: &str,
    ) -> Result<Option<FoundKey>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, {} FROM api_keys k JOIN users u ON u.id = k.user_id WHERE {column} = $1 \
             AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.suspended_at IS NULL",
            users::COLUMNS
        );
        let now = clock.now().as_millisecond();
        let read = |row: &Row| Ok((read(row)?, users::read(row)?));
        let found = query(sql).bind(value).bind(now).fetch_optional(&self.context.database, read).await?;
        let Some((key, mut user)) = found else { return Ok(None) };
        let roles = Roles { context: self.context }.of(&user.id).await?;
        user.roles = roles.iter().map(|role| role.id.clone()).collect();
        Ok(Some(FoundKey { key, user, roles }))
    }

    async fn note_use(&self, now: Timestamp, key: &ApiKey) -> Result<(), StoreError> {
        let recently = now - jiff::SignedDuration::from_mins(1);
        if key.last_used_at.is_some_and(|used| used > recently) {
            return Ok(());
        }
        let used = query("UPDATE api_keys SET last_used_at = $2 WHERE id = $1");
        let used = used.bind(&key.id).bind(now.as_millisecond());
        used.execute(&self.context.database).await.map(drop)
    }
}

fn read(row: &Row) -> Result<ApiKey, sqlx::Error> {
    Ok(ApiKey {
        id: row.text("key_id")?,
        user_id: row.text("user_id")?,
        name: row.text("key_name")?,
        shown: row.text("shown")?,
        scopes: serde_json::from_str(&row.text("scopes")?)
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
        created_at: timestamp(row.number("key_created_at")?),
        expires_at: row.number_or_none("expires_at")?.map(timestamp),
        last_used_at: row.number_or_none("last_used_at")?.map(timestamp),
    })
}
