//! What comes back is what it was, and nothing beside it changes: each database's own ways to do otherwise.

use rowport_engine::changes::{BulkAction, OutcomeState};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, delete, set, with_keys};

on_every_database! {
    a_row_that_is_referred_to_is_listed_and_the_others_are_deleted,
}

/// References that are checked at the end, as Django makes all of them.
async fn a_row_that_is_referred_to_is_listed_and_the_others_are_deleted(kind: SourceKind) {
    let late = if kind == SourceKind::Mysql { "" } else { "DEFERRABLE INITIALLY DEFERRED" };
    let shop = Shop::new(
        kind,
        &format!(
            "CREATE TABLE p (id integer PRIMARY KEY, v integer);
             CREATE TABLE c (id integer PRIMARY KEY, pid integer, FOREIGN KEY (pid) REFERENCES p (id) {late});
             INSERT INTO p VALUES (1, 1), (2, 2), (3, 3); INSERT INTO c VALUES (1, 2)"
        ),
    )
    .await;
    let start = shop.rows("p", "id");
    let preview = shop.changes.preview(shop.on("p"), &delete("")).await.unwrap();
    assert_eq!((preview.rows, preview.would_fail), (3, Some(1)), "{kind}");
    let gone = shop.bulk("p", &delete("")).await;
    assert_eq!((gone.state, gone.done, gone.failed), (OutcomeState::Done, 2, 1), "{kind}");
    assert_eq!(
        (gone.failures[0].key[0].to_string().trim_matches('"'), gone.failures[0].code.as_str()),
        ("2", "foreign_key")
    );
    assert_eq!(shop.undo("p", &gone.change_set).await.done, 2, "{kind}");
    assert_eq!(shop.rows("p", "id"), start, "{kind}");
    // The other way: a row whose parent has gone meanwhile does not come back, and the rest does.
    shop.database.execute("INSERT INTO c VALUES (2, 1), (3, NULL)");
    let gone = shop.bulk("c", &delete("")).await;
    assert_eq!(gone.done, 3, "{kind}");
    shop.database.execute("DELETE FROM p WHERE id = 1");
    let back = shop.undo("c", &gone.change_set).await;
    assert_eq!((back.state, back.done, back.failed), (OutcomeState::Done, 2, 1), "{kind}");
    assert_eq!(back.failures[0].code.as_str(), "foreign_key", "{kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_comes_back_never_replaces_another() {
    for clause in ["REPLACE", "IGNORE", "ROLLBACK", "FAIL"] {
        let script = format!(
            "CREATE TABLE e (id INTEGER PRIMARY KEY, email TEXT UNIQUE ON CONFLICT {clause}, v TEXT);
             INSERT INTO e VALUES (1, 'a@x', 'old'), (3, 'b@x', 'other')"
        );
        let shop = Shop::new(SourceKind::Sqlite, &script).await;
        let gone = shop.bulk("e", &with_keys(BulkAction::Delete, [1, 3])).await;
        shop.database.execute("INSERT INTO e VALUES (2, 'a@x', 'new')");
        let back = shop.undo("e", &gone.change_set).await;
        assert_eq!((back.done, back.failed), (1, 1), "{clause}");
        assert_eq!(back.failures[0].code.as_str(), "not_unique", "{clause}");
        assert_eq!(shop.database.text("SELECT group_concat(id || v) FROM e"), "2new,3other", "{clause}");
        // Neither does a field that is set, nor one that goes back.
        let set_to = shop.bulk("e", &set("id = 3", "email", json!("a@x"))).await;
        assert_eq!((set_to.done, set_to.failures[0].code.as_str()), (0, "not_unique"), "{clause}");
        let moved = shop.bulk("e", &set("id = 3", "email", json!("c@x"))).await;
        shop.database.execute("INSERT INTO e VALUES (4, 'b@x', 'late')");
        let back = shop.undo("e", &moved.change_set).await;
        assert_eq!((back.done, back.failures[0].code.as_str()), (0, "not_unique"), "{clause}");
        assert_eq!(
            shop.database.text("SELECT group_concat(id || v) FROM e"),
            "2new,3other,4late",
            "{clause}"
        );
    }
}

/// `OR ABORT` of a statement would outrank what its triggers say.
#[tokio::test(flavor = "multi_thread")]
async fn triggers_that_replace_rows_of_other_tables_still_do() {
    let script = "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');
        CREATE TABLE last (what TEXT PRIMARY KEY, id INTEGER);
        CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT OR REPLACE INTO last VALUES ('insert', NEW.id); END;
        CREATE TRIGGER u AFTER UPDATE ON t BEGIN INSERT OR REPLACE INTO last VALUES ('update', NEW.id); END;
        CREATE TRIGGER d AFTER DELETE ON t BEGIN INSERT OR IGNORE INTO last VALUES ('delete', OLD.id); END";
    let shop = Shop::new(SourceKind::Sqlite, script).await;
    let changed = shop.bulk("t", &set("", "v", json!("new"))).await;
    assert_eq!((changed.done, shop.undo("t", &changed.change_set).await.done), (2, 2));
    let gone = shop.bulk("t", &delete("")).await;
    assert_eq!((gone.done, shop.undo("t", &gone.change_set).await.done), (2, 2));
    let last = "SELECT group_concat(what) FROM (SELECT what FROM last ORDER BY what)";
    assert_eq!(shop.database.text(last), "delete,insert,update");
}

/// Strict mode takes neither the empty text nor the number 0, which is how the server keeps what was none of the texts.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_enum_keeps_of_a_text_that_is_none_of_its_own_comes_back() {
    let script = "SET sql_mode = '';
        CREATE TABLE e (id INT PRIMARY KEY, s ENUM('on','off') NOT NULL, flags SET('x','y') NOT NULL, d DATE NOT NULL,
                        at DATETIME(3) NOT NULL, t TIMESTAMP NULL, y YEAR, v VARCHAR(9));
        INSERT INTO e VALUES (1,'bogus','','0000-00-00','0000-00-00 00:00:00','0000-00-00 00:00:00',0,'a'),
            (2,'on','x,bogus','2024-02-31','2024-00-10 01:02:03.4','2024-01-01 00:00:00',2024,'b'), (3,'off','x,y','2024-02-29','1000-01-01',NULL,1901,NULL),
            (4,'none','y','0000-00-00','0000-00-00 00:00:00',NULL,NULL,'d')";
    let shop = Shop::new(SourceKind::Mysql, script).await;
    let numbers = || {
        shop.database.rows(
            "SELECT id, CAST(s + 0 AS CHAR), CAST(flags + 0 AS CHAR), CAST(d AS CHAR) FROM e ORDER BY id",
        )
    };
    let (start, as_numbers) = (shop.rows("e", "id"), numbers());
    let gone = shop.bulk("e", &delete("")).await;
    let back = shop.undo("e", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (4, Vec::new()));
    assert_eq!((shop.rows("e", "id"), numbers()), (start.clone(), as_numbers.clone()));
    for (column, value) in [("v", json!("new")), ("s", json!("off"))] {
        let changed = shop.bulk("e", &set("", column, value)).await;
        let back = shop.undo("e", &changed.change_set).await;
        assert_eq!((back.done, back.failures), (changed.done, Vec::new()));
        assert_eq!((shop.rows("e", "id"), numbers()), (start.clone(), as_numbers.clone()));
    }
    // What does not fit is refused all the same, in a row that has such a value, too.
    let gone = shop.bulk("e", &delete("")).await;
    shop.database.execute("ALTER TABLE e ADD CONSTRAINT short CHECK (v <> 'a')");
    let back = shop.undo("e", &gone.change_set).await;
    assert_eq!((back.done, back.failed, back.failures[0].code.as_str()), (3, 1, "check_failed"));
}

