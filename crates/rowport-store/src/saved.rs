//! Saved views and presets: the statements. Each change is a single one, so it happens whole or not at all.

use jiff::Timestamp;

use crate::database::{Database, StoredRow, in_transaction, with_pool};
use crate::error::StoreError;
use crate::names::{self, MAX_PER_DATASET};
use crate::store::{Kind, Place, Saved, Writing};

const LIST: &str = "SELECT id, source, dataset, name, body, updated_by, created_at, updated_at \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4 ORDER BY name_folded";

const COUNT: &str =
    "SELECT count(*) AS n FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND tenant = $4";

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
            .bind($writing.by)
            .bind($writing.tenant)
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

    pub(crate) async fn create(&self, writing: Writing<'_>) -> Result<Saved, StoreError> {
        let Writing { kind, place, tenant, .. } = writing;
        in_transaction!(self, |connection| {
            // Nobody else creates until this is committed, so writers at the same time cannot pass the limit together.
            sqlx::query(TURN).execute(&mut *connection).await.map_err(|error| self.wrong(error))?;
            let counting =
                sqlx::query(COUNT).bind(kind.word()).bind(place.source).bind(place.dataset).bind(tenant);
            let row = counting.fetch_one(&mut *connection).await.map_err(|error| self.wrong(error))?;
            if row.number("n").map_err(|error| self.wrong(error))? >= i64::from(MAX_PER_DATASET) {
                return Err(StoreError::TooMany { what: kind.word(), limit: MAX_PER_DATASET });
            }
            let row = bound!(CREATE, writing).fetch_one(&mut *connection).await;
            self.saved(kind, &row.map_err(|error| self.taken(&writing, error))?)
        })
    }

    pub(crate) async fn update(&self, writing: Writing<'_>) -> Result<Saved, StoreError> {
        with_pool!(self, |pool| {
            let row = bound!(UPDATE, writing).fetch_optional(pool).await;
            let row = row.map_err(|error| self.taken(&writing, error))?;
            self.saved(writing.kind, &row.ok_or_else(|| writing.kind.unknown(writing.id))?)
        })
    }

    pub(crate) async fn delete(
        &self,
        kind: Kind,
        place: Place<'_>,
        tenant: &str,
        id: &str,
    ) -> Result<(), StoreError> {
        let gone = with_pool!(self, |pool| {
            let deleting = sqlx::query(DELETE)
                .bind(kind.word())
                .bind(place.source)
                .bind(place.dataset)
                .bind(id)
                .bind(tenant);
            deleting
                .execute(pool)
                .await
                .map(|done| done.rows_affected())
                .map_err(|error| self.wrong(error))?
        });
        if gone == 0 { Err(kind.unknown(id)) } else { Ok(()) }
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
