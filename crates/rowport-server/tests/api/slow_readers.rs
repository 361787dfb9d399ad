//! Readers that are slow, and readers that leave, as the database sees them.

use std::io::Read;
use std::time::{Duration, Instant};

use rowport_engine::settings::ExportSettings;
use rowport_testkit::{Database, PATIENCE, Postgres, wait_until, within};

use crate::desk::{Served, parse, serve, serve_with};

const ROWS: u32 = 400_000;

fn table() -> Database {
    let database = Postgres::create();
    database.execute(&format!(
        "CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL);
         INSERT INTO t SELECT i, repeat('row ' || i || ' ', 8) FROM generate_series(1, {ROWS}) i;"
    ));
    database
}

/// How many transactions of ours the database has open.
fn open_transactions(database: &Database) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rowport' \
               AND datname = current_database() AND xact_start IS NOT NULL";
    database.text(sql).trim().parse().unwrap()
}

fn wait_for_no_transaction(database: &Database, limit: Duration) {
    let began = Instant::now();
    while open_transactions(database) > 0 {
        assert!(began.elapsed() < limit, "a transaction is still open after {limit:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_client_that_leaves_frees_its_connection_within_a_second() {
    let database = table();
    let served = serve(&database);
    let mut stream = served.open("GET", &Served::path("t", "export?tier=streamed"), &[], b"");
    stream.read_exact(&mut [0; 4_096]).unwrap();
    assert_eq!(open_transactions(&database), 1, "the export is under way");
    drop(stream);
    wait_for_no_transaction(&database, within(Duration::from_secs(1)));
}

#[test]
fn a_client_that_leaves_before_the_first_row_stops_the_statement() {
    let database = table();
    // A view whose first row takes far longer than the test waits.
    database.execute("CREATE VIEW slow AS SELECT id, pg_sleep(3600)::text AS s FROM t");
    let served = serve(&database);
    let stream = served.open("GET", &Served::path("slow", "export?tier=streamed"), &[], b"");
    wait_until("the statement runs", || open_transactions(&database) > 0);
    drop(stream);
    wait_for_no_transaction(&database, within(Duration::from_secs(1)));
}

#[test]
fn a_slow_reader_does_not_hold_the_snapshot_and_gets_everything() {
    let database = table();
    let exports = ExportSettings { snapshot_patience: Duration::from_secs(1), ..ExportSettings::default() };
    let served = serve_with(&database, Default::default(), exports);
    let whole = served.get(&Served::path("t", "export?tier=streamed"));
    let mut stream = served.open("GET", &Served::path("t", "export?tier=streamed"), &[], b"");
    let mut bytes = vec![0; 1_024];
    stream.read_exact(&mut bytes).unwrap();
    // The patience, and the time that the database needs for the rest.
    wait_for_no_transaction(&database, PATIENCE);
    stream.read_to_end(&mut bytes).unwrap();
    let slow = parse(&bytes);
    assert!(slow.complete);
    assert!(slow.body == whole.body, "a slow reader gets the same bytes");
}

#[test]
fn a_connection_that_is_killed_breaks_the_stream_off() {
    let database = table();
    let served = serve(&database);
    let mut stream = served.open("GET", &Served::path("t", "export?tier=streamed"), &[], b"");
    let mut bytes = vec![0; 4_096];
    stream.read_exact(&mut bytes).unwrap();
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name = 'rowport' AND datname = current_database()",
    );
    let _ = stream.read_to_end(&mut bytes);
    assert!(!parse(&bytes).complete);
    // The next request finds a living connection.
    assert_eq!(served.get(&Served::path("t", "rows?limit=1")).status, 200);
}
