//! Every type at its edges goes to the trash and comes back.

use rowport_engine::changes::OutcomeState;
use rowport_engine::changes::TrashRequest;
use rowport_model::{DatasetKind, SourceKind};
use rowport_testkit::edges;

use crate::desk::{Shop, delete};

on_every_database! {
    deleted_rows_come_back_value_by_value,
}

async fn deleted_rows_come_back_value_by_value(kind: SourceKind) {
    let database = match kind {
        SourceKind::Postgres => edges::postgres(),
        SourceKind::Mysql => edges::mysql(),
        SourceKind::Sqlite => edges::sqlite(),
    };
    all_there_and_back(&Shop::of(database, &[]).await).await;
}

/// Deletes the rows of every table with a key, and brings them back: each is what it was.
pub async fn all_there_and_back(shop: &Shop) {
    let kind = shop.database.kind();
    let catalog = shop.desk.catalog(&shop.me, "shop").await.unwrap();
    let mut tried = 0;
    for dataset in catalog.datasets() {
        let described = dataset.visible();
        if described.kind != DatasetKind::Table || dataset.change_key().is_err() {
            continue;
        }
        let (name, order) = (described.name.to_string(), described.key[0].clone());
        let before = shop.rows_of(&described.name, &order);
        if before.is_empty() {
            continue;
        }
        let gone = shop.bulk(&name, &delete("")).await;
        let rows = before.len() as u64;
        assert_eq!((gone.state, gone.done, gone.failures.len()), (OutcomeState::Done, rows, 0), "{name}");
        assert_eq!(shop.rows_of(&described.name, &order), Vec::<Vec<_>>::new(), "{name}");
        let request = TrashRequest { limit: 1_000, ..TrashRequest::default() };
        let trash = shop.changes.trash(shop.on(&name), &request).await.unwrap();
        assert_eq!(trash.rows.len() as u64, rows, "{name}");
        let back = shop.undo(&name, &gone.change_set).await;
        assert_eq!((back.done, back.failures), (rows, Vec::new()), "{name}");
        for (now, then) in shop.rows_of(&described.name, &order).iter().zip(&before) {
            assert_eq!(now, then, "{name}");
        }
        assert_eq!(shop.rows_of(&described.name, &order).len(), before.len(), "{name}");
        let request = TrashRequest { limit: 1_000, ..TrashRequest::default() };
        let trash = shop.changes.trash(shop.on(&name), &request).await.unwrap();
        assert!(trash.rows.is_empty() && trash.cursor.is_none(), "{name}");
        tried += 1;
    }
    assert!(tried >= 5, "{kind}: {tried} tables were tried");
}
