use std::fs::File;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use rowport_model::SourceKind;
use sqlx::{AssertSqlSafe, Column, Connection, MySqlConnection, PgConnection, Row as _, ValueRef, raw_sql};
use tempfile::TempDir;

/// A row as [`Database::rows`] returns it: each value in the database's own text form, or `None` for NULL.
pub type Row = Vec<Option<Vec<u8>>>;

/// A fresh, empty database that is dropped together with this value.
///
/// The methods block, in asynchronous tests too: they are for preparing and inspecting, and take milliseconds.
#[derive(Debug)]
pub struct Database {
    kind: SourceKind,
    url: String,
    place: Place,
}

/// Where a database lives, which is what must be tidied up.
#[derive(Debug)]
enum Place {
    Server { administrator: String, name: String },
    File { path: PathBuf, _folder: TempDir },
}

/// Makes PostgreSQL databases.
#[derive(Debug)]
pub struct Postgres;

/// Makes MariaDB databases.
#[derive(Debug)]
pub struct Mysql;

/// Makes SQLite databases.
#[derive(Debug)]
pub struct Sqlite;

impl Postgres {
    /// A database on the server that `ROWPORT_TEST_POSTGRES` names.
    pub fn create() -> Database {
        Database::on_server(SourceKind::Postgres, "ROWPORT_TEST_POSTGRES")
    }
}

impl Mysql {
    /// A database on the server that `ROWPORT_TEST_MYSQL` names.
    pub fn create() -> Database {
        Database::on_server(SourceKind::Mysql, "ROWPORT_TEST_MYSQL")
    }
}

impl Sqlite {
    /// A database file in a temporary folder.
    pub fn create() -> Database {
        Self::create_in(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// A database file in memory, where the machine has a folder there: thousands of small changes would otherwise wait
    /// for the disk.
    pub fn create_in_memory() -> Database {
        tempfile::tempdir_in("/dev/shm").map_or_else(|_| Self::create(), Self::create_in)
    }

    fn create_in(folder: TempDir) -> Database {
        let path = folder.path().join("database.sqlite");
        File::create(&path).expect("a file can be made in a temporary folder");
        let path_text = path.to_str().expect("the temporary folder's path is UTF-8");
        Database {
            kind: SourceKind::Sqlite,
            url: format!("sqlite:{path_text}"),
            place: Place::File { path, _folder: folder },
        }
    }
}

impl Database {
    /// A database of that kind.
    pub fn create(kind: SourceKind) -> Self {
        match kind {
            SourceKind::Postgres => Postgres::create(),
            SourceKind::Mysql => Mysql::create(),
            SourceKind::Sqlite => Sqlite::create(),
        }
    }

    /// The same, and SQLite's file in memory, for tests of thousands of small changes.
    pub fn create_in_memory(kind: SourceKind) -> Self {
        match kind {
            SourceKind::Sqlite => Sqlite::create_in_memory(),
            _ => Self::create(kind),
        }
    }

    fn on_server(kind: SourceKind, variable: &str) -> Self {
        let Ok(administrator) = std::env::var(variable) else {
            panic!(
                "{variable} is not set, and this test needs a {kind} server. Start one with \
                 `scripts/databases.sh start`, then `eval \"$(scripts/databases.sh env)\"`; `make test` does both."
            );
        };
        Self::on(kind, &administrator)
    }

    /// A database on the server with this URL, whose user may make databases.
    pub(crate) fn on(kind: SourceKind, administrator: &str) -> Self {
        // Test processes run side by side on one server, so a counter would not do.
        let name = format!("rowport_{:016x}", RandomState::new().build_hasher().finish());
        execute_on_server(kind, administrator, format!("CREATE DATABASE {name}"));
        let slash = administrator.rfind('/').expect("a server's URL has a path");
        Self {
            kind,
            url: format!("{}/{name}", &administrator[..slash]),
            place: Place::Server { administrator: administrator.to_owned(), name },
        }
    }

    /// The kind of database.
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// Its URL as Rowport takes it: `postgres://…`, `mysql://…` or `sqlite:PATH`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The database's file.
    ///
    /// # Panics
    ///
    /// Panics if it is not an SQLite database.
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::File { path, .. } => path,
            Place::Server { .. } => panic!("a {} database is not a file", self.kind),
        }
    }

