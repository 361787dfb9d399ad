//! Changes by those who may not make them: other tenants' rows cannot be previewed, counted, changed, taken back or
//! looked at, by whatever names them, and each route needs what it says, however the change came about.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::DatasetSettings;
use rowport_testkit::{Database, Mysql, Postgres, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

/// Stands in rows of the other tenant, and nowhere else.
const MARKER: &str = "zq-other";

/// The routes that the document has about changes.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(rowport_server::document()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["tags"].as_array().unwrap().contains(&json!("changes")) {
                routes.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    assert!(routes.len() >= 10, "{routes:?}");
    routes
}

fn database() -> Database {
    let database = Sqlite::create_in_memory();
    database.execute(&format!(
        "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, firm TEXT NOT NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
            INSERT INTO items SELECT i, 'ours ' || i, 'acme' FROM n UNION ALL SELECT 1000 + i, '{MARKER}', 'other' FROM n"
    ));
    database
}

fn served(database: &Database) -> Served {
    let items = DatasetSettings { tenant: Some("firm".to_owned()), ..DatasetSettings::default() };
    let datasets = BTreeMap::from([("items".to_owned(), items)]);
    let served =
        serve_as(database, Serving { datasets, sign_in_mode: SignInMode::Required, ..Serving::default() });
    let admin = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    assert_eq!(admin.send(&served, "POST", "/api/v1/sources/db/journal", &json!({})).status, 200);
    served
}

/// Somebody who changes rows.
struct ApiClient<'a> {
    served: &'a Served,
    person: Person,
}

impl<'a> ApiClient<'a> {
    fn of(served: &'a Served, permissions: &[&str], tenant: Option<&str>) -> Self {
        let grants = if permissions.is_empty() { Vec::new() } else { vec![grant(permissions, &["*"])] };
        Self { served, person: person(served, grants, Vec::new(), tenant) }
    }

    fn get(&self, route: &str) -> Answer {
        self.person.get(self.served, &Served::path("items", route))
    }

    fn post(&self, route: &str, body: &Value) -> Answer {
        self.person.send(self.served, "POST", &Served::path("items", route), body)
    }

    /// The body of a change of these rows.
    fn body(action: &str, selection: Value) -> Value {
        let mut body = json!({ "selection": selection });
        if action == "set" {
            body["fields"] = json!([{ "column": "name", "to": { "value": "changed" } }]);
        }
        body
    }

    /// The same body with the confirmation that its preview answers.
    fn previewed(&self, action: &str, selection: Value) -> Value {
        let mut body = Self::body(action, selection);
        let preview = self.post(&format!("bulk/{action}/preview"), &body);
        assert_eq!(preview.status, 200, "{preview:?}");
        body["confirmation"] = preview.json()["confirmation"].clone();
        body
    }

    /// Changes these rows, and says the change set.
    fn change(&self, action: &str, selection: Value) -> String {
        let done = self.post(&format!("bulk/{action}"), &self.previewed(action, selection));
        assert_eq!(done.status, 200, "{done:?}");
        done.json()["change_set"].as_str().unwrap().to_owned()
    }

    /// Takes a change back, and says the change set that did.
    fn undo(&self, change_set: &str) -> String {
        let done = self.post(&format!("changes/{change_set}/undo"), &json!({}));
        assert_eq!(done.status, 200, "{done:?}");
        done.json()["change_set"].as_str().unwrap().to_owned()
    }
}

/// What somebody of one tenant asks about rows of another one, on one route.
struct Foreign<'a> {
    mine: ApiClient<'a>,
    theirs: ApiClient<'a>,
    /// Change sets with rows of theirs: of themselves, and of somebody who belongs to no tenant.
    change_sets: Vec<String>,
}

