use jiff::Timestamp;
use rowport_model::Clock;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::roles::Roles;
use crate::actor::Actor;
use crate::audit::NewEvent;
use crate::context::Context;
use crate::database::{Row, query};
use crate::error::StoreError;
use crate::names;
use crate::timestamp::timestamp;
use crate::tx::Tx;

/// The role that manages Rowport; somebody always has it.
pub const ADMIN_ROLE: &str = "admin";

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// A version 7 UUID.
    pub id: String,
    /// The address that they sign in with, unique in any capitals.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The tenant whose rows they see; `null` for all.
    pub tenant: Option<String>,
    /// The ids of their roles.
    pub roles: Vec<String>,
    /// They have chosen a password.
    pub active: bool,
    /// They may do nothing until an administrator says otherwise.
    pub suspended: bool,
    /// When they were added.
    #[serde(with = "crate::timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When they last signed in.
    #[serde(with = "crate::timestamp::optional")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen_at: Option<Timestamp>,
}

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The address that they will sign in with.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// The tenant whose rows they see.
    pub tenant: Option<&'a str>,
    /// The ids of their roles.
    pub roles: &'a [String],
}

/// What is to be different about somebody. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange<'a> {
    /// Their name.
    pub name: Option<&'a str>,
    /// The tenant whose rows they see, `Some(None)` for all.
    pub tenant: Option<Option<&'a str>>,
    /// The ids of their roles.
    pub roles: Option<&'a [String]>,
    /// Whether they may do anything.
    pub suspended: Option<bool>,
}

/// The users of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Users<'a> {
    pub(crate) context: &'a Context,
}

pub(super) const COLUMNS: &str = "u.id, u.email, u.name, u.tenant, \
    CAST(CASE WHEN u.password IS NULL THEN 0 ELSE 1 END AS BIGINT) AS active, u.suspended_at, \
    u.created_at, u.last_seen_at";

/// Whoever has chosen a password, suspended or not.
pub(super) const ABLE_TO_SIGN_IN: &str = "SELECT count(*) FROM users WHERE password IS NOT NULL";

/// Administrators who have chosen a password; where nobody has, which is so in the demo, those who were added.
const ADMINS: &str = "SELECT count(*) FROM users u JOIN user_roles r ON r.user_id = u.id \
    WHERE r.role_id = 'admin' AND u.suspended_at IS NULL AND u.tenant IS NULL \
    AND (u.password IS NOT NULL OR NOT EXISTS (SELECT 1 FROM users p WHERE p.password IS NOT NULL))";

/// Waits for whoever else changes people, so that two administrators cannot suspend each other at once.
const TURN: &str = "UPDATE counters SET value = value WHERE name = 'audit'";

