//! Rows that hang on others go along with them, and come back with them.

use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, OutcomeState, Request, UndoRequest};
use rowport_engine::settings::DatasetSettings;
use rowport_model::SourceKind;
use rowport_store::Actor;
use rowport_testkit::Database;
use tokio_util::sync::CancellationToken;

use crate::desk::{Shop, all, delete, with_keys};

on_every_database! {
    what_hangs_on_rows_goes_along_and_comes_back,
    the_confirmation_is_for_what_goes_along_too,
    rows_that_several_references_lead_to_go_once,
    what_goes_along_is_deleted_even_if_its_dataset_marks_rows,
    a_circle_is_left_alone,
    what_was_stopped_goes_on_where_it_was,
    all_or_nothing_is_for_what_goes_along_too,
    a_row_that_stays_keeps_the_one_it_hangs_on,
    what_hangs_elsewhere_by_then_stays_as_it_is,
    all_or_nothing_counts_rows_that_do_not_fit_any_more,
    an_undo_that_was_stopped_is_not_done,
    equal_is_what_the_database_holds_to_be_equal,
    rows_cut_loose_still_fit_what_they_were_chosen_by,
    a_reference_that_cannot_be_empty_is_not_cut,
}

/// Artists have albums, which have tracks; playlists name tracks and their favourite, and reviews of tracks outlive them.
const MUSIC: &str = "
    CREATE TABLE artists (id integer PRIMARY KEY, name varchar(20) NOT NULL);
    CREATE TABLE albums (id integer PRIMARY KEY, artist_id integer NOT NULL, title varchar(20),
        FOREIGN KEY (artist_id) REFERENCES artists (id) ON DELETE CASCADE);
    CREATE TABLE tracks (id integer PRIMARY KEY, album_id integer, name varchar(20),
        FOREIGN KEY (album_id) REFERENCES albums (id) ON DELETE CASCADE);
    CREATE TABLE reviews (id integer PRIMARY KEY, track_id integer, words varchar(20),
        FOREIGN KEY (track_id) REFERENCES tracks (id) ON DELETE SET NULL);
    INSERT INTO artists VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger');
    INSERT INTO albums VALUES (10, 1, 'One'), (11, 1, 'Two'), (20, 2, 'Three');
    INSERT INTO tracks VALUES (100, 10, 'a'), (101, 10, 'b'), (110, 11, 'c'), (200, 20, 'd'), (900, NULL, 'e');
    INSERT INTO reviews VALUES (1, 100, 'good'), (2, 110, NULL), (3, 200, 'bad'), (4, NULL, 'none');
";

const TABLES: [&str; 4] = ["artists", "albums", "tracks", "reviews"];

fn cascade(filter: &str) -> Request {
    Request { cascade: true, ..delete(filter) }
}

fn everything(shop: &Shop, tables: &[&str]) -> Vec<Vec<Vec<Option<String>>>> {
    tables.iter().map(|table| shop.rows(table, "id")).collect()
}

async fn what_hangs_on_rows_goes_along_and_comes_back(kind: SourceKind) {
    let shop = Shop::new(kind, MUSIC).await;
    let start = everything(&shop, &TABLES);
    let preview = shop.changes.preview(shop.on("artists"), &cascade("id = 1")).await.unwrap();
    let counted: Vec<_> = preview.dependents.iter().map(|it| (it.dataset.as_str(), it.rows)).collect();
    assert_eq!(counted, [("albums", Some(2)), ("tracks", Some(3)), ("reviews", Some(2))]);
    assert_eq!((preview.rows, preview.would_fail), (1, Some(0)));
    assert_eq!(everything(&shop, &TABLES), start, "a preview changes nothing");

    let gone = shop.bulk("artists", &cascade("id = 1")).await;
    assert_eq!((gone.done, gone.failed, gone.skipped), (1, 0, 0), "{gone:?}");
    let done: Vec<_> = gone.cascade.iter().map(|it| (it.action.as_str(), it.rows, it.done)).collect();
    assert_eq!(done, [("set", 2, 2), ("delete", 3, 3), ("delete", 2, 2)], "{:?}", gone.cascade);
    assert_eq!(shop.rows("tracks", "id").len(), 2);
    assert_eq!(shop.rows("reviews", "id").len(), 4);
    let after = everything(&shop, &TABLES);
    let history = shop.changes.history(shop.on("tracks"), None, 10).await.unwrap();
    assert_eq!(history[0].parent_change_set.as_deref(), Some(gone.change_set.as_str()));

    // Back, gone again, and back again.
    let back = shop.undo("artists", &gone.change_set).await;
    assert_eq!((back.done, back.failed, back.skipped), (1, 0, 0), "{back:?}");
    assert!(back.cascade.iter().all(|it| it.done == it.rows), "{:?}", back.cascade);
    assert_eq!(everything(&shop, &TABLES), start);
    let again = shop.undo("artists", &back.change_set).await;
    assert_eq!((again.done, again.failed, again.skipped), (1, 0, 0), "{again:?}");
    assert_eq!(everything(&shop, &TABLES), after);
    let last = shop.undo("artists", &again.change_set).await;
    assert_eq!((last.done, last.failed, last.skipped), (1, 0, 0), "{last:?}");
    assert_eq!(everything(&shop, &TABLES), start);
}

