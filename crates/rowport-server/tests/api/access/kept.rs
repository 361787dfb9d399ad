//! What a rule keeps from people is kept from them by whatever they do: undo, references, previews, shared datasets,
//! histories, and rules that fit nothing.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::{DatasetSettings, Shared};
use rowport_model::{ColumnEffect, ColumnRule, SourceKind};
use rowport_testkit::Database;
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

const KINDS: [SourceKind; 3] = [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite];

const TABLES: &str = "
    CREATE TABLE customers (id integer NOT NULL PRIMARY KEY, firm varchar(20) NOT NULL, name varchar(40), salary integer,
        note varchar(40), color varchar(20));
    CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, firm varchar(20) NOT NULL, customer integer, other integer,
        CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id));
    CREATE TABLE countries (code varchar(2) NOT NULL PRIMARY KEY, name varchar(40));
    CREATE TABLE people (id integer NOT NULL PRIMARY KEY, firm varchar(20) NOT NULL, pin integer, bonus integer, CHECK (pin > bonus));
    INSERT INTO customers VALUES (1, 'acme', 'Ann', 10, 'n1', 'red'), (2, 'acme', 'Bob', 20, 'n2', 'red'),
        (400, 'globex', 'Eve', 30, 'n3', 'red');
    INSERT INTO orders VALUES (1, 'acme', 1, 400), (2, 'acme', 2, 1), (3, 'acme', NULL, 99999), (9, 'globex', 400, 1);
    INSERT INTO countries VALUES ('DE', 'Germany'), ('FR', 'France');
    INSERT INTO people VALUES (1, 'acme', 1007, 1);";

struct Site {
    served: Served,
    database: Database,
}

impl Site {
    fn of(kind: SourceKind, shared: Shared) -> Self {
        let database = Database::create_in_memory(kind);
        database.execute(TABLES);
        let by_firm = || DatasetSettings { tenant: Some("firm".to_owned()), ..DatasetSettings::default() };
        let datasets = BTreeMap::from([
            ("customers".to_owned(), by_firm()),
            ("orders".to_owned(), by_firm()),
            ("people".to_owned(), by_firm()),
            ("countries".to_owned(), DatasetSettings { shared, ..DatasetSettings::default() }),
        ]);
        let served = serve_as(
            &database,
            Serving { datasets, sign_in_mode: SignInMode::Required, ..Serving::default() },
        );
        let site = Self { served, database };
        let made = site.client(&["*"], &[], None).send("POST", "/api/v1/sources/db/journal", &json!({}));
        assert_eq!(made.status / 100, 2, "{made:?}");
        site
    }

    fn client(
        &self,
        permissions: &[&str],
        rules: &[(&str, &str, ColumnEffect)],
        tenant: Option<&str>,
    ) -> ApiClient<'_> {
        let rules = rules.iter().map(|(dataset, column, effect)| ColumnRule {
            dataset: (*dataset).to_owned(),
            column: (*column).to_owned(),
            effect: *effect,
        });
        let person = person(&self.served, vec![grant(permissions, &["*"])], rules.collect(), tenant);
        ApiClient { served: &self.served, person }
    }
}

struct ApiClient<'a> {
    served: &'a Served,
    person: Person,
}

impl ApiClient<'_> {
    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.person.send(self.served, method, path, body)
    }

    fn get(&self, dataset: &str, route: &str) -> Answer {
        self.person.get(self.served, &Served::path(dataset, route))
    }

    fn post(&self, dataset: &str, route: &str, body: &Value) -> Answer {
        self.send("POST", &Served::path(dataset, route), body)
    }

    /// What came of an action, and what its preview said.
    fn change(&self, dataset: &str, action: &str, keys: &Value, fields: Option<Value>) -> (Value, Answer) {
        let mut body = json!({ "selection": { "keys": keys } });
        if let Some(fields) = fields {
            body["fields"] = fields;
        }
        let preview = self.post(dataset, &format!("bulk/{action}/preview"), &body);
        assert_eq!(preview.status, 200, "{preview:?}");
        body["confirmation"] = preview.json()["confirmation"].clone();
        (preview.json(), self.post(dataset, &format!("bulk/{action}"), &body))
    }

    fn set(&self, dataset: &str, key: i64, column: &str, to: Value) -> String {
        let fields = json!([{ "column": column, "to": { "value": to } }]);
        let (_, done) = self.change(dataset, "set", &json!([key]), Some(fields));
        assert_eq!(done.json()["done"], 1, "{done:?}");
        id_of(&done)
    }

    fn undo(&self, dataset: &str, change_set: &str, body: &Value) -> Answer {
        self.post(dataset, &format!("changes/{change_set}/undo"), body)
    }
}

