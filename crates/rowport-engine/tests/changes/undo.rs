//! Deleting, setting, undoing, redoing, and what others do meanwhile.

use rowport_engine::EngineError;
use rowport_engine::changes::{OutcomeState, Request, UndoRequest};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, all, delete, key, set};

on_every_database! {
    a_change_is_undone_and_done_again,
    what_somebody_changed_since_is_kept,
    rows_that_the_database_does_not_take_do_not_block_the_rest,
    all_or_nothing_changes_nothing,
    whoever_was_overtaken_changes_nothing,
    rows_that_others_hang_on_are_not_deleted_before_them,
    a_selection_that_changed_is_refused,
    rows_that_went_away_are_left_out,
}

const SCRIPT: &str = "
    CREATE TABLE customers (id integer PRIMARY KEY, name varchar(40) NOT NULL);
    CREATE TABLE orders (
        id integer PRIMARY KEY, customer_id integer NOT NULL, status varchar(20), total decimal(10,2),
        CHECK (total >= 0), FOREIGN KEY (customer_id) REFERENCES customers (id)
    );
    INSERT INTO customers VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Edsger'), (4, 'Barbara');
    INSERT INTO orders VALUES (10, 1, 'open', 1.50), (11, 1, 'paid', 20.00), (12, 2, NULL, 0), (13, 2, 'open', 7.25);
";

async fn a_change_is_undone_and_done_again(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let start = shop.rows("orders", "id");
    let paid = shop.bulk("orders", &set("status = open", "status", json!("paid"))).await;
    assert_eq!((paid.rows, paid.done, paid.state), (2, 2, OutcomeState::Done));
    let after = shop.rows("orders", "id");
    assert_ne!(after, start);
    let undone = shop.undo("orders", &paid.change_set).await;
    assert_eq!((undone.done, undone.skipped, undone.failed), (2, 0, 0));
    assert_eq!(shop.rows("orders", "id"), start);
    let redone = shop.undo("orders", &undone.change_set).await;
    assert_eq!(redone.done, 2);
    assert_eq!(shop.rows("orders", "id"), after);
    let actor = rowport_store::Actor::default();
    let request = UndoRequest { keys: None, force: false };
    let twice = shop.changes.undo(shop.on("orders"), &actor, &paid.change_set, &request, None).await;
    assert!(matches!(twice, Err(EngineError::NotUndoable { .. })), "it was taken back before");
    shop.undo("orders", &redone.change_set).await;
    assert_eq!(shop.rows("orders", "id"), start);
    let history = shop.changes.history(shop.on("orders"), None, 10).await.unwrap();
    let actions: Vec<_> = history.iter().map(|set| set.action.as_str()).collect();
    assert_eq!(actions, ["undo", "undo", "undo", "set"]);
}

async fn what_somebody_changed_since_is_kept(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let paid = shop.bulk("orders", &set("status = open", "status", json!("paid"))).await;
    shop.database.execute("UPDATE orders SET status = 'late', total = 99 WHERE id = 10");
    let undone = shop.undo("orders", &paid.change_set).await;
    assert_eq!((undone.done, undone.skipped), (1, 1));
    assert_eq!(
        (&undone.failures[0].key, undone.failures[0].code.as_str()),
        (&vec![json!("10")], "changed_since")
    );
    let versions = undone.failures[0].versions.iter();
    let versions: Vec<_> = versions.map(|field| (&*field.column, &field.now, &field.then)).collect();
    assert_eq!(versions, [("status", &json!("late"), &json!("open"))], "the total would stay as it is");
    assert_eq!(shop.database.text("SELECT status FROM orders WHERE id = 10"), "late");
    let forced = UndoRequest { keys: Some(vec![key(10)]), force: true };
    let forced = shop.undo_some("orders", &paid.change_set, forced).await;
    assert_eq!((forced.done, forced.skipped), (1, 0));
    assert_eq!(shop.database.text("SELECT status FROM orders WHERE id = 10"), "open");
    let total = shop.database.text("SELECT CAST(total AS char(5)) FROM orders WHERE id = 10");
    assert!(total.trim().starts_with("99"), "what another client set in another column stays: {total}");

    let gone = shop.bulk("orders", &delete("id in (11, 12)")).await;
    shop.database.execute("INSERT INTO orders VALUES (12, 3, 'new', 5)");
    let back = shop.undo("orders", &gone.change_set).await;
    assert_eq!((back.done, back.skipped, back.failures[0].code.as_str()), (1, 1, "key_taken"));
    assert_eq!(shop.database.text("SELECT status FROM orders WHERE id = 12"), "new");
}

