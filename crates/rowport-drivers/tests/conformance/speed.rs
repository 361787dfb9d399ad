//! How long a merge takes beside the same statement written by hand:
//! `cargo test --workspace --test conformance -- --ignored --nocapture speed`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::types::{Decimal128Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use rowport_drivers::{Merge, MergeMode};
use rowport_model::{SourceKind, View};

use crate::source::{NOW, Source};

const ROWS: i64 = 1_000_000;
const BATCH: i64 = 8_192;
const ROUNDS: usize = 3;

/// Three indexes, and rows in them before any is merged.
const TABLE: &str =
    "CREATE TABLE items (id bigint PRIMARY KEY, customer integer NOT NULL, title varchar(40) NOT NULL,
        price decimal(10, 2) NOT NULL, placed_at timestamp NOT NULL);
    CREATE INDEX items_by_customer ON items (customer);
    CREATE INDEX items_by_time ON items (placed_at, id);";

fn batch(from: i64) -> RecordBatch {
    let rows = || from..(from + BATCH).min(ROWS);
    let prices: PrimitiveArray<Decimal128Type> = rows().map(|row| Some(i128::from(row % 9_999))).collect();
    let times: PrimitiveArray<TimestampMicrosecondType> =
        rows().map(|row| Some((1_600_000_000 + row * 37 % 90_000_000) * 1_000_000)).collect();
    let columns: [(&str, ArrayRef); 5] = [
        ("id", Arc::new(rows().collect::<Int64Array>())),
        ("customer", Arc::new(rows().map(|row| (row * 7_919 % 50_000) as i32).collect::<Int32Array>())),
        ("title", Arc::new(rows().map(|row| Some(format!("item number {row}"))).collect::<StringArray>())),
        ("price", Arc::new(prices.with_precision_and_scale(10, 2).unwrap())),
        ("placed_at", Arc::new(times)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Merges all rows into an empty table with indexes, and says how long that took, and how long staging them before.
async fn merging(kind: SourceKind, mode: MergeMode) -> (Duration, Duration) {
    let source = Source::new(kind, TABLE).await;
    let dataset = source.catalog.dataset("items").unwrap();
    let target = dataset.stored_query(&View::default(), NOW.parse().unwrap()).unwrap();
    let (columns, key) = (dataset.stored_columns(), dataset.change_key().unwrap());
    let mut transaction = source.driver.begin().await.unwrap();
    let begun = Instant::now();
    let mut staging = transaction.create_staging(&target.dataset, &columns, &key).await.unwrap();
    for from in (0..ROWS).step_by(BATCH as usize) {
        transaction.stage(&mut staging, &batch(from)).await.unwrap();
    }
    let (staged, begun) = (begun.elapsed(), Instant::now());
    let merge = Merge { mode, rows: 0..u64::MAX, target: &target, max_bytes: 1 << 20 };
    let merged = transaction.merge(&staging, &merge).await.unwrap();
    transaction.commit().await.unwrap();
    let merging = begun.elapsed();
    assert_eq!(merged.inserted.len() as i64, ROWS);
    (merging, staged)
}

/// The same statement by hand, from a table with the same rows.
async fn by_hand(kind: SourceKind) -> Duration {
    let source = Source::new(kind, TABLE).await;
    let dataset = source.catalog.dataset("items").unwrap();
    let mut transaction = source.driver.begin().await.unwrap();
    let mut columns = dataset.stored_columns();
    columns.retain(|column| batch(0).schema().index_of(&column.name).is_ok());
    for from in (0..ROWS).step_by(BATCH as usize) {
        transaction.insert(dataset.name(), &columns, &batch(from)).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let like = TABLE.replace("items", "others");
    source.database.execute(&format!("CREATE TABLE staged AS SELECT * FROM items; {like}"));
    let begun = Instant::now();
    source.database.execute("INSERT INTO others SELECT * FROM staged");
    begun.elapsed()
}

async fn a_merge_takes_at_most_1_3_times_as_long_as_by_hand(kind: SourceKind) {
    let (mut hand, mut inserted, mut upserted) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        hand.push(by_hand(kind).await);
        let (insert, staged) = merging(kind, MergeMode::Insert).await;
        let (upsert, _) = merging(kind, MergeMode::Upsert).await;
        let by_hand = hand[round];
        eprintln!(
            "{kind}: by hand {by_hand:.2?}, insert {insert:.2?}, upsert {upsert:.2?}, staging {staged:.2?}"
        );
        inserted.push(insert);
        upserted.push(upsert);
    }
    let middle = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let hand = middle(hand);
    let (insert, upsert) = (middle(inserted) / hand, middle(upserted) / hand);
    eprintln!("{kind}: insert {insert:.2} ×, upsert {upsert:.2} × of INSERT … SELECT by hand");
    assert!(insert <= 1.3 && upsert <= 1.3, "{kind}: insert {insert:.2} ×, upsert {upsert:.2} ×");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a quiet machine"]
async fn merging_postgres() {
    a_merge_takes_at_most_1_3_times_as_long_as_by_hand(SourceKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes, and a quiet machine"]
async fn merging_mysql() {
    a_merge_takes_at_most_1_3_times_as_long_as_by_hand(SourceKind::Mysql).await;
}
