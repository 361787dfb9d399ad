//! PostgreSQL, through sqlx. Every read is a binary COPY in a transaction of its own: it costs the server a third
//! less than text, and needs no parsing here.

mod cancel;
mod decode;
mod dialect;
mod distributed;
mod errors;
mod introspect;
mod journal_rows;
mod letters;
mod numeric;
mod prepare;
mod read;
mod rights;
mod session;
mod staging;
mod texts;
mod write;

use std::io::ErrorKind;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rowport_model::{Dataset, Query, SourceKind};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool, Row};

use crate::driver::{Driver, Limits, PoolUse, ServerInfo};
use crate::error::DriverError;
use crate::journal::{self, Prepared};
use crate::read_options::ReadOptions;
use crate::source_url::SourceUrl;
use crate::stream::BatchStream;
use crate::transaction::Transaction;

use dialect::PostgresDialect;
use distributed::Distribution;
use errors::from_sqlx;
use letters::Letters;
use session::{Purpose, Session};

pub(crate) fn open(url: &SourceUrl, limits: Limits) -> Result<Arc<dyn Driver>, DriverError> {
    let options = PgConnectOptions::from_str(url.secret())
        .map_err(|error| DriverError::BadUrl { message: error.to_string() })?
        .application_name("rowport")
        // Transactions set it themselves, and a pooler refuses connections that ask for it.
        .extra_float_digits(None)
        .statement_cache_capacity(0)
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(limits.connections)
        .acquire_timeout(limits.connect)
        .connect_lazy_with(options.clone());
    Ok(Arc::new(Postgres { pool, options, limits, distribution: Arc::default(), letters: Arc::default() }))
}

#[derive(Clone)]
struct Postgres {
    pool: PgPool,
    options: PgConnectOptions,
    limits: Limits,
    distribution: Arc<Distribution>,
    letters: Arc<Letters>,
}

#[async_trait]
impl Driver for Postgres {
    fn kind(&self) -> SourceKind {
        SourceKind::Postgres
    }

    async fn check(&self) -> Result<ServerInfo, DriverError> {
        let mut session = self.session(Purpose::Describe).await?;
        let row = session::query(
            "SELECT split_part(version(), ' (', 1), \
             COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)",
        )
        .fetch_one(session.connection()?)
        .await
        .map_err(from_sqlx)?;
        session.commit().await?;
        Ok(ServerInfo { version: row.get(0), encrypted: Some(row.get(1)) })
    }

    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError> {
        let mut session = self.session(Purpose::Describe).await?;
        let datasets = introspect::datasets(session.connection()?).await.map_err(from_sqlx)?;
        self.distribution.ask(session.connection()?).await.map_err(from_sqlx)?;
        session.commit().await?;
        Ok(datasets)
    }

    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError> {
        read::start(self.clone(), query, options).await
    }

    async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError> {
        read::estimate(self, query).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError> {
        write::begin(self, Purpose::Change).await
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError> {
        write::begin(self, Purpose::Consult).await
    }

    async fn make_journal(&self) -> Result<Prepared, DriverError> {
        let mut connection = self.acquire().await?;
        prepare::make(&mut connection).await.map_err(DriverError::of_journal)
    }

    async fn journal_sql(&self) -> String {
        let asked = match self.acquire().await {
            Ok(mut connection) => prepare::script_for(&mut connection).await,
            Err(error) => Err(error),
        };
        asked.unwrap_or_else(|_| journal::POSTGRES.migrations.concat())
    }

    fn pool(&self) -> PoolUse {
        // Read one after the other, so for a moment they may disagree.
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        let used = self.pool.size().saturating_sub(idle);
        PoolUse { used, idle, limit: self.limits.connections }
    }
}

impl Postgres {
    /// A transaction for short work.
    async fn session(&self, purpose: Purpose) -> Result<Session, DriverError> {
        Session::begin(self.acquire().await?, purpose).await
    }

    /// How statements are written for this source, which is asked once for what kind it is, and again with each introspection.
    async fn dialect(&self) -> Result<PostgresDialect, DriverError> {
        let distributed = match self.distribution.known() {
            Some(distributed) => distributed,
            None => {
                let mut session = self.session(Purpose::Describe).await?;
                let distributed = self.distribution.ask(session.connection()?).await.map_err(from_sqlx)?;
                session.commit().await?;
                distributed
            }
        };
        Ok(PostgresDialect { distributed, ..PostgresDialect::default() })
    }

    /// A connection of the pool. A pool that ran out of time says nothing of why, so a first connection outside
    /// of it is tried for the reason.
    async fn acquire(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, DriverError> {
        let acquired = tokio::select! {
            acquired = self.pool.acquire() => acquired,
            error = self.refusal() => return Err(error),
        };
        match acquired {
            Err(sqlx::Error::PoolTimedOut) if self.pool.size() < self.limits.connections => {
                let attempt = tokio::time::timeout(self.limits.connect, self.options.connect()).await;
                Err(match attempt {
                    Ok(Err(error)) => from_sqlx(error),
                    Ok(Ok(_)) => DriverError::Busy { message: "no connection was free in time".to_owned() },
                    Err(_) => DriverError::Unreachable {
                        message: format!("no answer within {} s", self.limits.connect.as_secs()),
                    },
                })
            }
            Err(sqlx::Error::PoolTimedOut) => {
                Err(DriverError::Busy { message: "every connection to this source is in use".to_owned() })
            }
            other => other.map_err(from_sqlx),
        }
    }
    /// Ends when the server's machine refuses connections. The pool takes such a server to be starting and goes on
    /// trying until its time is up; a person who mistyped a port should not wait for that.
    async fn refusal(&self) -> DriverError {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // A pool that is full has reached its server; another login would only burden it.
        if self.pool.size() < self.limits.connections {
            let attempt = self.options.connect().await.map(drop);
            if let Err(sqlx::Error::Io(error)) = attempt
                && error.kind() == ErrorKind::ConnectionRefused
            {
                return from_sqlx(sqlx::Error::Io(error));
            }
        }
        std::future::pending().await
    }
}
