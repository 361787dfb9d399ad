//! What an undo compares and writes: the columns in which a row differs before and after the change, and no others.

use rowport_engine::changes::{BulkAction, UndoRequest};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, delete, key, set, with_keys};

on_every_database! {
    an_undo_leaves_what_another_client_set_in_other_columns,
    a_row_whose_reference_leads_nowhere_is_set_and_undone,
    a_preview_knows_which_rows_could_not_be_put_back,
    an_undo_does_not_need_columns_that_are_gone,
}

const SCRIPT: &str =
    "CREATE TABLE staff (id integer PRIMARY KEY, dept varchar(20), note varchar(20), pay integer);
    INSERT INTO staff VALUES (1, 'a', 'x', 10), (2, 'b', 'y', 20), (3, 'a', 'z', 30)";

async fn an_undo_leaves_what_another_client_set_in_other_columns(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let done = shop.bulk("staff", &set("", "dept", json!("a"))).await;
    assert_eq!(done.done, 3);
    shop.database.execute("UPDATE staff SET note = 'theirs', pay = 99 WHERE id < 3");
    let undone = shop.undo("staff", &done.change_set).await;
    assert_eq!((undone.done, undone.skipped), (3, 0), "another column is no reason to keep a row");
    let rows = shop.database.rows("SELECT dept, note FROM staff ORDER BY id");
    let text = |value: &Option<Vec<u8>>| String::from_utf8(value.clone().unwrap()).unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (text(&row[0]), text(&row[1]))).collect();
    let expected = [("a", "theirs"), ("b", "theirs"), ("a", "z")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(rows, expected);

    let done = shop.bulk("staff", &set("id = 1", "dept", json!("c"))).await;
    shop.database.execute("UPDATE staff SET dept = 'd', pay = 7 WHERE id = 1");
    let kept = shop.undo("staff", &done.change_set).await;
    assert_eq!((kept.done, kept.skipped, kept.failures[0].code.as_str()), (0, 1, "changed_since"));
    let forced = UndoRequest { keys: Some(vec![key(1)]), force: true };
    assert_eq!(shop.undo_some("staff", &done.change_set, forced).await.done, 1);
    let row = shop.database.rows("SELECT dept FROM staff WHERE id = 1 AND pay = 7 AND note = 'theirs'");
    assert_eq!(row.len(), 1, "force puts back what the change set changed, and nothing else");
    assert_eq!(text(&row[0][0]), "a");
}

/// Rows whose references lead nowhere, as every one of the databases can hold them.
fn dangling(kind: SourceKind) -> String {
    let tables = "CREATE TABLE p (id integer PRIMARY KEY);
        CREATE TABLE c (id integer PRIMARY KEY, pid integer, v varchar(20), FOREIGN KEY (pid) REFERENCES p (id));
        INSERT INTO p VALUES (1);";
    let rows = "INSERT INTO c VALUES (1, 1, 'x'), (2, 99, 'x'), (3, NULL, 'x')";
    match kind {
        SourceKind::Postgres => format!(
            "CREATE TABLE p (id integer PRIMARY KEY);
             CREATE TABLE c (id integer PRIMARY KEY, pid integer, v varchar(20));
             INSERT INTO p VALUES (1); {rows};
             ALTER TABLE c ADD FOREIGN KEY (pid) REFERENCES p (id) NOT VALID"
        ),
        SourceKind::Mysql => format!("{tables} SET foreign_key_checks = 0; {rows}"),
        SourceKind::Sqlite => format!("PRAGMA foreign_keys = OFF; {tables} {rows}"),
    }
}

async fn a_row_whose_reference_leads_nowhere_is_set_and_undone(kind: SourceKind) {
    let shop = Shop::new(kind, &dangling(kind)).await;
    let start = shop.rows("c", "id");
    let done = shop.bulk("c", &set("", "v", json!("y"))).await;
    assert_eq!((done.done, done.failures.len()), (3, 0), "{:?}", done.failures);
    let undone = shop.undo("c", &done.change_set).await;
    assert_eq!((undone.done, undone.failures.len()), (3, 0), "{:?}", undone.failures);
    assert_eq!(shop.rows("c", "id"), start);
}

