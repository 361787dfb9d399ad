//! Everything about one person as one archive.

mod asked;
mod files;
mod whole;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use rowport_engine::settings::{ColumnSettings, DatasetSettings, Shared, SubjectSettings};
use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;

use crate::desk::{Served, Serving};
use crate::runs::wait;

const START: &str = "/api/v1/subject-exports";
const CUSTOMER: &str = r#"{"subject": "customer", "value": "42", "format": "csv"}"#;

/// Customers, what they ordered and gave to each other, and the lines of their orders.
fn database(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    database.execute(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL, card VARCHAR(20), score INTEGER,
                                 firm VARCHAR(20) NOT NULL);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id), given_to INTEGER,
                              note VARCHAR(50), gone VARCHAR(20), firm VARCHAR(20) NOT NULL);
         CREATE TABLE order_lines (order_no INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL,
                             item VARCHAR(50), PRIMARY KEY (order_no, line));
         CREATE TABLE stock (id INTEGER PRIMARY KEY);
         INSERT INTO customers VALUES (41, 'Ann', '4111', 1, 'acme'), (42, 'Bob \u{1f600}', '4222', 2, 'acme'),
                                      (43, 'Cid', NULL, NULL, 'other');
         INSERT INTO orders VALUES (1, 41, NULL, '=1+1', NULL, 'acme'), (2, 42, NULL, '', NULL, 'acme'),
                                   (3, 41, 42, NULL, NULL, 'acme'), (4, 42, 42, 'x', NULL, 'acme'),
                                   (5, 42, NULL, 'deleted', '2026', 'acme'), (6, 42, NULL, 'other', NULL, 'other');
         INSERT INTO order_lines VALUES (1, 1, 'a'), (2, 1, 'b'), (2, 2, 'c'), (4, 1, 'd'), (5, 1, 'e'), (6, 1, 'f');
         INSERT INTO stock VALUES (42);",
    );
    database
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn known_by(columns: &[&str]) -> DatasetSettings {
    DatasetSettings {
        subjects: BTreeMap::from([("customer".to_owned(), names(columns))]),
        ..DatasetSettings::default()
    }
}

/// A customer is known everywhere but in the stock.
fn serving() -> Serving {
    let orders = DatasetSettings {
        deleted_at: Some("gone".to_owned()),
        tenant: Some("firm".to_owned()),
        ..known_by(&["customer", "given_to"])
    };
    let hidden = ColumnSettings { hidden: true, ..ColumnSettings::default() };
    let sensitive = ColumnSettings { sensitive: true, ..ColumnSettings::default() };
    let customers = DatasetSettings {
        tenant: Some("firm".to_owned()),
        columns: BTreeMap::from([("score".to_owned(), hidden), ("card".to_owned(), sensitive)]),
        ..known_by(&["id"])
    };
    let lines =
        DatasetSettings { shared: Shared::Read, ..known_by(&["order_no.customer", "order_no.given_to"]) };
    Serving {
        datasets: BTreeMap::from([
            ("customers".to_owned(), customers),
            ("orders".to_owned(), orders),
            ("order_lines".to_owned(), lines),
        ]),
        subjects: vec![SubjectSettings { name: "customer".to_owned(), label: "Customer".to_owned() }],
        ..Serving::default()
    }
}

/// The files of an archive by their names.
pub(crate) fn files(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

fn manifest(files: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&files["manifest.json"]).unwrap()
}

/// The archive of whoever is local.
fn archive(served: &Served, body: &Value) -> (Value, Vec<u8>) {
    let answer = served.post(START, body);
    assert_eq!(answer.status, 202, "{answer:?}");
    let run = wait(served, answer.json()["id"].as_str().unwrap(), "completed");
    let file = served.get(&crate::runs::link(served, run["id"].as_str().unwrap()));
    assert_eq!((file.status, file.complete), (200, true));
    assert_eq!(file.headers["content-type"], "application/zip");
    (run, file.body)
}
