//! What a database refuses is told by its kind, and the hint fits it: only a refused login is asked for its password.

use rowport_drivers::{Denied, DriverError, Limits, SourceUrl, connect};
use rowport_engine::EngineError;
use rowport_engine::changes::Request;
use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::json;

use crate::desk::{Shop, delete, set};

on_every_database! {
    a_row_that_is_refused_is_told_with_the_reason_of_the_database,
    what_a_trigger_misses_is_the_fault_of_its_rows,
}

const SCRIPT: &str = "CREATE TABLE t (id integer PRIMARY KEY, v varchar(20) NOT NULL UNIQUE);
    INSERT INTO t VALUES (1, 'a'), (2, 'b')";

fn hint(error: &EngineError) -> &'static str {
    error.hint().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_refused_login_is_asked_for_its_password() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let database = Database::create(kind);
        for url in [database.url().replace(":rowport@", ":wrong@"), format!("{}_missing", database.url())] {
            let driver = connect(&SourceUrl::parse(&url).unwrap(), Limits::default()).unwrap();
            let refused = driver.check().await.unwrap_err();
            assert!(
                matches!(refused, DriverError::Refused { what: Denied::Login, .. }),
                "{kind}: {refused:?}"
            );
            assert!(refused.hint().unwrap().contains("password"), "{kind}: {refused:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_is_told_with_what_to_grant() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let shop = Shop::with_login(kind, SCRIPT, "GRANT SELECT ON t TO {login}").await;
        for request in [set("", "v", json!("c")), delete("")] {
            let refused = shop.changes.preview(shop.on("t"), &request).await.unwrap_err();
            let is_right =
                matches!(refused, EngineError::Driver(DriverError::Refused { what: Denied::Right, .. }));
            assert!(is_right, "{kind}: {refused:?}");
            let hint = hint(&refused);
            assert!(
                hint.contains("grant") && hint.contains("UPDATE") && !hint.contains("password"),
                "{hint}"
            );
        }
    }
}

async fn a_row_that_is_refused_is_told_with_the_reason_of_the_database(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    shop.database.execute(match kind {
        SourceKind::Postgres => {
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'locked period' USING ERRCODE = '42501'; END $$;
             CREATE TRIGGER tt BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()"
        }
        SourceKind::Mysql => {
            "CREATE TRIGGER tt BEFORE DELETE ON t FOR EACH ROW
                SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'locked period'"
        }
        SourceKind::Sqlite => {
            "CREATE TRIGGER tt BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'locked period'); END"
        }
    });
    for (request, code, word) in [
        (delete(""), "row_refused", "trigger"),
        (set("id = 1", "v", json!("b")), "not_unique", "another row"),
    ] {
        let whole = Request { all_or_nothing: true, ..request };
        let confirmed = shop.confirm("t", &whole).await.unwrap();
        let refused = shop.work("t", &confirmed).await.unwrap_err();
        assert_eq!(refused.code().as_str(), code, "{refused}");
        let hint = hint(&refused);
        assert!(hint.contains(word) && !hint.contains("password"), "{kind}: {hint}");
        assert!(code != "row_refused" || refused.to_string().contains("locked period"), "{refused}");
    }
}

async fn what_a_trigger_misses_is_the_fault_of_its_rows(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let request = delete("");
    let confirmed = shop.confirm("t", &request).await.unwrap();
    shop.database.execute(match kind {
        SourceKind::Postgres => {
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO gone VALUES (1); RETURN OLD; END $$;
             CREATE TRIGGER tt BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()"
        }
        SourceKind::Mysql => "CREATE TRIGGER tt BEFORE DELETE ON t FOR EACH ROW INSERT INTO gone VALUES (1)",
        SourceKind::Sqlite => "CREATE TRIGGER tt BEFORE DELETE ON t BEGIN INSERT INTO gone VALUES (1); END",
    });
    match shop.work("t", &confirmed).await {
        // SQLite prepares triggers with the statement, for all rows at once.
        Err(refused) => {
            assert_eq!((kind, refused.code().as_str()), (SourceKind::Sqlite, "source_refused"), "{refused}");
            assert!(refused.to_string().contains("trigger of `t`"), "{refused}");
        }
        Ok(outcome) => {
            assert_eq!((outcome.done, outcome.failed), (0, 2), "{kind}: {:?}", outcome.failures);
            assert!(outcome.failures[0].database.as_deref().unwrap().contains("gone"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_to_a_table_that_is_gone_is_no_obstacle_to_a_set_and_its_undo() {
    let shop = Shop::new(
        SourceKind::Sqlite,
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE c (id INTEGER PRIMARY KEY, pid INTEGER REFERENCES gone (id), v TEXT);
         INSERT INTO c VALUES (1, 1, 'a')",
    )
    .await;
    let request = set("", "v", json!("b"));
    let done = shop.bulk("c", &request).await;
    assert_eq!(shop.undo("c", &done.change_set).await.done, 1);
    assert_eq!(shop.database.text("SELECT v FROM c"), "a");
    let refused = shop.changes.preview(shop.on("c"), &delete("")).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "source_refused", "{refused}");
    assert!(refused.to_string().contains("gone"), "{refused}");
}