impl Foreign<'_> {
    fn ask(&self, method: &str, path: &str) {
        let route = path.split("/{dataset}/").nth(1).unwrap_or(path);
        match (method, route) {
            ("POST", "bulk/delete/preview") => self.preview("delete"),
            ("POST", "bulk/set/preview") => self.preview("set"),
            ("POST", "bulk/restore/preview") => self.trash_preview("restore"),
            ("POST", "bulk/purge/preview") => self.trash_preview("purge"),
            ("POST", "bulk/delete") => self.confirm("delete", 90, 1_010),
            ("POST", "bulk/set") => self.confirm("set", 90, 1_010),
            ("POST", "bulk/restore") => self.confirm("restore", 1, 1_001),
            ("POST", "bulk/purge") => self.confirm("purge", 1, 1_001),
            ("GET", "history") => self.row_history(),
            ("GET", "/api/v1/trash") => self.overview(),
            ("GET", "changes") => self.history(),
            ("GET", "changes/{id}") => self.same_as_none(|id| self.mine.get(&format!("changes/{id}"))),
            ("POST", "changes/{id}/undo") => {
                for body in [json!({}), json!({ "keys": [1_001] }), json!({ "keys": [1_002], "force": true })]
                {
                    self.same_as_none(|id| self.mine.post(&format!("changes/{id}/undo"), &body));
                }
            }
            ("GET", "trash") => self.trash(),
            // Of a source, and of no rows.
            ("GET" | "POST", "/api/v1/sources/{source}/journal") => {}
            _ => panic!("{method} {path} is new: how could it be asked for another tenant's rows?"),
        }
    }

    /// Rows of others are as if they were not there, and are not counted.
    fn preview(&self, action: &str) {
        let say = |selection: Value| {
            let answer =
                self.mine.post(&format!("bulk/{action}/preview"), &ApiClient::body(action, selection));
            (answer.status, String::from_utf8(answer.body).unwrap())
        };
        let nothing = say(json!({ "keys": [999_999] }));
        assert_eq!(nothing.0, 400);
        for selection in [
            json!({ "keys": [1_010] }),
            json!({ "keys": ["1010", 1_011] }),
            json!({ "view": { "view": { "filter": "firm = other" } } }),
            json!({ "view": { "view": { "filter": "firm != acme" } } }),
            json!({ "view": { "view": { "search": MARKER } } }),
        ] {
            assert_eq!(say(selection.clone()), nothing, "{selection}");
        }
        let count = |selection: Value| {
            let (status, body) = say(selection);
            assert_eq!(status, 200, "{body}");
            let body: Value = serde_json::from_str(&body).unwrap();
            (body["rows"].as_u64().unwrap(), body["missing"].as_u64().unwrap())
        };
        assert_eq!(count(json!({ "keys": [90, 1_010] })), (1, 1));
        let mine = self.mine.get("count?mode=exact").json()["count"].as_u64().unwrap();
        assert_eq!(count(json!({ "view": {} })), (mine, 0));
        assert_eq!(count(json!({ "view": { "except": [1_010] } })), (mine, 0));
    }

    /// In the trash are their own rows, and no key or text finds another.
    fn trash_preview(&self, action: &str) {
        let say = |selection: Value| {
            let answer =
                self.mine.post(&format!("bulk/{action}/preview"), &ApiClient::body(action, selection));
            (answer.status, String::from_utf8(answer.body).unwrap())
        };
        let nothing = say(json!({ "keys": [999_999] }));
        assert_eq!(nothing.0, 400);
        for selection in [
            json!({ "keys": [1_001, 1_004] }),
            json!({ "view": { "view": { "search": MARKER } } }),
            json!({ "view": { "except": [1] } }),
        ] {
            assert_eq!(say(selection.clone()), nothing, "{selection}");
        }
        for selection in [json!({ "keys": [1, 1_001] }), json!({ "view": {} })] {
            let (status, body) = say(selection);
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((status, &body["rows"]), (200, &json!(1)), "{body}");
        }
    }

    /// Nothing has happened to rows of others, in as many words as to one that was never there.
    fn row_history(&self) {
        let ask = |key: u32| self.mine.get(&format!("history?key={key}"));
        let never = ask(999_999);
        for key in [1_001, 1_002, 1_003, 1_004] {
            let found = ask(key);
            assert_eq!((found.status, &found.body), (never.status, &never.body), "{found:?}");
        }
    }

    fn overview(&self) {
        let trash = self.mine.person.get(self.mine.served, "/api/v1/trash").json();
        assert_eq!(trash["datasets"][0]["rows"], 1, "{trash}");
    }

    /// A confirmation that somebody else was given, or that was given for other rows, is none.
    fn confirm(&self, action: &str, my_row: u32, their_row: u32) {
        for selection in [json!({ "keys": [their_row] }), json!({ "view": {} })] {
            let theirs = self.theirs.previewed(action, selection.clone());
            let mut mine = self.mine.previewed(action, json!({ "keys": [my_row] }));
            mine["selection"] = selection;
            for body in [theirs, mine] {
                let refused = self.mine.post(&format!("bulk/{action}"), &body);
                assert_eq!((refused.status, refused.code().as_str()), (400, "bad_confirmation"), "{body}");
            }
        }
    }

    fn history(&self) {
        for query in ["", "?limit=1000", "?before=ffffffff"] {
            let listed = self.mine.get(&format!("changes{query}")).json();
            let ids: Vec<_> =
                listed["changes"].as_array().unwrap().iter().map(|change| &change["id"]).collect();
            assert!(
                !ids.iter().any(|id| self.change_sets.iter().any(|other| *id == other)),
                "{query}: {listed}"
            );
        }
        let theirs = self.theirs.get("changes").json();
        assert!(theirs.to_string().contains(&self.change_sets[0]), "they see their own: {theirs}");
    }

    fn trash(&self) {
        let cursors = self.change_sets.iter().map(|id| format!("?cursor={id}.0.0"));
        for query in [String::new(), "?limit=1000".to_owned()].into_iter().chain(cursors) {
            let listed = self.mine.get(&format!("trash{query}"));
            assert_eq!(listed.status, 200, "{listed:?}");
            assert!(!listed.json().to_string().contains(MARKER), "{query}: {:?}", listed.json());
        }
        assert!(self.theirs.get("trash").json().to_string().contains(MARKER), "they see their own");
    }

    /// To the letter the same as for a change set that was never there.
    fn same_as_none(&self, ask: impl Fn(&str) -> Answer) {
        for id in &self.change_sets {
            let never = "0".repeat(id.len());
            let (found, none) = (ask(id), ask(&never));
            assert_eq!((found.status, found.code().as_str()), (404, "unknown_change_set"), "{found:?}");
            let text = |answer: &Answer| String::from_utf8(answer.body.clone()).unwrap();
            assert_eq!(text(&found).replace(id, &never), text(&none));
        }
    }
}

