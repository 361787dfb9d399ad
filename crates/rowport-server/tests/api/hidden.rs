//! A hidden column is as if it were not there: two databases that differ in hidden columns alone answer alike.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rowport_engine::settings::{ColumnSettings, ComputedSettings, DatasetSettings};
use rowport_model::SourceKind;
use rowport_testkit::{Database, cases};
use serde_json::{Value, json};

use crate::desk::{Served, serve_with};

/// A name that ends a statement, unless it is quoted as its database wants it.
const ODD: &str = "it's \"odd\" `too`; --";

/// The key is partly hidden, a parent has a hidden column, and values of hidden columns differ.
fn database(kind: SourceKind, secret: &str, number: i64) -> Database {
    let database = Database::create(kind);
    let odd = match kind {
        SourceKind::Mysql => format!("`{}`", ODD.replace('`', "``")),
        _ => format!("\"{}\"", ODD.replace('"', "\"\"")),
    };
    database.execute(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE, secret TEXT, score INTEGER);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people (id), total INTEGER,
                              note TEXT, secret TEXT, {odd} TEXT);
         INSERT INTO people VALUES (1, 'Ann', '{secret}', {number}), (2, 'Bob', 'b', {number}), (3, 'Cid', NULL, 1);
         INSERT INTO orders VALUES (1, 1, 10, 'x', '{secret}', 'o'), (2, 2, 20, NULL, '{secret}', NULL),
                                   (3, NULL, 30, 'y', NULL, ''), (4, 3, 20, '', 'a', 'o');"
    ));
    database
}

fn hiding() -> BTreeMap<String, DatasetSettings> {
    let hidden = |names: &[&str]| DatasetSettings {
        columns: names
            .iter()
            .map(|name| ((*name).to_owned(), ColumnSettings { hidden: true, ..Default::default() }))
            .collect(),
        ..Default::default()
    };
    BTreeMap::from([
        ("people".to_owned(), hidden(&["secret", "score"])),
        ("orders".to_owned(), hidden(&["secret"])),
    ])
}

fn column() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec![
            "id", "person", "total", "note", "secret", "person.name", "person.secret", "person.score", "SECRET",
            "rowid", "ctid", "t0.secret", "\"secret\"", "secret\0", "'", "", ODD,
        ])
        .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (0..40_i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        proptest::sample::select(vec![
            "x",
            "",
            "'; DROP TABLE orders; --",
            "%",
            "_",
            "\\",
            "\u{0}",
            "2026-01-01",
            "1e999"
        ])
        .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

fn filter() -> impl Strategy<Value = Value> {
    let names: Vec<&str> = rowport_model::Operator::ALL.iter().map(|operator| operator.name()).collect();
    let condition = (column(), proptest::sample::select(names), proptest::collection::vec(value(), 0..3))
        .prop_map(|(column, op, values)| match op {
            "in" | "not_in" | "between" => json!({ "column": column, "op": op, "values": values }),
            "is_null" | "is_not_null" | "is_empty" | "is_not_empty" => json!({ "column": column, "op": op }),
            _ => json!({ "column": column, "op": op, "value": values.first() }),
        });
    condition.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|parts| json!({ "and": parts })),
            proptest::collection::vec(inner.clone(), 0..3).prop_map(|parts| json!({ "or": parts })),
            inner.prop_map(|part| json!({ "not": part })),
        ]
    })
}

pub fn request() -> impl Strategy<Value = Value> {
    let sort = (column(), any::<bool>())
        .prop_map(|(column, descending)| json!({ "column": column, "descending": descending }));
    (
        proptest::option::of(proptest::collection::vec(column(), 0..4)),
        proptest::option::of(filter()),
        proptest::collection::vec(sort, 0..3),
        proptest::option::of(any::<String>()),
        proptest::option::weighted(0.1, any::<String>()),
    )
        .prop_map(|(columns, filter, sort, search, cursor)| {
            let mut view = json!({ "sort": sort });
            let parts = [
                ("columns", columns.map(Value::from)),
                ("filter", filter),
                ("search", search.map(Value::from)),
            ];
            for (name, part) in parts.into_iter().filter_map(|(name, part)| part.map(|part| (name, part))) {
                view[name] = part;
            }
            json!({ "view": view, "cursor": cursor })
        })
}

