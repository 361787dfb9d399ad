//! What triggers do to rows that are changed: they touch them, leave some out, refuse some, or move them to another key.
//! A row's own trouble is listed with its reason, and the other rows are changed.

use std::collections::BTreeMap;

use rowport_engine::changes::{BulkAction, Outcome, OutcomeState, Request};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, all, delete, set, with_keys};

on_every_database! {
    rows_that_a_trigger_touches_afterwards_are_undone,
    a_row_that_a_trigger_leaves_out_is_listed_and_the_others_are_set,
    a_row_that_a_trigger_leaves_out_is_listed_and_the_others_are_restored,
    a_row_that_comes_back_under_another_key_stays_in_the_trash,
    a_row_that_does_not_come_back_as_it_was_is_listed,
    a_row_that_is_refused_with_any_code_is_listed_and_the_others_are_changed,
}

/// More rows than are changed by a range of keys, and fewer.
const SIZES: [i64; 2] = [6, 300];

fn table(kind: SourceKind, rows: i64) -> String {
    let numbers = match kind {
        SourceKind::Postgres => format!("SELECT i AS n FROM generate_series(1, {rows}) i"),
        SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{rows}"),
        SourceKind::Sqlite => format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
        ),
    };
    format!(
        "CREATE TABLE t (id integer PRIMARY KEY, v varchar(20), touched integer NOT NULL);
         INSERT INTO t SELECT n, 'a', 0 FROM ({numbers}) AS numbers;"
    )
}

/// A trigger of PostgreSQL with this body.
fn postgres_trigger(when: &str, body: &str) -> String {
    format!(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
         CREATE TRIGGER tt {when} ON t FOR EACH ROW EXECUTE FUNCTION f();"
    )
}

/// The rows that were not changed, with their codes.
fn codes(outcome: &Outcome) -> BTreeMap<i64, String> {
    let code = |failure: &rowport_engine::changes::RowFailure| {
        (failure.key[0].as_str().unwrap().parse().unwrap(), failure.code.to_string())
    };
    outcome.failures.iter().map(code).collect()
}

async fn rows_that_a_trigger_touches_afterwards_are_undone(kind: SourceKind) {
    let trigger = match kind {
        SourceKind::Postgres => postgres_trigger(
            "AFTER UPDATE OF v",
            "UPDATE t SET touched = touched + 1 WHERE id = NEW.id; RETURN NULL;",
        ),
        // Its triggers cannot change their own table afterwards.
        SourceKind::Mysql => {
            "CREATE TRIGGER tt BEFORE UPDATE ON t FOR EACH ROW SET NEW.touched = OLD.touched + 1;".to_owned()
        }
        SourceKind::Sqlite => "CREATE TRIGGER tt AFTER UPDATE OF v ON t BEGIN
            UPDATE t SET touched = touched + 1 WHERE id = NEW.id; END;"
            .to_owned(),
    };
    for rows in SIZES {
        let shop = Shop::new(kind, &(table(kind, rows) + &trigger)).await;
        let done = shop.bulk("t", &set("", "v", json!("b"))).await;
        let count = rows as u64;
        assert_eq!((done.done, done.failures.len(), done.altered.len()), (count, 0, 0));
        assert_eq!(
            shop.database.text("SELECT count(*) FROM t WHERE v = 'b' AND touched = 1"),
            rows.to_string()
        );
        let undone = shop.undo("t", &done.change_set).await;
        assert_eq!(
            (undone.done, undone.skipped, undone.failed),
            (count, 0, 0),
            "nobody else has changed them"
        );
        assert_eq!(shop.database.text("SELECT count(*) FROM t WHERE v = 'a'"), rows.to_string());
        // The trigger has touched them once more, which is said of each.
        assert_eq!(undone.altered.len(), rows as usize);
        let note = &undone.altered[0];
        assert_eq!((note.code.as_str(), note.versions.len()), ("altered", 1), "{note:?}");
        assert_eq!((note.versions[0].column.as_str(), &note.versions[0].then), ("touched", &json!(0)));
        let redone = shop.undo("t", &undone.change_set).await;
        assert_eq!((redone.done, redone.skipped), (count, 0));
        assert_eq!(shop.database.text("SELECT count(*) FROM t WHERE v = 'b'"), rows.to_string());
    }
}