async fn rows_that_the_database_does_not_take_do_not_block_the_rest(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let gone = shop.bulk("customers", &delete("")).await;
    assert_eq!((gone.done, gone.failed, gone.skipped), (2, 2, 0));
    let refused: Vec<_> = gone.failures.iter().map(|it| (it.key[0].clone(), it.code.as_str())).collect();
    assert_eq!(refused, [(json!("1"), "foreign_key"), (json!("2"), "foreign_key")]);
    assert_eq!(shop.rows("customers", "id").len(), 2);

    let below = shop.bulk("orders", &set("", "total", json!("-1"))).await;
    assert_eq!((below.done, below.failed), (0, 4));
    assert!(
        below.failures.iter().all(|failure| failure.code.as_str() == "check_failed"),
        "{:?}",
        below.failures
    );

    // A parent that went away meanwhile.
    let shop = Shop::new(kind, SCRIPT).await;
    let gone = shop.bulk("orders", &delete("")).await;
    assert_eq!(gone.done, 4);
    shop.database.execute("DELETE FROM customers WHERE id = 2");
    let back = shop.undo("orders", &gone.change_set).await;
    assert_eq!((back.done, back.failed), (2, 2));
    assert!(back.failures.iter().all(|failure| failure.code.as_str() == "foreign_key"));
    shop.database.execute("INSERT INTO customers VALUES (2, 'Grace')");
    let rest = shop.undo("orders", &gone.change_set).await;
    assert_eq!((rest.rows, rest.done), (2, 2));
}

async fn all_or_nothing_changes_nothing(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let request = Request { all_or_nothing: true, ..delete("") };
    let confirmed = shop.confirm("customers", &request).await.unwrap();
    let refused = shop.work("customers", &confirmed).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "foreign_key");
    assert_eq!(shop.rows("customers", "id").len(), 4);
    let history = shop.changes.history(shop.on("customers"), None, 10).await.unwrap();
    assert_eq!((history[0].state, history[0].done), (OutcomeState::Cancelled, 0));
    let request = Request { all_or_nothing: true, ..delete("id > 2") };
    assert_eq!(shop.bulk("customers", &request).await.done, 2);
}