#[test]
fn hostile_views_tell_nothing_of_what_postgresql_hides_and_break_nothing() {
    tells_nothing(SourceKind::Postgres);
}

#[test]
fn hostile_views_tell_nothing_of_what_mariadb_hides_and_break_nothing() {
    tells_nothing(SourceKind::Mysql);
}

#[test]
fn hostile_views_tell_nothing_of_what_sqlite_hides_and_break_nothing() {
    tells_nothing(SourceKind::Sqlite);
}

fn tells_nothing(kind: SourceKind) {
    let (left, right) = (database(kind, "top", 1), database(kind, "other", 999));
    let left_desk = serve_with(&left, hiding(), Default::default());
    let right_desk = serve_with(&right, hiding(), Default::default());
    let cases = u32::try_from(cases(10_000)).unwrap();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, b"rowport: hidden columns, seed 01");
    let accepted = std::cell::Cell::new(0);
    TestRunner::new_with_rng(config, rng)
        .run(&request(), |request| {
            let path = Served::path("orders", "rows");
            let (left, right) = (left_desk.post(&path, &request), right_desk.post(&path, &request));
            prop_assert!(left.status < 500, "{request}: {:?}", left.json());
            prop_assert_eq!(left.status, right.status);
            accepted.set(accepted.get() + u32::from(left.status == 200));
            prop_assert_eq!(left.json(), right.json());
            prop_assert!(!String::from_utf8_lossy(&left.body).contains("\"top\""));
            Ok(())
        })
        .unwrap();
    for path in
        ["rows", "count?mode=exact", "rows?filter=note+%3D+x&sort=-total", "export", "export/plan", "presets"]
    {
        let path = Served::path("orders", path);
        let (left, right) = (left_desk.get(&path), right_desk.get(&path));
        assert_eq!((left.status, &left.body), (200, &right.body), "{path}");
    }
    assert!(accepted.get() > cases / 20, "only {} of {cases} views made sense", accepted.get());
    eprintln!("{kind}: {cases} hostile views, {} of which made sense", accepted.get());
    // A hidden column answers to the letter as one that was never there.
    for route in ["rows?columns=", "rows?sort=", "rows?filter=1+%3D+1+or+"] {
        let say = |name: &str| {
            let answer = left_desk.get(&Served::path("orders", &format!("{route}{name}")));
            (answer.status, String::from_utf8(answer.body).unwrap().replace(name, "X"))
        };
        assert_eq!(say("secret"), say("absent"), "{route}");
    }
    assert!(!left_desk.get("/api/v1/sources/db/datasets/orders").body.is_empty());
    let described = String::from_utf8(left_desk.get("/api/v1/sources/db/datasets/orders").body).unwrap();
    assert!(!described.contains("secret"), "{described}");
}

#[test]
fn a_computed_column_over_a_hidden_one_is_hidden_with_it() {
    let database = database(SourceKind::Sqlite, "top", 1);
    let mut settings = hiding();
    let orders = settings.get_mut("orders").unwrap();
    let computed = |text: &str| ComputedSettings {
        expression: rowport_model::Expression::parse(text).unwrap(),
        label: None,
        currency: None,
    };
    orders.computed.insert("loud".to_owned(), computed("note || secret"));
    orders.computed.insert("double".to_owned(), computed("total * 2"));
    let served = serve_with(&database, settings, Default::default());
    let page = served.get(&Served::path("orders", "rows?limit=1")).json();
    let names: Vec<&str> =
        page["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["id", "person", "total", "note", ODD, "double"]);
    let asked = served.get(&Served::path("orders", "rows?columns=loud"));
    assert_eq!(asked.code(), "unknown_column");
    assert!(!String::from_utf8(asked.body).unwrap().contains("secret"));
}

#[test]
fn a_protection_that_does_not_fit_withholds_its_table() {
    let database = database(SourceKind::Sqlite, "top", 1);
    let mut settings = hiding();
    let people = settings.get_mut("people").unwrap();
    people.columns.insert("Secret".to_owned(), ColumnSettings { hidden: true, ..Default::default() });
    let served = serve_with(&database, settings, Default::default());
    assert_eq!(served.get(&Served::path("people", "rows")).code(), "unknown_dataset");
    assert_eq!(served.get(&Served::path("orders", "rows")).status, 200);
}