async fn the_confirmation_is_for_what_goes_along_too(kind: SourceKind) {
    let meanwhile = [
        "INSERT INTO tracks VALUES (102, 10, 'new')",
        "DELETE FROM tracks WHERE id = 101",
        "UPDATE tracks SET album_id = 20 WHERE id = 101",
        "UPDATE reviews SET track_id = 100 WHERE id = 4",
    ];
    for statement in meanwhile {
        let shop = Shop::new(kind, MUSIC).await;
        let preview = shop.changes.preview(shop.on("artists"), &cascade("id = 1")).await.unwrap();
        shop.database.execute(statement);
        let before = everything(&shop, &TABLES);
        let refused =
            shop.confirm_with("artists", &cascade("id = 1"), &preview.confirmation).await.unwrap_err();
        assert_eq!(refused.code().as_str(), "dependents_changed", "{statement}");
        assert_eq!(everything(&shop, &TABLES), before);
        // Nor is it one for going without them.
        let without = shop.confirm_with("artists", &delete("id = 1"), &preview.confirmation).await;
        assert_eq!(without.unwrap_err().code().as_str(), "bad_confirmation");
    }
    // One that comes after the confirmation is not touched: what it hangs on stays.
    let shop = Shop::new(kind, MUSIC).await;
    let confirmed = shop.confirm("artists", &cascade("id = 1")).await.unwrap();
    shop.database.execute("INSERT INTO albums VALUES (12, 1, 'Late')");
    let gone = shop.work("artists", &confirmed).await.unwrap();
    assert_eq!((gone.done, gone.failed), (0, 1), "{gone:?}");
    assert_eq!(gone.failures[0].code.as_str(), "has_dependents");
    assert_eq!(shop.rows("albums", "id").len(), 2);
}

async fn rows_that_several_references_lead_to_go_once(kind: SourceKind) {
    let script = "
        CREATE TABLE users (id integer PRIMARY KEY);
        CREATE TABLE posts (id integer PRIMARY KEY, user_id integer,
            FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE);
        CREATE TABLE comments (id integer PRIMARY KEY, user_id integer, post_id integer, editor_id integer,
            FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
            FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
            FOREIGN KEY (editor_id) REFERENCES users (id) ON DELETE SET NULL);
        INSERT INTO users VALUES (1), (2);
        INSERT INTO posts VALUES (10, 1), (20, 2);
        INSERT INTO comments VALUES (100, 1, 10, 1), (101, 2, 10, NULL), (102, 1, 20, 2), (103, 2, 20, 1);
    ";
    let tables = ["users", "posts", "comments"];
    let shop = Shop::new(kind, script).await;
    let start = everything(&shop, &tables);
    let gone = shop.bulk("users", &cascade("id = 1")).await;
    assert_eq!((gone.done, gone.failed, gone.skipped), (1, 0, 0), "{gone:?}");
    assert!(gone.cascade.iter().all(|it| it.done == it.rows), "{:?}", gone.cascade);
    assert_eq!(shop.rows("comments", "id").len(), 1);
    let back = shop.undo("users", &gone.change_set).await;
    assert_eq!((back.done, back.failed, back.skipped), (1, 0, 0), "{back:?}");
    assert_eq!(everything(&shop, &tables), start);
}