#[test]
fn no_route_about_changes_reaches_another_tenant_s_rows() {
    let database = database();
    let served = served(&database);
    let [mine, theirs] = ["acme", "other"].map(|tenant| ApiClient::of(&served, &["records.*"], Some(tenant)));
    let staff = ApiClient::of(&served, &["*"], None);
    // Something of everybody, so that there is something to tell apart.
    mine.change("delete", json!({ "keys": [1] }));
    let deleted = theirs.change("delete", json!({ "keys": [1_001] }));
    let set = theirs.change("set", json!({ "keys": [1_002] }));
    let undone = theirs.undo(&theirs.change("delete", json!({ "keys": [1_003] })));
    let both = staff.change("delete", json!({ "keys": [2, 1_004] }));
    let foreign = Foreign { mine, theirs, change_sets: vec![deleted, set, undone, both] };
    let others = || database.rows("SELECT * FROM items WHERE firm = 'other' ORDER BY id");
    let before = others();
    for (method, path) in routes() {
        foreign.ask(&method, &path);
        assert!(others() == before, "{method} {path} changed rows of another tenant");
    }

    // A row that came to belong to somebody else since is out of reach, even by force.
    let set = foreign.mine.change("set", json!({ "keys": [20] }));
    let gone = foreign.mine.change("delete", json!({ "keys": [21] }));
    database.execute(&format!(
        "UPDATE items SET firm = 'other' WHERE id = 20; INSERT INTO items VALUES (21, '{MARKER}', 'other')"
    ));
    let before = others();
    for change_set in [set, gone] {
        let body = json!({ "force": true });
        let answer = foreign.mine.post(&format!("changes/{change_set}/undo"), &body);
        assert_eq!((answer.status, &answer.json()["done"]), (207, &json!(0)), "{answer:?}");
        assert!(!answer.json().to_string().contains(MARKER), "{answer:?}");
    }
    assert!(others() == before);
}

