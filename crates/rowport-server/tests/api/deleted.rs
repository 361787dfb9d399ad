//! Rows that are marked as deleted are as if they were not there: a database that has them answers like one that has not,
//! on every route of the document.

use std::collections::BTreeMap;

use rowport_engine::settings::{DatasetSettings, SubjectSettings};
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use crate::desk::{Answer, Served, Serving, serve_as};
use crate::runs::{link, wait};
use crate::subjects::files;

/// Stands in deleted rows, and nowhere else.
const MARKER: &str = "zq-deleted";

/// Items with their makers, of which some are deleted or were never there.
fn database(with_deleted: bool) -> Database {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE makers (id INTEGER PRIMARY KEY, name TEXT, gone TEXT);
         CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, maker INTEGER, owner TEXT, gone TEXT, gone_by TEXT,
                             FOREIGN KEY (maker) REFERENCES makers (id));
         INSERT INTO makers VALUES (1, 'Ann', NULL), (2, NULL, '2026');
         INSERT INTO items VALUES (1, 'one', 1, 'bob', NULL, NULL), (2, 'two', 2, 'bob', NULL, NULL),
                                  (3, NULL, NULL, 'cid', NULL, NULL);",
    );
    if with_deleted {
        database.execute(&format!(
            "UPDATE makers SET name = '{MARKER}' WHERE id = 2;
             INSERT INTO items VALUES (0, '{MARKER}', 1, 'bob', '2026', 'eve'), (9, '{MARKER}', 1, 'bob', '2026', 'eve');
             WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
                INSERT INTO items SELECT i, '{MARKER}', 1, 'bob', '2026', NULL FROM n"
        ));
    }
    database
}

fn serving() -> Serving {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let gone = DatasetSettings { deleted_at: Some("gone".to_owned()), ..DatasetSettings::default() };
    let items = DatasetSettings {
        deleted_by: Some("gone_by".to_owned()),
        subjects: BTreeMap::from([("person".to_owned(), names(&["owner"]))]),
        lookups: BTreeMap::from([("made_by".to_owned(), "maker.name".to_owned())]),
        presets: BTreeMap::from([("short".to_owned(), names(&["id", "made_by"]))]),
        ..gone.clone()
    };
    Serving {
        datasets: BTreeMap::from([("items".to_owned(), items), ("makers".to_owned(), gone)]),
        subjects: vec![SubjectSettings { name: "person".to_owned(), label: "Person".to_owned() }],
        ..Serving::default()
    }
}

/// What a route does with the rows of a dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reads {
    /// Shows a view of them, or says something of it.
    View,
    /// Writes a view of them into a file, at once.
    File,
    /// Writes a view of them into a file, which a link leads to.
    FileLater,
    /// Writes those of one person into an archive.
    Archive,
    /// Says what a change of them would do.
    Preview,
    /// Changes them, and says what became of each.
    Change,
    /// Shows those that are deleted, which is what it is for.
    Deleted,
    /// Nothing.
    Nothing,
}

/// What every route reads. Whoever adds one says it here.
fn reads(method: &str, path: &str) -> Reads {
    let below_dataset = path.strip_prefix("/api/v1/sources/{source}/datasets/{dataset}");
    match (method, below_dataset.unwrap_or(path)) {
        ("GET" | "POST", "/rows" | "/count" | "/landmarks" | "/export/plan") => Reads::View,
        ("GET" | "POST", "/export") => Reads::File,
        ("POST", "/exports") => Reads::FileLater,
        ("POST", "/api/v1/subject-exports") => Reads::Archive,
        ("POST", "/bulk/delete/preview" | "/bulk/set/preview") => Reads::Preview,
        ("POST", "/bulk/delete" | "/bulk/set" | "/changes/{id}/undo") => Reads::Change,
        ("GET", "/changes" | "/changes/{id}") => Reads::Change,
        ("GET", "/trash") | ("POST", "/bulk/restore/preview" | "/bulk/purge/preview") => Reads::Deleted,
        ("POST", "/bulk/restore" | "/bulk/purge") => Reads::Deleted,
        // What happened to a row, whether it is there or not.
        ("GET", "/history") => Reads::Deleted,
        // The dataset itself, and what is saved beside it.
        ("GET", "") => Reads::Nothing,
        ("GET" | "POST", "/views" | "/presets") => Reads::Nothing,
        ("PUT" | "DELETE", "/views/{id}" | "/presets/{id}") => Reads::Nothing,
        // The files themselves are looked at where they are asked for.
        (_, path) if path.starts_with("/api/v1/runs") || path.starts_with("/api/v1/artifacts/") => {
            Reads::Nothing
        }
        (
            _,
            "/api/v1/health"
            | "/api/v1/session"
            | "/api/v1/session/password"
            | "/api/v1/sessions"
            | "/api/v1/sessions/{id}"
            | "/api/v1/keys"
            | "/api/v1/keys/{id}"
            | "/api/v1/limits"
            | "/api/v1/users"
            | "/api/v1/users/{id}"
            | "/api/v1/users/{id}/invitation"
            | "/api/v1/roles"
            | "/api/v1/roles/{id}"
            | "/api/v1/storage"
            | "/api/v1/notifications"
            | "/api/v1/notifications/deliveries"
            | "/api/v1/notifications/{name}/test"
            | "/api/v1/invitations/find"
            | "/api/v1/invitations/accept"
            | "/api/v1/audit"
            | "/api/v1/audit/export"
            | "/api/v1/audit/verify"
            | "/api/v1/sources"
            | "/api/v1/sources/{source}/journal"
            | "/api/v1/subjects"
            | "/api/v1/trash"
            | "/api/v1/events",
        ) => Reads::Nothing,
        _ => panic!(
            "{method} {path} is new: does it read rows, and how is it asked for those that are deleted?"
        ),
    }
}

