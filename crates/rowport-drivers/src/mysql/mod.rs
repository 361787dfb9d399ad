//! MySQL and MariaDB, through sqlx. Each read runs in a task of its own, in a read-only transaction with a
//! consistent snapshot, over the binary protocol.

mod connections;
mod dialect;
mod distributed;
mod error;
mod estimate;
mod exact;
mod insert;
mod introspect;
mod overwrite;
mod prepare;
mod read;
mod staging;
mod types;
mod values;
mod write;

use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use rowport_model::{Dataset, Query, SourceKind};
use sqlx::ConnectOptions;
use sqlx::mysql::MySqlConnectOptions;

use self::connections::{Connections, KEPT_STATEMENTS, Lease};
use crate::driver::{Driver, Limits, PoolUse, ServerInfo};
use crate::error::DriverError;
use crate::journal::{self, Prepared};
use crate::read_options::ReadOptions;
use crate::source_url::SourceUrl;
use crate::stream::BatchStream;
use crate::transaction::Transaction;

pub(crate) fn open(url: &SourceUrl, limits: Limits) -> Result<Arc<dyn Driver>, DriverError> {
    let options = MySqlConnectOptions::from_str(url.secret())
        .map_err(|error| DriverError::BadUrl { message: error.to_string() })?;
    if options.get_database().is_none_or(str::is_empty) {
        let message = "it must name a database: mysql://user:password@host/database".to_owned();
        return Err(DriverError::BadUrl { message });
    }
    let host = options.get_host().trim_matches(['[', ']']).to_owned();
    // The session is set up in one place, and the log is no place for what people filter by.
    let options = options
        // An IPv6 address comes in brackets, which are the URL's and not the address's.
        .host(&host)
        .statement_cache_capacity(KEPT_STATEMENTS + 1)
        .charset("utf8mb4")
        .timezone(None)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .disable_statement_logging();
    Ok(Arc::new(Mysql { connections: Connections::new(options, limits), limits }))
}

struct Mysql {
    connections: Arc<Connections>,
    limits: Limits,
}

#[async_trait]
impl Driver for Mysql {
    fn kind(&self) -> SourceKind {
        SourceKind::Mysql
    }

    async fn check(&self) -> Result<ServerInfo, DriverError> {
        self.with_lease(async |lease| {
            let cipher = "SHOW SESSION STATUS LIKE 'Ssl_cipher'".to_owned();
            let rows = read::rows_of(&mut lease.session.connection, cipher, Default::default()).await?;
            let cipher = rows.first().and_then(|row| introspect::text(row, 1));
            let version = &lease.session.version;
            let version = match version.split_once("-MariaDB") {
                Some((number, _)) => format!("MariaDB {}", number.trim_start_matches("5.5.5-")),
                None => format!("MySQL {version}"),
            };
            Ok(ServerInfo { version, encrypted: Some(cipher.is_some_and(|cipher| !cipher.is_empty())) })
        })
        .await
    }

    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError> {
        self.with_lease(async |lease| introspect::datasets(&mut lease.session).await).await
    }

    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError> {
        read::start(Arc::clone(&self.connections), query, options, self.limits.statement).await
    }

    async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError> {
        let query = query.clone();
        self.with_lease(async move |lease| estimate::rows(&mut lease.session, query).await).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError> {
        write::begin(Arc::clone(&self.connections), write::CHANGING).await
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError> {
        write::begin(Arc::clone(&self.connections), write::READING).await
    }

    async fn make_journal(&self) -> Result<Prepared, DriverError> {
        let made = self.with_lease(async |lease| Ok(prepare::make(&mut lease.session.connection).await));
        made.await?.map_err(DriverError::of_journal)
    }

    async fn journal_sql(&self) -> String {
        let asked = self.with_lease(async |lease| prepare::script_for(&mut lease.session.connection).await);
        asked.await.unwrap_or_else(|_| journal::MYSQL.migrations.concat())
    }

    fn pool(&self) -> PoolUse {
        self.connections.count()
    }
}

impl Mysql {
    /// Does short work on a connection, within the limit on statements. It is kept only if all went well: the
    /// connection of a caller who went away in the middle is closed with the lease.
    async fn with_lease<T>(
        &self,
        work: impl AsyncFnOnce(&mut Lease) -> Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        let mut lease = self.connections.acquire().await?;
        let Ok(outcome) = tokio::time::timeout(self.limits.statement, work(&mut lease)).await else {
            return Err(DriverError::Timeout { seconds: self.limits.statement.as_secs() });
        };
        if outcome.is_ok() {
            lease.give_back();
        }
        outcome
    }
}
