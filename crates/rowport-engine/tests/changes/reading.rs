//! What only reads waits for nobody who changes rows.

use rowport_drivers::journal::Chunk;
use rowport_drivers::{Limits, SourceUrl, connect};
use rowport_engine::changes::{BulkAction, IdempotencyKey, TrashRequest};
use rowport_model::SourceKind;
use rowport_testkit::PATIENCE;
use tokio::time::timeout;

use crate::desk::{Shop, delete, with_keys};

on_every_database! {
    what_only_reads_waits_for_nobody,
    what_only_reads_changes_nothing,
}

/// More than are tried when they are previewed.
const ROWS: i64 = 1_100;

async fn deleted_some(kind: SourceKind) -> (Shop, String) {
    let values: Vec<_> = (1..=ROWS).map(|id| format!("({id})")).collect();
    let script = format!(
        "CREATE TABLE items (id integer PRIMARY KEY); INSERT INTO items VALUES {}",
        values.join(", ")
    );
    let shop = Shop::new(kind, &script).await;
    let id = shop.bulk("items", &with_keys(BulkAction::Delete, [1, 2])).await.change_set;
    (shop, id)
}

async fn what_only_reads_waits_for_nobody(kind: SourceKind) {
    let (shop, id) = deleted_some(kind).await;
    let driver = connect(&SourceUrl::parse(shop.database.url()).unwrap(), Limits::default()).unwrap();
    // The file as a whole on SQLite, the chunk elsewhere.
    let mut held = driver.begin().await.unwrap();
    Chunk::find(held.as_mut(), &id, 0, true).await.unwrap().unwrap();
    let on = shop.on("items");
    let page = TrashRequest { search: None, cursor: None, limit: 10 };
    let reading = async {
        shop.changes.journal("shop").await.unwrap();
        assert_eq!(shop.changes.history(on, None, 10).await.unwrap().len(), 1);
        assert_eq!(shop.changes.outcome(on, &id).await.unwrap().done, 2);
        assert_eq!(shop.changes.trash(on, &page).await.unwrap().rows.len(), 2);
        assert_eq!(shop.changes.trash_overview(&shop.me).await[0].rows, 2);
        let key = IdempotencyKey::new(on, "k", &()).unwrap();
        assert_eq!(shop.changes.made_before(on, &key).await.unwrap(), None);
        assert_eq!(shop.changes.preview(on, &delete("")).await.unwrap().rows, ROWS as u64 - 2);
    };
    timeout(PATIENCE, reading).await.expect("nothing of this waits");
    held.commit().await.unwrap();
}

async fn what_only_reads_changes_nothing(kind: SourceKind) {
    let (shop, id) = deleted_some(kind).await;
    let driver = connect(&SourceUrl::parse(shop.database.url()).unwrap(), Limits::default()).unwrap();
    let mut reading = driver.begin_reading().await.unwrap();
    let refused = Chunk::relayed(reading.as_mut(), &id, 0).await;
    assert!(refused.is_err(), "{refused:?}");
}