/// What somebody does to one row, and what they need for it besides reading.
struct Attempt {
    what: &'static str,
    needs: &'static [&'static str],
    /// Given the change sets of a deletion, of a set and of the undoing of a deletion, which somebody else has made.
    ask: fn(&ApiClient<'_>, i64, &Made) -> Answer,
}

/// Changes of one row each, by somebody who may.
struct Made {
    deleted: String,
    set: String,
    undone: String,
    /// What a preview of a deletion and of a set answers, for whoever asks where they may ask.
    previews: BTreeMap<&'static str, Value>,
}

fn attempts(method: &str, path: &str) -> Vec<Attempt> {
    const DELETE: &[&str] = &["records.delete"];
    const UPDATE: &[&str] = &["records.update"];
    const PURGE: &[&str] = &["records.purge"];
    fn bulk(client: &ApiClient<'_>, route: &str, action: &str, id: i64) -> Answer {
        client.post(route, &ApiClient::body(action, json!({ "keys": [id] })))
    }
    fn confirmed(client: &ApiClient<'_>, made: &Made, action: &'static str) -> Answer {
        client.post(&format!("bulk/{action}"), &made.previews[action])
    }
    fn undo(client: &ApiClient<'_>, change_set: &str) -> Answer {
        client.post(&format!("changes/{change_set}/undo"), &json!({}))
    }
    let attempt = |what, needs, ask| Attempt { what, needs, ask };
    let route = path.split("/{dataset}/").nth(1).unwrap_or(path);
    match (method, route) {
        ("POST", "bulk/delete/preview") => {
            vec![attempt("look at a deletion", DELETE, |client, id, _| {
                bulk(client, "bulk/delete/preview", "delete", id)
            })]
        }
        ("POST", "bulk/set/preview") => {
            vec![attempt("look at a set", UPDATE, |client, id, _| {
                bulk(client, "bulk/set/preview", "set", id)
            })]
        }
        ("POST", "bulk/delete") => {
            vec![attempt("delete", DELETE, |client, _, made| confirmed(client, made, "delete"))]
        }
        ("POST", "bulk/set") => {
            vec![attempt("set", UPDATE, |client, _, made| confirmed(client, made, "set"))]
        }
        ("POST", "bulk/restore/preview") => {
            vec![attempt("look at a restoration", DELETE, |client, id, _| {
                bulk(client, "bulk/restore/preview", "restore", id - 3)
            })]
        }
        ("POST", "bulk/purge/preview") => {
            vec![attempt("look at a purge", PURGE, |client, id, _| {
                bulk(client, "bulk/purge/preview", "purge", id - 3)
            })]
        }
        ("POST", "bulk/restore") => {
            vec![attempt("restore", DELETE, |client, _, made| confirmed(client, made, "restore"))]
        }
        ("POST", "bulk/purge") => {
            vec![attempt("purge", PURGE, |client, _, made| confirmed(client, made, "purge"))]
        }
        ("GET", "history") => {
            vec![attempt("look at a row's history", &[], |client, id, _| {
                client.get(&format!("history?key={id}"))
            })]
        }
        ("POST", "changes/{id}/undo") => vec![
            attempt("undo a deletion", DELETE, |client, _, made| undo(client, &made.deleted)),
            attempt("undo a set", UPDATE, |client, _, made| undo(client, &made.set)),
            attempt("undo the undoing of a deletion", DELETE, |client, _, made| undo(client, &made.undone)),
        ],
        ("GET", "changes") => vec![attempt("list changes", &[], |client, _, _| client.get("changes"))],
        ("GET", "changes/{id}") => {
            vec![attempt("look at a change", &[], |client, _, made| {
                client.get(&format!("changes/{}", made.deleted))
            })]
        }
        ("GET", "trash") => vec![attempt("look into the trash", DELETE, |client, _, _| client.get("trash"))],
        // Of the source, and of all sources; the matrix of all routes has them.
        ("GET" | "POST", "/api/v1/sources/{source}/journal" | "/api/v1/trash") => Vec::new(),
        _ => panic!("{method} {path} is new: what does it need?"),
    }
}

