use rowport_testkit::Sqlite;
use serde_json::json;

use crate::desk::{Served, serve};

#[test]
fn views_are_saved_renamed_and_deleted() {
    let database = Sqlite::create();
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let served = serve(&database);
    let path = Served::path("t", "views");
    let view =
        json!({ "filter": { "column": "id", "op": "gt", "value": 1 }, "sort": [{ "column": "name" }] });
    let saved = served.post(&path, &json!({ "name": "Mine", "view": view }));
    assert_eq!(saved.status, 201, "{:?}", saved.json());
    let id = saved.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(served.post(&path, &json!({ "name": "mine", "view": {} })).code(), "name_taken");
    assert_eq!(
        served.post(&path, &json!({ "name": "x", "view": { "columns": ["no"] } })).code(),
        "unknown_column"
    );
    let listed = served.get(&path).json();
    assert_eq!(listed["views"][0]["view"]["filter"], view["filter"]);
    let one = format!("{path}/{id}");
    let json = [("content-type", "application/json")];
    let renamed = served.send("PUT", &one, &json, br#"{"name": "Yours", "view": {}}"#);
    assert_eq!(renamed.json()["name"], "Yours");
    assert_eq!(served.send("DELETE", &one, &[], b"").status, 204);
    assert_eq!(served.send("DELETE", &one, &[], b"").code(), "unknown_view");
    assert_eq!(served.get(&path).json()["views"], json!([]));
}

#[test]
fn presets_are_lists_of_columns_that_exist() {
    let database = Sqlite::create();
    database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    let served = serve(&database);
    let path = Served::path("t", "presets");
    let saved = served.post(&path, &json!({ "name": "Names", "columns": ["name", "id"] }));
    assert_eq!((saved.status, &saved.json()["origin"]), (201, &json!("saved")));
    assert_eq!(served.post(&path, &json!({ "name": "No", "columns": ["nme"] })).code(), "unknown_column");
    assert_eq!(served.get(&path).json()["presets"][0]["columns"], json!(["name", "id"]));
}
