//! What a login of PostgreSQL may do is enough for what it does through Rowport: undoing takes no more rights than changing.

use rowport_engine::changes::{BulkAction, OutcomeState};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, delete, set, with_keys};

/// A shop whose login is not the owner of its tables, and has these rights and those of the journal.
async fn as_app(script: &str, grants: &str) -> Shop {
    let mut shop = Shop::new(SourceKind::Postgres, script).await;
    let url = grant(&shop, grants);
    shop.log_in(&url);
    shop
}

/// Makes the login `app`, with a name of its own, and answers its URL.
fn grant(shop: &Shop, grants: &str) -> String {
    let app = format!("app_{}", shop.database.text("SELECT current_database()"));
    let grants = grants.replace("app", &app);
    shop.database.execute(&format!(
        "CREATE ROLE {app} LOGIN PASSWORD 'app'; GRANT USAGE ON SCHEMA rowport_journal TO {app};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rowport_journal TO {app};
         DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
                     EXECUTE format('GRANT CONNECT ON DATABASE %I TO {app}', current_database()); END $$;
         {grants}"
    ));
    shop.database.url().replacen("rowport:rowport@", &format!("{app}:app@"), 1)
}

const NOTES: &str = "
    CREATE TYPE mood AS ENUM ('calm', 'NULL');
    CREATE TABLE notes (id integer PRIMARY KEY, body varchar(5), mood mood, tags text[], seq integer GENERATED ALWAYS AS IDENTITY);
    INSERT INTO notes (id, body, mood, tags) VALUES (1, 'one', 'calm', '{a,NULL,\"x,y\"}'), (2, NULL, 'NULL', NULL), (3, '', NULL, '{}');";