/// MySQL sets such a column with every update that does not name it.
#[tokio::test(flavor = "multi_thread")]
async fn taking_a_field_back_leaves_the_time_of_the_last_update_as_it_was() {
    let script = "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9),
            at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6));
        INSERT INTO t VALUES (1, 'a', '2020-01-01 00:00:00'), (2, 'b', '2020-01-01 00:00:00')";
    let shop = Shop::new(SourceKind::Mysql, script).await;
    let start = shop.rows("t", "id");
    let changed = shop.bulk("t", &set("id = 1", "v", json!("new"))).await;
    assert_ne!(shop.rows("t", "id")[0][2], start[0][2]);
    assert_eq!(shop.undo("t", &changed.change_set).await.done, 1);
    assert_eq!(shop.rows("t", "id"), start);
}

/// What an administrator sets for a whole server, or in `init_connect`.
#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_server_change_nothing() {
    let server = rowport_testkit::Server::start(SourceKind::Mysql);
    let database = server.create();
    database.execute(
        "CREATE TABLE p (id INT PRIMARY KEY, v INT); INSERT INTO p VALUES (1, 1), (2, 2), (3, 3), (4, 4);
         CREATE TABLE c (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES p (id)); INSERT INTO c VALUES (1, 2);
         SET GLOBAL sql_select_limit = 2; SET GLOBAL sql_safe_updates = 1; SET GLOBAL completion_type = 1;
         SET GLOBAL foreign_key_checks = 0; SET GLOBAL max_join_size = 1;
         SET GLOBAL time_zone = '+05:00'; SET GLOBAL autocommit = 0; SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_ZERO_DATE'",
    );
    let shop = Shop::of(database, &[]).await;
    let gone = shop.bulk("p", &delete("v > 0")).await;
    assert_eq!((gone.rows, gone.done, gone.failures[0].code.as_str()), (4, 3, "foreign_key"));
    let back = shop.undo("p", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    shop.database.execute("SET GLOBAL sql_big_selects = 1");
    assert_eq!(shop.database.text("SELECT CONCAT(COUNT(*), ' ', SUM(v)) FROM p"), "4 10");
    drop(shop);
    drop(server);
}