fn id_of(done: &Answer) -> String {
    done.json()["change_set"].as_str().unwrap_or_else(|| panic!("{done:?}")).to_owned()
}

fn fields_of(rules: &[(&'static str, ColumnEffect)]) -> Vec<(&'static str, &'static str, ColumnEffect)> {
    rules.iter().map(|(column, effect)| ("db/customers", *column, *effect)).collect()
}

#[test]
fn undoing_and_redoing_a_set_needs_every_column_that_it_writes() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        let admin = site.client(&["*"], &[], None);
        let kept = fields_of(&[("salary", ColumnEffect::Masked), ("note", ColumnEffect::Hidden)]);
        let ed = site.client(&["records.*"], &kept, None);
        let stored =
            |column: &str| site.database.text(&format!("SELECT {column} FROM customers WHERE id = 1"));
        for (column, to) in [("salary", json!(999)), ("note", json!("admin's"))] {
            let set = admin.set("customers", 1, column, to.clone());
            for body in [json!({}), json!({ "force": true }), json!({ "keys": [1] })] {
                let refused = ed.undo("customers", &set, &body);
                assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{kind} {column}");
                assert!(!String::from_utf8(refused.body).unwrap().contains("note"));
            }
            // Redoing it is writing it as well.
            let undone = admin.undo("customers", &set, &json!({}));
            assert_eq!(undone.status, 200, "{undone:?}");
            let refused = ed.undo("customers", &id_of(&undone), &json!({}));
            assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{kind} {column}");
            assert_ne!(json!(stored(column)), json!(to.to_string()));
        }
        // What they may write they take back.
        let set = ed.set("customers", 1, "color", json!("blue"));
        assert_eq!(ed.undo("customers", &set, &json!({})).json()["done"], 1);
        assert_eq!(stored("color"), "red");
        // Whole rows come back whole.
        let (_, gone) = ed.change("customers", "delete", &json!([400]), None);
        assert_eq!(gone.json()["done"], 0, "an order refers to it");
        site.database.execute("DELETE FROM orders WHERE customer = 400");
        let (_, gone) = ed.change("customers", "delete", &json!([400]), None);
        assert_eq!(ed.undo("customers", &id_of(&gone), &json!({})).json()["done"], 1, "{kind}");
        assert_eq!(site.database.text("SELECT note FROM customers WHERE id = 400"), "n3");
    }
}

#[test]
fn force_loses_nothing_of_a_column_that_is_not_seen() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        let kept = fields_of(&[("salary", ColumnEffect::Masked), ("note", ColumnEffect::Hidden)]);
        let ed = site.client(&["records.*"], &kept, None);
        let set = ed.set("customers", 2, "color", json!("blue"));
        site.database.execute("UPDATE customers SET note = 'of others', color = 'green' WHERE id = 2");
        let undone = ed.undo("customers", &set, &json!({ "force": true }));
        assert!(undone.status == 200 || undone.status == 207, "{undone:?}");
        assert_eq!(site.database.text("SELECT note FROM customers WHERE id = 2"), "of others", "{kind}");
        assert!(!String::from_utf8(undone.body).unwrap().contains("of others"));
        // Of columns that they see they may lose what others did.
        let set = ed.set("customers", 1, "color", json!("blue"));
        site.database.execute("UPDATE customers SET color = 'green' WHERE id = 1");
        assert_eq!(ed.undo("customers", &set, &json!({ "force": true })).json()["done"], 1, "{kind}");
        assert_eq!(site.database.text("SELECT color FROM customers WHERE id = 1"), "red");
    }
}

