//! Changes over HTTP: what cannot be done is a problem with a code, and then nothing was done.

use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use crate::desk::{Served, serve};

fn database() -> Database {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, state INTEGER NOT NULL CHECK (state < 10));
         CREATE TABLE keyless (id INTEGER);
         INSERT INTO items VALUES (1, 'one', 1), (2, 'two', 1), (3, 'three', 9);
         INSERT INTO keyless VALUES (1)",
    );
    database
}

fn prepared(served: &Served) {
    assert_eq!(served.post("/api/v1/sources/db/journal", &json!({})).status, 200);
}

/// Previews, and confirms what was previewed.
fn change(served: &Served, route: &str, body: &Value) -> crate::desk::Answer {
    let preview = served.post(&Served::path("items", &format!("bulk/{route}/preview")), body);
    assert_eq!(preview.status, 200, "{:?}", preview.json());
    let mut body = body.clone();
    body["confirmation"] = preview.json()["confirmation"].clone();
    served.post(&Served::path("items", &format!("bulk/{route}")), &body)
}

#[test]
fn changes_that_make_no_sense_have_stable_codes() {
    let database = database();
    let served = serve(&database);
    let all = json!({ "selection": { "view": {} } });
    let unprepared = served.post(&Served::path("items", "bulk/delete/preview"), &all);
    assert_eq!((unprepared.status, unprepared.code().as_str()), (409, "no_journal"));
    prepared(&served);
    let keys = |keys: Value| json!({ "selection": { "keys": keys } });
    let set = |column: &str, to: Value| json!({ "selection": { "keys": [1] }, "fields": [{ "column": column, "to": to }] });
    let many = |count: u32| Value::from((0..count).map(|key| key % 10).collect::<Vec<_>>());
    for (route, body, status, code) in [
        ("items/bulk/delete", keys(json!([])), 400, "bad_change"),
        ("items/bulk/delete", keys(json!([4, 5])), 400, "bad_change"),
        ("items/bulk/delete", keys(json!(["one"])), 400, "bad_key"),
        ("items/bulk/delete", keys(json!([[1, 2]])), 400, "bad_key"),
        ("items/bulk/delete", keys(json!([null])), 400, "bad_key"),
        ("items/bulk/delete", keys(many(1_000_001)), 413, "too_large"),
        ("items/bulk/delete", json!({ "selection": {} }), 400, "bad_change"),
        ("items/bulk/delete", json!({ "selection": { "keys": [1], "view": {} } }), 400, "bad_change"),
        ("items/bulk/delete", json!({}), 400, "bad_request"),
        ("keyless/bulk/delete", all.clone(), 409, "no_key"),
        ("nothing/bulk/delete", all.clone(), 404, "unknown_dataset"),
        ("items/bulk/set", set("id", json!({ "value": 9 })), 400, "not_writable"),
        ("items/bulk/set", set("state", json!({ "value": "one" })), 400, "bad_change"),
        ("items/bulk/set", set("state", json!("clear")), 400, "bad_change"),
        ("items/bulk/set", set("nothing", json!("clear")), 400, "unknown_column"),
        ("items/bulk/set", set("name", json!({ "become": 9 })), 400, "bad_request"),
    ] {
        let answer = served.post(&format!("/api/v1/sources/db/datasets/{route}/preview"), &body);
        let said = (answer.status, answer.code());
        assert_eq!(said, (status, code.to_owned()), "{route} {:.100}: {:?}", body.to_string(), answer.json());
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        // Without the preview it is refused at the latest because nothing was confirmed.
        let answer = served.post(&format!("/api/v1/sources/db/datasets/{route}"), &body);
        assert!((400..500).contains(&answer.status), "{route}: {:?}", answer.json());
    }
    for (path, status, code) in [
        ("items/changes/none", 404, "unknown_change_set"),
        ("items/changes?limit=0", 400, "bad_request"),
        ("items/trash?cursor=none", 400, "bad_cursor"),
        ("keyless/trash", 409, "no_key"),
    ] {
        let answer = served.get(&format!("/api/v1/sources/db/datasets/{path}"));
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
    }
    assert_eq!(database.text("SELECT count(*) FROM items"), "3");
}

#[test]
fn a_body_has_room_for_many_keys_and_not_for_any_number() {
    let database = database();
    let served = serve(&database);
    prepared(&served);
    let keys: Vec<u32> = (1..=3).chain(1_000_001..=1_299_997).collect();
    let body = json!({ "selection": { "keys": keys } });
    assert!(body.to_string().len() > 2 << 20, "more than other bodies may have");
    let preview = served.post(&Served::path("items", "bulk/delete/preview"), &body);
    assert_eq!(preview.status, 200, "{preview:?}");
    assert_eq!((&preview.json()["rows"], &preview.json()["missing"]), (&json!(3), &json!(299_997)));
    let body = json!({ "selection": { "keys": ["x".repeat(17 << 20)] } });
    let answer = served.post(&Served::path("items", "bulk/delete/preview"), &body);
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    assert!(answer.json()["detail"].as_str().unwrap().contains("16 MiB"), "{answer:?}");
}

#[test]
fn what_came_of_each_row_is_said() {
    let database = database();
    let served = serve(&database);
    prepared(&served);
    let fields = json!([{ "column": "state", "to": { "add": 1 } }]);
    let body = json!({ "selection": { "view": {} }, "fields": fields });
    let answer = change(&served, "set", &body);
    assert_eq!((answer.status, &answer.json()["done"]), (207, &json!(2)), "{:?}", answer.json());
    assert_eq!(answer.json()["failures"][0]["code"], "check_failed");
    assert_eq!(answer.json()["failures"][0]["key"], json!(["3"]));
    let mut whole = body;
    whole["all_or_nothing"] = json!(true);
    let refused = change(&served, "set", &whole);
    assert_eq!((refused.status, refused.code().as_str()), (422, "check_failed"));
    assert_eq!(database.text("SELECT sum(state) FROM items"), "13");
    let gone = change(&served, "delete", &json!({ "selection": { "keys": [1] } }));
    assert_eq!((gone.status, &gone.json()["done"]), (200, &json!(1)));
}

#[test]
fn a_column_that_is_dropped_between_preview_and_confirmation_is_a_problem_with_a_code() {
    let database = database();
    let served = serve(&database);
    prepared(&served);
    let mut body = json!({ "selection": { "view": {} } });
    let preview = served.post(&Served::path("items", "bulk/delete/preview"), &body).json();
    database.execute("ALTER TABLE items DROP COLUMN name");
    body["confirmation"] = preview["confirmation"].clone();
    let refused = served.post(&Served::path("items", "bulk/delete"), &body);
    assert_eq!((refused.status, refused.code().as_str()), (400, "bad_confirmation"));
    assert_eq!(database.text("SELECT count(*) FROM items"), "3");
}