async fn what_goes_along_is_deleted_even_if_its_dataset_marks_rows(kind: SourceKind) {
    let script = "
        CREATE TABLE makers (id integer PRIMARY KEY);
        CREATE TABLE notes (id integer PRIMARY KEY, maker_id integer, deleted_at varchar(40), deleted_by varchar(40),
            FOREIGN KEY (maker_id) REFERENCES makers (id) ON DELETE CASCADE);
        INSERT INTO makers VALUES (1), (2);
        INSERT INTO notes VALUES (10, 1, NULL, NULL), (11, 1, '2026-01-01', 'x'), (20, 2, NULL, NULL);
    ";
    let database = Database::create(kind);
    database.execute(script);
    let marks = DatasetSettings {
        deleted_at: Some("deleted_at".to_owned()),
        deleted_by: Some("deleted_by".to_owned()),
        ..DatasetSettings::default()
    };
    let shop = Shop::of(database, &[("notes", marks)]).await;
    let start = everything(&shop, &["makers", "notes"]);
    let gone = shop.bulk("makers", &cascade("id = 1")).await;
    assert_eq!((gone.done, gone.cascade[0].done), (1, 2), "{gone:?}");
    assert_eq!(shop.rows("notes", "id").len(), 1);
    shop.undo("makers", &gone.change_set).await;
    assert_eq!(everything(&shop, &["makers", "notes"]), start);
    let refused = shop.changes.preview(shop.on("notes"), &cascade("id = 10")).await.unwrap_err();
    assert!(matches!(refused, EngineError::BadChange { .. }), "rows that are marked lose nobody");
}

async fn a_circle_is_left_alone(kind: SourceKind) {
    let script = "
        CREATE TABLE folders (id integer PRIMARY KEY, parent_id integer,
            FOREIGN KEY (parent_id) REFERENCES folders (id) ON DELETE CASCADE);
        INSERT INTO folders VALUES (1, NULL), (2, 1), (3, NULL);
    ";
    let shop = Shop::new(kind, script).await;
    let gone = shop.bulk("folders", &cascade("id = 1 or id = 3")).await;
    assert_eq!((gone.done, gone.failed), (1, 1), "{gone:?}");
    assert_eq!(gone.failures[0].code.as_str(), "has_dependents");
    assert_eq!(shop.rows("folders", "id").len(), 2);
}

async fn what_was_stopped_goes_on_where_it_was(kind: SourceKind) {
    let shop = Shop::new(kind, MUSIC).await;
    let start = everything(&shop, &TABLES);
    let confirmed = shop.confirm("artists", &cascade("")).await.unwrap();
    assert_eq!(confirmed.rows, 3 + 3 + 4 + 3);
    let stop = CancellationToken::new();
    let id = &confirmed.change_set;
    // After the first chunk, which is of what goes along.
    let stopped = shop.changes.work(shop.on("artists"), id, 1, &stop, |_| stop.cancel()).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)), "{stopped:?}");
    assert_eq!(shop.outcome("artists", id).await.state, OutcomeState::Open);
    let never = CancellationToken::new();
    let whole = shop.changes.work(shop.on("artists"), id, 2, &never, |_| {}).await.unwrap();
    assert_eq!((whole.done, whole.failed, whole.skipped), (3, 0, 0), "{whole:?}");
    assert_eq!(whole.state, OutcomeState::Done);
    shop.undo("artists", id).await;
    assert_eq!(everything(&shop, &TABLES), start);

    // One that is stopped for good ends as a whole, and what was done of it can be taken back.
    let confirmed = shop.confirm("artists", &cascade("")).await.unwrap();
    let stop = CancellationToken::new();
    let id = &confirmed.change_set;
    let stopped = shop.changes.work(shop.on("artists"), id, 1, &stop, |_| stop.cancel()).await;
    assert!(stopped.is_err());
    shop.changes.cancel(shop.on("artists"), id, 1).await.unwrap();
    assert_eq!(shop.outcome("artists", id).await.state, OutcomeState::Cancelled);
    assert!(everything(&shop, &TABLES) != start);
    shop.undo("artists", id).await;
    assert_eq!(everything(&shop, &TABLES), start);
}

