//! A driver holds a few batches, however large the table and however slow its reader.

use std::time::Duration;

use rowport_drivers::ReadOptions;
use rowport_model::{SourceKind, View};

use crate::cancelling::ENDLESS;
use crate::source::{Source, view};

on_every_database!(batches_keep_to_their_limits, a_slow_reader_slows_the_database_down);

async fn batches_keep_to_their_limits(kind: SourceKind) {
    let text = if kind == SourceKind::Mysql { "longtext" } else { "text" };
    let repeat = |count: &str| match kind {
        SourceKind::Sqlite => format!("replace(hex(zeroblob({count})), '0', 'x')"),
        _ => format!("repeat('xx', {count})"),
    };
    let source = Source::new(
        kind,
        &format!(
            "{ENDLESS} CREATE TABLE large (id integer NOT NULL PRIMARY KEY, s {text}); \
             INSERT INTO large SELECT a.n + b.n * 10, {} FROM ten a, ten b;",
            repeat("25000")
        ),
    )
    .await;
    let options = ReadOptions { batch_rows: 1_000, batch_bytes: 1 << 20, limited: false };
    let mut stream = source.driver.read(source.query("large", &View::default()), options).await.unwrap();
    let (mut rows, mut batches) = (0, 0);
    while let Some(batch) = stream.next().await {
        let batch = batch.unwrap();
        rows += batch.num_rows();
        batches += 1;
        // The limit is looked at every 16 rows of 50 kB.
        let bytes = batch.get_array_memory_size();
        assert!(bytes < (1 << 20) * 2 + 16 * 50_000 * 2, "{kind}: a batch of {bytes} bytes");
    }
    assert_eq!((rows, batches > 2), (100, true), "{kind}");
    let options = ReadOptions { batch_rows: 7, ..options };
    let some = source.query("ten", &view("", "", ""));
    let mut stream = source.driver.read(some, options).await.unwrap();
    let sizes = [stream.next().await, stream.next().await].map(|batch| batch.unwrap().unwrap().num_rows());
    assert_eq!(sizes, [7, 3]);
    assert!(stream.next().await.is_none());
}

async fn a_slow_reader_slows_the_database_down(kind: SourceKind) {
    let source = Source::new(kind, ENDLESS).await;
    let query = source.query("endless", &View::default());
    let mut stream = source.driver.read(query, ReadOptions::EXPORT).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let before = resident();
    // A hundred million rows are gigabytes: whoever reads on regardless cannot hide it.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let after = resident();
    assert!(after < before + (256 << 20), "{kind}: from {before} to {after} bytes while nobody read");
    stream.next().await.unwrap().unwrap();
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}
