//! Saved views and presets: the statements. Each change is a single one, so it happens whole or not at all.

use jiff::Timestamp;
use rowport_model::{Permission, Principal};
use serde_json::json;

use crate::access::Actor;
use crate::audit::{NewEvent, record};
use crate::database::{Database, StoredRow, in_transaction, with_pool};
use crate::error::StoreError;
use crate::names::{self, MAX_PER_DATASET, MAX_PER_OWNER, MAX_TOTAL_BYTES};
use crate::store::{Deleting, Kind, Place, Saved, Store, Writing, tenant_of};

const LIST: &str = "SELECT id, source, dataset, name, body, updated_by, created_at, updated_at \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4 ORDER BY name_folded";

/// How many there are, how many of them are of one principal, and how large all but one of them are together.
const COUNT: &str = "SELECT count(*) AS n, \
    COALESCE(sum(CASE WHEN created_by IN ($5, $6) THEN 1 ELSE 0 END), 0) AS own, \
    COALESCE(sum(CASE WHEN id = $7 THEN 0 ELSE length(body) END), 0) AS size \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4";

const OWNER: &str = "SELECT created_by, name FROM saved \
    WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 AND tenant = $5";

const CREATE: &str = "INSERT INTO saved (kind, source, dataset, id, name, name_folded, body, \
    created_at, created_by, updated_at, updated_by, tenant) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9, $10) \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const UPDATE: &str = "UPDATE saved SET name = $5, name_folded = $6, body = $7, updated_at = $8, updated_by = $9 \
    WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 AND tenant = $10 \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const DELETE: &str = "DELETE FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 \
    AND tenant = $5";

/// Waits for whoever else creates, on databases with more than one writer.
const TURN: &str = "UPDATE counters SET value = value WHERE name = 'runs'";

/// The statement with what is to be written.
macro_rules! bound {
    ($statement:expr, $writing:expr) => {
        sqlx::query($statement)
            .bind($writing.kind.word())
            .bind($writing.place.source)
            .bind($writing.place.dataset)
            .bind($writing.id)
            .bind($writing.name)
            .bind(names::folded($writing.name))
            .bind($writing.body.as_str())
            .bind($writing.now.to_string())
            .bind($writing.by.id())
            .bind($writing.tenant)
    };
}

/// How much there is beside what is to be written.
macro_rules! counted {
    ($writing:expr) => {
        sqlx::query(COUNT)
            .bind($writing.kind.word())
            .bind($writing.place.source)
            .bind($writing.place.dataset)
            .bind($writing.tenant)
            .bind($writing.by.id())
            .bind($writing.by.account())
            .bind($writing.id)
    };
}

/// One that is there.
macro_rules! owned {
    ($kind:expr, $place:expr, $id:expr, $tenant:expr) => {
        owned!(OWNER, $kind, $place, $id, $tenant)
    };
    ($statement:expr, $kind:expr, $place:expr, $id:expr, $tenant:expr) => {
        sqlx::query($statement)
            .bind($kind.word())
            .bind($place.source)
            .bind($place.dataset)
            .bind($id)
            .bind($tenant)
    };
}

impl Database {
    pub(crate) async fn list(
        &self,
        kind: Kind,
        place: Place<'_>,
        tenant: &str,
    ) -> Result<Vec<Saved>, StoreError> {
        with_pool!(self, |pool| {
            let rows = sqlx::query(LIST)
                .bind(kind.word())
                .bind(place.source)
                .bind(place.dataset)
                .bind(tenant)
                .fetch_all(pool)
                .await
                .map_err(|error| self.wrong(error))?;
            rows.iter().map(|row| self.saved(kind, row)).collect()
        })
    }

    fn taken(&self, writing: &Writing<'_>, error: sqlx::Error) -> StoreError {
        match error.as_database_error() {
            Some(database) if database.is_unique_violation() => {
                StoreError::NameTaken { what: writing.kind.word(), name: writing.name.to_owned() }
            }
            _ => self.wrong(error),
        }
    }

    fn saved(&self, kind: Kind, row: &dyn StoredRow) -> Result<Saved, StoreError> {
        let text = |column| row.text(column).map_err(|error| self.wrong(error));
        let id = text("id")?;
        let moment = |column| {
            text(column)?.parse::<Timestamp>().map_err(|error| StoreError::Damaged {
                what: kind.word(),
                id: id.clone(),
                message: error.to_string(),
            })
        };
        Ok(Saved {
            source: text("source")?,
            dataset: text("dataset")?,
            name: text("name")?,
            body: text("body")?,
            saved_by: text("updated_by")?,
            created_at: moment("created_at")?,
            updated_at: moment("updated_at")?,
            id,
        })
    }
}