    /// Runs a script of any number of statements on a connection of its own.
    ///
    /// # Panics
    ///
    /// Panics if a statement fails.
    pub fn execute(&self, script: &str) {
        match &self.place {
            Place::Server { .. } => execute_on_server(self.kind, &self.url, script.to_owned()),
            Place::File { path, .. } => {
                let connection = rusqlite::Connection::open(path).expect("the SQLite file opens");
                connection
                    .execute_batch(script)
                    .unwrap_or_else(|error| panic!("{error} in\n{}", head(script)));
            }
        }
    }

    /// What a query returns, each value in the database's own text form. SQLite has no such form for a REAL, which
    /// comes as Rust's shortest one: select `quote(x)` or `CAST(x AS TEXT)` to compare exactly.
    ///
    /// # Panics
    ///
    /// Panics if the query fails.
    pub fn rows(&self, query: &str) -> Vec<Row> {
        let sql = query.to_owned();
        match (&self.place, self.kind) {
            (Place::File { path, .. }, _) => sqlite_rows(path, query),
            (Place::Server { .. }, SourceKind::Postgres) => block_on(query, async {
                let mut connection = PgConnection::connect(&self.url).await?;
                let rows = raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await?;
                connection.close().await?;
                rows.iter().map(postgres_row).collect()
            }),
            (Place::Server { .. }, _) => block_on(query, async {
                let mut connection = MySqlConnection::connect(&self.url).await?;
                let rows = raw_sql(AssertSqlSafe(sql)).fetch_all(&mut connection).await?;
                connection.close().await?;
                rows.iter()
                    .map(|row| row.columns().iter().map(|c| row.try_get_unchecked(c.ordinal())).collect())
                    .collect()
            }),
        }
    }

    /// The one value of a query that returns one row of one column, as text.
    ///
    /// # Panics
    ///
    /// Panics if the query fails, returns anything else, or returns NULL or bytes that are not text.
    pub fn text(&self, query: &str) -> String {
        let mut rows = self.rows(query);
        match (rows.pop(), rows.is_empty()) {
            (Some(mut row), true) if row.len() == 1 => {
                let value = row.pop().flatten().unwrap_or_else(|| panic!("NULL from {query}"));
                String::from_utf8(value).unwrap_or_else(|_| panic!("not text from {query}"))
            }
            _ => panic!("not one value from {query}"),
        }
    }
}

/// The URL of a PostgreSQL database behind the PgBouncer that `ROWPORT_TEST_PGBOUNCER` names.
///
/// # Panics
///
/// Panics if there is none.
pub fn pooled(database: &Database) -> String {
    let Ok(pooler) = std::env::var("ROWPORT_TEST_PGBOUNCER") else {
        panic!(
            "ROWPORT_TEST_PGBOUNCER is not set: install PgBouncer (`scripts/setup.sh`), start the databases once more \
             (`scripts/databases.sh stop; scripts/databases.sh start`), then `eval \"$(scripts/databases.sh env)\"`"
        );
    };
    let name = database.url().rsplit('/').next().unwrap_or_default();
    let server = pooler.rsplit_once('/').map_or(&*pooler, |(server, _)| server);
    format!("{server}/{name}")
}

impl Drop for Database {
    fn drop(&mut self) {
        let Place::Server { administrator, name } = &self.place else { return };
        // A second panic while a failing test unwinds would hide the first.
        if std::thread::panicking() {
            return;
        }
        // Connections that a test left open do not keep its database alive.
        let force = if self.kind == SourceKind::Postgres { " WITH (FORCE)" } else { "" };
        execute_on_server(self.kind, administrator, format!("DROP DATABASE {name}{force}"));
    }
}

