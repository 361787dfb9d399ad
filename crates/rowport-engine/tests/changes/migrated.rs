//! Journals that an earlier version of Rowport made, and logins that may not make any.

use rowport_engine::changes::{BulkAction, Prepared, TrashRequest};
use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::json;

use crate::desk::{Shop, delete, set, with_keys};

const MUSIC: [&str; 4] = ["artists", "albums", "tracks", "reviews"];

on_every_database! {
    a_journal_of_each_earlier_version_is_refused_by_its_code_and_upgraded_whole,
    a_journal_of_a_later_version_is_refused_by_its_code_and_left_alone,
    preparing_twice_says_that_the_journal_was_there,
    a_journal_that_version_2_wrote_is_upgraded_with_cascades_undo_and_trash,
}

const SCRIPT: &str = "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40));
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five')";

/// The statements that earlier versions of Rowport ran, as they were, and the columns of change sets that they lacked.
const EARLIER: [(&str, i64, [&str; 3], &[&str]); 5] = [
    (
        "the first",
        1,
        [
            include_str!("journals/1-first.postgres.sql"),
            include_str!("journals/1-first.mysql.sql"),
            include_str!("journals/1-first.sqlite.sql"),
        ],
        &["along_with", "place", "idempotency_key"],
    ),
    (
        "with keys",
        1,
        [
            include_str!("journals/1-with-keys.postgres.sql"),
            include_str!("journals/1-with-keys.mysql.sql"),
            include_str!("journals/1-with-keys.sqlite.sql"),
        ],
        &["along_with", "place"],
    ),
    (
        "with rows along",
        1,
        [
            include_str!("journals/1-with-rows-along.postgres.sql"),
            include_str!("journals/1-with-rows-along.mysql.sql"),
            include_str!("journals/1-with-rows-along.sqlite.sql"),
        ],
        &["idempotency_key"],
    ),
    (
        "the last of version 1",
        1,
        [
            include_str!("journals/1-last.postgres.sql"),
            include_str!("journals/1-last.mysql.sql"),
            include_str!("journals/1-last.sqlite.sql"),
        ],
        &[],
    ),
    (
        "version 2",
        2,
        [
            include_str!("journals/2.postgres.sql"),
            include_str!("journals/2.mysql.sql"),
            include_str!("journals/2.sqlite.sql"),
        ],
        &[],
    ),
];

/// The columns of version 2, in which every later one has its beginning; with today's name or what it is made of where
/// that is another.
const CHANGE_SETS: &[&str] = &[
    "id",
    "dataset",
    "action",
    "details < concat('{', substr(details, length(action) + 14))",
    "columns",
    "actor",
    "actor_name",
    "tenant",
    "request_id",
    "address",
    "run_id",
    "undoes",
    "along_with < parent_change_set",
    "place < sequence",
    "idempotency_key",
    "attempt",
    "state",
    "row_count",
    "done_count",
    "failed_count",
    "kept_count < skipped_count",
    "created_at",
    "ended_at",
    "undo_until",
];
const CHANGE_CHUNKS: &[&str] = &[
    "change_set",
    "chunk",
    "state",
    "key_count",
    "keys_image",
    "before_image",
    "after_image",
    "done_count",
    "failures",
    "taken < undone_rows",
    "taken_count < undone_count",
    "from_change_set",
    "from_chunk",
    "done_at",
    "relayed",
];

fn prefix(kind: SourceKind) -> &'static str {
    if kind == SourceKind::Postgres { "rowport_journal." } else { "_rowport_" }
}