async fn a_preview_knows_which_rows_could_not_be_put_back(kind: SourceKind) {
    let shop = Shop::new(kind, &dangling(kind)).await;
    let start = shop.rows("c", "id");
    let preview = shop.changes.preview(shop.on("c"), &delete("")).await.unwrap();
    assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(0), Some(1)));
    let listed: Vec<_> = preview.not_undoable.iter().map(|it| (&it.key[0], it.code.as_str())).collect();
    assert_eq!(listed, [(&json!("2"), "foreign_key")]);
    assert_eq!(shop.rows("c", "id"), start, "nothing was done");
    let preview = shop.changes.preview(shop.on("c"), &set("", "v", json!("y"))).await.unwrap();
    assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(0), Some(0)));
    let preview = shop.changes.preview(shop.on("c"), &set("", "pid", json!(1))).await.unwrap();
    assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(0), Some(1)));

    let gone = shop.bulk("c", &delete("")).await;
    assert_eq!(gone.done, 3);
    let back = shop.undo("c", &gone.change_set).await;
    assert_eq!((back.done, back.failed, back.failures[0].code.as_str()), (2, 1, "foreign_key"));
    let preview = shop.changes.preview(shop.on("c"), &with_keys(BulkAction::Restore, [2])).await.unwrap();
    assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(1), None));
}

async fn an_undo_does_not_need_columns_that_are_gone(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let done = shop.bulk("staff", &set("", "dept", json!("q"))).await;
    shop.database.execute("ALTER TABLE staff DROP COLUMN note");
    shop.desk.forget("shop").await;
    let undone = shop.undo("staff", &done.change_set).await;
    assert_eq!((undone.done, undone.failures.len()), (3, 0), "{:?}", undone.failures);
    assert_eq!(shop.database.text("SELECT dept FROM staff WHERE id = 2"), "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_that_nobody_may_write_is_no_obstacle_to_an_undo() {
    let shop = Shop::new(
        SourceKind::Postgres,
        "CREATE TABLE z (code text PRIMARY KEY, seq int GENERATED ALWAYS AS IDENTITY, v text);
         INSERT INTO z (code, v) VALUES ('a', '1'), ('b', '2')",
    )
    .await;
    let start = shop.rows("z", "code");
    let done = shop.bulk("z", &set("", "v", json!("n"))).await;
    let undone = shop.undo("z", &done.change_set).await;
    assert_eq!((undone.done, undone.failures.len()), (2, 0), "{:?}", undone.failures);
    assert_eq!(shop.rows("z", "code"), start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_to_one_column_is_enough_to_set_it_and_to_undo_that() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let rights = "GRANT SELECT, UPDATE (dept) ON staff TO {login}";
        let shop = Shop::with_login(kind, SCRIPT, rights).await;
        let start = shop.rows("staff", "id");
        let request = set("", "dept", json!("q"));
        let preview = shop.changes.preview(shop.on("staff"), &request).await.unwrap();
        assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(0), Some(0)), "{kind}");
        let done = shop.bulk("staff", &request).await;
        let undone = shop.undo("staff", &done.change_set).await;
        assert_eq!((undone.done, undone.failures.len()), (3, 0), "{kind}: {:?}", undone.failures);
        assert_eq!(shop.rows("staff", "id"), start);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_knows_that_the_login_lacks_the_right_to_put_rows_back() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql] {
        let rights = "GRANT SELECT, UPDATE, DELETE ON staff TO {login}";
        let shop = Shop::with_login(kind, SCRIPT, rights).await;
        let preview = shop.changes.preview(shop.on("staff"), &delete("")).await.unwrap();
        assert_eq!((preview.would_fail, preview.cannot_be_undone), (Some(0), Some(3)), "{kind}");
        assert_eq!(
            preview.not_undoable[0].code.as_str(),
            "source_refused",
            "{kind}: {:?}",
            preview.not_undoable
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_others_inherit_from_is_not_changed_whatever_key_it_is_given() {
    use rowport_engine::settings::DatasetSettings;
    let database = rowport_testkit::Database::create(SourceKind::Postgres);
    database.execute(
        "CREATE TABLE parent (id int PRIMARY KEY, v text);
         CREATE TABLE child (extra text) INHERITS (parent);
         INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (2, 'b', 'c');
         ALTER TABLE child ADD PRIMARY KEY (id)",
    );
    let settings = DatasetSettings { key: Some(vec!["id".to_owned()]), ..DatasetSettings::default() };
    let shop = Shop::of(database, &[("parent", settings)]).await;
    for request in [delete(""), set("", "v", json!("n"))] {
        let refused = shop.changes.preview(shop.on("parent"), &request).await.unwrap_err();
        assert_eq!(refused.code().as_str(), "inherited", "{refused}");
    }
    assert_eq!(shop.database.text("SELECT count(*) FROM child"), "1");
    let gone = shop.bulk("child", &delete("")).await;
    assert_eq!(shop.undo("child", &gone.change_set).await.done, 1);
    assert_eq!(shop.database.text("SELECT extra FROM child"), "c");
}