#[test]
fn force_deletes_no_row_that_has_changed_where_it_is_not_seen() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        for effect in [ColumnEffect::Hidden, ColumnEffect::Masked] {
            let ed = site.client(&["records.*"], &[("db/people", "pin", effect)], None);
            let (_, gone) = ed.change("people", "delete", &json!([1]), None);
            let back = ed.undo("people", &id_of(&gone), &json!({}));
            assert_eq!(back.json()["done"], 1, "{kind}: {back:?}");
            // Undoing that deletes the row again.
            site.database.execute("UPDATE people SET pin = pin + 1");
            let undone = ed.undo("people", &id_of(&back), &json!({ "force": true })).json();
            assert_eq!((&undone["done"], &undone["skipped"]), (&json!(0), &json!(1)), "{kind}: {undone}");
            assert_eq!(undone["failures"][0]["code"], "changed_since");
            assert!(!undone.to_string().contains("pin"), "{kind}: {undone}");
            assert_eq!(site.database.text("SELECT count(*) FROM people"), "1");
        }
        let admin = site.client(&["*"], &[], None);
        let (_, gone) = admin.change("people", "delete", &json!([1]), None);
        let back = admin.undo("people", &id_of(&gone), &json!({}));
        site.database.execute("UPDATE people SET pin = pin + 1");
        let undone = admin.undo("people", &id_of(&back), &json!({ "force": true })).json();
        assert_eq!(undone["done"], 1, "one who sees it knows what goes: {undone}");
    }
}

/// The failures of an answer without their keys, which differ.
fn failures(answer: &Value) -> Vec<Value> {
    let mut failures = answer["failures"].as_array().unwrap().clone();
    for failure in &mut failures {
        failure["key"] = Value::Null;
    }
    failures
}

#[test]
fn a_tenant_refers_to_its_own_rows_and_others_are_as_if_they_were_not_there() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        let acme = site.client(&["records.*"], &[], Some("acme"));
        let fields = |to: Value| json!([{ "column": "customer", "to": to }]);
        let attempt = |key: i64, to: Value| acme.change("orders", "set", &json!([key]), Some(fields(to)));
        // Another tenant's, one that is not there, and the same by copying.
        let attempts = [
            (1, json!({ "value": 400 })),
            (1, json!({ "value": 99_999 })),
            (1, json!({ "copy": "other" })),
            (3, json!({ "copy": "other" })),
        ];
        let answers: Vec<_> = attempts.into_iter().map(|(key, to)| attempt(key, to)).collect();
        for (preview, done) in &answers {
            assert_eq!(preview["would_fail"], 1, "{kind}: {preview}");
            assert_eq!(failures(preview)[0]["code"], "foreign_key", "{kind}: {preview}");
            assert_eq!(failures(preview), failures(&answers[0].0), "{kind}");
            assert_eq!(done.json()["done"], 0, "{kind}: {done:?}");
            assert_eq!(failures(&done.json()), failures(&answers[0].1.json()), "{kind}");
        }
        let (_, done) = attempt(1, json!({ "value": 2 }));
        assert_eq!(done.json()["done"], 1, "one's own: {done:?}");
        let (_, done) = attempt(2, json!({ "copy": "other" }));
        assert_eq!(done.json()["done"], 1, "one's own, copied: {done:?}");
        // What was deleted comes back only while its parent is one's own.
        let (_, gone) = acme.change("orders", "delete", &json!([1, 2]), None);
        assert_eq!(gone.json()["done"], 2);
        site.database.execute("UPDATE customers SET firm = 'globex' WHERE id = 2");
        let undone = acme.undo("orders", &id_of(&gone), &json!({})).json();
        assert_eq!(
            (&undone["done"], &failures(&undone)[0]["code"]),
            (&json!(1), &json!("foreign_key")),
            "{kind}"
        );
        // Those who see all tenants are bound by the database alone.
        let admin = site.client(&["*"], &[], None);
        admin.set("orders", 3, "customer", json!(400));
    }
}