async fn all_or_nothing_is_for_what_goes_along_too(kind: SourceKind) {
    let script = "
        CREATE TABLE a (id integer PRIMARY KEY);
        CREATE TABLE b (id integer PRIMARY KEY, a_id integer,
            FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
        CREATE TABLE c (id integer PRIMARY KEY, b_id integer, FOREIGN KEY (b_id) REFERENCES b (id));
        INSERT INTO a VALUES (1), (2);
        INSERT INTO b VALUES (10, 1), (20, 2);
        INSERT INTO c VALUES (100, 20);
    ";
    let tables = ["a", "b", "c"];
    let shop = Shop::new(kind, script).await;
    let start = everything(&shop, &tables);
    let whole = Request { all_or_nothing: true, ..cascade("") };
    let confirmed = shop.confirm("a", &whole).await.unwrap();
    assert_eq!(shop.work("a", &confirmed).await.unwrap_err().code().as_str(), "foreign_key");
    assert_eq!(everything(&shop, &tables), start);
    assert_eq!(shop.outcome("a", &confirmed.change_set).await.state, OutcomeState::Cancelled);
    let confirmed = shop.confirm("a", &Request { all_or_nothing: true, ..cascade("id = 1") }).await.unwrap();
    assert_eq!(shop.work("a", &confirmed).await.unwrap().done, 1);
}

async fn a_row_that_stays_keeps_the_one_it_hangs_on(kind: SourceKind) {
    let script = "
        CREATE TABLE a (id integer PRIMARY KEY);
        CREATE TABLE b (id integer PRIMARY KEY, a_id integer,
            FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
        CREATE TABLE c (id integer PRIMARY KEY, b_id integer, FOREIGN KEY (b_id) REFERENCES b (id));
        INSERT INTO a VALUES (1), (2);
        INSERT INTO b VALUES (10, 1), (11, 1), (20, 2);
        INSERT INTO c VALUES (100, 11);
    ";
    let shop = Shop::new(kind, script).await;
    let start = everything(&shop, &["a", "b", "c"]);
    let preview = shop.changes.preview(shop.on("a"), &cascade("")).await.unwrap();
    assert_eq!(preview.would_fail, Some(1), "{:?}", preview.failures);
    assert_eq!(preview.failures[0].code.as_str(), "has_dependents");
    let gone = shop.bulk("a", &cascade("")).await;
    assert_eq!((gone.done, gone.failed), (1, 1), "{gone:?}");
    assert_eq!((gone.cascade[0].done, gone.cascade[0].failed), (2, 1), "{:?}", gone.cascade);
    assert_eq!(everything(&shop, &["a", "b"]).concat().len(), 2);
    shop.undo("a", &gone.change_set).await;
    assert_eq!(everything(&shop, &["a", "b", "c"]), start);
}

/// Between the confirmation and their turn, rows were made to refer to others.
async fn what_hangs_elsewhere_by_then_stays_as_it_is(kind: SourceKind) {
    let shop = Shop::new(kind, MUSIC).await;
    let confirmed = shop.confirm("artists", &cascade("id = 1")).await.unwrap();
    shop.database.execute("UPDATE tracks SET album_id = 20 WHERE id = 101");
    shop.database.execute("UPDATE reviews SET track_id = 200 WHERE id = 1");
    let gone = shop.work("artists", &confirmed).await.unwrap();
    assert_eq!((gone.done, gone.failed, gone.skipped), (1, 0, 0), "{gone:?}");
    assert!(!gone.is_whole(), "two were left alone");
    let kept: Vec<_> = gone.cascade.iter().map(|it| (it.done, it.skipped)).collect();
    assert_eq!(kept, [(1, 1), (2, 1), (2, 0)], "{:?}", gone.cascade);
    assert_eq!(shop.database.text("SELECT album_id FROM tracks WHERE id = 101"), "20");
    assert_eq!(shop.database.text("SELECT track_id FROM reviews WHERE id = 1"), "200");
}

async fn all_or_nothing_counts_rows_that_do_not_fit_any_more(kind: SourceKind) {
    let shop = Shop::new(kind, MUSIC).await;
    let whole = Request { all_or_nothing: true, ..cascade("name = 'Ada'") };
    let confirmed = shop.confirm("artists", &whole).await.unwrap();
    shop.database.execute("UPDATE artists SET name = 'Mary' WHERE id = 1");
    let before = everything(&shop, &TABLES);
    assert_eq!(shop.work("artists", &confirmed).await.unwrap_err().code().as_str(), "row_refused");
    assert_eq!(everything(&shop, &TABLES), before);
}

async fn an_undo_that_was_stopped_is_not_done(kind: SourceKind) {
    let shop = Shop::new(kind, MUSIC).await;
    let gone = shop.bulk("artists", &cascade("id = 1")).await;
    let request = UndoRequest { keys: None, force: false };
    let actor = Actor::default();
    let back = shop.changes.undo(shop.on("artists"), &actor, &gone.change_set, &request, None).await.unwrap();
    let stop = CancellationToken::new();
    // After the first chunk, which is of the artists.
    let id = &back.change_set;
    let stopped = shop.changes.work(shop.on("artists"), id, 1, &stop, |_| stop.cancel()).await;
    assert!(matches!(stopped, Err(EngineError::Cancelled)), "{stopped:?}");
    shop.changes.cancel(shop.on("artists"), id, 1).await.unwrap();
    let outcome = shop.outcome("artists", id).await;
    assert_eq!((outcome.state, outcome.done), (OutcomeState::Cancelled, 1));
    assert!(!outcome.is_whole());
    assert!(shop.changes.next_attempt(shop.on("artists"), id).await.unwrap() > 1);
}

/// The database deletes `abc` along with `ABC` where it does not tell them apart.
async fn equal_is_what_the_database_holds_to_be_equal(kind: SourceKind) {
    let text = match kind {
        SourceKind::Postgres => return,
        SourceKind::Mysql => "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        SourceKind::Sqlite => "varchar(20) COLLATE NOCASE",
    };
    let script = format!(
        "CREATE TABLE parents (code {text} PRIMARY KEY);
         CREATE TABLE children (id integer PRIMARY KEY, code {text},
             FOREIGN KEY (code) REFERENCES parents (code) ON DELETE CASCADE);
         INSERT INTO parents VALUES ('ABC'), ('DEF');
         INSERT INTO children VALUES (1, 'abc');"
    );
    let shop = Shop::new(kind, &script).await;
    let kept = shop.bulk("parents", &delete("")).await;
    assert_eq!((kept.done, kept.failed), (1, 1), "{kept:?}");
    assert_eq!(shop.rows("children", "id").len(), 1, "it is in no journal");
    let gone = shop.bulk("parents", &cascade("")).await;
    assert_eq!((gone.done, gone.cascade[0].done), (1, 1), "{gone:?}");
    shop.undo("parents", &gone.change_set).await;
    assert_eq!(shop.database.text("SELECT code FROM children"), "abc");
}

async fn rows_cut_loose_still_fit_what_they_were_chosen_by(kind: SourceKind) {
    let script = "
        CREATE TABLE people (id integer PRIMARY KEY, boss_id integer,
            FOREIGN KEY (boss_id) REFERENCES people (id) ON DELETE SET NULL);
        INSERT INTO people VALUES (1, NULL), (2, 1), (3, 2), (4, 3);
    ";
    let shop = Shop::new(kind, script).await;
    let start = everything(&shop, &["people"]);
    // Whoever is somebody's boss stays: cut loose, these would not have a boss any more.
    let chosen = shop.bulk("people", &cascade("boss_id is not null")).await;
    assert_eq!((chosen.done, chosen.failed), (1, 2), "{chosen:?}");
    shop.undo("people", &chosen.change_set).await;
    let keys = with_keys(BulkAction::Delete, [2, 3]);
    let named = shop.bulk("people", &Request { cascade: true, ..keys }).await;
    assert_eq!((named.done, named.failed, named.skipped), (2, 0, 0), "{named:?}");
    assert_eq!(shop.database.text("SELECT count(boss_id) FROM people"), "0");
    shop.undo("people", &named.change_set).await;
    assert_eq!(everything(&shop, &["people"]), start);
}

async fn a_reference_that_cannot_be_empty_is_not_cut(kind: SourceKind) {
    // Only SQLite takes such a table; what PostgreSQL has instead names the columns that become empty.
    let rule = match kind {
        SourceKind::Postgres => "ON DELETE SET NULL (author_id)",
        SourceKind::Mysql => return,
        SourceKind::Sqlite => "ON DELETE SET NULL",
    };
    let script = format!(
        "CREATE TABLE authors (firm integer, id integer, PRIMARY KEY (firm, id));
         CREATE TABLE papers (id integer PRIMARY KEY, firm integer NOT NULL, author_id integer,
             FOREIGN KEY (firm, author_id) REFERENCES authors (firm, id) {rule});
         INSERT INTO authors VALUES (1, 10), (1, 11);
         INSERT INTO papers VALUES (100, 1, 10);"
    );
    let shop = Shop::new(kind, &script).await;
    let preview = shop.changes.preview(shop.on("authors"), &cascade("")).await.unwrap();
    assert_eq!((preview.rows, preview.would_fail), (2, Some(1)), "{:?}", preview.failures);
    let gone = shop.bulk("authors", &cascade("")).await;
    assert_eq!((gone.done, gone.failed), (1, 1), "{gone:?}");
    assert_eq!(gone.failures[0].code.as_str(), "has_dependents");
    assert_eq!(shop.database.text("SELECT author_id FROM papers"), "10");
}

/// For restoring and purging, nothing goes along.
#[tokio::test]
async fn only_a_deletion_takes_anything_along() {
    let shop = Shop::new(SourceKind::Sqlite, MUSIC).await;
    let request = Request { cascade: true, ..Request::new(BulkAction::Restore, all("")) };
    let refused = shop.changes.preview(shop.on("artists"), &request).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "bad_change");
}
