//! What a driver is, whatever its kind of database.

use std::time::Duration;

use async_trait::async_trait;
use rowport_model::{Dataset, Query, SourceKind};
use serde::Serialize;

use crate::error::DriverError;
use crate::journal::Prepared;
use crate::read_options::ReadOptions;
use crate::stream::BatchStream;
use crate::transaction::Transaction;

/// The code for one kind of database, connected to one database.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The kind of database.
    fn kind(&self) -> SourceKind;

    /// Connects and asks the server who it is.
    async fn check(&self) -> Result<ServerInfo, DriverError>;

    /// Every table and view that the login may read, with columns, keys and references.
    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError>;

    /// Runs a query in a snapshot of its own. Returns once the statement has begun to answer.
    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError>;

    /// How many rows the database believes the query has, without counting. `None` when it has no opinion.
    async fn estimate(&self, query: &Query) -> Result<Option<u64>, DriverError>;

    /// Begins a transaction that may change rows.
    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError>;

    /// Begins a transaction that changes nothing, waits for no writer, and sees one state of the journal.
    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError>;

    /// Makes the journal, or upgrades it to this program's version.
    async fn make_journal(&self) -> Result<Prepared, DriverError>;

    /// The statements that [`Driver::make_journal`] would run, for the owner of the database to read and to run; all of
    /// them where the database does not say what is there. With the rights for a login that may not run them itself.
    async fn journal_sql(&self) -> String;

    /// The use of its connections now.
    fn pool(&self) -> PoolUse;
}

/// The connections to one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// Those in use.
    pub used: u32,
    /// Those that are idle.
    pub idle: u32,
    /// How many there may be.
    pub limit: u32,
}

/// Limits on one connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long one statement may run, for pages and counts. Exports have no such limit.
    pub statement: Duration,
    /// How many connections may be open to one source.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), statement: Duration::from_secs(30), connections: 16 }
    }
}

/// What a server says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct ServerInfo {
    /// Such as `PostgreSQL 15.18`.
    pub version: String,
    /// Whether the connection is encrypted; `None` where there is no network.
    pub encrypted: Option<bool>,
}