async fn a_row_that_a_trigger_leaves_out_is_listed_and_the_others_are_set(kind: SourceKind) {
    let trigger = match kind {
        SourceKind::Postgres => {
            postgres_trigger("BEFORE UPDATE", "IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW;")
        }
        // Leaving a row out without a word is not possible there.
        SourceKind::Mysql => return,
        SourceKind::Sqlite => "CREATE TRIGGER tt BEFORE UPDATE ON t WHEN NEW.id = 2 BEGIN
            SELECT RAISE(IGNORE); END;"
            .to_owned(),
    };
    for rows in SIZES {
        let shop = Shop::new(kind, &(table(kind, rows) + &trigger)).await;
        let start = shop.rows("t", "id");
        let request = set("", "v", json!("b"));
        let preview = shop.changes.preview(shop.on("t"), &request).await.unwrap();
        assert_eq!(preview.would_fail, Some(1), "the preview knows it");
        let done = shop.bulk("t", &request).await;
        assert_eq!(
            (done.state, done.done, done.skipped, done.failed),
            (OutcomeState::Done, rows as u64 - 1, 1, 0)
        );
        assert_eq!(codes(&done), BTreeMap::from([(2, "left_out".to_owned())]));
        assert!(done.failures[0].message.contains("trigger"), "{:?}", done.failures);
        assert_eq!(shop.database.text("SELECT v FROM t WHERE id = 2"), "a");
        let undone = shop.undo("t", &done.change_set).await;
        assert_eq!((undone.done, undone.failures.len()), (rows as u64 - 1, 0));
        assert_eq!(shop.rows("t", "id"), start);
        let whole = Request { all_or_nothing: true, ..request };
        let confirmed = shop.confirm("t", &whole).await.unwrap();
        assert_eq!(shop.work("t", &confirmed).await.unwrap_err().code().as_str(), "left_out");
        assert_eq!(shop.rows("t", "id"), start, "all or nothing, and that is nothing");
    }
}

async fn a_row_that_a_trigger_leaves_out_is_listed_and_the_others_are_restored(kind: SourceKind) {
    let trigger = match kind {
        SourceKind::Postgres => {
            postgres_trigger("BEFORE INSERT", "IF NEW.id = 2 THEN RETURN NULL; END IF; RETURN NEW;")
        }
        SourceKind::Mysql => return,
        SourceKind::Sqlite => "CREATE TRIGGER tt BEFORE INSERT ON t WHEN NEW.id = 2 BEGIN
            SELECT RAISE(IGNORE); END;"
            .to_owned(),
    };
    for rows in SIZES {
        let shop = Shop::new(kind, &table(kind, rows)).await;
        let gone = shop.bulk("t", &delete("")).await;
        shop.database.execute(&trigger);
        let back = shop.bulk("t", &with_keys(BulkAction::Restore, 1..=rows)).await;
        assert_eq!((back.done, back.skipped, back.failed), (rows as u64 - 1, 1, 0), "{:?}", back.failures);
        assert_eq!(codes(&back), BTreeMap::from([(2, "left_out".to_owned())]));
        assert_eq!(shop.database.text("SELECT count(*) FROM t"), (rows - 1).to_string());
        // The row is still in the trash, and comes back when the trigger lets it.
        shop.database.execute(match kind {
            SourceKind::Postgres => "DROP TRIGGER tt ON t",
            _ => "DROP TRIGGER tt",
        });
        let rest = shop.undo("t", &gone.change_set).await;
        assert_eq!((rest.rows, rest.done), (1, 1));
    }
}

