//! Brings a file to the present version, under SQLite's write lock.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use super::from_sqlx;
use crate::error::StoreError;

/// `RWPT`, in the file's header: tells Rowport's files from all others.
pub(super) const APPLICATION_ID: i64 = 0x5257_5054;

/// Every step ever released, in order. The number of a step is its place, from 1, and the file's `user_version` is
/// the number of the last step taken; so a released step is never changed, moved or removed.
const STEPS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_saved.sql"),
    include_str!("../../../migrations/sqlite/0002_runs.sql"),
    include_str!("../../../migrations/sqlite/0003_access.sql"),
    include_str!("../../../migrations/sqlite/0004_deliveries.sql"),
    include_str!("../../../migrations/sqlite/0005_audit.sql"),
    include_str!("../../../migrations/sqlite/0006_checkpoints.sql"),
];

/// The version of a file that took every step.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Takes the steps that the file has not taken. Processes that start together wait for one another at the lock, and
/// all but the first find nothing left to do.
///
/// The lock is taken even then: a file or folder that cannot be written shows here, and not at the first save.
pub(super) async fn run(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let map_error = |error| from_sqlx(error, path);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(map_error)?;
    let taken = check(&mut transaction, path).await?;
    for (number, step) in (1..).zip(STEPS).skip(usize::try_from(taken).unwrap_or(0)) {
        sqlx::raw_sql(*step).execute(&mut *transaction).await.map_err(map_error)?;
        // A pragma takes no bound values; the number is ours.
        let version = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {number}"));
        sqlx::raw_sql(version).execute(&mut *transaction).await.map_err(map_error)?;
    }
    if taken == 0 {
        let id = sqlx::AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION_ID}"));
        sqlx::raw_sql(id).execute(&mut *transaction).await.map_err(map_error)?;
    }
    transaction.commit().await.map_err(map_error)
}

/// An error when the file is not ours or newer than this program. Changes nothing.
///
/// It looks in one transaction: between two looks another process may have turned an empty file into ours, which
/// would look like neither.
pub(super) async fn recognise(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let map_error = |error| from_sqlx(error, path);
    let mut transaction = connection.begin().await.map_err(map_error)?;
    check(&mut transaction, path).await?;
    transaction.commit().await.map_err(map_error)
}

/// The steps that the file has taken, or why it is refused.
async fn check(connection: &mut SqliteConnection, path: &Path) -> Result<i64, StoreError> {
    let map_error = |error| from_sqlx(error, path);
    let mut number = async |statement: &'static str| {
        sqlx::query_scalar::<_, i64>(statement).fetch_one(&mut *connection).await.map_err(map_error)
    };
    let found = number("PRAGMA user_version").await?;
    let application = number("PRAGMA application_id").await?;
    let tables = number("SELECT count(*) FROM sqlite_schema").await?;
    if application == 0 && tables == 0 && found == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        let message = "it is the SQLite database of another program".to_owned();
        return Err(StoreError::Foreign { location: path.display().to_string(), message });
    }
    if found > VERSION {
        return Err(StoreError::Newer { location: path.display().to_string(), found, known: VERSION });
    }
    Ok(found)
}