/// Makes of today's journal one as an earlier version would have it, with the same changes.
fn downgrade(database: &Database, script: &str, lacks: &[&str]) {
    let prefix = prefix(database.kind());
    // The names of then, and those of today.
    let has = |columns: &[&'static str]| -> [String; 2] {
        let names = columns.iter().map(|column| column.split_once(" < ").unwrap_or((column, column)));
        let (then, now): (Vec<_>, Vec<_>) = names.filter(|(then, _)| !lacks.contains(then)).unzip();
        [then.join(", "), now.join(", ")]
    };
    let ([sets, sets_now], [chunks, chunks_now]) = (has(CHANGE_SETS), has(CHANGE_CHUNKS));
    database.execute(&format!(
        "CREATE TABLE kept_sets AS SELECT * FROM {prefix}change_sets;
         CREATE TABLE kept_chunks AS SELECT * FROM {prefix}change_chunks;
         DROP TABLE {prefix}change_chunks; DROP TABLE {prefix}change_sets; DROP TABLE {prefix}journal;"
    ));
    database.execute(script);
    database.execute(&format!(
        "INSERT INTO {prefix}change_sets ({sets}) SELECT {sets_now} FROM kept_sets;
         INSERT INTO {prefix}change_chunks ({chunks}) SELECT {chunks_now} FROM kept_chunks;
         DROP TABLE kept_chunks; DROP TABLE kept_sets;"
    ));
}

async fn a_journal_of_each_earlier_version_is_refused_by_its_code_and_upgraded_whole(kind: SourceKind) {
    for (name, version, scripts, lacks) in EARLIER {
        let shop = Shop::new(kind, SCRIPT).await;
        let start = shop.rows("posts", "id");
        let deleted = shop.bulk("posts", &delete("id <= 2")).await;
        let titled = shop.bulk("posts", &set("id = 3", "title", json!("other"))).await;
        let script = match kind {
            SourceKind::Postgres => scripts[0],
            SourceKind::Mysql => scripts[1],
            SourceKind::Sqlite => scripts[2],
        };
        downgrade(&shop.database, script, lacks);
        let current = rowport_drivers::journal::VERSION;
        if version < current {
            let refused = shop.changes.preview(shop.on("posts"), &delete("id = 4")).await.unwrap_err();
            assert_eq!(refused.code().as_str(), "journal_outdated", "{name}: {refused}");
            assert!(refused.hint().unwrap().contains("rowport prepare"), "{name}");
            let needed = shop.changes.journal_sql("shop").await.unwrap();
            assert!(!needed.contains("CREATE TABLE"), "{name}: only what is needed is shown: {needed}");
            assert_eq!(
                shop.changes.prepare("shop").await.unwrap(),
                Prepared::Upgraded { from: version },
                "{name}"
            );
        }
        shop.changes.journal("shop").await.unwrap();
        shop.changes.may_write_journal("shop").await.unwrap();
        assert_eq!(shop.changes.prepare("shop").await.unwrap(), Prepared::Present, "{name}");

        let request = TrashRequest { search: None, cursor: None, limit: 100 };
        let trash = shop.changes.trash(shop.on("posts"), &request).await.unwrap();
        assert_eq!(trash.rows.len(), 2, "{name}");
        let restored = shop.bulk("posts", &with_keys(BulkAction::Restore, [1])).await;
        assert_eq!(restored.done, 1, "{name}");
        assert_eq!(shop.undo("posts", &titled.change_set).await.done, 1, "{name}");
        let back = shop.undo("posts", &deleted.change_set).await;
        assert_eq!((back.rows, back.done), (1, 1), "{name}");
        assert_eq!(shop.rows("posts", "id"), start, "{name}");
    }
}

