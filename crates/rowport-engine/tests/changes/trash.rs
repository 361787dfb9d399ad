//! The trash, of tables that mark rows as deleted and of tables that do not.

use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, Request, TrashPage, TrashRequest, UndoRequest};
use rowport_engine::settings::{ChangeSettings, DatasetSettings};
use rowport_model::SourceKind;
use rowport_store::Actor;
use rowport_testkit::Database;
use serde_json::{Value, json};

use crate::desk::{Shop, all, delete, set, with_keys, with_text};

on_every_database! {
    rows_of_the_journal_are_found_brought_back_and_removed,
    marked_rows_are_found_brought_back_and_removed,
    a_marked_row_that_does_not_fit_any_more_stays_in_the_trash,
    what_was_deleted_long_ago_is_removed_and_nothing_else,
}

const POSTS: &str = "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40));
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two'), (3, 'Three'), (4, 'four')";

const MARKED: &str = "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40) UNIQUE,
        deleted_at timestamp NULL, deleted_by varchar(40));
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two'), (3, 'Three'), (4, 'four')";

/// A shop whose posts are marked when they are deleted.
pub async fn marking(kind: SourceKind, script: &str) -> Shop {
    let database = Database::create(kind);
    database.execute(script);
    let settings = DatasetSettings {
        deleted_at: Some("deleted_at".to_owned()),
        deleted_by: Some("deleted_by".to_owned()),
        ..DatasetSettings::default()
    };
    Shop::of(database, &[("posts", settings)]).await
}

async fn trash(shop: &Shop, search: Option<&str>) -> TrashPage {
    let request = TrashRequest { search: search.map(str::to_owned), cursor: None, limit: 100 };
    shop.changes.trash(shop.on("posts"), &request).await.unwrap()
}

/// The keys of rows in the trash, as numbers.
fn ids(page: &TrashPage) -> Vec<i64> {
    let id = |key: &Value| key.as_i64().unwrap_or_else(|| key.as_str().unwrap().parse().unwrap());
    page.rows.iter().map(|row| id(&row.key[0])).collect()
}

async fn rows_of_the_journal_are_found_brought_back_and_removed(kind: SourceKind) {
    let shop = Shop::new(kind, POSTS).await;
    let start = shop.rows("posts", "id");
    shop.bulk("posts", &delete("id <= 2")).await;
    shop.database.execute("INSERT INTO posts VALUES (1, 'another one')");
    shop.bulk("posts", &delete("id = 1")).await;
    shop.bulk("posts", &delete("id = 3")).await;
    let page = trash(&shop, None).await;
    assert_eq!(ids(&page), [3, 1, 1, 2], "the last deleted first");
    assert_eq!(page.cursor, None, "there are no more");
    assert_eq!(page.all.map(|all| (all.rows, all.soon, all.days)), Some((4, 0, Some(30))));
    assert_eq!(ids(&trash(&shop, Some("THREE")).await), [3]);
    assert_eq!(ids(&trash(&shop, Some("one")).await), [1, 1]);

    let back = shop.bulk("posts", &with_keys(BulkAction::Restore, [1])).await;
    assert_eq!((back.rows, back.done), (1, 1));
    assert_eq!(shop.database.text("SELECT title FROM posts WHERE id = 1"), "another one", "the last deleted");
    assert_eq!(ids(&trash(&shop, None).await), [3, 1, 2]);
    let older = shop.bulk("posts", &with_keys(BulkAction::Restore, [1, 2])).await;
    assert_eq!((older.done, older.skipped, older.failures[0].code.as_str()), (1, 1, "key_taken"));

    let again = shop.undo("posts", &back.change_set).await;
    assert_eq!(again.done, 1, "what came back can go again");
    assert_eq!(ids(&trash(&shop, None).await), [1, 3, 1]);
    let gone = shop.bulk("posts", &with_keys(BulkAction::Purge, [1])).await;
    assert_eq!((gone.rows, gone.done), (2, 2), "whatever had the key");
    assert_eq!(ids(&trash(&shop, None).await), [3]);
    let nothing = shop.confirm("posts", &with_keys(BulkAction::Restore, [1])).await;
    assert!(matches!(nothing, Err(EngineError::BadChange { .. })), "{nothing:?}");
    let (nobody, everything) = (Actor::default(), UndoRequest { keys: None, force: false });
    let never = shop.changes.undo(shop.on("posts"), &nobody, &gone.change_set, &everything, None).await;
    assert_eq!(never.unwrap_err().code().as_str(), "not_undoable");

    let rest = shop.bulk("posts", &with_text(BulkAction::Restore, Some("thr"))).await;
    assert_eq!(rest.done, 1);
    shop.database.execute("DELETE FROM posts WHERE id = 2");
    shop.database.execute("INSERT INTO posts VALUES (1, 'one'), (2, 'two')");
    assert_eq!(shop.rows("posts", "id"), start);
    let (action, selection) = (BulkAction::Purge, all("id = 1"));
    let filtered = Request::new(action, selection);
    assert_eq!(shop.confirm("posts", &filtered).await.unwrap_err().code().as_str(), "bad_change");
}