const FORMATS: [&str; 7] = ["csv", "tsv", "json", "ndjson", "xlsx", "parquet", "text"];

/// Views that would meet deleted rows, or parents that are deleted, if they were there.
fn views() -> Vec<(&'static str, Value)> {
    vec![
        ("", json!({})),
        ("search=zq", json!({ "search": "zq" })),
        ("filter=name+contains+zq", json!({ "filter": "name contains zq" })),
        ("filter=id+%3E%3D+9", json!({ "filter": "id >= 9" })),
        ("filter=gone+is+not+null", json!({ "filter": "gone is not null" })),
        ("sort=-name", json!({ "sort": [{ "column": "name", "descending": true }] })),
        ("sort=-maker.name", json!({ "sort": [{ "column": "maker.name", "descending": true }] })),
        ("columns=id,made_by", json!({ "columns": ["id", "made_by"] })),
        ("filter=made_by+contains+zq", json!({ "filter": "maker.name contains zq" })),
    ]
}

/// The two databases, served.
struct Both {
    with: Served,
    without: Served,
}

impl Both {
    /// Asks both, and refuses an answer that differs or has a deleted row in it.
    fn ask(&self, what: &str, ask: impl Fn(&Served) -> Answer) -> Answer {
        let (with, without) = (ask(&self.with), ask(&self.without));
        assert!(with.status < 500, "{what}: {with:?}");
        same(what, &with.body, &without.body);
        assert_eq!(with.status, without.status, "{what}");
        with
    }

    fn view(&self, method: &str, route: &str, with: &str) {
        for (query, view) in views() {
            let answer = self.asked(method, "items", route, (query, &view), with);
            assert!(answer.status < 300 || query.contains("maker.name"), "{route} {query}: {answer:?}");
        }
        // What is offered to be referred to: the parents that a search finds.
        let search = ("search=zq", json!({ "search": "zq" }));
        let answer = self.asked(method, "makers", route, (search.0, &search.1), with);
        assert!(answer.status < 300, "{route}: {answer:?}");
    }

    fn asked(
        &self,
        method: &str,
        dataset: &str,
        route: &str,
        (query, view): (&str, &Value),
        with: &str,
    ) -> Answer {
        let path = Served::path(dataset, route);
        if method == "GET" {
            let path = format!("{path}?{query}&{with}");
            return self.ask(&format!("GET {path}"), |served| served.get(&path));
        }
        let mut body = json!({ "view": view });
        for (name, value) in with.split('&').filter_map(|pair| pair.split_once('=')) {
            body[name] = json!(value);
        }
        self.ask(&format!("POST {path} {body}"), |served| served.post(&path, &body))
    }

    fn file_later(&self) {
        let formats = FORMATS.map(|format| json!({ "format": format }));
        let views = views().into_iter().map(|(_, view)| json!({ "view": view, "format": "csv" }));
        for body in formats.into_iter().chain(views) {
            let file = |served: &Served| {
                let started = served.post(&Served::path("items", "exports"), &body);
                assert_eq!(started.status, 202, "{body}: {started:?}");
                let id = started.json()["id"].as_str().unwrap().to_owned();
                wait(served, &id, "completed");
                served.get(&link(served, &id))
            };
            self.ask(&format!("background {body}"), file);
        }
    }

    fn archive(&self) {
        for format in ["csv", "ndjson"] {
            let body = json!({ "subject": "person", "value": "bob", "format": format });
            let archive = |served: &Served| {
                let started = served.post("/api/v1/subject-exports", &body);
                assert_eq!(started.status, 202, "{started:?}");
                let id = started.json()["id"].as_str().unwrap().to_owned();
                wait(served, &id, "completed");
                files(&served.get(&link(served, &id)).body)
            };
            let (with, without) = (archive(&self.with), archive(&self.without));
            assert!(with.len() >= 2, "{:?}", with.keys());
            for (name, bytes) in &with {
                // The manifest has the moments at which the rows were read.
                let other = if name == "manifest.json" { bytes } else { &without[name] };
                same(&format!("{name} as {format}"), bytes, other);
            }
        }
    }