/// The tables and the journal as the program of version 2 left them, after it had changed a title, deleted one artist with
/// what depended on it, and deleted and brought back another; `start` and `end` are the rows before and after that.
async fn a_journal_that_version_2_wrote_is_upgraded_with_cascades_undo_and_trash(kind: SourceKind) {
    let script = match kind {
        SourceKind::Postgres => include_str!("journals/written-by-2.postgres.sql"),
        SourceKind::Mysql => include_str!("journals/written-by-2.mysql.sql"),
        SourceKind::Sqlite => include_str!("journals/written-by-2.sqlite.sql"),
    };
    let database = Database::create(kind);
    database.execute(script);
    let url = database.url().to_owned();
    let shop = Shop::unprepared(database, &url);
    let rows = || MUSIC.map(|table| shop.rows(table, "id"));
    let (left, ids) = (rows(), |what: &str| {
        shop.database.text(&format!("SELECT change_set FROM written WHERE what = '{what}'"))
    });
    assert_eq!(shop.changes.prepare("shop").await.unwrap(), Prepared::Upgraded { from: 2 });
    let request = TrashRequest { search: None, cursor: None, limit: 100 };
    let trash = shop.changes.trash(shop.on("artists"), &request).await.unwrap();
    assert_eq!(trash.rows.len(), 1);
    let history = shop.changes.history(shop.on("tracks"), None, 10).await.unwrap();
    assert_eq!(history.last().unwrap().parent_change_set.as_deref(), Some(ids("deleted").as_str()));

    // What was brought back goes again, children first, and comes back, parents first.
    let again = shop.undo("artists", &ids("brought back")).await;
    assert_eq!((again.done, again.failed, again.skipped), (1, 0, 0), "{again:?}");
    assert_eq!(
        again.cascade.iter().map(|it| (it.rows, it.done)).collect::<Vec<_>>(),
        [(1, 1); 3],
        "{again:?}"
    );
    let back = shop.undo("artists", &again.change_set).await;
    assert_eq!((back.done, back.failed, back.skipped), (1, 0, 0), "{back:?}");
    assert_eq!(rows(), left);

    let restored = shop.bulk("reviews", &with_keys(BulkAction::Restore, [9])).await;
    assert_eq!((restored.done, restored.failed, restored.skipped), (1, 0, 0), "{restored:?}");
    for what in ["deleted", "titled"] {
        let undone = shop.undo("artists", &ids(what)).await;
        assert_eq!((undone.done, undone.failed, undone.skipped), (1, 0, 0), "{what}: {undone:?}");
    }
    let start = MUSIC.map(|table| shop.rows(&format!("{table}_at_the_start"), "id"));
    assert_eq!(rows(), start);
    let twice = shop.changes.trash(shop.on("artists"), &request).await.unwrap();
    assert_eq!(twice.rows.len(), 0);
}

async fn a_journal_of_a_later_version_is_refused_by_its_code_and_left_alone(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let prefix = prefix(kind);
    shop.database.execute(&format!("UPDATE {prefix}journal SET version = 999"));
    let refused = shop.changes.preview(shop.on("posts"), &delete("id = 4")).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "journal_newer", "{refused}");
    let refused = shop.changes.prepare("shop").await.unwrap_err();
    assert_eq!(refused.code().as_str(), "journal_newer", "{refused}");
    assert_eq!(shop.database.text(&format!("SELECT version FROM {prefix}journal")), "999");
}

