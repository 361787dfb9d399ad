//! The database that the state is in. Every statement is written once, in words that both dialects understand: `$1`
//! for values, text and 64-bit integers as types. What differs stands in `sqlite/` and `postgres/`.

mod postgres;
mod row;
mod sqlite;

use std::path::PathBuf;

pub(crate) use self::postgres::Postgres;
pub(crate) use self::row::StoredRow;
pub(crate) use self::sqlite::Sqlite;
use crate::error::StoreError;

#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Runs a block with the pool of whichever database it is. The block is compiled once for each.
macro_rules! with_pool {
    ($database:expr, |$pool:ident| $body:expr) => {
        match $database {
            $crate::database::Database::Sqlite(database) => {
                let $pool = database.pool();
                $body
            }
            $crate::database::Database::Postgres(database) => {
                let $pool = database.pool();
                $body
            }
        }
    };
}

/// Runs a block in a transaction that may write, and commits when the block is well. The block ends in a `Result`
/// whose error is a `StoreError`; `?` on statements goes through `wrong`.
///
/// SQLite takes its write lock at the start: a transaction that began by reading could not wait for it later. Writers of
/// this process take turns before, because SQLite lets whoever asks at the right moment go first, and others wait for ever.
macro_rules! in_transaction {
    ($database:expr, |$connection:ident| $body:expr) => {
        match $database {
            $crate::database::Database::Sqlite(database) => {
                let _turn = database.turn().await;
                let begun = database.pool().begin_with("BEGIN IMMEDIATE").await;
                let mut $connection = begun.map_err(|error| $database.wrong(error))?;
                let outcome: Result<_, $crate::StoreError> = $body;
                match outcome {
                    Ok(value) => {
                        $connection.commit().await.map_err(|error| $database.wrong(error))?;
                        Ok(value)
                    }
                    Err(error) => Err(error),
                }
            }
            $crate::database::Database::Postgres(database) => {
                let begun = database.pool().begin().await;
                let mut $connection = begun.map_err(|error| $database.wrong(error))?;
                let outcome: Result<_, $crate::StoreError> = $body;
                match outcome {
                    Ok(value) => {
                        $connection.commit().await.map_err(|error| $database.wrong(error))?;
                        Ok(value)
                    }
                    Err(error) => Err(error),
                }
            }
        }
    };
}

pub(crate) use {in_transaction, with_pool};

impl Database {
    /// What an error of the database means here.
    pub(crate) fn wrong(&self, error: sqlx::Error) -> StoreError {
        match self {
            Self::Sqlite(sqlite) => sqlite.wrong(error),
            Self::Postgres(postgres) => postgres.wrong(error),
        }
    }

    /// Whether it answers, and has taken every step that this program knows.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let (version, known) = match self {
            Self::Sqlite(database) => (database.version().await, sqlite::VERSION),
            Self::Postgres(database) => (database.version().await, postgres::VERSION),
        };
        match version.map_err(|error| self.wrong(error))? {
            // A newer one is met while the processes are replaced one by one.
            version if version >= known => Ok(()),
            version => {
                let message = format!("its version is {version}, and {known} is needed: start Rowport anew");
                Err(StoreError::Unavailable { place: "the state".to_owned(), message })
            }
        }
    }

    /// How many connections are open, and how many of them nobody uses.
    pub(crate) fn connections(&self) -> (u32, usize) {
        with_pool!(self, |pool| (pool.size(), pool.num_idle()))
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(sqlite) => sqlite.path(),
            Self::Postgres(_) => None,
        }
    }

    pub(crate) async fn close(&self) {
        with_pool!(self, |pool| pool.close().await);
    }
}
