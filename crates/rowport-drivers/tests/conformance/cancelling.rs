//! A read that nobody wants any more ends in the database too, and a read that is cut off says so.

use std::time::{Duration, Instant};

use rowport_drivers::{Limits, ReadOptions};
use rowport_model::{SourceKind, View};
use rowport_testkit::{Database, PATIENCE, within};

use crate::source::{Source, driver, view};

on_every_database!(
    a_stream_that_is_dropped_ends_in_the_database,
    a_read_that_has_not_begun_to_answer_ends_in_the_database_too,
    a_statement_that_takes_too_long_is_ended,
    an_export_has_no_limit_on_time,
);

/// A view of a hundred thousand million rows that cost nothing to keep: SQLite counts a hundred million in a second.
pub const ENDLESS: &str = "
    CREATE TABLE ten (n integer NOT NULL);
    INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
    CREATE VIEW endless AS SELECT a.n + b.n * 10 + c.n * 100 + d.n * 1000 + e.n * 10000 AS n, 'some text' AS s
        FROM ten a, ten b, ten c, ten d, ten e, ten f, ten g, ten h, ten i, ten j, ten k;
    CREATE TABLE small (id integer NOT NULL PRIMARY KEY);
";

/// What is promised.
const SOON: Duration = Duration::from_secs(1);

async fn a_stream_that_is_dropped_ends_in_the_database(kind: SourceKind) {
    let source = Source::new(kind, ENDLESS).await;
    let limits = Limits { connections: 1, ..Limits::default() };
    let driver = driver(&source.database, limits);
    for batches in [0, 1, 20] {
        let query = source.query("endless", &View::default());
        let mut stream = driver.read(query, ReadOptions::EXPORT).await.unwrap();
        for _ in 0..batches {
            assert!(stream.next().await.unwrap().unwrap().num_rows() > 0);
        }
        assert_eq!(running(&source.database), if kind == SourceKind::Sqlite { 0 } else { 1 });
        let dropped = Instant::now();
        drop(stream);
        idle(&source.database).await;
        // The only connection is free again.
        let small = source.query("small", &View::default());
        let mut stream = driver.read(small, ReadOptions::EXPORT).await.unwrap();
        assert!(stream.next().await.is_none());
        assert!(
            dropped.elapsed() < within(SOON),
            "{kind}: after {batches} batches it took {:?}",
            dropped.elapsed()
        );
    }
}

async fn a_read_that_has_not_begun_to_answer_ends_in_the_database_too(kind: SourceKind) {
    let source = Source::new(kind, ENDLESS).await;
    let limits = Limits { connections: 1, ..Limits::default() };
    let driver = driver(&source.database, limits);
    // Nothing can be answered before all has been seen.
    let query = source.query("endless", &view("", "", "-n,s")).count(None);
    let waited = tokio::time::timeout(Duration::from_millis(300), async {
        let mut stream = driver.read(query, ReadOptions::EXPORT).await.unwrap();
        stream.next().await
    });
    assert!(waited.await.is_err(), "{kind}: counting all rows took no time");
    let dropped = Instant::now();
    idle(&source.database).await;
    let small = source.query("small", &View::default());
    assert!(driver.read(small, ReadOptions::EXPORT).await.unwrap().next().await.is_none());
    assert!(dropped.elapsed() < within(SOON), "{kind}: it took {:?}", dropped.elapsed());
}

async fn a_statement_that_takes_too_long_is_ended(kind: SourceKind) {
    let source = Source::new(kind, ENDLESS).await;
    let limits = Limits { statement: Duration::from_secs(1), ..Limits::default() };
    let driver = driver(&source.database, limits);
    let counting = source.query("endless", &View::default()).count(None);
    let started = Instant::now();
    let error = match driver.read(counting, ReadOptions::PAGE).await {
        Err(error) => error,
        Ok(mut stream) => stream.next().await.unwrap().unwrap_err(),
    };
    assert_eq!(error.code().as_str(), "timeout", "{kind}: {error}");
    assert!(error.to_string().contains("1 s"), "{error}");
    assert!(started.elapsed() < within(Duration::from_secs(3)), "{kind}: {:?}", started.elapsed());
    idle(&source.database).await;
    // What answers in pieces is ended as well, and the end is an error.
    let all = source.query("endless", &View::default());
    let mut stream = driver.read(all, ReadOptions::PAGE).await.unwrap();
    let error = loop {
        match stream.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => break error,
            None => panic!("{kind}: a read that was ended looks complete"),
        }
    };
    assert_eq!(error.code().as_str(), "timeout", "{kind}: {error}");
    assert!(stream.next().await.is_none());
}

async fn an_export_has_no_limit_on_time(kind: SourceKind) {
    let source = Source::new(kind, ENDLESS).await;
    let limits = Limits { statement: Duration::from_secs(5), ..Limits::default() };
    let driver = driver(&source.database, limits);
    // A page first, so that its limit would still stand on a connection that is used again.
    let small = source.query("small", &View::default());
    assert!(driver.read(small, ReadOptions::PAGE).await.unwrap().next().await.is_none());
    let all = source.query("endless", &View::default());
    let mut stream = driver.read(all, ReadOptions::EXPORT).await.unwrap();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(7) {
        stream.next().await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_killed_is_an_error_and_no_end() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        for waits in [false, true] {
            let source = Source::new(kind, ENDLESS).await;
            let query = source.query("endless", &View::default());
            let mut stream = source.driver.read(query, ReadOptions::EXPORT).await.unwrap();
            stream.next().await.unwrap().unwrap();
            if waits {
                // The server stands still, because nobody takes its rows.
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            for row in source.database.rows(statements(kind)) {
                let id = String::from_utf8(row[0].clone().unwrap()).unwrap();
                match kind {
                    SourceKind::Postgres => {
                        source.database.execute(&format!("SELECT pg_terminate_backend({id})"))
                    }
                    _ => source.database.execute(&format!("KILL {id}")),
                }
            }
            let error = loop {
                match stream.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break error,
                    None => panic!("{kind}: a read that was cut off looks complete"),
                }
            };
            assert_eq!(error.code().as_str(), "source_lost", "{kind}: {error}");
            assert!(stream.next().await.is_none());
            let small = source.rows("small", &View::default()).await;
            assert!(small.is_empty(), "the next read gets another connection");
        }
    }
}

/// Waits until no statement of ours runs any more.
pub async fn idle(database: &Database) {
    let started = Instant::now();
    while running(database) > 0 {
        assert!(started.elapsed() < PATIENCE, "{}: the statement still runs", database.kind());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many statements the server runs in this database, without the one that asks.
fn running(database: &Database) -> usize {
    match database.kind() {
        SourceKind::Sqlite => 0,
        kind => database.rows(statements(kind)).len(),
    }
}

fn statements(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => {
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                                 AND state = 'active' AND backend_type = 'client backend' \
                                 AND pid <> pg_backend_pid()"
        }
        _ => {
            "SELECT CAST(id AS CHAR) FROM information_schema.processlist WHERE db = DATABASE() \
              AND command <> 'Sleep' AND id <> CONNECTION_ID()"
        }
    }
}
