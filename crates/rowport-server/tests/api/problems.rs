//! Every mistake has its code, and none is a server error.

use rowport_testkit::Sqlite;
use serde_json::json;

use crate::desk::{Served, serve};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, doc JSON, seen DATETIME);
    INSERT INTO t VALUES (1, 'one', '{}', '2026-01-01 10:00:00'), (2, NULL, NULL, NULL);
    CREATE TABLE keyless (a TEXT);";

#[test]
fn bad_requests_have_stable_codes() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    let rows = |query: &str| Served::path("t", &format!("rows?{query}"));
    let export = |query: &str| Served::path("t", &format!("export?{query}"));
    for (path, status, code) in [
        ("/api/v1/nothing".to_owned(), 404, "not_found"),
        ("/api/v1/sources/nowhere/datasets/t/rows".to_owned(), 404, "unknown_source"),
        (Served::path("nothing", "rows"), 404, "unknown_dataset"),
        (rows("columns=nme"), 400, "unknown_column"),
        (rows("columns=id,id"), 400, "bad_view"),
        (rows("search=a%00b"), 400, "bad_view"),
        (rows("limit=1.0"), 400, "bad_request"),
        (export("limit=9223372036854775808"), 400, "bad_export"),
        (export("format=CSV"), 400, "bad_export"),
        (Served::path("t", "landmarks?every=1000001"), 400, "bad_request"),
        (rows("sort=doc"), 400, "bad_view"),
        (rows("filter=name+%3D"), 400, "bad_filter"),
        (rows("filter=%7B%22and%22%3A1%7D"), 400, "bad_filter"),
        (rows("filter=id+%3D+one"), 400, "bad_filter"),
        (rows("filter=id+contains+1"), 400, "bad_filter"),
        (rows("filter=nme+%3D+1"), 400, "unknown_column"),
        (rows("limit=0"), 400, "bad_request"),
        (rows("limit=1001"), 400, "bad_request"),
        (rows("limit=x"), 400, "bad_request"),
        (rows("nonsense=1"), 400, "bad_request"),
        (rows("cursor=nonsense"), 400, "bad_cursor"),
        (Served::path("keyless", "landmarks"), 400, "bad_cursor"),
        (export("format=doc"), 400, "bad_export"),
        (export("compress=rar"), 400, "bad_export"),
        (export("delimiter=ab"), 400, "bad_export"),
        (export("delimiter=%C3%A4"), 400, "bad_export"),
        (export("sheet_by=name"), 400, "bad_export"),
        (Served::path("t", "count?mode=guess"), 400, "bad_request"),
    ] {
        let answer = served.get(&path);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {:?}", answer.json());
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
    }
    let filter = json!({ "view": { "filter": { "column": "id", "op": "is" } } });
    for route in ["rows", "count", "export", "export/plan"] {
        assert_eq!(served.post(&Served::path("t", route), &filter).code(), "bad_filter", "{route}");
    }
    assert_eq!(served.send("PATCH", "/api/v1/sources", &[], b"").code(), "method_not_allowed");
}

#[test]
fn a_slip_in_a_column_is_met_with_the_nearest_name() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    for (written, meant) in [("nmae", "name"), ("seem", "seen"), ("Name", "name"), ("document", "doc")] {
        let answer = served.get(&Served::path("t", &format!("rows?columns={written}"))).json();
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.ends_with(&format!("did you mean `{meant}`?")), "{detail}");
    }
}

#[test]
fn whole_numbers_in_bodies_are_those_of_json() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    let path = Served::path("t", "rows");
    assert_eq!(served.post(&path, &json!({ "limit": 1.0 })).json()["rows"].as_array().unwrap().len(), 1);
    for limit in [json!(1.5), json!(-1), json!("1"), json!(1e300)] {
        assert_eq!(served.post(&path, &json!({ "limit": limit })).code(), "bad_request", "{limit}");
    }
}

#[test]
fn requests_that_are_too_large_are_refused() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    let path = Served::path("t", "rows");
    let columns: Vec<String> = (0..10_000).map(|number| format!("c{number}")).collect();
    let answer = served.post(&path, &json!({ "view": { "columns": columns } }));
    assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"));
    let long = json!({ "view": { "search": "x".repeat(3 << 20) } });
    assert_eq!(served.post(&path, &long).code(), "too_large");
}

#[test]
fn a_database_that_is_away_is_a_problem_of_its_source_alone() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    assert!(served.get("/api/v1/sources").json()["sources"][0]["problem"].is_null());
    std::fs::remove_file(database.path()).unwrap();
    let answer = served.get(&Served::path("gone", "rows"));
    assert_eq!((answer.status, answer.code().as_str()), (503, "source_unreachable"), "{:?}", answer.json());
    // It is a file: what would help with a server would mislead.
    let hint = answer.json()["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("path") && !hint.contains("host"), "{hint}");
}

#[test]
fn a_table_that_vanished_is_said_to_have() {
    let database = Sqlite::create();
    database.execute(TABLE);
    let served = serve(&database);
    assert_eq!(served.get(&Served::path("t", "rows")).status, 200);
    database.execute("DROP TABLE t");
    assert_eq!(served.get(&Served::path("t", "rows")).code(), "dataset_changed");
    // It has been forgotten, so the next request knows.
    assert_eq!(served.get(&Served::path("t", "rows")).code(), "unknown_dataset");
}

#[test]
fn other_sites_and_other_names_do_not_get_in() {
    let database = Sqlite::create();
    let served = serve(&database);
    for (headers, code) in [
        ([("host", "rebound.example")], "forbidden_host"),
        ([("origin", "http://elsewhere.example")], "forbidden_origin"),
        ([("sec-fetch-site", "cross-site")], "forbidden_origin"),
    ] {
        let answer = served.send("GET", "/api/v1/sources", &headers, b"");
        assert_eq!((answer.status, answer.code().as_str()), (403, code));
    }
}
