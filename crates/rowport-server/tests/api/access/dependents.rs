//! What goes along with deleted rows is what whoever asks may delete or change themselves, and nothing of other tenants.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::DatasetSettings;
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

/// Firms' projects have tasks, which go with them, and papers, which stay. Project 2 has a task of another firm.
const SCRIPT: &str = "
    CREATE TABLE projects (id INTEGER PRIMARY KEY, firm TEXT NOT NULL);
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, firm TEXT NOT NULL,
        project_id INTEGER REFERENCES projects ON DELETE CASCADE);
    CREATE TABLE papers (id INTEGER PRIMARY KEY, firm TEXT NOT NULL,
        project_id INTEGER REFERENCES projects ON DELETE SET NULL);
    INSERT INTO projects VALUES (1, 'acme'), (2, 'acme'), (3, 'other');
    INSERT INTO tasks VALUES (10, 'acme', 1), (20, 'acme', 2), (21, 'other', 2), (30, 'other', 3);
    INSERT INTO papers VALUES (100, 'acme', 1), (200, 'acme', 2);
";

const TABLES: [&str; 3] = ["projects", "tasks", "papers"];

fn served(database: &Database) -> Served {
    let firm = DatasetSettings { tenant: Some("firm".to_owned()), ..DatasetSettings::default() };
    let datasets: BTreeMap<_, _> = TABLES.map(|table| (table.to_owned(), firm.clone())).into();
    let served =
        serve_as(database, Serving { datasets, sign_in_mode: SignInMode::Required, ..Serving::default() });
    let admin = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    assert_eq!(admin.send(&served, "POST", "/api/v1/sources/db/journal", &json!({})).status, 200);
    served
}

fn post(served: &Served, person: &Person, route: &str, body: &Value) -> Answer {
    person.send(served, "POST", &Served::path("projects", route), body)
}

/// Deletes all projects that somebody sees with what hangs on them; answers the preview and the outcome.
fn delete(served: &Served, person: &Person) -> (Value, Value) {
    let mut body = json!({ "selection": { "view": {} }, "cascade": true });
    let preview = post(served, person, "bulk/delete/preview", &body);
    assert_eq!(preview.status, 200, "{preview:?}");
    body["confirmation"] = preview.json()["confirmation"].clone();
    let outcome = post(served, person, "bulk/delete", &body);
    assert!([200, 207].contains(&outcome.status), "{outcome:?}");
    (preview.json(), outcome.json())
}

fn state(database: &Database) -> Vec<Vec<Vec<Option<Vec<u8>>>>> {
    TABLES.map(|table| database.rows(&format!("SELECT * FROM {table} ORDER BY id"))).into()
}

#[test]
fn rows_of_another_tenant_are_neither_counted_nor_touched() {
    let database = Sqlite::create_in_memory();
    database.execute(SCRIPT);
    let served = served(&database);
    let mine = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), Some("acme"));
    let start = state(&database);
    let (preview, outcome) = delete(&served, &mine);
    let rows: Vec<_> = preview["dependents"].as_array().unwrap().iter().map(|it| &it["rows"]).collect();
    assert_eq!(rows, [2, 2], "{preview}");
    assert_eq!((&outcome["done"], &outcome["failed"]), (&json!(1), &json!(1)), "{outcome}");
    assert_eq!(outcome["failures"][0]["code"], "has_dependents");
    assert_eq!(outcome["failures"][0]["key"], json!(["2"]));
    assert_eq!(database.text("SELECT group_concat(id) FROM tasks WHERE firm = 'other'"), "21,30");
    assert_eq!(database.text("SELECT count(*) FROM projects WHERE firm = 'other'"), "1");
    let theirs = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), Some("other"));
    for along in outcome["cascade"].as_array().unwrap() {
        let (set, dataset) = (along["change_set"].as_str().unwrap(), along["dataset"].as_str().unwrap());
        let route = Served::path(dataset, &format!("changes/{set}"));
        assert_eq!(theirs.get(&served, &route).status, 404);
        assert_eq!(theirs.send(&served, "POST", &format!("{route}/undo"), &json!({})).status, 404);
    }
    // Who sees no tasks learns of none, by what went along either.
    let half = person(&served, vec![grant(&["records.*"], &["db/projects"])], Vec::new(), Some("acme"));
    let id = outcome["change_set"].as_str().unwrap();
    let seen = half.get(&served, &Served::path("projects", &format!("changes/{id}")));
    assert_eq!(seen.json()["cascade"], Value::Null, "{seen:?}");
    let refused = post(&served, &half, &format!("changes/{id}/undo"), &json!({}));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")), "{refused:?}");
    assert!(!refused.json().to_string().contains("tasks"));
    let back = post(
        &served,
        &mine,
        &format!("changes/{}/undo", outcome["change_set"].as_str().unwrap()),
        &json!({}),
    );
    assert_eq!(back.status, 200, "{back:?}");
    assert_eq!(state(&database), start);
}