/// The server ends a connection over a packet that is too large for it, so its limit is known beforehand.
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_is_too_large_for_the_server_is_split() {
    let server = rowport_testkit::Server::start(SourceKind::Mysql);
    let database = server.create();
    database.execute(
        "CREATE TABLE th (id INT PRIMARY KEY, b MEDIUMBLOB NOT NULL, v INT);
         INSERT INTO th SELECT seq, (SELECT GROUP_CONCAT(UNHEX(SHA2(CONCAT(a.seq, '-', s.seq), 256)) SEPARATOR '') FROM seq_1_to_30 s), 1
             FROM seq_1_to_2000 a;
         INSERT INTO th SELECT 3000 + seq, REPEAT(UNHEX(SHA2(seq, 256)), 20000), 1 FROM seq_1_to_3;
         CREATE TABLE huge LIKE th; INSERT INTO huge VALUES (1, 'small', 1), (3, 'small', 1);
         SET SESSION group_concat_max_len = 4000000;
         INSERT INTO huge SELECT 2, GROUP_CONCAT(UNHEX(SHA2(seq, 256)) SEPARATOR ''), 1 FROM seq_1_to_60000;
         SET GLOBAL max_allowed_packet = 1048576",
    );
    let shop = Shop::of(database, &[]).await;
    let sums = "SELECT CONCAT(COUNT(*), ' ', SUM(CRC32(b)), ' ', SUM(v)) FROM th";
    let start = shop.database.text(sums);
    let gone = shop.bulk("th", &delete("")).await;
    assert_eq!((gone.state, gone.done, gone.failures.len()), (OutcomeState::Done, 2003, 0));
    let back = shop.undo("th", &gone.change_set).await;
    assert_eq!((back.done, back.failures.len()), (2003, 0));
    assert_eq!(shop.database.text(sums), start);
    let changed = shop.bulk("th", &set("", "v", json!(2))).await;
    assert_eq!((changed.done, changed.failures.len()), (2003, 0));
    assert_eq!(shop.undo("th", &changed.change_set).await.done, 2003);
    assert_eq!(shop.database.text(sums), start);
    // A row whose image alone is too large stays, and is listed.
    let gone = shop.bulk("huge", &delete("")).await;
    let failed: Vec<_> =
        gone.failures.iter().map(|row| (row.key[0].to_string(), row.code.to_string())).collect();
    assert_eq!((gone.done, failed.len()), (2, 1), "{failed:?}");
    assert_eq!((failed[0].0.trim_matches('"'), &*failed[0].1), ("2", "too_large"));
    assert_eq!(shop.database.text("SELECT CAST(LENGTH(b) AS CHAR) FROM huge"), "1920000");
    drop(shop);
    drop(server);
}
