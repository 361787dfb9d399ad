//! One read, one state of the database, whatever others do meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rowport_drivers::ReadOptions;
use rowport_model::{SourceKind, View};
use rowport_testkit::{Database, PATIENCE, cases};

use crate::cells::cells;
use crate::source::{Source, view};

on_every_database!(a_read_is_one_state_while_others_write, a_snapshot_has_a_moment);

const ACCOUNTS: u64 = 2_000;
const EACH: u64 = 100;

async fn a_read_is_one_state_while_others_write(kind: SourceKind) {
    let accounts: Vec<_> = (0..ACCOUNTS).map(|id| format!("({id}, {EACH})")).collect();
    // In SQLite's default mode a reader keeps writers out altogether, which would prove nothing.
    let wal = if kind == SourceKind::Sqlite { "PRAGMA journal_mode = WAL;" } else { "" };
    let source = Source::new(
        kind,
        &format!(
            "{wal} CREATE TABLE account (id integer NOT NULL PRIMARY KEY, balance integer NOT NULL); \
             INSERT INTO account VALUES {}",
            accounts.join(", ")
        ),
    )
    .await;
    let source = Arc::new(source);
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writer = {
        let (source, stop, written) = (Arc::clone(&source), Arc::clone(&stop), Arc::clone(&written));
        std::thread::spawn(move || {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                write(&source.database, round);
                round += 1;
                written.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let reads: u64 = cases(200) as u64;
    let mut during = 0;
    for read in 0..reads {
        let view = if read % 2 == 0 { View::default() } else { view("", "", "balance,-id") };
        let query = source.query("account", &view);
        let options = ReadOptions { batch_rows: 100, ..ReadOptions::EXPORT };
        let before = written.load(Ordering::Relaxed);
        let mut stream = source.driver.read(query, options).await.unwrap();
        let (mut sum, mut ids) = (0, Vec::new());
        while let Some(batch) = stream.next().await {
            for row in cells(&batch.unwrap()) {
                ids.push(row[0].parse::<u64>().unwrap());
                sum += row[1].parse::<u64>().unwrap();
            }
            // In the middle of the read, something is written.
            let waiting = Instant::now();
            while written.load(Ordering::Relaxed) == before {
                assert!(waiting.elapsed() < PATIENCE, "{kind}: nothing is written during a read");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        during += written.load(Ordering::Relaxed) - before;
        assert_eq!(sum, ACCOUNTS * EACH, "{kind}: read {read} mixes two states");
        let rows = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), rows, "{kind}: read {read} has a row twice");
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert!(during >= reads, "{kind}: only {during} writes during {reads} reads prove nothing");
    eprintln!("{kind}: {reads} reads, {during} rounds of writing meanwhile, each read one state");
}

/// Moves money, closes an account into another, and opens one again: each in one transaction that keeps the sum.
fn write(database: &Database, round: u64) {
    let pick = |factor: u64| (round * factor + factor) % ACCOUNTS;
    let (from, to) = (pick(7_919), pick(104_729));
    if from == to {
        return;
    }
    let begin = if database.kind() == SourceKind::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    let new = ACCOUNTS + round;
    database.execute(&format!(
        "{begin};
         UPDATE account SET balance = balance + (SELECT coalesce(sum(b), 0) FROM
             (SELECT balance AS b FROM account WHERE id = {from}) AS x) WHERE id = {to};
         UPDATE account SET balance = 0 WHERE id = {from} AND EXISTS
             (SELECT 1 FROM (SELECT id FROM account WHERE id = {to}) AS y);
         COMMIT;
         {begin};
         INSERT INTO account SELECT {new}, balance FROM account WHERE id = {to};
         DELETE FROM account WHERE id = {to};
         COMMIT;
         {begin};
         INSERT INTO account SELECT {to}, balance FROM account WHERE id = {new};
         DELETE FROM account WHERE id = {new};
         COMMIT;"
    ));
}

async fn a_snapshot_has_a_moment(kind: SourceKind) {
    let source = Source::new(kind, "CREATE TABLE t (id integer NOT NULL PRIMARY KEY)").await;
    let mut last = String::new();
    for _ in 0..3 {
        let query = source.query("t", &View::default());
        let stream = source.driver.read(query, ReadOptions::EXPORT).await.unwrap();
        let moment: jiff::Timestamp = stream.snapshot_at.parse().unwrap();
        assert!(
            moment.to_string().starts_with("20") && stream.snapshot_at.ends_with('Z'),
            "{}",
            stream.snapshot_at
        );
        assert!(last <= stream.snapshot_at);
        last = stream.snapshot_at.clone();
    }
}
