//! The store on PostgreSQL: a schema of its own, `rowport`, in whatever database the URL names.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};

use super::version::StateVersion;
use crate::error::StoreError;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 8;

/// Every step ever released, in order, as for SQLite.
const STEPS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_saved.sql"),
    include_str!("../../migrations/postgres/0002_runs.sql"),
    include_str!("../../migrations/postgres/0003_access.sql"),
    include_str!("../../migrations/postgres/0004_deliveries.sql"),
    include_str!("../../migrations/postgres/0005_audit.sql"),
    include_str!("../../migrations/postgres/0006_checkpoints.sql"),
];

/// The version of a database that took every step.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// Any number will do that nobody else locks: `RWPT`.
const LOCK: i64 = 0x5257_5054;

#[derive(Debug)]
pub(crate) struct Postgres {
    pool: PgPool,
    location: String,
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let (options, location) = options(url)?;
        let mut connection = connect(&options, &location).await?;
        migrate(&mut connection, &location).await?;
        connection.close().await.map_err(|error| from_sqlx(error, &location))?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // A process that is stopped in the middle of a change must not hold up all others.
                    let settings =
                        "SET search_path TO rowport; SET idle_in_transaction_session_timeout = '5s'";
                    sqlx::raw_sql(settings).execute(connection).await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, location })
    }

    /// The version of what is there.
    pub(crate) async fn look_at(url: &str) -> Result<StateVersion, StoreError> {
        let (options, location) = options(url)?;
        let map_error = |error| from_sqlx(error, &location);
        let mut connection = connect(&options, &location).await?;
        let there = sqlx::query_scalar("SELECT to_regclass('rowport.migrations') IS NOT NULL");
        let found = match there.fetch_one(&mut connection).await.map_err(map_error)? {
            false => 0,
            true => {
                let version = "SELECT COALESCE(max(number), 0) FROM rowport.migrations";
                sqlx::query_scalar(version).fetch_one(&mut connection).await.map_err(map_error)?
            }
        };
        connection.close().await.map_err(map_error)?;
        match found {
            found if found > VERSION => Err(StoreError::Newer { location, found, known: VERSION }),
            found => Ok(StateVersion { found, known: VERSION }),
        }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) async fn version(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COALESCE(max(number), 0) FROM migrations").fetch_one(&self.pool).await
    }

    pub(crate) fn map_sqlx_error(&self, error: sqlx::Error) -> StoreError {
        from_sqlx(error, &self.location)
    }
}

/// How to connect, and how messages call the place.
fn options(url: &str) -> Result<(PgConnectOptions, String), StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Unavailable {
            location: "the database of the state".to_owned(),
            message: error.to_string(),
        })?
        .application_name("rowport state")
        // What people save is nobody's business in a log.
        .disable_statement_logging();
    let location = format!("{}/{}", options.get_host(), options.get_database().unwrap_or_default());
    Ok((options, location))
}

async fn connect(options: &PgConnectOptions, location: &str) -> Result<PgConnection, StoreError> {
    let connecting = tokio::time::timeout(PATIENCE, options.connect()).await;
    connecting
        .map_err(|_| StoreError::Unavailable {
            location: location.to_owned(),
            message: format!("no answer within {} s", PATIENCE.as_secs()),
        })?
        .map_err(|error| from_sqlx(error, location))
}

/// Takes the steps that the database has not taken, in one transaction. Processes that start together wait for one
/// another at the lock, and all but the first find nothing left to do.
async fn migrate(connection: &mut PgConnection, location: &str) -> Result<(), StoreError> {
    let map_error = |error| from_sqlx(error, location);
    let mut transaction = connection.begin().await.map_err(map_error)?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(map_error)?;
    sqlx::raw_sql(
        "CREATE SCHEMA IF NOT EXISTS rowport; SET LOCAL search_path TO rowport; \
         CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)",
    )
    .execute(&mut *transaction)
    .await
    .map_err(map_error)?;
    let found: i64 = sqlx::query_scalar("SELECT COALESCE(max(number), 0) FROM migrations")
        .fetch_one(&mut *transaction)
        .await
        .map_err(map_error)?;
    if found > VERSION {
        return Err(StoreError::Newer { location: location.to_owned(), found, known: VERSION });
    }
    for (number, step) in (1_i64..).zip(STEPS).skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*step).execute(&mut *transaction).await.map_err(map_error)?;
        let taken = sqlx::query("INSERT INTO migrations (number) VALUES ($1)").bind(number);
        taken.execute(&mut *transaction).await.map_err(map_error)?;
    }
    transaction.commit().await.map_err(map_error)
}

/// What PostgreSQL's errors mean here.
fn from_sqlx(error: sqlx::Error, location: &str) -> StoreError {
    match &error {
        sqlx::Error::PoolTimedOut => {
            StoreError::Busy { message: "no connection to the database of the state was free".to_owned() }
        }
        // Serialisation and deadlock: whoever asks again gets through.
        sqlx::Error::Database(database) if matches!(database.code().as_deref(), Some("40001" | "40P01")) => {
            StoreError::Busy { message: database.message().to_owned() }
        }
        // SQLite keeps such a text; here nothing can have been stored with it.
        sqlx::Error::Database(database) if database.code().as_deref() == Some("22021") => StoreError::BadText,
        _ => StoreError::Unavailable { location: location.to_owned(), message: error.to_string() },
    }
}