#[test]
fn people_of_a_tenant_change_a_shared_dataset_only_where_it_is_shared_for_writing() {
    let fields = || Some(json!([{ "column": "name", "to": { "value": "ours" } }]));
    let site = Site::of(SourceKind::Sqlite, Shared::Read);
    let acme = site.client(&["records.*"], &[], Some("acme"));
    assert_eq!(acme.get("countries", "rows").status, 200);
    let body = json!({ "selection": { "keys": ["DE"] }, "fields": fields(), "confirmation": "none" });
    for route in ["bulk/set/preview", "bulk/set"] {
        assert_eq!(acme.post("countries", route, &body).code(), "forbidden", "{route}");
    }
    let body = json!({ "selection": { "keys": ["DE"] }, "confirmation": "none" });
    for action in ["delete", "restore", "purge"] {
        for route in [format!("bulk/{action}/preview"), format!("bulk/{action}")] {
            assert_eq!(acme.post("countries", &route, &body).code(), "forbidden", "{route}");
        }
    }
    assert_eq!(acme.get("countries", "trash").code(), "forbidden");
    let admin = site.client(&["*"], &[], None);
    let (_, done) = admin.change("countries", "set", &json!(["DE"]), fields());
    assert_eq!(done.json()["done"], 1, "those of no tenant do");

    for kind in KINDS {
        let site = Site::of(kind, Shared::Write);
        let (acme, globex) = (
            site.client(&["records.*"], &[], Some("acme")),
            site.client(&["records.*"], &[], Some("globex")),
        );
        let (_, done) = acme.change("countries", "delete", &json!(["FR"]), None);
        assert_eq!(done.json()["done"], 1, "{kind}: {done:?}");
        // Who did it is known to their own tenant only, in the trash as in histories and by undo.
        let set = id_of(&done);
        assert_eq!(acme.get("countries", "trash").json()["rows"][0]["change_set"], json!(set));
        let theirs = String::from_utf8(globex.get("countries", "trash").body).unwrap();
        assert!(!theirs.contains("Somebody") && !theirs.contains(&set), "{kind}: {theirs}");
        assert_eq!(globex.get("countries", "changes").json()["changes"].as_array().map(Vec::len), Some(0));
        assert_eq!(globex.get("countries", &format!("changes/{set}")).code(), "unknown_change_set");
        assert_eq!(globex.undo("countries", &set, &json!({})).code(), "unknown_change_set");
        assert_eq!(acme.undo("countries", &set, &json!({})).json()["done"], 1, "{kind}");
    }
}

#[test]
fn a_preview_tells_nothing_of_a_constraint_over_a_column_that_is_not_seen() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        let preview = |client: &ApiClient<'_>, bonus: i64| {
            let fields = json!([{ "column": "bonus", "to": { "value": bonus } }]);
            let body = json!({ "selection": { "keys": [1] }, "fields": fields });
            let mut preview = client.post("people", "bulk/set/preview", &body).json();
            for differs in ["confirmation", "until"] {
                preview.as_object_mut().unwrap().remove(differs);
            }
            preview
        };
        for effect in [ColumnEffect::Masked, ColumnEffect::Hidden] {
            let ed = site.client(&["records.*"], &[("db/people", "pin", effect)], None);
            let (fits, fails) = (preview(&ed, 1006), preview(&ed, 1007));
            assert_eq!(fits, fails, "{kind}");
            assert!(fits.get("would_fail").is_none(), "not tried: {fits}");
        }
        let admin = site.client(&["*"], &[], None);
        assert_eq!(
            (&preview(&admin, 1006)["would_fail"], &preview(&admin, 1007)["would_fail"]),
            (&json!(0), &json!(1))
        );
    }
}

#[test]
fn a_rule_about_a_column_that_is_not_there_closes_its_dataset() {
    for kind in KINDS {
        let site = Site::of(kind, Shared::No);
        let hide = |dataset, column| [(dataset, column, ColumnEffect::Hidden)];
        let typo = site.client(&["records.*"], &hide("db/customers", "salery"), None);
        assert_eq!(typo.get("customers", "rows").code(), "unknown_dataset", "{kind}");
        assert_eq!(typo.get("orders", "rows").status, 200, "{kind}");
        // A parent that is closed leads nowhere.
        assert_eq!(typo.get("orders", "rows?columns=customer.name").code(), "unknown_column", "{kind}");
        let pattern = site.client(&["records.*"], &hide("db/*", "salery"), None);
        assert_eq!(
            pattern.get("customers", "rows").status,
            200,
            "a pattern is about the columns that there are"
        );
        // Capitals count where they do in the database.
        let capitals = site.client(&["records.*"], &hide("DB/customers", "Salary"), None);
        let rows = capitals.get("customers", "rows");
        match kind {
            SourceKind::Postgres => assert_eq!(rows.code(), "unknown_dataset"),
            _ => assert!(!String::from_utf8(rows.body).unwrap().contains("salary"), "{kind}"),
        }
        // The administrator is told of each.
        let admin = site.client(&["*"], &[], None);
        let problems = admin.send("GET", "/api/v1/roles", &json!({})).json()["problems"].clone();
        let told: Vec<_> =
            problems.as_array().unwrap().iter().map(|it| it["column"].as_str().unwrap()).collect();
        match kind {
            SourceKind::Postgres => assert_eq!(told, ["salery", "Salary"], "{problems}"),
            _ => assert_eq!(told, ["salery"], "{problems}"),
        }
        assert!(problems[0]["message"].as_str().unwrap().contains("absent"), "{problems}");
        // A column that is renamed is not shown under its new name.
        let renamed = site.client(&["records.*"], &hide("db/customers", "salary"), None);
        assert_eq!(renamed.get("customers", "rows").status, 200, "{kind}");
        site.database.execute("ALTER TABLE customers RENAME COLUMN salary TO salary_cents");
        site.served.clock.turn(jiff::SignedDuration::from_secs(60));
        assert_eq!(renamed.get("customers", "rows").code(), "unknown_dataset", "{kind}");
    }
}