#[test]
fn what_somebody_may_not_change_does_not_go_along() {
    let may = |datasets: &[&str], permissions: &[&str]| grant(permissions, datasets);
    let cases: [(&str, Vec<_>, [Value; 2]); 3] = [
        // Who may delete projects alone leaves everything as it is.
        ("projects", vec![may(&["db/projects"], &["records.read", "records.delete"])], [json!(0), json!(2)]),
        (
            "tasks to read",
            vec![
                may(&["db/projects"], &["records.read", "records.delete"]),
                may(&["db/tasks", "db/papers"], &["records.read"]),
            ],
            [json!(0), json!(2)],
        ),
        // Papers are changed and not deleted.
        (
            "papers not to change",
            vec![
                may(&["db/projects", "db/tasks"], &["records.read", "records.delete"]),
                may(&["db/papers"], &["records.read", "records.delete"]),
            ],
            [json!(0), json!(2)],
        ),
    ];
    for (who, grants, [done, failed]) in cases {
        let database = Sqlite::create_in_memory();
        database.execute(SCRIPT);
        let served = served(&database);
        let papers = database.rows("SELECT * FROM papers ORDER BY id");
        let somebody = person(&served, grants, Vec::new(), Some("acme"));
        let (_, outcome) = delete(&served, &somebody);
        assert_eq!((&outcome["done"], &outcome["failed"]), (&done, &failed), "{who}: {outcome}");
        assert_eq!(database.rows("SELECT * FROM papers ORDER BY id"), papers, "{who}");
        assert_eq!(database.text("SELECT count(*) FROM projects"), "3", "{who}");
    }
}

/// Rows of a dataset that marks them would be gone for good sooner, so deleting them needs what purging needs.
#[test]
fn rows_of_a_dataset_that_marks_go_along_for_whoever_may_purge_them() {
    for (may_purge, done) in [(false, 0), (true, 1)] {
        let database = Sqlite::create_in_memory();
        database.execute(
            "CREATE TABLE projects (id INTEGER PRIMARY KEY);
             CREATE TABLE notes (id INTEGER PRIMARY KEY, gone TEXT,
                 project_id INTEGER REFERENCES projects ON DELETE CASCADE);
             INSERT INTO projects VALUES (1);
             INSERT INTO notes VALUES (10, NULL, 1);",
        );
        let marks = DatasetSettings { deleted_at: Some("gone".to_owned()), ..DatasetSettings::default() };
        let datasets = BTreeMap::from([("notes".to_owned(), marks)]);
        let served = serve_as(
            &database,
            Serving { datasets, sign_in_mode: SignInMode::Required, ..Serving::default() },
        );
        let admin = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
        assert_eq!(admin.send(&served, "POST", "/api/v1/sources/db/journal", &json!({})).status, 200);
        let mut permissions = vec!["records.read", "records.delete"];
        permissions.extend(may_purge.then_some("records.purge"));
        let somebody = person(&served, vec![grant(&permissions, &["*"])], Vec::new(), None);
        let (_, outcome) = delete(&served, &somebody);
        assert_eq!(outcome["done"], done, "{outcome}");
        assert_eq!(database.text("SELECT count(*) FROM notes"), (1 - done).to_string());
    }
}