/// Deletes a row and brings it back, sets a field of all and takes that back: the table is what it was.
async fn there_and_back(shop: &Shop) {
    let start = shop.rows("notes", "id");
    let gone = shop.bulk("notes", &with_keys(BulkAction::Delete, [1, 3])).await;
    assert_eq!((gone.done, gone.failures), (2, Vec::new()));
    let back = shop.undo("notes", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (2, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
    let changed = shop.bulk("notes", &set("", "body", json!("new"))).await;
    assert_eq!((changed.done, changed.failures), (3, Vec::new()));
    let back = shop.undo("notes", &changed.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoing_takes_no_right_to_make_temporary_tables() {
    let script = NOTES.replace("GENERATED ALWAYS AS IDENTITY", "DEFAULT 7");
    let shop = as_app(&script, "GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app").await;
    let may = "SELECT has_database_privilege('app_' || current_database(), current_database(), 'TEMP')";
    assert_eq!(shop.database.text(may), "f");
    there_and_back(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_under_policies_come_back() {
    let policies =
        "GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;";
    let script = NOTES.replace("GENERATED ALWAYS AS IDENTITY", "DEFAULT 7");
    let shop = as_app(&script, &format!("{policies} CREATE POLICY all_of_them ON notes USING (true)")).await;
    there_and_back(&shop).await;
    // Rows of which a policy lets this login delete and insert, and none update.
    let one_by_one = "CREATE POLICY seen ON notes FOR SELECT USING (true); CREATE POLICY gone ON notes FOR DELETE USING (true);
                      CREATE POLICY back ON notes FOR INSERT WITH CHECK (true)";
    let shop = as_app(&script, &format!("{policies} {one_by_one}")).await;
    let start = shop.rows("notes", "id");
    let preview = shop.changes.preview(shop.on("notes"), &delete("")).await.unwrap();
    assert_eq!((preview.rows, preview.would_fail), (3, Some(0)));
    let gone = shop.bulk("notes", &delete("")).await;
    assert_eq!((gone.done, gone.failures), (3, Vec::new()));
    let back = shop.undo("notes", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
}

/// Rows are not copied in there, and every type at its edges is the same nevertheless.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_comes_back_under_policies() {
    let mut shop = Shop::of(rowport_testkit::edges::postgres(), &[]).await;
    let url = grant(
        &shop,
        "DO $$ DECLARE t record; BEGIN
            FOR t IN SELECT n.nspname s, c.relname r FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND left(n.nspname, 3) <> 'pg_'
                AND n.nspname NOT IN ('information_schema', 'rowport_journal') LOOP
                EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', t.s, t.r);
                EXECUTE format('CREATE POLICY everything ON %I.%I USING (true)', t.s, t.r);
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO app', t.s);
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO app', t.s, t.r);
            END LOOP; END $$",
    );
    shop.log_in(&url);
    crate::edges::all_there_and_back(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_without_the_right_to_update_deletes_and_restores() {
    let shop = as_app(NOTES, "GRANT SELECT, INSERT, DELETE ON notes TO app").await;
    let start = shop.rows("notes", "id");
    // Row by row in the preview, and all at once in the deletion.
    let preview = shop.changes.preview(shop.on("notes"), &delete("")).await.unwrap();
    assert_eq!((preview.rows, preview.would_fail), (3, Some(0)));
    let gone = shop.bulk("notes", &delete("")).await;
    assert_eq!((gone.done, gone.failures), (3, Vec::new()));
    shop.database.execute(&format!(
        "REVOKE DELETE ON notes FROM app_{}",
        shop.database.text("SELECT current_database()")
    ));
    let back = shop.undo("notes", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_do_something_beside_a_change_do_it() {
    let script = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b');
        CREATE TABLE log (what text);
        CREATE RULE d AS ON DELETE TO t DO ALSO INSERT INTO log VALUES ('delete ' || OLD.id);
        CREATE RULE u AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES ('update ' || OLD.id);
        CREATE RULE i AS ON INSERT TO t DO ALSO INSERT INTO log VALUES ('insert ' || NEW.id)";
    let shop = Shop::new(SourceKind::Postgres, script).await;
    let start = shop.rows("t", "id");
    let changed = shop.bulk("t", &set("", "v", json!("new"))).await;
    assert_eq!((changed.state, changed.done, changed.failures), (OutcomeState::Done, 2, Vec::new()));
    assert_eq!(shop.undo("t", &changed.change_set).await.done, 2);
    let gone = shop.bulk("t", &delete("")).await;
    assert_eq!((gone.done, gone.failures), (2, Vec::new()));
    assert_eq!(shop.undo("t", &gone.change_set).await.done, 2);
    assert_eq!(shop.rows("t", "id"), start);
    let log = shop.database.text("SELECT string_agg(DISTINCT what, ', ' ORDER BY what) FROM log");
    assert_eq!(log, "delete 1, delete 2, insert 1, insert 2, update 1, update 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_replaces_a_change_is_named() {
    let script = "CREATE TABLE t (id integer PRIMARY KEY, v text, gone boolean DEFAULT false); INSERT INTO t VALUES (1, 'a');
        CREATE RULE d AS ON DELETE TO t DO INSTEAD UPDATE t SET gone = true WHERE id = OLD.id";
    let shop = Shop::new(SourceKind::Postgres, script).await;
    let start = shop.rows("t", "id");
    let refused = shop.changes.preview(shop.on("t"), &delete("")).await.unwrap_err();
    assert!(
        refused.to_string().contains("has a rule that does something else INSTEAD of DELETE"),
        "{refused}"
    );
    assert_eq!(shop.rows("t", "id"), start);
    // Rows that were inserted before the rule came go back to where they were.
    let script = "CREATE TABLE t (id integer PRIMARY KEY, v text); INSERT INTO t VALUES (1, E'a\\tb\\\\n');
        CREATE TABLE other (id integer, v text);
        CREATE RULE i AS ON INSERT TO t DO INSTEAD INSERT INTO other VALUES (NEW.id, NEW.v)";
    let shop = Shop::new(SourceKind::Postgres, script).await;
    let start = shop.rows("t", "id");
    let gone = shop.bulk("t", &delete("")).await;
    assert_eq!(shop.undo("t", &gone.change_set).await.done, 1);
    assert_eq!(shop.rows("t", "id"), start);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_login_change_nothing() {
    let shop = Shop::new(SourceKind::Postgres, NOTES).await;
    shop.database.execute("CREATE SCHEMA pgboss; CREATE TABLE pgboss.job (id integer PRIMARY KEY)");
    let app = format!("app_{}", shop.database.text("SELECT current_database()"));
    let settings = [
        "standard_conforming_strings = off",
        "array_nulls = off",
        "default_transaction_read_only = on",
        "transform_null_equals = on",
        "quote_all_identifiers = on",
        "default_transaction_isolation = serializable",
    ];
    let settings: String = settings.iter().map(|it| format!("ALTER ROLE {app} SET {it};")).collect();
    shop.database.execute(&format!("CREATE ROLE {app} SUPERUSER LOGIN PASSWORD 'app'; {settings}"));
    let mut shop = shop;
    let url = shop.database.url().replacen("rowport:rowport@", &format!("{app}:app@"), 1);
    shop.log_in(&url);
    shop.changes.prepare("shop").await.unwrap();
    let catalog = shop.desk.catalog(&shop.me, "shop").await.unwrap();
    assert!(catalog.dataset("pgboss.job").is_some());
    let start = shop.rows("notes", "id");
    let gone = shop.bulk("notes", &delete("")).await;
    let back = shop.undo("notes", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
}

/// A session is a transaction there: nothing that is prepared, set or locked lasts longer.
#[tokio::test(flavor = "multi_thread")]
async fn changes_go_through_a_pooler_in_transaction_mode() {
    let mut shop = Shop::new(SourceKind::Postgres, NOTES).await;
    let url = rowport_testkit::pooled(&shop.database);
    shop.log_in(&url);
    shop.changes.prepare("shop").await.unwrap();
    let delete_all = delete("");
    let start = shop.rows("notes", "id");
    // Several at once, so that the pooler has to change its servers between them.
    for _ in 0..4 {
        let look = || shop.changes.preview(shop.on("notes"), &delete_all);
        let (one, two, three, four) = tokio::join!(look(), look(), look(), look());
        assert!([one, two, three, four].into_iter().all(|preview| preview.unwrap().rows == 3));
    }
    let gone = shop.bulk("notes", &delete_all).await;
    assert_eq!((gone.done, gone.failures), (3, Vec::new()));
    let back = shop.undo("notes", &gone.change_set).await;
    assert_eq!((back.done, back.failures), (3, Vec::new()));
    assert_eq!(shop.rows("notes", "id"), start);
}

/// Rows of other tables are looked at before those that they refer to are deleted, which takes no right to change them.
#[tokio::test(flavor = "multi_thread")]
async fn what_refers_to_a_row_need_only_be_readable() {
    let script = "CREATE TABLE p (id integer PRIMARY KEY); INSERT INTO p VALUES (1), (2);
        CREATE TABLE c (id integer PRIMARY KEY, pid integer REFERENCES p ON DELETE CASCADE); INSERT INTO c VALUES (1, 2)";
    let shop = as_app(script, "GRANT SELECT, INSERT, DELETE ON p TO app; GRANT SELECT ON c TO app").await;
    let gone = shop.bulk("p", &delete("")).await;
    assert_eq!((gone.done, gone.failures.len()), (1, 1));
    assert_eq!(gone.failures[0].code.as_str(), "has_dependents");
    assert_eq!(shop.undo("p", &gone.change_set).await.done, 1);
    assert_eq!(shop.rows("p", "id").len(), 2);
}
