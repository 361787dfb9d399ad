//! Saved views and presets: the statements. Each change is a single one, so it happens whole or not at all.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use crate::error::StoreError;
use crate::names::{self, MAX_PER_DATASET};
use crate::store::{Kind, Place, Saved, Writing};

const LIST: &str = "SELECT id, source, dataset, name, body, updated_by, created_at, updated_at \
    FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 ORDER BY name_folded";

/// Counts and inserts in one statement, so that writers at the same time cannot pass the limit together.
const CREATE: &str = "INSERT INTO saved (kind, source, dataset, id, name, name_folded, body, \
    created_at, created_by, updated_at, updated_by) \
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9 \
    WHERE (SELECT count(*) FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3) < $10 \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const UPDATE: &str = "UPDATE saved SET name = $5, name_folded = $6, body = $7, updated_at = $8, updated_by = $9 \
    WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4 \
    RETURNING id, source, dataset, name, body, updated_by, created_at, updated_at";

const DELETE: &str = "DELETE FROM saved WHERE kind = $1 AND source = $2 AND dataset = $3 AND id = $4";

impl Sqlite {
    pub(crate) async fn list(&self, kind: Kind, place: Place<'_>) -> Result<Vec<Saved>, StoreError> {
        let rows = sqlx::query(LIST)
            .bind(kind.word())
            .bind(place.source)
            .bind(place.dataset)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.wrong(error))?;
        rows.into_iter().map(|row| self.saved(kind, &row)).collect()
    }

    pub(crate) async fn create(&self, writing: Writing<'_>) -> Result<Saved, StoreError> {
        let full = StoreError::TooMany { what: writing.kind.word(), limit: MAX_PER_DATASET };
        self.write(CREATE, writing, full).await
    }

    pub(crate) async fn update(&self, writing: Writing<'_>) -> Result<Saved, StoreError> {
        let unknown = writing.kind.unknown(writing.id);
        self.write(UPDATE, writing, unknown).await
    }

    pub(crate) async fn delete(&self, kind: Kind, place: Place<'_>, id: &str) -> Result<(), StoreError> {
        let done = sqlx::query(DELETE)
            .bind(kind.word())
            .bind(place.source)
            .bind(place.dataset)
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(|error| self.wrong(error))?;
        if done.rows_affected() == 0 { Err(kind.unknown(id)) } else { Ok(()) }
    }

    /// Runs a statement that answers the written row, or nothing for the reason in `nothing`.
    async fn write(
        &self,
        statement: &'static str,
        writing: Writing<'_>,
        nothing: StoreError,
    ) -> Result<Saved, StoreError> {
        let Writing { kind, place, id, name, body, by, now } = writing;
        let row = sqlx::query(statement)
            .bind(kind.word())
            .bind(place.source)
            .bind(place.dataset)
            .bind(id)
            .bind(name)
            .bind(names::folded(name))
            .bind(body)
            .bind(now.to_string())
            .bind(by)
            .bind(MAX_PER_DATASET)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| match error.as_database_error() {
                Some(database) if database.is_unique_violation() => {
                    StoreError::NameTaken { what: kind.word(), name: name.to_owned() }
                }
                _ => self.wrong(error),
            })?;
        self.saved(kind, &row.ok_or(nothing)?)
    }

    fn saved(&self, kind: Kind, row: &SqliteRow) -> Result<Saved, StoreError> {
        let text = |column| row.try_get::<String, _>(column).map_err(|error| self.wrong(error));
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
