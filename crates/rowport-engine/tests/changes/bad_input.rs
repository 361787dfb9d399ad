//! What cannot be done is refused with a code, and then nothing was done.

use rowport_engine::changes::{BulkAction, Request, UndoRequest};
use rowport_model::{Key, Selection, SourceKind};
use rowport_store::Actor;
use serde_json::json;

use crate::desk::{Shop, delete, key, set};

on_every_database! {
    requests_that_make_no_sense_are_refused_with_a_code,
    what_was_dropped_since_it_was_shown_is_noticed,
    a_column_is_copied_only_from_one_that_is_stored_and_of_a_type_that_fits,
    an_error_does_not_quote_the_statement,
}

const SCRIPT: &str = "
    CREATE TABLE items (id integer PRIMARY KEY, name varchar(20), state integer NOT NULL, note varchar(20));
    CREATE TABLE pairs (a integer, b varchar(10), PRIMARY KEY (a, b));
    CREATE TABLE keyless (id integer);
    CREATE VIEW shown AS SELECT id, name FROM items;
    INSERT INTO items VALUES (1, 'one', 1, 'x'), (2, 'two', 1, 'y'), (3, 'three', 2, 'z');
    INSERT INTO pairs VALUES (1, 'x'), (2, 'y');
    INSERT INTO keyless VALUES (1);
";

async fn requests_that_make_no_sense_are_refused_with_a_code(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let keys = |keys: Vec<Key>| Request { selection: Selection::Keys(keys), ..delete("") };
    let except = |except: Vec<Key>| {
        let view = rowport_model::View::default();
        Request { selection: Selection::View { view, except }, ..delete("") }
    };
    let set_to = |to: serde_json::Value| {
        let fields = serde_json::from_value(json!([{ "column": "name", "to": to }])).unwrap();
        Request { action: BulkAction::Set { fields }, ..delete("") }
    };
    let list = |values: serde_json::Value| Key::Columns(values.as_array().unwrap().clone());
    let many = |count: i64| (0..count).map(key).collect::<Vec<_>>();
    for (dataset, request, code) in [
        ("keyless", delete(""), "no_key"),
        ("keyless", keys(vec![key(1)]), "no_key"),
        ("keyless", set("", "id", json!(2)), "no_key"),
        ("shown", delete(""), "no_key"),
        ("nothing", delete(""), "unknown_dataset"),
        ("items", keys(Vec::new()), "bad_change"),
        ("items", keys(vec![key(9), key(10)]), "bad_change"),
        ("items", delete("state = 9"), "bad_change"),
        ("items", except(vec![key(1), key(2), key(3)]), "bad_change"),
        ("items", keys(vec![key("one")]), "bad_key"),
        ("items", keys(vec![key(true)]), "bad_key"),
        ("items", keys(vec![key(json!(null))]), "bad_key"),
        ("items", keys(vec![key(json!({ "id": 1 }))]), "bad_key"),
        ("items", keys(vec![key(1), list(json!([1, 2]))]), "bad_key"),
        ("items", keys(vec![list(json!([]))]), "bad_key"),
        ("items", except(vec![key("one")]), "bad_key"),
        ("pairs", keys(vec![key(1)]), "bad_key"),
        ("pairs", keys(vec![list(json!(["x", 1]))]), "bad_key"),
        ("items", keys(many(1_000_001)), "too_large"),
        ("items", except(many(10_001)), "too_large"),
        ("items", set("", "id", json!(1)), "not_writable"),
        ("items", set("", "state", json!(1.5)), "bad_change"),
        ("items", set("", "state", json!(null)), "bad_change"),
        ("items", set("", "state", json!("one")), "bad_change"),
        ("items", set_to(json!({ "add": 1 })), "bad_change"),
        ("items", set_to(json!({ "replace": { "find": "", "with": "x" } })), "bad_change"),
        ("items", set_to(json!({ "copy": "nothing" })), "unknown_column"),
        ("items", set("", "nothing", json!(1)), "unknown_column"),
        ("items", Request { action: BulkAction::Set { fields: Vec::new() }, ..delete("") }, "bad_change"),
    ] {
        let refused = shop.changes.preview(shop.on(dataset), &request).await;
        let said = refused.map(|preview| preview.rows).map_err(|error| error.code().as_str());
        assert_eq!(said, Err(code), "{dataset}: {:.200}", format!("{request:?}"));
    }
    assert_eq!(shop.rows("items", "id").len(), 3);
    assert!(shop.changes.history(shop.on("items"), None, 10).await.unwrap().is_empty());

    let gone = shop.bulk("items", &keys(vec![key(1), key(1), key("1")])).await;
    assert_eq!(gone.rows, 1, "a key that is named twice counts once");
    for (keys, code) in [
        (vec![key("one")], "bad_key"),
        (vec![list(json!([1, 2]))], "bad_key"),
        (Vec::new(), "not_undoable"),
        (vec![key(2)], "not_undoable"),
    ] {
        let request = UndoRequest { keys: Some(keys), force: false };
        let on = shop.on("items");
        let refused = shop.changes.undo(on, &Actor::default(), &gone.change_set, &request, None).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err(code), "{request:?}");
    }
}

