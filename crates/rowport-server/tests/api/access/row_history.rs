//! What happened to a row, and who may know of it.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::DatasetSettings;
use rowport_model::{ColumnEffect, ColumnRule};
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Served, Serving, serve_as};

fn database() -> Database {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, secret TEXT, hidden TEXT, firm TEXT);
         INSERT INTO people VALUES (1, 'Ann', 'top', 'deep', 'acme'), (2, 'Bob', 'top', 'deep', 'acme'),
                                   (3, 'Cid', 'top', 'deep', 'other');",
    );
    database
}

fn served(database: &Database) -> Served {
    let people = DatasetSettings { tenant: Some("firm".to_owned()), ..DatasetSettings::default() };
    let datasets = BTreeMap::from([("people".to_owned(), people)]);
    serve_as(database, Serving { datasets, sign_in_mode: SignInMode::Required, ..Serving::default() })
}

fn staff(served: &Served) -> Person {
    let staff = person(served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    assert_eq!(staff.send(served, "POST", "/api/v1/sources/db/journal", &json!({})).status, 200);
    staff
}

/// Somebody of a tenant, who sees a mask in place of one column and nothing of another.
fn of_tenant(served: &Served, tenant: &str) -> Person {
    let rule = |column: &str, effect| ColumnRule {
        dataset: "db/people".to_owned(),
        column: column.to_owned(),
        effect,
    };
    let rules = vec![rule("secret", ColumnEffect::Masked), rule("hidden", ColumnEffect::Hidden)];
    let may = grant(&["records.read", "records.update", "records.delete"], &["*"]);
    person(served, vec![may], rules, Some(tenant))
}

impl Person {
    fn change(&self, served: &Served, action: &str, key: i64, more: &Value) {
        served.clock.turn(jiff::SignedDuration::from_secs(1));
        let mut body = json!({ "selection": { "keys": [key] } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = Served::path("people", &format!("bulk/{action}"));
        let preview = self.send(served, "POST", &format!("{path}/preview"), &body).json();
        body["confirmation"] = preview["confirmation"].clone();
        let done = self.send(served, "POST", &path, &body);
        assert_eq!(done.status, 200, "{done:?}");
    }

    fn rename(&self, served: &Served, key: i64, name: &str) {
        let fields = json!({ "fields": [{ "column": "name", "to": { "value": name } }] });
        self.change(served, "set", key, &fields);
    }

    fn history(&self, served: &Served, query: &str) -> Value {
        let answer = self.get(served, &Served::path("people", &format!("history?{query}")));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

#[test]
fn a_row_has_a_history_from_which_each_sees_what_they_may() {
    let database = database();
    let served = served(&database);
    let (staff, acme, other) = (staff(&served), of_tenant(&served, "acme"), of_tenant(&served, "other"));
    staff.rename(&served, 1, "Anna");
    staff.rename(&served, 2, "Bert");
    acme.rename(&served, 1, "Anne");
    acme.change(&served, "delete", 1, &json!({}));
    assert_eq!(staff.history(&served, "key=1")["changes"], json!([]), "the audit was not told yet");
    assert_eq!((served.relay(), served.relay()), (4, 0));

    let all = staff.history(&served, "key=1");
    assert_eq!(all["columns"], json!(["id", "name", "secret", "hidden", "firm"]));
    let told = |change: &Value| {
        json!([change["action"], change["before"], change["after"], change["values"], change["actor"]])
    };
    let (ann, anna) = (["Ann", "top", "deep", "acme"], ["Anna", "top", "deep", "acme"]);
    let row = |[name, secret, hidden, firm]: [&str; 4]| json!([1, name, secret, hidden, firm]);
    let anne = row(["Anne", "top", "deep", "acme"]);
    let by = |person: &Person| format!("user:{}", person.user.id);
    assert_eq!(
        all["changes"].as_array().unwrap().iter().map(told).collect::<Vec<_>>(),
        [
            json!(["delete", anne, null, "kept", by(&acme)]),
            json!(["set", row(anna), anne, "kept", by(&acme)]),
            json!(["set", row(ann), row(anna), "kept", by(&staff)]),
        ]
    );
    assert_eq!(all["changes"][0]["address"], "127.0.0.1");
    assert_eq!(all["next"], Value::Null);

    // Of one's own tenant, without what is hidden, and with a mask for what is masked.
    let own = acme.history(&served, "key=%5B%221%22%5D");
    assert_eq!(own["columns"], json!(["id", "name", "secret", "firm"]));
    assert_eq!(own["changes"].as_array().unwrap().len(), 2);
    assert_eq!(own["changes"][0]["before"], json!([1, "Anne", "•••", "acme"]));
    assert_eq!(own["changes"][0]["address"], Value::Null);
    assert!(!own.to_string().contains("top") && !own.to_string().contains("deep"), "{own}");
    assert_eq!(other.history(&served, "key=1")["changes"], json!([]));

    // Page by page.
    let first = staff.history(&served, "key=1&limit=2");
    let rest = staff.history(&served, &format!("key=1&limit=2&before={}", first["next"]));
    let both = [first["changes"].as_array().unwrap().clone(), rest["changes"].as_array().unwrap().clone()];
    assert_eq!((both.concat(), &rest["next"]), (all["changes"].as_array().unwrap().clone(), &Value::Null));

    // Told once more, as by somebody who was killed before that was noted.
    database.execute("UPDATE _rowport_change_chunks SET relayed = 0");
    assert_eq!((served.relay(), &staff.history(&served, "key=1")), (4, &all));

    // The audit finds them by the row, and by what was done.
    let audit = |query: &str| {
        let answer = staff.get(&served, &format!("/api/v1/audit?source=db&dataset=people&{query}"));
        answer.json()["events"].as_array().unwrap().len()
    };
    assert_eq!((audit("key=%5B%221%22%5D"), audit("action=chunk."), audit("action=chunk.delete")), (3, 4, 1));
    // In every form that the history takes, and a key that is none is refused.
    assert_eq!((audit("key=1"), audit("key=%5B1%5D"), audit("key=7")), (3, 3, 0));
    for key in ["x", "%5B1,2%5D", "%5B1", "%5B%5B1%5D%5D"] {
        for route in ["audit", "audit/export"] {
            let path = format!("/api/v1/{route}?source=db&dataset=people&key={key}");
            let answer = staff.get(&served, &path);
            assert_eq!((answer.status, answer.code().as_str()), (400, "bad_key"), "{path}");
        }
    }
}

#[test]
fn values_that_were_altered_in_the_journal_are_told_apart() {
    let database = database();
    let served = served(&database);
    let staff = staff(&served);
    staff.rename(&served, 1, "Anna");
    staff.rename(&served, 1, "Anne");
    assert_eq!(served.relay(), 2);
    let values = || {
        let history = staff.history(&served, "key=1");
        history["changes"].as_array().unwrap().iter().map(|it| it["values"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(values(), ["kept", "kept"]);
    database.execute(
        "UPDATE _rowport_change_chunks SET after_image = before_image
         WHERE change_set = (SELECT max(change_set) FROM _rowport_change_chunks)",
    );
    assert_eq!(values(), ["altered", "kept"]);
    // Another row's values are not shown in its place.
    staff.rename(&served, 2, "Bert");
    database.execute(
        "UPDATE _rowport_change_chunks SET (before_image, after_image) =
            (SELECT before_image, after_image FROM _rowport_change_chunks
             WHERE change_set = (SELECT max(change_set) FROM _rowport_change_chunks))
         WHERE change_set = (SELECT min(change_set) FROM _rowport_change_chunks)",
    );
    assert_eq!(values(), ["altered", "gone"]);
    database.execute("DELETE FROM _rowport_change_chunks");
    assert_eq!(values(), ["gone", "gone"]);
    assert_eq!(staff.history(&served, "key=1")["changes"][0]["before"], Value::Null);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let database = database();
    let served = served(&database);
    let staff = staff(&served);
    for (query, code) in [
        ("", "bad_request"),
        ("?key=x", "bad_key"),
        ("?key=%5B1,2%5D", "bad_key"),
        ("?key=%5B1", "bad_change"),
        ("?key=1&limit=0", "bad_request"),
        ("?key=1&limit=101", "bad_request"),
    ] {
        let answer = staff.get(&served, &Served::path("people", &format!("history{query}")));
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{query}");
    }
}