#[test]
fn each_route_about_changes_needs_what_the_change_needs() {
    const ALL: [&str; 4] = ["records.read", "records.update", "records.delete", "records.purge"];
    let database = database();
    let served = served(&database);
    let staff = ApiClient::of(&served, &["*"], None);
    let (mut row, mut done, mut refused) = (0, 0, 0);
    for (method, path) in routes() {
        for attempt in attempts(&method, &path) {
            // All of them, each one missing, each alone, and none.
            let all = (1 << ALL.len()) - 1;
            let single = (0..ALL.len()).map(|bit| 1 << bit);
            for chosen in single.clone().chain(single.map(|bit| all & !bit)).chain([0, all]) {
                let has: Vec<&str> = ALL
                    .into_iter()
                    .enumerate()
                    .filter(|(bit, _)| chosen & (1 << bit) != 0)
                    .map(|(_, it)| it)
                    .collect();
                let client = ApiClient::of(&served, &has, None);
                let may =
                    has.contains(&"records.read") && attempt.needs.iter().all(|needed| has.contains(needed));
                row = row % 90 + 4;
                let keys = |id: i64| json!({ "keys": [id] });
                let mut made = Made {
                    deleted: staff.change("delete", keys(row)),
                    set: staff.change("set", keys(row + 1)),
                    undone: staff.undo(&staff.change("delete", keys(row + 2))),
                    previews: BTreeMap::new(),
                };
                for (action, id, needs) in [
                    ("delete", row + 3, "records.delete"),
                    ("set", row + 3, "records.update"),
                    ("restore", row, "records.delete"),
                    ("purge", row, "records.purge"),
                ] {
                    let id = keys(id);
                    // Somebody who may not look at it has no confirmation of their own.
                    let by =
                        if has.contains(&"records.read") && has.contains(&needs) { &client } else { &staff };
                    made.previews.insert(action, by.previewed(action, id));
                }
                let before = database.rows("SELECT * FROM items ORDER BY id");
                let answer = (attempt.ask)(&client, row + 3, &made);
                let what = format!("{} with {has:?}: {answer:?}", attempt.what);
                let after = database.rows("SELECT * FROM items ORDER BY id");
                if may {
                    assert_eq!(answer.status, 200, "{what}");
                    done += 1;
                } else {
                    let code = answer.code();
                    assert!(["forbidden", "unknown_source"].contains(&code.as_str()), "{what}");
                    assert!(before == after, "{what}");
                    refused += 1;
                }
                // What was deleted is there for the next one.
                database.execute(&format!(
                    "DELETE FROM items WHERE id BETWEEN {row} AND {row} + 3;
                     WITH RECURSIVE n(i) AS (SELECT {row} UNION ALL SELECT i + 1 FROM n WHERE i < {row} + 3)
                        INSERT INTO items SELECT i, 'ours ' || i, 'acme' FROM n"
                ));
            }
        }
    }
    assert!(done > 20 && refused > 40, "{done} done, {refused} refused");
}

#[test]
fn a_tenant_is_not_told_in_the_database_s_words_why_a_row_stays() {
    for database in [Mysql::create(), Postgres::create(), Sqlite::create()] {
        for statement in [
            "CREATE TABLE items (id integer PRIMARY KEY, name varchar(20), firm varchar(20) NOT NULL)",
            "CREATE TABLE hidden_parts (id integer PRIMARY KEY, item integer NOT NULL, FOREIGN KEY (item) REFERENCES items (id))",
            "INSERT INTO items VALUES (1, 'one', 'acme')",
            "INSERT INTO hidden_parts VALUES (1, 1)",
        ] {
            database.execute(statement);
        }
        let served = served(&database);
        let failed = |client: &ApiClient<'_>| {
            let done = client.post("bulk/delete", &client.previewed("delete", json!({ "keys": [1] })));
            assert_eq!(done.status, 207, "{done:?}");
            done.json()["failures"][0].clone()
        };
        let theirs = failed(&ApiClient::of(&served, &["records.*"], Some("acme")));
        assert_eq!(theirs["code"], "foreign_key");
        assert!(theirs["database"].is_null() && !theirs.to_string().contains("hidden_parts"), "{theirs}");
        let everything = failed(&ApiClient::of(&served, &["*"], None));
        assert!(everything["database"].is_string(), "{everything}");
    }
}
