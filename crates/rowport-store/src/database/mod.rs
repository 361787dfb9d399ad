//! The database that the state is in. Every statement is written once, in words that both dialects understand: `$1`
//! for values, text and 64-bit integers as types. What differs stands in `sqlite/` and `postgres.rs`.

mod postgres;
mod query;
mod row;
mod sqlite;
mod version;

use std::path::PathBuf;

pub(crate) use self::postgres::Postgres;
pub(crate) use self::query::{Connection, Executor, Query, query};
pub(crate) use self::row::Row;
pub(crate) use self::sqlite::Sqlite;
pub use self::version::StateVersion;
use crate::error::StoreError;

#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// What an error of the database means here.
    pub(crate) fn map_sqlx_error(&self, error: sqlx::Error) -> StoreError {
        match self {
            Self::Sqlite(sqlite) => sqlite.map_sqlx_error(error),
            Self::Postgres(postgres) => postgres.map_sqlx_error(error),
        }
    }

    /// Whether it answers, and has taken every step that this program knows.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let (version, known) = match self {
            Self::Sqlite(database) => (database.version().await, sqlite::VERSION),
            Self::Postgres(database) => (database.version().await, postgres::VERSION),
        };
        match version.map_err(|error| self.map_sqlx_error(error))? {
            // A newer one is met while the processes are replaced one by one.
            version if version >= known => Ok(()),
            version => {
                let message = format!("its version is {version}, and {known} is needed: start Rowport anew");
                Err(StoreError::Unavailable { location: "the state".to_owned(), message })
            }
        }
    }

    /// How many connections are open, and how many of them nobody uses.
    pub(crate) fn connections(&self) -> (u32, usize) {
        match self {
            Self::Sqlite(sqlite) => (sqlite.pool().size(), sqlite.pool().num_idle()),
            Self::Postgres(postgres) => (postgres.pool().size(), postgres.pool().num_idle()),
        }
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(sqlite) => sqlite.path(),
            Self::Postgres(_) => None,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.pool().close().await,
            Self::Postgres(postgres) => postgres.pool().close().await,
        }
    }
}

/// Each statement takes a connection of its own, and is a transaction of its own.
impl Executor for &Database {
    async fn execute(&mut self, query: &Query<'_>) -> Result<u64, sqlx::Error> {
        match self {
            Database::Sqlite(sqlite) => {
                Connection::Sqlite(&mut *sqlite.pool().acquire().await?).execute(query).await
            }
            Database::Postgres(postgres) => {
                Connection::Postgres(&mut *postgres.pool().acquire().await?).execute(query).await
            }
        }
    }

    async fn fetch_all(&mut self, query: &Query<'_>) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Database::Sqlite(sqlite) => {
                Connection::Sqlite(&mut *sqlite.pool().acquire().await?).fetch_all(query).await
            }
            Database::Postgres(postgres) => {
                Connection::Postgres(&mut *postgres.pool().acquire().await?).fetch_all(query).await
            }
        }
    }

    async fn fetch_optional(&mut self, query: &Query<'_>) -> Result<Option<Row>, sqlx::Error> {
        match self {
            Database::Sqlite(sqlite) => {
                Connection::Sqlite(&mut *sqlite.pool().acquire().await?).fetch_optional(query).await
            }
            Database::Postgres(postgres) => {
                Connection::Postgres(&mut *postgres.pool().acquire().await?).fetch_optional(query).await
            }
        }
    }

    fn database(&self) -> &Database {
        self
    }
}