async fn a_row_that_comes_back_under_another_key_stays_in_the_trash(kind: SourceKind) {
    let trigger = match kind {
        SourceKind::Postgres => {
            postgres_trigger("BEFORE INSERT", "IF NEW.id = 2 THEN NEW.id := 1000002; END IF; RETURN NEW;")
        }
        SourceKind::Mysql => "CREATE TRIGGER tt BEFORE INSERT ON t FOR EACH ROW
            SET NEW.id = IF(NEW.id = 2, 1000002, NEW.id);"
            .to_owned(),
        SourceKind::Sqlite => "CREATE TRIGGER tt AFTER INSERT ON t WHEN NEW.id = 2 BEGIN
            UPDATE t SET id = 1000002 WHERE id = 2; END;"
            .to_owned(),
    };
    for rows in SIZES {
        let shop = Shop::new(kind, &table(kind, rows)).await;
        let gone = shop.bulk("t", &delete("")).await;
        shop.database.execute(&trigger);
        let back = shop.undo("t", &gone.change_set).await;
        assert_eq!((back.done, back.failed + back.skipped), (rows as u64 - 1, 1), "{:?}", back.failures);
        assert_eq!(codes(&back), BTreeMap::from([(2, "row_refused".to_owned())]));
        assert_eq!(shop.database.text("SELECT count(*) FROM t WHERE id > 1000000"), "0");
    }
}

async fn a_row_that_does_not_come_back_as_it_was_is_listed(kind: SourceKind) {
    let trigger = match kind {
        SourceKind::Postgres => {
            postgres_trigger("BEFORE INSERT", "IF NEW.id = 2 THEN NEW.v := upper(NEW.v); END IF; RETURN NEW;")
        }
        SourceKind::Mysql => "CREATE TRIGGER tt BEFORE INSERT ON t FOR EACH ROW
            SET NEW.v = IF(NEW.id = 2, UPPER(NEW.v), NEW.v);"
            .to_owned(),
        SourceKind::Sqlite => "CREATE TRIGGER tt AFTER INSERT ON t WHEN NEW.id = 2 BEGIN
            UPDATE t SET v = upper(v) WHERE id = 2; END;"
            .to_owned(),
    };
    let shop = Shop::new(kind, &table(kind, 300)).await;
    let gone = shop.bulk("t", &delete("")).await;
    shop.database.execute(&trigger);
    let back = shop.bulk("t", &with_keys(BulkAction::Restore, 1..=300)).await;
    assert_eq!((back.done, back.failures.len(), back.altered.len()), (300, 0, 1));
    let note = &back.altered[0];
    assert_eq!((&note.key, note.code.as_str()), (&vec![json!("2")], "altered"));
    let versions: Vec<_> = note.versions.iter().map(|it| (&*it.column, &it.now, &it.then)).collect();
    assert_eq!(versions, [("v", &json!("A"), &json!("a"))]);
    drop(gone);
}

/// How the databases refuse a row, each with a code of another kind, and what lets rows pass again.
fn refusals(kind: SourceKind) -> Vec<(&'static str, String, &'static str)> {
    let raise = |word: &str, with: &str| {
        let row = if word == "INSERT" || word == "UPDATE" { "NEW" } else { "OLD" };
        postgres_trigger(
            &format!("BEFORE {word}"),
            &format!(
                "IF {row}.id = 2 THEN {with} END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
            ),
        )
    };
    let mut found = Vec::new();
    for word in ["INSERT", "UPDATE", "DELETE"] {
        match kind {
            SourceKind::Postgres => {
                for with in [
                    "RAISE EXCEPTION 'locked period' USING ERRCODE = 'ZX001';",
                    "RAISE EXCEPTION 'locked period' USING ERRCODE = '42501';",
                    "RAISE EXCEPTION 'locked period' USING ERRCODE = '0A000';",
                    "INSERT INTO \"locked period\" VALUES (1);",
                ] {
                    found.push((word, raise(word, with), "DROP TRIGGER tt ON t; DROP FUNCTION f"));
                }
            }
            SourceKind::Mysql => {
                let row = if word == "DELETE" { "OLD" } else { "NEW" };
                for with in [
                    "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 31001, MESSAGE_TEXT = 'locked period'",
                    "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = 'locked period'",
                    "SIGNAL SQLSTATE 'ZX001' SET MYSQL_ERRNO = 9999, MESSAGE_TEXT = 'locked period'",
                    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'locked period'",
                ] {
                    let trigger = format!(
                        "CREATE TRIGGER tt BEFORE {word} ON t FOR EACH ROW BEGIN IF {row}.id = 2 THEN {with}; END IF; END"
                    );
                    found.push((word, trigger, "DROP TRIGGER tt"));
                }
            }
            SourceKind::Sqlite => {
                let row = if word == "DELETE" { "OLD" } else { "NEW" };
                for with in [
                    "RAISE(ABORT, 'locked period')",
                    "RAISE(FAIL, 'locked period')",
                    "RAISE(ROLLBACK, 'locked period')",
                    "json('locked period')",
                ] {
                    let trigger = format!(
                        "CREATE TRIGGER tt BEFORE {word} ON t WHEN {row}.id = 2 BEGIN SELECT {with}; END"
                    );
                    found.push((word, trigger, "DROP TRIGGER tt"));
                }
            }
        }
    }
    found
}