    /// What a preview says of the rows; its confirmation is for one database alone.
    fn preview(&self, route: &str) {
        let path = Served::path("items", route);
        let mut selections: Vec<Value> =
            views().into_iter().map(|(_, view)| json!({ "view": { "view": { "filter": view["filter"], "search": view["search"] } } })).collect();
        selections.extend([
            json!({ "keys": [1, 9, 100] }),
            json!({ "keys": [9] }),
            json!({ "view": { "except": [9] } }),
        ]);
        for selection in selections {
            let mut body = json!({ "selection": selection });
            if route.contains("/set") {
                body["fields"] = json!([{ "column": "owner", "to": "clear" }]);
            }
            let said = |served: &Served| {
                let mut said = served.post(&path, &body);
                let mut json = said.json();
                if said.status == 200 {
                    json["confirmation"] = Value::Null;
                }
                said.body = json.to_string().into_bytes();
                said
            };
            self.ask(&format!("{route} {body}"), said);
        }
    }

    /// Changes all rows, takes it back, and looks at what is said of it.
    fn change(&self) {
        for route in ["set", "delete"] {
            for served in [&self.with, &self.without] {
                let path = Served::path("items", &format!("bulk/{route}"));
                let mut body = json!({ "selection": { "view": {} } });
                if route == "set" {
                    body["fields"] = json!([{ "column": "owner", "to": { "value": "dan" } }]);
                }
                let preview = served.post(&format!("{path}/preview"), &body).json();
                assert_eq!(preview["rows"], 3, "{preview}");
                body["confirmation"] = preview["confirmation"].clone();
                let done = served.post(&path, &body).json();
                assert_eq!((&done["done"], &done["skipped"]), (&json!(3), &json!(0)), "{done}");
                let id = done["change_set"].as_str().unwrap();
                let undo = Served::path("items", &format!("changes/{id}/undo"));
                let back = served.post(&undo, &json!({})).json();
                assert_eq!((&back["done"], &back["skipped"]), (&json!(3), &json!(0)), "{back}");
                for path in ["changes".to_owned(), format!("changes/{id}")] {
                    let said = served.get(&Served::path("items", &path));
                    assert!(said.status == 200 && !has_marker(&said.body), "{said:?}");
                }
            }
            self.view("GET", "rows", "");
        }
    }
}

fn has_marker(bytes: &[u8]) -> bool {
    bytes.windows(MARKER.len()).any(|window| window == MARKER.as_bytes())
}

/// The same bytes with nothing in the place of moments: two databases are not read in the same one.
fn without_moments(bytes: &[u8]) -> Vec<u8> {
    const MOMENT: &[u8] = b"0000-00-00T00:00:00.000Z";
    let is_like = |(byte, like): (&u8, &u8)| if *like == b'0' { byte.is_ascii_digit() } else { byte == like };
    let mut bytes = bytes.to_vec();
    for place in 0..bytes.len().saturating_sub(MOMENT.len() - 1) {
        let window = &mut bytes[place..place + MOMENT.len()];
        if window.iter().zip(MOMENT).all(is_like) {
            window.copy_from_slice(MOMENT);
        }
    }
    bytes
}

fn same(what: &str, with: &[u8], without: &[u8]) {
    assert!(!has_marker(with), "{what} shows a deleted row: {}", String::from_utf8_lossy(with));
    assert!(
        without_moments(with) == without_moments(without),
        "{what} differs by deleted rows:\n{}\n{}",
        String::from_utf8_lossy(with),
        String::from_utf8_lossy(without)
    );
}

#[test]
fn no_route_shows_rows_that_are_marked_as_deleted() {
    let (with, without) = (database(true), database(false));
    let both = Both { with: serve_as(&with, serving()), without: serve_as(&without, serving()) };
    for served in [&both.with, &both.without] {
        assert_eq!(served.post("/api/v1/sources/db/journal", &json!({})).status, 200);
    }
    let document = serde_json::to_value(rowport_server::document()).unwrap();
    let mut asked = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let does = reads(&method, path);
            let route = path.split("/{dataset}/").nth(1).unwrap_or_default();
            match does {
                Reads::View if route == "landmarks" => both.view(&method, route, ""),
                Reads::View if route == "count" => {
                    both.view(&method, route, "mode=exact");
                    both.view(&method, route, "mode=quick");
                }
                Reads::View => both.view(&method, route, ""),
                Reads::File => {
                    for format in FORMATS {
                        for tier in ["direct", "streamed"] {
                            both.view(&method, route, &format!("format={format}&tier={tier}"));
                        }
                    }
                }
                Reads::FileLater => both.file_later(),
                Reads::Archive => both.archive(),
                Reads::Preview => both.preview(route),
                // These come last, as they change what the others read.
                Reads::Change | Reads::Deleted | Reads::Nothing => {}
            }
            *asked.entry(format!("{does:?}")).or_insert(0) += 1;
        }
    }
    let untouched =
        format!("SELECT count(*) FROM items WHERE name = '{MARKER}' AND owner = 'bob' AND gone = '2026'");
    let before = with.text(&untouched);
    both.change();
    assert_eq!(with.text(&untouched), before, "what is deleted is not changed");
    let expected = ["Archive", "Change", "Deleted", "File", "FileLater", "Nothing", "Preview", "View"];
    assert_eq!(asked.keys().collect::<Vec<_>>(), expected);
}
