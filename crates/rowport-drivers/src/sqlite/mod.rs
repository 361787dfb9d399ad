//! SQLite, through rusqlite on blocking threads. Files are opened read-only, except for changes; a read transaction is
//! the snapshot.

mod dialect;
mod errors;
mod introspect;
mod journal_rows;
mod moments;
mod prepare;
mod read;
mod references;
mod staging;
mod types;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use rowport_model::{Dataset, Query, SourceKind};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::errors::from_sqlite;
use crate::driver::{Driver, Limits, PoolUse, ServerInfo};
use crate::error::{Denied, DriverError};
use crate::journal::{self, Prepared};
use crate::own::STATE_FILE;
use crate::read_options::ReadOptions;
use crate::source_url::SourceUrl;
use crate::stream::BatchStream;
use crate::transaction::Transaction;

pub(crate) fn open(url: &SourceUrl, limits: Limits) -> Result<Arc<dyn Driver>, DriverError> {
    let path = url.secret().trim_start_matches("sqlite:");
    // `sqlite:///absolute` and `sqlite://relative` are written by people used to other URLs.
    let path = path.strip_prefix("//").unwrap_or(path);
    let slots = Arc::new(Semaphore::new(limits.connections as usize));
    Ok(Arc::new(Sqlite { path: PathBuf::from(path), limits, slots }))
}

#[derive(Clone)]
struct Sqlite {
    path: PathBuf,
    limits: Limits,
    slots: Arc<Semaphore>,
}

#[async_trait]
impl Driver for Sqlite {
    fn kind(&self) -> SourceKind {
        SourceKind::Sqlite
    }

    async fn check(&self) -> Result<ServerInfo, DriverError> {
        self.blocking(|connection| {
            // Reading the schema shows whether this is a database at all.
            connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
                .map_err(from_sqlite)?;
            Ok(ServerInfo { version: format!("SQLite {}", rusqlite::version()), encrypted: None })
        })
        .await
    }

    async fn introspect(&self) -> Result<Vec<Dataset>, DriverError> {
        self.blocking(|connection| introspect::datasets(connection).map_err(from_sqlite)).await
    }

    async fn read(&self, query: Query, options: ReadOptions) -> Result<BatchStream, DriverError> {
        let slot = self.slot().await?;
        read::start(self.clone(), query, options, slot).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, DriverError> {
        let slot = self.slot().await?;
        write::begin(self, slot).await
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, DriverError> {
        let slot = self.slot().await?;
        write::begin_reading(self, slot).await
    }

    async fn make_journal(&self) -> Result<Prepared, DriverError> {
        let source = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            let connection = source.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            prepare::make(&connection).map_err(DriverError::of_journal)
        });
        made.await.map_err(|error| DriverError::protocol(format!("the thread ended early: {error}")))?
    }

    async fn journal_sql(&self) -> String {
        let asked = self.blocking(prepare::script_for).await;
        asked.unwrap_or_else(|_| journal::SQLITE.migrations.concat())
    }

    /// SQLite keeps no statistics on filters; it counts quickly enough.
    async fn estimate(&self, _: &Query) -> Result<Option<u64>, DriverError> {
        Ok(None)
    }

    fn pool(&self) -> PoolUse {
        let limit = self.limits.connections;
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(limit);
        // A file without a reader is not kept open.
        PoolUse { used: limit.saturating_sub(free), idle: 0, limit }
    }
}

impl Sqlite {
    async fn slot(&self) -> Result<OwnedSemaphorePermit, DriverError> {
        let slot = tokio::time::timeout(self.limits.connect, Arc::clone(&self.slots).acquire_owned()).await;
        let busy = || DriverError::Busy { message: "every connection to this source is in use".to_owned() };
        slot.map_err(|_| busy())?.map_err(|_| busy())
    }

    fn connect(&self) -> Result<Connection, DriverError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if needs_recovery(&connection) {
            // A writer was killed in the middle; what it left half done is rolled back by the next one that may write.
            drop(self.open(OpenFlags::SQLITE_OPEN_READ_WRITE).map(|writer| needs_recovery(&writer)));
            return self.open(OpenFlags::SQLITE_OPEN_READ_ONLY);
        }
        Ok(connection)
    }

    fn open(&self, access: OpenFlags) -> Result<Connection, DriverError> {
        if !self.path.is_file() {
            let message = format!("there is no file {}", self.path.display());
            return Err(DriverError::FileUnusable { message });
        }
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(from_sqlite)?;
        connection
            .busy_timeout(self.limits.connect.min(std::time::Duration::from_secs(5)))
            .map_err(from_sqlite)?;
        refuse_state(&connection)?;
        register_match(&connection).map_err(from_sqlite)?;
        moments::register(&connection).map_err(from_sqlite)?;
        Ok(connection)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DriverError> + Send + 'static,
    ) -> Result<T, DriverError> {
        let source = self.clone();
        tokio::task::spawn_blocking(move || work(&source.connect()?))
            .await
            .map_err(|error| DriverError::protocol(format!("the reading thread ended early: {error}")))?
    }
}

/// Refuses the state of a Rowport, under whatever name and by whatever link the file was found. A file that has to be
/// recovered first cannot be looked at, and not be read either.
fn refuse_state(connection: &Connection) -> Result<(), DriverError> {
    let mark: rusqlite::Result<i64> = connection.query_row("PRAGMA application_id", [], |row| row.get(0));
    match mark {
        Ok(STATE_FILE) => Err(DriverError::Refused {
            what: Denied::Statement,
            message: "the file is the state of a Rowport, which is no source: name another database"
                .to_owned(),
            native_code: None,
        }),
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly) => Ok(()),
        Err(error) => Err(from_sqlite(error)),
    }
}

/// Looks at the file, which makes SQLite recover it where that is necessary and allowed. Other errors come again.
fn needs_recovery(connection: &Connection) -> bool {
    let looked = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    matches!(looked, Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ReadOnly))
}

/// `rowport_match(value, lower-case text, position)`: whether the value's text has the text, whatever its case.
fn register_match(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function(dialect::MATCH_FUNCTION, 3, flags, |context| {
        let value = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(value) => value.to_string(),
            ValueRef::Real(value) => value.to_string(),
            ValueRef::Text(bytes) => String::from_utf8_lossy(bytes).to_lowercase(),
            ValueRef::Blob(_) => return Ok(Some(false)),
        };
        let text = context.get_raw(1).as_str().unwrap_or_default();
        Ok(Some(match context.get::<i64>(2)? {
            0 => value.contains(text),
            1 => value.starts_with(text),
            _ => value.ends_with(text),
        }))
    })
}