fn execute_on_server(kind: SourceKind, url: &str, script: String) {
    let shown = head(&script).to_owned();
    block_on(&shown, async {
        match kind {
            SourceKind::Postgres => {
                let mut connection = PgConnection::connect(url).await?;
                raw_sql(AssertSqlSafe(script)).execute(&mut connection).await?;
                connection.close().await
            }
            _ => {
                let mut connection = MySqlConnection::connect(url).await?;
                raw_sql(AssertSqlSafe(script)).execute(&mut connection).await?;
                connection.close().await
            }
        }
    });
}

fn postgres_row(row: &sqlx::postgres::PgRow) -> sqlx::Result<Row> {
    row.columns()
        .iter()
        .map(|column| {
            let value = row.try_get_raw(column.ordinal())?;
            if value.is_null() {
                return Ok(None);
            }
            value.as_bytes().map(|bytes| Some(bytes.to_vec())).map_err(sqlx::Error::Decode)
        })
        .collect()
}

fn sqlite_rows(path: &Path, query: &str) -> Vec<Row> {
    let read = || -> rusqlite::Result<Vec<Row>> {
        let connection = rusqlite::Connection::open(path)?;
        let mut statement = connection.prepare(query)?;
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|i| Ok(sqlite_text(row.get_ref(i)?))).collect())?;
        rows.collect()
    };
    read().unwrap_or_else(|error| panic!("{error} in\n{}", head(query)))
}

fn sqlite_text(value: rusqlite::types::ValueRef<'_>) -> Option<Vec<u8>> {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into_bytes()),
        ValueRef::Real(number) => Some(number.to_string().into_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
    }
}

/// Runs a future on a thread and a runtime of its own, because a test's own runtime must not be blocked by itself.
fn block_on<T: Send>(sql: &str, work: impl Future<Output = sqlx::Result<T>> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work)
    };
    let result = std::thread::scope(|scope| scope.spawn(run).join());
    match result {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => panic!("{error} in\n{}", head(sql)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// The beginning of a script, which is what a failure message has room for.
fn head(script: &str) -> &str {
    script.char_indices().nth(1_000).map_or(script, |(end, _)| &script[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_database_starts_empty_and_takes_scripts() {
        for kind in [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite] {
            let database = Database::create(kind);
            database.execute(
                "CREATE TABLE t (a int, b varchar(20)); INSERT INTO t VALUES (1, 'one'), (2, NULL);",
            );
            let rows = database.rows("SELECT a, b FROM t ORDER BY a");
            let expected: Vec<Row> =
                vec![vec![Some(b"1".to_vec()), Some(b"one".to_vec())], vec![Some(b"2".to_vec()), None]];
            assert_eq!(rows, expected, "{kind}");
            assert_eq!(database.text("SELECT count(*) FROM t"), "2");
        }
    }

    #[test]
    fn a_dropped_database_is_gone_although_a_connection_is_open() {
        let kept = Postgres::create();
        let (dropped, name) = {
            let database = Postgres::create();
            let name = database.text("SELECT current_database()");
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let connection = runtime.block_on(PgConnection::connect(database.url())).unwrap();
            drop(database);
            (connection, name)
        };
        assert_eq!(kept.text(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")), "0");
        drop(dropped);
    }

    #[tokio::test]
    async fn databases_can_be_made_inside_a_runtime() {
        assert_eq!(Mysql::create().text("SELECT 1"), "1");
    }

    #[test]
    #[should_panic(expected = "scripts/databases.sh start")]
    fn a_missing_server_says_how_to_start_one() {
        Database::on_server(SourceKind::Postgres, "ROWPORT_TEST_OF_A_MISSING_VARIABLE");
    }
}