impl Users<'_> {
    /// All of them, ordered by name.
    pub async fn list(&self) -> Result<Vec<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users u ORDER BY lower(u.name), u.id");
        let database = &self.context.database;
        let mut users = query(sql).fetch_all(database, read).await?;
        let held = query("SELECT user_id, role_id FROM user_roles ORDER BY role_id");
        let read = |row: &Row| Ok((row.text("user_id")?, row.text("role_id")?));
        let held = held.fetch_all(database, read).await?;
        for user in &mut users {
            user.roles = held.iter().filter(|(id, _)| *id == user.id).map(|(_, role)| role.clone()).collect();
        }
        Ok(users)
    }

    /// Whether nobody has chosen a password yet.
    pub async fn nobody_can_sign_in(&self) -> Result<bool, StoreError> {
        Ok(query(ABLE_TO_SIGN_IN).fetch_number(&self.context.database).await? == 0)
    }

    /// One of them.
    pub async fn get(&self, id: &str) -> Result<User, StoreError> {
        let found = self.find("u.id", id).await?;
        found.ok_or_else(|| StoreError::UnknownUser { id: id.to_owned() })
    }

    /// Whoever signs in with this address.
    pub async fn by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        match names::email(email) {
            Some(email) => self.find("u.email_folded", &names::folded(&email)).await,
            None => Ok(None),
        }
    }

    /// The password's hash; `None` where there is no such user, or they have none.
    pub async fn password(&self, id: &str) -> Result<Option<String>, StoreError> {
        let password = query("SELECT password FROM users WHERE id = $1").bind(id);
        let read = |row: &Row| row.text_or_none("password");
        Ok(password.fetch_optional(&self.context.database, read).await?.flatten())
    }

    /// Sets a person's password, and ends all of their sessions and one-time links.
    pub async fn set_password(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        password: &str,
    ) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let set = query("UPDATE users SET password = $2 WHERE id = $1").bind(id).bind(password);
        if set.execute(&mut tx).await? == 0 {
            return Err(StoreError::UnknownUser { id: id.to_owned() });
        }
        query("DELETE FROM sessions WHERE user_id = $1").bind(id).execute(&mut tx).await?;
        query("DELETE FROM invitations WHERE user_id = $1").bind(id).execute(&mut tx).await?;
        let event = NewEvent { action: "user.password_reset", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }

    /// Replaces a person's password if it is still the one with this hash, and ends all of their one-time links and their
    /// sessions but one. Says whether it was.
    pub async fn change_password(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        (before, after): (&str, &str),
        kept: Option<&str>,
    ) -> Result<bool, StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let set = query("UPDATE users SET password = $3 WHERE id = $1 AND password = $2");
        if set.bind(id).bind(before).bind(after).execute(&mut tx).await? == 0 {
            return Ok(false);
        }
        let ended = query("DELETE FROM sessions WHERE user_id = $1 AND id <> $2");
        ended.bind(id).bind(kept.unwrap_or_default()).execute(&mut tx).await?;
        query("DELETE FROM invitations WHERE user_id = $1").bind(id).execute(&mut tx).await?;
        let event = NewEvent { action: "user.password_changed", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends all sessions of a person.
    pub async fn end_sessions(&self, clock: &dyn Clock, actor: &Actor, id: &str) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        query("DELETE FROM sessions WHERE user_id = $1").bind(id).execute(&mut tx).await?;
        let event = NewEvent { action: "user.sessions_ended", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }

    /// Adds somebody, who cannot sign in until they have chosen a password.
    pub async fn create(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        new: NewUser<'_>,
    ) -> Result<User, StoreError> {
        let (email, name, tenant) =
            (checked_email(new.email)?, checked_name(new.name)?, checked_tenant(new.tenant)?);
        let now = clock.now();
        let id = self.context.ids.next(now);
        let mut tx = Tx::begin(self.context).await?;
        let detail = json!({ "roles": new.roles, "tenant": tenant });
        let event = NewEvent { action: "user.created", subject: Some(&id), detail, ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        query(
            "INSERT INTO users (id, email, email_folded, name, tenant, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(&email)
        .bind(names::folded(&email))
        .bind(name)
        .bind(tenant)
        .bind(now.as_millisecond())
        .on_unique_violation(StoreError::NameTaken { what: "person", name: email.clone() })
        .execute(&mut tx)
        .await?;
        give_roles(&mut tx, &id, new.roles).await?;
        tx.commit().await?;
        self.get(&id).await
    }

    /// Changes somebody. Suspending them ends their sessions.
    pub async fn change(
        &self,
        clock: &dyn Clock,
        actor: &Actor,
        id: &str,
        change: UserChange<'_>,
    ) -> Result<User, StoreError> {
        let name = change.name.map(checked_name).transpose()?;
        let tenant = change.tenant.map(checked_tenant).transpose()?;
        let now = clock.now();
        let suspended_at = change.suspended.map(|suspended| suspended.then(|| now.as_millisecond()));
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        let changed = query(
            "UPDATE users SET name = COALESCE($2, name), \
             tenant = CASE WHEN $3 = 1 THEN CAST($4 AS TEXT) ELSE tenant END, \
             suspended_at = CASE WHEN $5 = 1 THEN CAST($6 AS BIGINT) ELSE suspended_at END WHERE id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(tenant.is_some())
        .bind(tenant.flatten())
        .bind(suspended_at.is_some())
        .bind(suspended_at.flatten())
        .execute(&mut tx)
        .await?;
        if changed == 0 {
            return Err(StoreError::UnknownUser { id: id.to_owned() });
        }
        if change.suspended == Some(true) {
            query("DELETE FROM sessions WHERE user_id = $1").bind(id).execute(&mut tx).await?;
        }
        if let Some(roles) = change.roles {
            query("DELETE FROM user_roles WHERE user_id = $1").bind(id).execute(&mut tx).await?;
            give_roles(&mut tx, id, roles).await?;
        }
        if query(ADMINS).fetch_number(&mut tx).await? == 0 {
            return Err(StoreError::LastAdmin);
        }
        let action = match change.suspended {
            Some(true) => "user.suspended",
            Some(false) => "user.resumed",
            None => "user.changed",
        };
        let detail = json!({ "roles": change.roles, "tenant": tenant });
        let event = NewEvent { action, subject: Some(id), detail, ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await?;
        self.get(id).await
    }

    /// Removes somebody, their sessions and their keys. What they did stays in the audit.
    pub async fn delete(&self, clock: &dyn Clock, actor: &Actor, id: &str) -> Result<(), StoreError> {
        let now = clock.now();
        let mut tx = Tx::begin(self.context).await?;
        query(TURN).execute(&mut tx).await?;
        if query("DELETE FROM users WHERE id = $1").bind(id).execute(&mut tx).await? == 0 {
            return Err(StoreError::UnknownUser { id: id.to_owned() });
        }
        if query(ADMINS).fetch_number(&mut tx).await? == 0 {
            return Err(StoreError::LastAdmin);
        }
        let event = NewEvent { action: "user.deleted", subject: Some(id), ..NewEvent::default() };
        tx.record(now, actor, &event).await?;
        tx.commit().await
    }

    async fn find(&self, column: &'static str, value: &str) -> Result<Option<User>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE {column} = $1");
        let found = query(sql).bind(value).fetch_optional(&self.context.database, read).await?;
        let Some(mut user) = found else { return Ok(None) };
        let roles = Roles { context: self.context }.of(&user.id).await?;
        user.roles = roles.into_iter().map(|role| role.id).collect();
        Ok(Some(user))
    }
}

async fn give_roles(tx: &mut Tx<'_>, user: &str, roles: &[String]) -> Result<(), StoreError> {
    for role in roles {
        query("INSERT INTO user_roles (user_id, role_id) VALUES ($1, $2)")
            .bind(user)
            .bind(role)
            .on_foreign_key_violation(StoreError::UnknownRole { id: role.clone() })
            .on_unique_violation(StoreError::BadRole { message: format!("`{role}` is in the list twice") })
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// The address as it is kept.
pub(super) fn checked_email(email: &str) -> Result<String, StoreError> {
    names::email(email).ok_or_else(|| StoreError::BadName {
        message: "an e-mail address such as `ada@example.org`, without characters that are not seen"
            .to_owned(),
    })
}

pub(super) fn checked_name(name: &str) -> Result<&str, StoreError> {
    names::checked(name)
}

fn checked_tenant(tenant: Option<&str>) -> Result<Option<&str>, StoreError> {
    // Not trimmed: it is compared with the data byte by byte, and there `acme ` is another tenant than `acme`.
    match tenant {
        Some(tenant) if tenant.trim().is_empty() => {
            Err(StoreError::BadName { message: "a tenant has a name, or there is none".to_owned() })
        }
        Some(tenant) if tenant.chars().count() > 200 || tenant.chars().any(char::is_control) => {
            Err(StoreError::BadName {
                message: "a tenant's name has at most 200 characters on one line".to_owned(),
            })
        }
        tenant => Ok(tenant),
    }
}

pub(super) fn read(row: &Row) -> Result<User, sqlx::Error> {
    Ok(User {
        id: row.text("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        tenant: row.text_or_none("tenant")?,
        roles: Vec::new(),
        active: row.number("active")? != 0,
        suspended: row.number_or_none("suspended_at")?.is_some(),
        created_at: timestamp(row.number("created_at")?),
        last_seen_at: row.number_or_none("last_seen_at")?.map(timestamp),
    })
}