async fn rows_that_others_hang_on_are_not_deleted_before_them(kind: SourceKind) {
    let script = "
        CREATE TABLE albums (id integer PRIMARY KEY, code varchar(8) NOT NULL UNIQUE);
        CREATE TABLE tracks (id integer PRIMARY KEY, album_id integer, code varchar(8),
            FOREIGN KEY (album_id) REFERENCES albums (id) ON DELETE CASCADE,
            FOREIGN KEY (code) REFERENCES albums (code) ON DELETE SET NULL);
        INSERT INTO albums VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
        INSERT INTO tracks VALUES (10, 1, NULL), (11, NULL, 'b'), (12, 1, 'a');
    ";
    let shop = Shop::new(kind, script).await;
    let tracks = shop.rows("tracks", "id");
    let gone = shop.bulk("albums", &delete("")).await;
    assert_eq!((gone.done, gone.failed), (2, 2), "{:?}", gone.failures);
    assert!(
        gone.failures.iter().all(|it| it.code.as_str() == "has_dependents" && it.message.contains("tracks"))
    );
    assert_eq!(shop.rows("tracks", "id"), tracks, "nothing was lost without a trace");
    let whole = Request { all_or_nothing: true, ..delete("") };
    let confirmed = shop.confirm("albums", &whole).await.unwrap();
    assert_eq!(shop.work("albums", &confirmed).await.unwrap_err().code().as_str(), "foreign_key");
    shop.bulk("tracks", &delete("")).await;
    assert_eq!(shop.bulk("albums", &delete("")).await.done, 2);

    // What came back is not deleted again either once others hang on it.
    let back = shop.undo("albums", &gone.change_set).await;
    assert_eq!(back.done, 2);
    shop.database.execute("INSERT INTO tracks VALUES (20, 3, NULL)");
    let again = shop.undo("albums", &back.change_set).await;
    assert_eq!((again.done, again.failed), (1, 1), "{:?}", again.failures);
    assert_eq!(again.failures[0].code.as_str(), "has_dependents");
    assert_eq!(shop.rows("tracks", "id").len(), 1);
}

async fn whoever_was_overtaken_changes_nothing(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let confirmed = shop.confirm("orders", &delete("")).await.unwrap();
    let stopped = tokio_util::sync::CancellationToken::new();
    stopped.cancel();
    let id = &confirmed.change_set;
    let second = shop.changes.work(shop.on("orders"), id, 2, &stopped, |_| {}).await;
    assert!(matches!(second, Err(EngineError::Cancelled)), "it has the change set, and did nothing yet");
    let first = shop.work("orders", &confirmed).await;
    assert!(matches!(first, Err(EngineError::Overtaken)), "{first:?}");
    assert_eq!(shop.rows("orders", "id").len(), 4);
    let never = tokio_util::sync::CancellationToken::new();
    let done = shop.changes.work(shop.on("orders"), id, 2, &never, |_| {}).await.unwrap();
    assert_eq!(done.done, 4);
}

async fn a_selection_that_changed_is_refused(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let request = delete("status = open");
    let actor = rowport_store::Actor::default();
    for meanwhile in [
        "UPDATE orders SET status = 'open' WHERE id = 11",
        "UPDATE orders SET status = 'late' WHERE id = 10",
        // As many as before, and others.
        "UPDATE orders SET status = CASE id WHEN 11 THEN 'late' WHEN 12 THEN 'open' ELSE status END",
    ] {
        let preview = shop.changes.preview(shop.on("orders"), &request).await.unwrap();
        shop.database.execute(meanwhile);
        let token = &preview.confirmation;
        let refused = shop.changes.confirm(shop.on("orders"), &actor, &request, token, None).await;
        assert_eq!(refused.unwrap_err().code().as_str(), "selection_changed", "{meanwhile}");
    }
    assert_eq!(shop.rows("orders", "id").len(), 4);
    let left = shop.database.text("SELECT count(*) FROM orders");
    assert_eq!(left, "4");
    assert!(shop.changes.history(shop.on("orders"), None, 10).await.unwrap().is_empty());
}

async fn rows_that_went_away_are_left_out(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let request = Request { selection: all("status = open"), ..delete("") };
    let confirmed = shop.confirm("orders", &request).await.unwrap();
    shop.database.execute(
        "UPDATE orders SET status = 'paid' WHERE id = 10; INSERT INTO orders VALUES (9, 1, 'open', 1)",
    );
    let done = shop.work("orders", &confirmed).await.unwrap();
    assert_eq!((done.done, done.skipped), (1, 1));
    assert_eq!((&done.failures[0].key, done.failures[0].code.as_str()), (&vec![json!("10")], "left_out"));
    let left: Vec<_> = shop.database.rows("SELECT id FROM orders ORDER BY id");
    assert_eq!(left.len(), 4, "9 came too late to be touched, and 10 does not fit any more");
}
