//! What goes wrong has a stable code, says so in words, and says it soon.

use std::time::{Duration, Instant};

use rowport_drivers::{DriverError, Limits, ReadOptions, SourceUrl, connect};
use rowport_model::{SourceKind, View};
use rowport_testkit::{Database, within};

use crate::source::{Source, driver};

on_every_database!(
    a_server_says_who_it_is,
    a_table_or_column_that_is_gone_is_told_from_other_errors,
    what_cannot_be_connected_to_says_why_at_once,
    a_source_with_no_free_connection_is_busy,
);

async fn a_server_says_who_it_is(kind: SourceKind) {
    let database = Database::create(kind);
    let info = driver(&database, Limits::default()).check().await.unwrap();
    let (name, encrypted) = match kind {
        SourceKind::Postgres => ("PostgreSQL ", Some(false)),
        SourceKind::Mysql => ("MariaDB ", Some(false)),
        SourceKind::Sqlite => ("SQLite ", None),
    };
    assert!(info.version.starts_with(name), "{}", info.version);
    assert!(info.version[name.len()..].chars().next().is_some_and(|digit| digit.is_ascii_digit()));
    assert_eq!(info.encrypted, encrypted);
}

async fn a_table_or_column_that_is_gone_is_told_from_other_errors(kind: SourceKind) {
    let source = Source::new(
        kind,
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, a integer, b integer); INSERT INTO t VALUES (1, 2, 3);",
    )
    .await;
    let query = source.query("t", &View::default());
    source.database.execute("ALTER TABLE t DROP COLUMN b");
    assert_eq!(code(&source, query.clone()).await, "dataset_changed");
    source.database.execute("DROP TABLE t");
    assert_eq!(code(&source, query.clone()).await, "dataset_changed");
    // The connection is none the worse for it.
    source.database.execute("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, a integer, b integer)");
    assert!(source.try_read(query).await.unwrap().is_empty());
}

async fn code(source: &Source, query: rowport_model::Query) -> &'static str {
    let error = source.try_read(query).await.unwrap_err();
    assert!(error.to_string().len() > 20, "{error}");
    error.code().as_str()
}

async fn what_cannot_be_connected_to_says_why_at_once(kind: SourceKind) {
    let database = Database::create(kind);
    let url = database.url();
    let cases = match kind {
        SourceKind::Sqlite => {
            std::fs::write(
                database.path(),
                "not a database, although it is long enough to be one ".repeat(20),
            )
            .unwrap();
            vec![
                (url.to_owned(), "source_unreachable", "not a usable SQLite database"),
                (format!("{url}.missing"), "source_unreachable", "there is no file"),
            ]
        }
        _ => {
            let (server, name) = url.rsplit_once('/').unwrap();
            let (before, port) = server.rsplit_once(':').unwrap();
            vec![
                (url.replace(":rowport@", ":wrong@"), "source_refused", "rowport"),
                (url.replace("//rowport:", "//nobody:"), "source_refused", "nobody"),
                (format!("{server}/no_such_database"), "source_refused", "no_such_database"),
                // Nobody listens on the first port, and no such name is ever registered.
                (format!("{before}:1/{name}"), "source_unreachable", "refused"),
                (format!("{}://h.invalid:{port}/{name}", kind_scheme(kind)), "source_unreachable", ""),
            ]
        }
    };
    for (url, code, words) in cases {
        let started = Instant::now();
        let driver = connect(&SourceUrl::parse(&url).unwrap(), Limits::default()).unwrap();
        for error in [driver.check().await.unwrap_err(), driver.introspect().await.unwrap_err()] {
            assert_eq!(error.code().as_str(), code, "{kind}: {error}");
            assert!(error.to_string().contains(words), "{kind}: {error}");
            assert!(!error.to_string().contains("wrong"), "a password is never shown: {error}");
            if let DriverError::Refused { native_code, .. } = error {
                assert!(native_code.is_some(), "{kind}: the database's own code is kept");
            }
        }
        assert!(
            started.elapsed() < within(Duration::from_secs(5)),
            "{kind}: {url} took {:?}",
            started.elapsed()
        );
    }
}

fn kind_scheme(kind: SourceKind) -> &'static str {
    if kind == SourceKind::Mysql { "mysql" } else { "postgres" }
}

async fn a_source_with_no_free_connection_is_busy(kind: SourceKind) {
    let source = Source::new(kind, crate::cancelling::ENDLESS).await;
    let limits = Limits { connections: 1, connect: Duration::from_secs(5), ..Limits::default() };
    let driver = driver(&source.database, limits);
    let query = source.query("endless", &View::default());
    let held = driver.read(query.clone(), ReadOptions::EXPORT).await.unwrap();
    let error = driver.read(query, ReadOptions::EXPORT).await.unwrap_err();
    assert_eq!(error.code().as_str(), "source_busy", "{kind}: {error}");
    drop(held);
}
