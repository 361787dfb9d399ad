//! State and source in one database: Rowport's own tables are no datasets, by the list or by any name.

use rowport_engine::accounts::SignInMode;
use rowport_model::SourceKind;
use rowport_testkit::{Database, Postgres, Sqlite};
use serde_json::json;

use super::matrix::{ask_of, routes};
use super::people::{grant, person};
use crate::desk::{Served, Serving, serve_as};

/// Names under which one might look for them, as addresses have them.
const GUESSES: &[&str] = &[
    "rowport.users",
    "rowport.secrets",
    "rowport.migrations",
    "ROWPORT.USERS",
    "Rowport.Users",
    "%22rowport%22.%22users%22",
    "%22rowport.users%22",
    "%60rowport%60.%60users%60",
    "public.rowport.users",
    "rowport%2Eusers",
    "users",
    "main.users",
    "secrets",
    "rowport_journal.journal",
    "rowport_journal.chunks",
    "ROWPORT_JOURNAL.change_sets",
    "_rowport_journal",
    "_rowport_change_sets",
    "_ROWPORT_JOURNAL",
    "%60_rowport_journal%60",
    "%22_rowport_chunks%22",
    "main._rowport_journal",
];

/// Asks every route with a dataset in its path for each of the names, and answers how many that were.
fn nothing_leads_there(served: &Served) -> usize {
    let everything = person(served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    let mut asked = 0;
    for route in routes().iter().filter(|route| route.path.contains("{dataset}")) {
        for guess in GUESSES {
            let answer = ask_of(served, route, guess, Some(("cookie", &everything.cookie)));
            let code = answer.code();
            assert!(
                matches!(code.as_str(), "unknown_dataset" | "source_refused" | "bad_request"),
                "{} {} of {guess}: {answer:?}",
                route.method,
                route.path
            );
            asked += 1;
        }
    }
    asked
}

#[test]
fn no_dataset_and_no_guessable_name_leads_to_the_state_in_the_same_database() {
    let database = Postgres::create();
    database.execute("CREATE TABLE mine (id integer PRIMARY KEY, keeper text)");
    let state_url = Some(database.url().to_owned());
    let served =
        serve_as(&database, Serving { state_url, sign_in_mode: SignInMode::Required, ..Serving::default() });
    // Only now are there tables of the state to refer to.
    database.execute(
        "ALTER TABLE mine ADD FOREIGN KEY (keeper) REFERENCES rowport.users (id);
         INSERT INTO mine SELECT 1, (SELECT id FROM rowport.users LIMIT 1)",
    );
    let everything = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    assert_eq!(everything.send(&served, "POST", "/api/v1/sources/db/journal", &json!({})).status / 100, 2);
    let listed = everything.get(&served, "/api/v1/sources").body;
    let listed = String::from_utf8(listed).unwrap();
    assert!(listed.contains("mine") && !listed.contains("rowport"), "{listed}");
    let described = everything.get(&served, "/api/v1/sources/db/datasets/mine").json();
    assert_eq!(described["foreign_keys"], json!([]), "{described}");
    for path in ["keeper.password", "keeper.email", "keeper.id"] {
        let rows = everything.get(&served, &Served::path("mine", &format!("rows?columns={path}")));
        assert_eq!(rows.code(), "unknown_column", "{path}");
    }
    assert!(nothing_leads_there(&served) > 300);
}

#[test]
fn a_source_that_is_the_file_of_the_state_has_no_dataset() {
    let database = Sqlite::create();
    let state = Some(database.path().to_owned());
    let served =
        serve_as(&database, Serving { state, sign_in_mode: SignInMode::Required, ..Serving::default() });
    let everything = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    let journal = everything.send(&served, "POST", "/api/v1/sources/db/journal", &json!({}));
    assert_eq!(journal.code(), "source_refused");
    let listed = everything.get(&served, "/api/v1/sources").json();
    assert!(!listed.to_string().contains("users"), "{listed}");
    assert!(nothing_leads_there(&served) > 300);
}

#[test]
fn no_name_leads_to_the_journal_of_a_source() {
    for kind in [SourceKind::Mysql, SourceKind::Sqlite] {
        let database = Database::create(kind);
        database.execute("CREATE TABLE mine (id integer NOT NULL PRIMARY KEY)");
        let served =
            serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..Serving::default() });
        let everything = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
        assert_eq!(
            everything.send(&served, "POST", "/api/v1/sources/db/journal", &json!({})).status / 100,
            2
        );
        assert_ne!(database.rows("SELECT * FROM _rowport_journal").len(), 0, "{kind}");
        let listed = everything.get(&served, "/api/v1/sources").json();
        assert!(!listed.to_string().contains("_rowport"), "{listed}");
        assert!(nothing_leads_there(&served) > 300);
    }
}
