//! Tables that mark rows as deleted keep doing so.

use rowport_engine::EngineError;
use rowport_engine::settings::DatasetSettings;
use rowport_model::{SourceKind, View};
use rowport_testkit::Database;
use serde_json::json;

use crate::desk::{Shop, delete, set};

on_every_database! {
    a_deletion_marks_the_rows_and_its_undo_takes_the_mark_away,
}

async fn a_deletion_marks_the_rows_and_its_undo_takes_the_mark_away(kind: SourceKind) {
    let database = Database::create(kind);
    database.execute(
        "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40), deleted_at timestamp NULL, deleted_by varchar(40));
         INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two'), (3, 'three');
         UPDATE posts SET deleted_at = '2024-01-02 03:04:05' WHERE id = 3",
    );
    let settings = DatasetSettings {
        deleted_at: Some("deleted_at".to_owned()),
        deleted_by: Some("deleted_by".to_owned()),
        ..DatasetSettings::default()
    };
    let shop = Shop::of(database, &[("posts", settings)]).await;
    let start = shop.rows("posts", "id");
    let gone = shop.bulk("posts", &delete("")).await;
    assert_eq!((gone.rows, gone.done), (2, 2), "the third is not there to be deleted");
    assert_eq!(shop.database.text("SELECT count(*) FROM posts WHERE deleted_by = 'local'"), "2");
    assert_eq!(shop.database.text("SELECT count(*) FROM posts"), "3");
    let count = rowport_engine::CountMode::Exact;
    let left = shop.desk.count(&shop.me, "shop", "posts", &View::default(), count).await.unwrap();
    assert_eq!(left.count, 0, "what is marked as deleted does not exist");
    let nothing = shop.confirm("posts", &delete("")).await;
    assert!(matches!(nothing, Err(EngineError::BadChange { .. })), "{nothing:?}");
    let back = shop.undo("posts", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (2, Vec::new()));
    assert_eq!(shop.rows("posts", "id"), start);
    let marked = shop.confirm("posts", &set("", "deleted_at", json!("2024-01-01"))).await;
    assert_eq!(marked.unwrap_err().code().as_str(), "not_writable");
}