async fn what_was_dropped_since_it_was_shown_is_noticed(kind: SourceKind) {
    let actor = Actor::default();
    let request = set("note = x", "name", json!("new"));
    for (dropped, before, after) in [
        ("ALTER TABLE items DROP COLUMN state", "bad_confirmation", None),
        ("ALTER TABLE items DROP COLUMN name", "unknown_column", Some("unknown_column")),
        ("ALTER TABLE items DROP COLUMN note", "bad_confirmation", Some("unknown_column")),
        ("DROP VIEW shown; DROP TABLE items", "unknown_dataset", Some("unknown_dataset")),
    ] {
        let script = SCRIPT.replace("CREATE VIEW shown AS SELECT id, name", "CREATE VIEW shown AS SELECT id");
        let shop = Shop::new(kind, &script).await;
        let preview = shop.changes.preview(shop.on("items"), &request).await.unwrap();
        shop.database.execute(dropped);
        let token = &preview.confirmation;
        let refused = shop.changes.confirm(shop.on("items"), &actor, &request, token, None).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err(before), "{dropped}");

        let shop = Shop::new(kind, &script).await;
        let confirmed = shop.confirm("items", &request).await.unwrap();
        shop.database.execute(dropped);
        let worked = shop.work("items", &confirmed).await;
        match after {
            Some(code) => assert_eq!(worked.map_err(|error| error.code().as_str()), Err(code), "{dropped}"),
            None => assert_eq!(worked.unwrap().done, 1, "{dropped}: it has nothing to do with it"),
        }
        if dropped.starts_with("ALTER") && !dropped.ends_with("name") {
            let left = shop.database.text("SELECT count(*) FROM items WHERE name = 'new'");
            assert_eq!(left, if after.is_some() { "0" } else { "1" }, "{dropped}");
        }
        if after.is_none() {
            // What was changed has nothing of the column that went away, so nothing stands in the way.
            let back = shop.undo("items", &confirmed.change_set).await;
            assert_eq!((back.done, back.failures), (1, Vec::new()));
            assert_eq!(shop.database.text("SELECT name FROM items WHERE id = 1"), "one");
        }
    }
}

async fn a_column_is_copied_only_from_one_that_is_stored_and_of_a_type_that_fits(kind: SourceKind) {
    use rowport_engine::settings::{ComputedSettings, DatasetSettings};
    let database = rowport_testkit::Database::create(kind);
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), other varchar(20), n integer, d date);
         INSERT INTO t VALUES (1, 'a', 'b', 5, '2024-01-01');",
    );
    let expression = rowport_model::Expression::parse("n * 2").unwrap();
    let computed = ComputedSettings { expression, label: None, currency: None };
    let settings =
        DatasetSettings { computed: [("twice".to_owned(), computed)].into(), ..DatasetSettings::default() };
    let shop = Shop::of(database, &[("t", settings)]).await;
    for (column, from, expected) in [
        ("name", "other", Ok(1)),
        ("name", "n", Ok(1)),
        ("n", "twice", Err("bad_change")),
        ("name", "twice", Err("bad_change")),
        ("n", "name", Err("bad_change")),
        ("d", "name", Err("bad_change")),
        ("name", "nothing", Err("unknown_column")),
    ] {
        let fields = serde_json::from_value(json!([{ "column": column, "to": { "copy": from } }])).unwrap();
        let request = Request { action: BulkAction::Set { fields }, ..delete("") };
        let answer = shop.changes.preview(shop.on("t"), &request).await;
        let answer = answer.map(|preview| preview.rows).map_err(|error| error.code().as_str());
        assert_eq!(answer, expected, "{column} from {from}");
    }
}

async fn an_error_does_not_quote_the_statement(kind: SourceKind) {
    let script = "CREATE TABLE t (id integer PRIMARY KEY, secret varchar(9), name varchar(9));";
    let shop = Shop::new(kind, script).await;
    let page = || rowport_engine::PageRequest { view: Default::default(), cursor: None, limit: 1 };
    shop.desk.page(&shop.me, "shop", "t", &page()).await.unwrap();
    shop.database.execute("ALTER TABLE t RENAME COLUMN name TO label");
    let refused = shop.desk.page(&shop.me, "shop", "t", &page()).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "dataset_changed");
    let said = refused.to_string();
    // MariaDB names the part of the statement, `'SELECT'`.
    assert!(!said.contains("SELECT ") && !said.contains("secret"), "{said}");
}