#[test]
fn the_history_of_a_row_that_is_gone_is_for_those_who_may_delete() {
    let site = Site::of(SourceKind::Sqlite, Shared::No);
    let admin = site.client(&["*"], &[], None);
    let reader = site.client(&["records.read"], &[], None);
    admin.set("orders", 3, "other", json!(7));
    site.served.relay();
    let history = |client: &ApiClient<'_>| {
        client.get("orders", "history?key=3").json()["changes"].as_array().map_or(0, Vec::len)
    };
    assert_eq!((history(&admin), history(&reader)), (1, 1));
    let (_, gone) = admin.change("orders", "delete", &json!([3]), None);
    assert_eq!(gone.json()["done"], 1);
    site.served.relay();
    assert_eq!((history(&admin), history(&reader)), (2, 0));
    assert_eq!(admin.undo("orders", &id_of(&gone), &json!({})).status, 200);
    site.served.relay();
    assert_eq!((history(&admin), history(&reader)), (3, 3));
}

#[test]
fn an_api_key_grants_no_more_than_it_has_and_is_no_way_to_be_a_person() {
    let site = Site::of(SourceKind::Sqlite, Shared::No);
    let admin = site.client(&["*"], &[], None);
    let reader = site.client(&["records.read"], &[], None);
    let body = json!({ "name": "k", "scopes": [{ "permissions": ["admin"], "datasets": ["*"] }] });
    let key = admin.send("POST", "/api/v1/keys", &body).json();
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let ask = |method: &str, path: &str, body: Value| {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let answer = site.served.send(method, path, &headers, body.as_bytes());
        (answer.status, answer)
    };
    let user = &reader.person.user.id;
    let everything = json!([{ "permissions": ["*"], "datasets": ["*"] }]);
    let reading = json!([{ "permissions": ["records.read"], "datasets": ["db/orders"] }]);
    let sessions = admin.send("GET", "/api/v1/sessions?everyone=true", &json!({})).json();
    let session = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    let role = json!({ "name": "new", "grants": everything.clone() });
    for (method, path, body) in [
        ("PATCH", format!("/api/v1/users/{user}"), json!({ "roles": ["admin"] })),
        ("PATCH", format!("/api/v1/users/{user}"), json!({ "roles": ["viewer"] })),
        (
            "POST",
            "/api/v1/users".to_owned(),
            json!({ "email": "new@example.org", "name": "New", "roles": [] }),
        ),
        ("POST", format!("/api/v1/users/{user}/invitation"), json!({})),
        ("POST", "/api/v1/roles".to_owned(), role),
        ("POST", "/api/v1/roles".to_owned(), json!({ "name": "reading", "grants": reading })),
        (
            "PUT",
            format!("/api/v1/roles/{}", reader.person.user.roles[0]),
            json!({ "name": "x", "grants": everything }),
        ),
        ("GET", "/api/v1/sessions?everyone=true".to_owned(), json!({})),
        ("DELETE", format!("/api/v1/sessions/{session}"), json!({})),
        ("GET", "/api/v1/keys?everyone=true".to_owned(), json!({})),
        ("DELETE", format!("/api/v1/keys/{}", key["id"].as_str().unwrap_or("none")), json!({})),
    ] {
        let (status, answer) = ask(method, &path, body);
        assert_eq!((status, answer.code().as_str()), (403, "forbidden"), "{method} {path}");
    }
    // What it has it grants, and takes away.
    let own =
        json!({ "name": "administrators", "grants": [{ "permissions": ["admin"], "datasets": ["*"] }] });
    assert_eq!(ask("POST", "/api/v1/roles", own).0, 201);
    assert_eq!(ask("PATCH", &format!("/api/v1/users/{user}"), json!({ "roles": [] })).0, 200);
    assert_eq!(ask("PATCH", &format!("/api/v1/users/{user}"), json!({ "suspended": true })).0, 200);
}