async fn a_row_that_is_refused_with_any_code_is_listed_and_the_others_are_changed(kind: SourceKind) {
    let rows = 300;
    let shop = Shop::new(kind, &table(kind, rows)).await;
    let start = shop.rows("t", "id");
    let (most, whole) = (rows as u64 - 1, rows as u64);
    let is_refused = |outcome: &Outcome, trigger: &str| {
        assert_eq!((outcome.state, outcome.done, outcome.failed), (OutcomeState::Done, most, 1), "{trigger}");
        assert_eq!(codes(outcome), BTreeMap::from([(2, "row_refused".to_owned())]), "{trigger}");
        let said = outcome.failures[0].database.as_deref().unwrap_or_default();
        assert!(said.contains("locked period") || said.contains("JSON"), "the database's own reason: {said}");
    };
    for (word, trigger, without) in refusals(kind) {
        match word {
            "DELETE" => {
                shop.database.execute(&trigger);
                let gone = shop.bulk("t", &delete("")).await;
                is_refused(&gone, &trigger);
                shop.database.execute(without);
                assert_eq!(shop.undo("t", &gone.change_set).await.done, most);
            }
            "UPDATE" => {
                let done = shop.bulk("t", &set("", "v", json!("b"))).await;
                shop.database.execute(&trigger);
                is_refused(&shop.undo("t", &done.change_set).await, &trigger);
                let again = shop.bulk("t", &set("", "v", json!("c"))).await;
                is_refused(&again, &trigger);
                shop.database.execute(without);
                assert_eq!(shop.undo("t", &again.change_set).await.done, most);
                assert_eq!(shop.undo("t", &done.change_set).await.done, 1);
            }
            _ => {
                let gone = shop.bulk("t", &delete("")).await;
                assert_eq!(gone.done, whole);
                shop.database.execute(&trigger);
                is_refused(&shop.bulk("t", &with_keys(BulkAction::Restore, 1..=rows)).await, &trigger);
                shop.database.execute(without);
                assert_eq!(shop.undo("t", &gone.change_set).await.done, 1);
            }
        }
        assert_eq!(shop.rows("t", "id"), start, "{trigger}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_for_which_no_partition_is_left_stays_in_the_trash() {
    let shop = Shop::new(
        SourceKind::Mysql,
        "CREATE TABLE t (id integer PRIMARY KEY) PARTITION BY RANGE (id)
            (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (20));
         INSERT INTO t VALUES (1), (2), (15)",
    )
    .await;
    let gone = shop.bulk("t", &delete("")).await;
    shop.database.execute("ALTER TABLE t DROP PARTITION high");
    let back = shop.undo("t", &gone.change_set).await;
    assert_eq!((back.done, back.failed), (2, 1));
    assert_eq!(codes(&back), BTreeMap::from([(15, "value_unfit".to_owned())]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_larger_than_an_index_takes_is_listed_and_the_others_are_set() {
    let shop = Shop::new(
        SourceKind::Postgres,
        "CREATE TABLE t (id integer PRIMARY KEY, short text, long text);
         CREATE INDEX ON t (short);
         INSERT INTO t SELECT n, 'a', CASE WHEN n = 7 THEN
            (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 1000) i) ELSE 'b' END
            FROM generate_series(1, 300) n",
    )
    .await;
    let fields = serde_json::from_value(json!([{ "column": "short", "to": { "copy": "long" } }])).unwrap();
    let done = shop.bulk("t", &Request::new(BulkAction::Set { fields }, all(""))).await;
    assert_eq!((done.done, done.failed), (299, 1), "{:?}", done.failures);
    assert_eq!(codes(&done), BTreeMap::from([(7, "too_large".to_owned())]));
}
