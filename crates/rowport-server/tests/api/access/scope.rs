//! What roles hide or mask and what belongs to other tenants is as if it were not there: two databases that differ in
//! nothing else answer alike, on every route that shows anything of a dataset.

use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::{ColumnSettings, DatasetSettings, Shared};
use rowport_model::{ColumnEffect, ColumnRule};
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};
use crate::hidden::request;

/// What the person may not see differs with `secret` and `number`: a hidden and a masked column of a table, columns of
/// its parent, the rows of another tenant, and the parents that such rows have.
fn database(secret: &str, number: i64) -> Database {
    let database = Sqlite::create();
    database.execute(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, secret TEXT, score INTEGER, firm TEXT);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), total INTEGER,
                              note TEXT, secret TEXT, firm TEXT NOT NULL);
         CREATE TABLE untold (id INTEGER PRIMARY KEY, secret TEXT);
         CREATE TABLE countries (code TEXT PRIMARY KEY);
         INSERT INTO people VALUES (1, 'Ann', '{secret}', {number}, 'acme'), (2, 'Bob', 'b', {number}, 'acme'),
                                   (3, '{secret}', '{secret}', 1, 'other'), (4, 'Dan', NULL, NULL, NULL);
         INSERT INTO orders VALUES (1, 1, 10, 'x', '{secret}', 'acme'), (2, 2, 20, NULL, '{secret}', 'acme'),
                                   (3, 3, 30, 'y', NULL, 'acme'), (4, 4, 20, '', '{secret}', 'acme'),
                                   (5, 1, {number}, '{secret}', '{secret}', 'other');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number} % 7)
             INSERT INTO orders SELECT 100 + i, 1, {number}, '{secret}', 'z', 'Acme' FROM n;
         INSERT INTO untold VALUES (1, '{secret}');
         INSERT INTO countries VALUES ('de'), ('fr');",
    ));
    database
}

fn settings() -> BTreeMap<String, DatasetSettings> {
    let tenant = |columns: &[&str]| DatasetSettings {
        tenant: Some("firm".to_owned()),
        columns: columns
            .iter()
            .map(|name| ((*name).to_owned(), ColumnSettings { sensitive: true, ..Default::default() }))
            .collect(),
        ..Default::default()
    };
    BTreeMap::from([
        ("people".to_owned(), tenant(&["score"])),
        ("orders".to_owned(), tenant(&[])),
        ("countries".to_owned(), DatasetSettings { shared: Shared::Read, ..Default::default() }),
    ])
}

fn rules(effect: ColumnEffect) -> Vec<ColumnRule> {
    let rule =
        |dataset: &str| ColumnRule { dataset: dataset.to_owned(), column: "secret".to_owned(), effect };
    vec![rule("db/orders"), rule("db/people")]
}

fn somebody(served: &Served, effect: ColumnEffect) -> Person {
    let grants = vec![grant(&["records.read", "records.export"], &["*"])];
    person(served, grants, rules(effect), Some("acme"))
}

fn same(left: &Answer, right: &Answer, what: &str) {
    assert!(left.status < 500, "{what}: {left:?}");
    assert_eq!(left.status, right.status, "{what}");
    assert_eq!(String::from_utf8_lossy(&left.body), String::from_utf8_lossy(&right.body), "{what}");
    assert!(!String::from_utf8_lossy(&left.body).contains("top"), "{what}: {left:?}");
}