impl Store {
    pub(crate) async fn create_saved(
        &self,
        writing: Writing<'_>,
        actor: &Actor,
    ) -> Result<Saved, StoreError> {
        let database = &self.database;
        let Writing { kind, place, id, name, by, now, .. } = writing;
        in_transaction!(database, |connection| {
            // No other client creates until this is committed, so writers at the same time cannot pass a limit together.
            sqlx::query(TURN).execute(&mut *connection).await.map_err(|error| database.wrong(error))?;
            let row = counted!(writing).fetch_one(&mut *connection).await;
            let row = row.map_err(|error| database.wrong(error))?;
            let number = |name| row.number(name).map_err(|error| database.wrong(error));
            if number("n")? >= i64::from(MAX_PER_DATASET) {
                return Err(StoreError::TooMany { what: kind.word(), limit: MAX_PER_DATASET });
            }
            if !administers(by) && number("own")? >= i64::from(MAX_PER_OWNER) {
                return Err(StoreError::TooManyOfOne { what: kind.word(), limit: MAX_PER_OWNER });
            }
            room_for(&writing, number("size")?)?;
            let row = bound!(CREATE, writing).fetch_one(&mut *connection).await;
            let saved = database.saved(kind, &row.map_err(|error| database.taken(&writing, error))?)?;
            record!(self, connection, now, actor, event(kind.actions()[0], place, id, name));
            Ok(saved)
        })
    }

    /// Replaces what its owner saved, or anything for those who administer Rowport.
    pub(crate) async fn update_saved(
        &self,
        writing: Writing<'_>,
        actor: &Actor,
    ) -> Result<Saved, StoreError> {
        let database = &self.database;
        let Writing { kind, place, tenant, id, name, by, now, .. } = writing;
        in_transaction!(database, |connection| {
            sqlx::query(TURN).execute(&mut *connection).await.map_err(|error| database.wrong(error))?;
            let owner = owned!(kind, place, id, tenant).fetch_optional(&mut *connection).await;
            let owner = owner.map_err(|error| database.wrong(error))?.ok_or_else(|| kind.unknown(id))?;
            let owner = owner.text("created_by").map_err(|error| database.wrong(error))?;
            refuse_others(kind, &owner, by)?;
            let row = counted!(writing).fetch_one(&mut *connection).await;
            let size = row.map_err(|error| database.wrong(error))?.number("size");
            room_for(&writing, size.map_err(|error| database.wrong(error))?)?;
            let row = bound!(UPDATE, writing).fetch_optional(&mut *connection).await;
            let row =
                row.map_err(|error| database.taken(&writing, error))?.ok_or_else(|| kind.unknown(id))?;
            let saved = database.saved(kind, &row)?;
            record!(self, connection, now, actor, event(kind.actions()[1], place, id, name));
            Ok(saved)
        })
    }

    /// Deletes what its owner saved, or anything for those who administer Rowport.
    pub(crate) async fn delete_saved(&self, deleting: Deleting<'_>, actor: &Actor) -> Result<(), StoreError> {
        let database = &self.database;
        let Deleting { kind, place, id, by, now } = deleting;
        let tenant = tenant_of(by);
        in_transaction!(database, |connection| {
            sqlx::query(TURN).execute(&mut *connection).await.map_err(|error| database.wrong(error))?;
            let found = owned!(kind, place, id, tenant).fetch_optional(&mut *connection).await;
            let found = found.map_err(|error| database.wrong(error))?.ok_or_else(|| kind.unknown(id))?;
            let text = |column| found.text(column).map_err(|error| database.wrong(error));
            let (owner, name) = (text("created_by")?, text("name")?);
            refuse_others(kind, &owner, by)?;
            owned!(DELETE, kind, place, id, tenant)
                .execute(&mut *connection)
                .await
                .map_err(|error| database.wrong(error))?;
            record!(self, connection, now, actor, event(kind.actions()[2], place, id, &name));
            Ok(())
        })
    }
}

fn event<'a>(action: &'a str, place: Place<'a>, id: &'a str, name: &str) -> NewEvent<'a> {
    let dataset = Some((place.source, place.dataset));
    NewEvent { action, dataset, subject: Some(id), detail: json!({ "name": name }) }
}

fn administers(principal: &Principal) -> bool {
    principal.access().allows_somewhere(Permission::Admin)
}

/// Refuses those who neither saved it, by themselves or with one of their keys, nor administer Rowport.
fn refuse_others(kind: Kind, owner: &str, by: &Principal) -> Result<(), StoreError> {
    match administers(by) || owner == by.id() || owner == by.account() {
        true => Ok(()),
        false => Err(StoreError::NotTheOwner { what: kind.word() }),
    }
}

fn room_for(writing: &Writing<'_>, others: i64) -> Result<(), StoreError> {
    let others = usize::try_from(others).unwrap_or(usize::MAX);
    match others.saturating_add(writing.body.chars().count()) > MAX_TOTAL_BYTES {
        true => Err(StoreError::NoRoom { what: writing.kind.word(), limit: MAX_TOTAL_BYTES }),
        false => Ok(()),
    }
}
