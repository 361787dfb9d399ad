//! The store on SQLite: how the file is made, opened and brought up to date.

mod migrate;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, MutexGuard};

use crate::database::version::StateVersion;
use crate::error::StoreError;

pub(crate) use self::migrate::VERSION;

/// How long a statement waits for another writer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Readers that may be at work at once; SQLite has one writer at a time whatever this says.
const CONNECTIONS: u32 = 4;

/// What a store in memory is called where a path is asked for.
const IN_MEMORY: &str = ":memory:";

#[derive(Debug)]
pub(crate) struct Sqlite {
    pool: SqlitePool,
    path: PathBuf,
    turns: Mutex<()>,
}

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        // Making the file is quick, but it is still the disk's business.
        let owned = path.to_owned();
        tokio::task::spawn_blocking(move || prepare(&owned))
            .await
            .map_err(|error| unavailable(path, &error))?
            .map_err(|error| unavailable(path, &error))?;
        let options = options().filename(path).synchronous(SqliteSynchronous::Full);

        let mut connection = options.connect().await.map_err(|error| from_sqlx(error, path))?;
        // Before anything is changed: switching the journal would already write to a file that is not ours.
        migrate::recognise(&mut connection, path).await?;
        restrict(path).map_err(|error| unavailable(path, &error))?;
        write_ahead(&mut connection, path).await?;
        migrate::run(&mut connection, path).await?;
        connection.close().await.map_err(|error| from_sqlx(error, path))?;

        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(2 * PATIENCE)
            .connect_lazy_with(options);
        Ok(Self { pool, path: path.to_owned(), turns: Mutex::new(()) })
    }

    /// The version of what is there. A file that is not there is not made.
    pub(crate) async fn look_at(path: &Path) -> Result<StateVersion, StoreError> {
        if !path.exists() {
            return Ok(StateVersion { found: 0, known: VERSION });
        }
        // Not read-only: a file in WAL mode cannot be read without the files beside it.
        let connecting = options().filename(path).connect().await;
        let mut connection = connecting.map_err(|error| from_sqlx(error, path))?;
        migrate::recognise(&mut connection, path).await?;
        let found = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await;
        let found = found.map_err(|error| from_sqlx(error, path))?;
        connection.close().await.map_err(|error| from_sqlx(error, path))?;
        Ok(StateVersion { found, known: VERSION })
    }

    pub(crate) async fn in_memory() -> Result<Self, StoreError> {
        let path = Path::new(IN_MEMORY);
        // Each connection has a memory of its own, so there is one, and it stays.
        let pool = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options().in_memory(true))
            .await
            .map_err(|error| from_sqlx(error, path))?;
        let mut connection = pool.acquire().await.map_err(|error| from_sqlx(error, path))?;
        migrate::run(&mut connection, path).await?;
        drop(connection);
        Ok(Self { pool, path: path.to_owned(), turns: Mutex::new(()) })
    }

    pub(crate) fn path(&self) -> Option<PathBuf> {
        (self.path != Path::new(IN_MEMORY)).then(|| self.path.clone())
    }

    /// Waits until no other transaction of this process writes.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turns.lock().await
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(crate) async fn version(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("PRAGMA user_version").fetch_one(&self.pool).await
    }

    pub(crate) fn map_sqlx_error(&self, error: sqlx::Error) -> StoreError {
        from_sqlx(error, &self.path)
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .busy_timeout(PATIENCE)
        .foreign_keys(true)
        // What people save is nobody's business in a log.
        .disable_statement_logging()
}

/// Makes the file and its folder where they are missing, for their owner only. SQLite gives the files beside it
/// (`-wal`, `-shm`) the same mode.
///
/// A file that exists is not opened here: closing it again would drop the locks of every connection that this
/// process has to it.
fn prepare(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    let mut opening = std::fs::OpenOptions::new();
    opening.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    match opening.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Takes a file that is ours, but that others may read, from them.
fn restrict(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Switches to a write-ahead log, so that readers and the writer do not wait for each other. The file remembers it.
///
/// The switch needs the file alone and, unlike every other statement, does not wait for it; so it is asked again
/// until nobody else who opens the file at this moment is in the way.
async fn write_ahead(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        let answer =
            sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await;
        match answer.map_err(|error| from_sqlx(error, path)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let message =
                    format!("this place does not allow a write-ahead log (SQLite stays with `{mode}`)");
                return Err(StoreError::Unavailable { location: path.display().to_string(), message });
            }
            Err(StoreError::Busy { .. }) if waited < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
                waited += PAUSE;
            }
            Err(error) => return Err(error),
        }
    }
}

fn unavailable(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable { location: path.display().to_string(), message: error.to_string() }
}

/// What SQLite's errors mean here. The numbers are SQLite's primary result codes.
fn from_sqlx(error: sqlx::Error, path: &Path) -> StoreError {
    let Some(database) = error.as_database_error() else {
        return match error {
            sqlx::Error::PoolTimedOut => {
                StoreError::Busy { message: "every connection is in use".to_owned() }
            }
            other => unavailable(path, &other),
        };
    };
    let code = database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    let message = database.message().to_owned();
    match code {
        Some(5 | 6) => StoreError::Busy { message },
        Some(26) => StoreError::Foreign {
            location: path.display().to_string(),
            message: "it is not a SQLite database".to_owned(),
        },
        Some(8) => unavailable(path, &"the file or its folder cannot be written"),
        _ => StoreError::Unavailable { location: path.display().to_string(), message },
    }
}