fn alike(effect: ColumnEffect, seed: &[u8; 32]) {
    let (left, right) = (database("top", 1), database("elsewhere", 999));
    let serving = Serving { datasets: settings(), sign_in_mode: SignInMode::Required, ..Serving::default() };
    let (left, right) = (serve_as(&left, serving.clone()), serve_as(&right, serving));
    let (on_left, on_right) = (somebody(&left, effect), somebody(&right, effect));

    // Every route below a dataset that the document knows, for every dataset.
    let document = serde_json::to_value(rowport_server::document()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(route) = path.strip_prefix("/api/v1/sources/{source}/datasets/{dataset}") else { continue };
        // Runs have ids and moments of their own, and what is saved has none yet.
        if route.contains("{id}") || route == "/exports" {
            continue;
        }
        for dataset in ["orders", "people", "untold", "countries", "absent"] {
            let place = format!("/api/v1/sources/db/datasets/{dataset}{route}");
            if item.get("get").is_some() {
                for query in [
                    "",
                    "?search=top",
                    "?filter=secret+%3D+top",
                    "?sort=secret",
                    "?columns=secret,id",
                    "?mode=exact",
                    "?mode=exact&search=top",
                    "?filter=person.secret+%3D+top",
                    "?columns=person.score",
                    "?filter=firm+%3D+other",
                    "?every=100",
                    "?key=1",
                    "?key=5",
                ] {
                    let path = format!("{place}{query}");
                    same(&on_left.get(&left, &path), &on_right.get(&right, &path), &path);
                    asked += 1;
                }
            }
            if item.get("post").is_some() && !["/views", "/presets"].contains(&route) {
                for view in [
                    json!({}),
                    json!({ "filter": "secret = 'top'" }),
                    json!({ "sort": [{ "column": "person.secret", "descending": true }] }),
                    json!({ "columns": ["person.name", "secret"] }),
                    json!({ "search": "top" }),
                ] {
                    let body = match route {
                        "/export" | "/export/plan" => json!({ "format": "ndjson", "view": view }),
                        _ => json!({ "view": view }),
                    };
                    let what = format!("{place} {body}");
                    same(
                        &on_left.send(&left, "POST", &place, &body),
                        &on_right.send(&right, "POST", &place, &body),
                        &what,
                    );
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 200, "only {asked} requests");
    same(&on_left.get(&left, "/api/v1/sources"), &on_right.get(&right, "/api/v1/sources"), "sources");

    let cases = std::env::var("ROWPORT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(500);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, seed);
    let accepted = std::cell::Cell::new(0);
    TestRunner::new_with_rng(config, rng)
        .run(&request(), |request| {
            let path = Served::path("orders", "rows");
            let answer = on_left.send(&left, "POST", &path, &request);
            same(&answer, &on_right.send(&right, "POST", &path, &request), &request.to_string());
            accepted.set(accepted.get() + u32::from(answer.status == 200));
            Ok(())
        })
        .unwrap();
    assert!(accepted.get() > cases / 20, "only {} of {cases} views made sense", accepted.get());
}

#[test]
fn what_a_role_hides_and_other_tenants_rows_are_not_there() {
    alike(ColumnEffect::Hidden, b"rowport: what roles hide, seed 1");
}

#[test]
fn what_a_role_masks_tells_nothing() {
    alike(ColumnEffect::Masked, b"rowport: what roles mask, seed 1");
}

#[test]
fn a_tenant_sees_its_rows_and_a_mask_in_place_of_each_value() {
    let database = database("top", 1);
    let serving = Serving { datasets: settings(), sign_in_mode: SignInMode::Required, ..Serving::default() };
    let served = serve_as(&database, serving);
    let me = somebody(&served, ColumnEffect::Masked);
    let page =
        me.get(&served, &Served::path("orders", "rows?columns=id,secret,person.name,person.score")).json();
    let expected = json!([
        [1, "•••", "Ann", "•••"],
        [2, "•••", "Bob", "•••"],
        // The parent is another tenant's, or nobody's: as if it were not there.
        [3, "•••", null, "•••"],
        [4, "•••", null, "•••"],
    ]);
    assert_eq!(page["rows"], expected, "{page}");
    let described = me.get(&served, "/api/v1/sources/db/datasets/orders").json();
    let secret: Vec<&Value> =
        described["columns"].as_array().unwrap().iter().filter(|it| it["name"] == "secret").collect();
    assert_eq!(secret[0]["masked"], true);
    assert_eq!(me.get(&served, &Served::path("orders", "rows?sort=secret")).code(), "masked_column");
    // With no tenant one sees all of it, and with the permission what is sensitive.
    let staff = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    let count = staff.get(&served, &Served::path("orders", "count?mode=exact")).json();
    assert_eq!(count["count"], 6);
    let page = staff.get(&served, &Served::path("people", "rows?columns=score&filter=id+%3D+1")).json();
    assert_eq!(page["rows"], json!([[1]]));
    let viewer = person(&served, vec![grant(&["records.read"], &["*"])], Vec::new(), None);
    let page = viewer.get(&served, &Served::path("people", "rows?columns=score&filter=id+%3D+1")).json();
    assert_eq!(page["rows"], json!([["•••"]]));
}