async fn marked_rows_are_found_brought_back_and_removed(kind: SourceKind) {
    let shop = marking(kind, MARKED).await;
    shop.database
        .execute("UPDATE posts SET deleted_at = '2024-01-02 03:04:05', deleted_by = 'ann' WHERE id = 4");
    let start = shop.rows("posts", "id");
    shop.bulk("posts", &delete("id <= 2")).await;
    let page = trash(&shop, None).await;
    assert_eq!(ids(&page), [1, 2, 4], "the last deleted first, whoever deleted it");
    assert_eq!(page.all.map(|all| (all.rows, all.soon)), Some((3, 1)), "one is there for too long");
    assert_eq!(page.marks, ["deleted_at", "deleted_by"]);
    let old = &page.rows[2];
    assert_eq!(old.deleted_by.as_deref(), Some("ann"));
    assert_eq!(old.deleted_at.as_deref(), Some("2024-01-02T03:04:05Z"));
    assert_eq!(old.until.as_deref(), Some("2024-02-01T03:04:05Z"));
    assert_eq!(page.rows[0].deleted_by.as_deref(), Some("local"));
    assert_eq!(ids(&trash(&shop, Some("TWO")).await), [2]);

    // A row that is not in the trash cannot be brought back or removed.
    let nothing = shop.confirm("posts", &with_keys(BulkAction::Purge, [3])).await;
    assert!(matches!(nothing, Err(EngineError::BadChange { .. })), "{nothing:?}");
    let back = shop.bulk("posts", &with_keys(BulkAction::Restore, [1, 2])).await;
    assert_eq!((back.rows, back.done), (2, 2));
    assert_eq!(shop.rows("posts", "id"), start);
    shop.undo("posts", &back.change_set).await;
    assert_eq!(ids(&trash(&shop, None).await), [1, 2, 4]);
    let gone = shop.bulk("posts", &with_text(BulkAction::Purge, None)).await;
    assert_eq!((gone.rows, gone.done), (3, 3));
    assert_eq!(shop.database.text("SELECT count(*) FROM posts"), "1");
    assert_eq!(trash(&shop, None).await.rows.len(), 0);
}

async fn a_marked_row_that_does_not_fit_any_more_stays_in_the_trash(kind: SourceKind) {
    let index = match kind {
        // It has no index over some of the rows, but NULL in a unique key is no obstacle.
        SourceKind::Mysql => {
            "ALTER TABLE posts ADD living integer AS (IF(deleted_at IS NULL, 1, NULL)) STORED, ADD UNIQUE (title, living)"
        }
        _ => "CREATE UNIQUE INDEX living ON posts (title) WHERE deleted_at IS NULL",
    };
    let script = MARKED.replace("UNIQUE", "");
    let shop = marking(kind, &format!("{script}; {index}")).await;
    shop.bulk("posts", &delete("id <= 2")).await;
    shop.database.execute("INSERT INTO posts (id, title) VALUES (9, 'one')");
    let back = shop.bulk("posts", &with_keys(BulkAction::Restore, [1, 2])).await;
    assert_eq!((back.done, back.failed), (1, 1));
    assert_eq!((&back.failures[0].key[0], back.failures[0].code.as_str()), (&json!("1"), "not_unique"));
    assert_eq!(ids(&trash(&shop, None).await), [1]);
}

async fn what_was_deleted_long_ago_is_removed_and_nothing_else(kind: SourceKind) {
    for (marks, shop) in [(false, Shop::new(kind, POSTS).await), (true, marking(kind, MARKED).await)] {
        shop.bulk("posts", &delete("id <= 3")).await;
        shop.bulk("posts", &with_keys(BulkAction::Restore, [2])).await;
        assert!(shop.changes.expire("shop", "posts").await.unwrap().is_none(), "it was deleted just now");
        assert!(shop.days_later(29).expire("shop", "posts").await.unwrap().is_none());
        let soon = TrashRequest { limit: 10, ..TrashRequest::default() };
        let page = shop.days_later(25).trash(shop.on("posts"), &soon).await.unwrap();
        assert_eq!(page.all.map(|all| (all.rows, all.soon)), Some((2, 2)));
        shop.bulk("posts", &set("id = 2", "title", json!("second"))).await;
        if marks {
            // What others mark may be kept by them for years.
            let as_usual = shop.days_later_with(31, ChangeSettings::default());
            assert!(as_usual.expire("shop", "posts").await.unwrap().is_none());
            shop.database.execute(
                "INSERT INTO posts (id, title, deleted_at) VALUES (70, 'a sentinel', '1970-01-01 00:00:01')",
            );
            assert!(shop.days_later(29).expire("shop", "posts").await.unwrap().is_none(), "no moment");
            shop.database.execute("DELETE FROM posts WHERE id = 70");
        }
        let outcome = shop.days_later(31).expire("shop", "posts").await.unwrap().unwrap();
        assert_eq!((outcome.action.as_str(), outcome.done, outcome.skipped), ("purge", 2, 0));
        assert!(shop.days_later(31).expire("shop", "posts").await.unwrap().is_none());
        assert_eq!(trash(&shop, None).await.rows.len(), 0);
        let left = shop.database.text("SELECT count(*) FROM posts");
        assert_eq!(left, "2", "what was restored, and what was never deleted");
    }
}