async fn preparing_twice_says_that_the_journal_was_there(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    assert_eq!(shop.changes.prepare("shop").await.unwrap(), Prepared::Present);
    let nothing = shop.changes.journal_sql("shop").await.unwrap();
    assert!(nothing.lines().all(|line| line.is_empty() || line.starts_with("--")), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_is_upgraded_beside_a_view_that_leads_nowhere_sqlite() {
    let shop = Shop::new(SourceKind::Sqlite, SCRIPT).await;
    let gone = shop.bulk("posts", &delete("id = 1")).await;
    downgrade(&shop.database, include_str!("journals/2.sqlite.sql"), &[]);
    shop.database.execute("CREATE VIEW broken AS SELECT id FROM absent");
    assert_eq!(shop.changes.prepare("shop").await.unwrap(), Prepared::Upgraded { from: 2 });
    assert_eq!(shop.undo("posts", &gone.change_set).await.done, 1);
    let view = shop.database.text("SELECT sql FROM sqlite_schema WHERE name = 'broken'");
    assert_eq!(view, "CREATE VIEW broken AS SELECT id FROM absent");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statements_for_a_login_that_may_not_read_the_version_make_no_column_anew_postgres() {
    let shop = Shop::new(SourceKind::Postgres, SCRIPT).await;
    let (url, removed) = limited(&shop.database);
    let theirs = Shop::unprepared(shop.database, &url);
    let statements = theirs.changes.journal_sql("shop").await.unwrap();
    theirs.database.execute(&statements);
    let renamed = "SELECT count(*) FROM pg_attribute \
        WHERE attname = 'along_with' AND attrelid = 'rowport_journal.change_sets'::regclass";
    assert_eq!(theirs.database.text(renamed), "0", "{statements}");
    theirs.changes.may_write_journal("shop").await.unwrap();
    theirs.database.execute(&removed);
}

/// A login that may read and change the tables that are there, and make none; and what removes it again.
fn limited(database: &Database) -> (String, String) {
    let (scheme, rest) = database.url().split_once("://").unwrap();
    let (host, name) = rest.rsplit_once('@').unwrap().1.split_once('/').unwrap();
    let login = format!("l{}", &name[name.len() - 12..]);
    let url = format!("{scheme}://{login}:secret@{host}/{name}");
    let (made, removed) = match database.kind() {
        SourceKind::Postgres => (
            format!(
                "CREATE ROLE {login} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA public TO {login};
                 GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO {login}"
            ),
            format!("DROP OWNED BY {login}; DROP ROLE {login}"),
        ),
        _ => (
            format!(
                "CREATE USER '{login}'@'%' IDENTIFIED BY 'secret';
                 GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO '{login}'@'%'"
            ),
            format!("DROP USER '{login}'@'%'"),
        ),
    };
    database.execute(&made);
    (url, removed)
}

async fn the_owner_runs_the_statements(kind: SourceKind) {
    let database = Database::create(kind);
    database.execute(SCRIPT);
    let (url, removed) = limited(&database);
    let theirs = Shop::unprepared(database, &url);
    let unprepared = theirs.changes.journal("shop").await.unwrap_err();
    // MySQL does not tell a login without rights whether a table is there.
    let absent = if kind == SourceKind::Postgres { "no_journal" } else { "journal_refused" };
    assert_eq!(unprepared.code().as_str(), absent, "{unprepared}");
    let refused = theirs.changes.prepare("shop").await.unwrap_err();
    assert_eq!(refused.code().as_str(), "journal_refused", "{refused}");
    assert!(refused.hint().unwrap().contains("--print"), "{:?}", refused.hint());

    let statements = theirs.changes.journal_sql("shop").await.unwrap();
    theirs.database.execute(&statements);
    assert_eq!(theirs.changes.prepare("shop").await.unwrap(), Prepared::Present);
    theirs.changes.may_write_journal("shop").await.unwrap();
    let gone = theirs.bulk("posts", &delete("id = 1")).await;
    assert_eq!(theirs.undo("posts", &gone.change_set).await.done, 1);

    // A journal that the login may read and not write is no journal to change rows with.
    let prefix = prefix(kind);
    let login = url.split_once("://").unwrap().1.split_once(':').unwrap().0;
    let whom = if kind == SourceKind::Postgres { login.to_owned() } else { format!("'{login}'@'%'") };
    theirs.database.execute(&format!("REVOKE INSERT ON {prefix}change_chunks FROM {whom}"));
    let unwritable = theirs.changes.may_write_journal("shop").await.unwrap_err();
    assert_eq!(unwritable.code().as_str(), "journal_refused", "{unwritable}");
    theirs.database.execute(&removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_make_tables_is_given_the_statements_for_the_owner_postgres() {
    the_owner_runs_the_statements(SourceKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_make_tables_is_given_the_statements_for_the_owner_mysql() {
    the_owner_runs_the_statements(SourceKind::Mysql).await;
}
