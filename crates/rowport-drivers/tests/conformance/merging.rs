//! Rows that are staged in a temporary table, and merged from there into their dataset.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use rowport_drivers::{
    Denied, DriverError, Limits, Merge, MergeMode, Merged, Refusal, SourceUrl, Staging, Transaction, connect,
};
use rowport_model::{Catalog, ColumnRef, DatasetKind, Query, SourceKind, View};
use rowport_testkit::{Database, edges};

use crate::cells::{Cells, cells};
use crate::source::{NOW, Source, batches, catalog};

on_every_database! {
    what_becomes_of_each_staged_row_is_said,
    only_rows_that_have_a_match_are_updated,
    only_rows_of_the_target_are_changed,
    rows_are_merged_range_by_range,
    rows_that_are_there_already_are_not_inserted,
    two_staged_rows_with_one_key_are_refused,
    what_no_staged_row_names_is_deleted,
    every_type_is_staged_at_its_edges_and_is_what_it_was,
    images_have_a_limit,
    a_key_of_nulls_matches_nothing,
    many_rows_are_overwritten_each_with_its_own_values,
}

/// A composite key, a name that no statement should stumble over, a generated column and one that is not staged.
fn script(kind: SourceKind) -> String {
    let name = if kind == SourceKind::Mysql { "`na``me, \"c0` " } else { "\"na`me, \"\"c0\" " };
    format!(
        "CREATE TABLE items (part integer NOT NULL, code varchar(20) NOT NULL, {name} varchar(40),
            price decimal(10, 2), total decimal(12, 2) GENERATED ALWAYS AS (price * 2) STORED, tenant varchar(10),
            PRIMARY KEY (part, code));
         INSERT INTO items (part, code, {name}, price, tenant) VALUES
            (1, 'a', 'Ada', 1.5, 'x'), (1, 'b', NULL, 2, 'x'), (2, 'a', 'Bob', NULL, 'y')"
    )
}

const NAME: &str = "na`me, \"c0";

/// Of these, the first is there, the second and the third differ, and the fourth is new.
const STAGED: [(i64, &str, Option<&str>, Option<&str>); 4] = [
    (1, "a", Some("Ada"), Some("1.5")),
    (1, "b", Some("new"), Some("2")),
    (2, "a", Some("bob"), None),
    (3, "z", None, None),
];

struct Items {
    source: Source,
    columns: Vec<ColumnRef>,
    key: Vec<ColumnRef>,
    target: Query,
}

impl Items {
    async fn new(kind: SourceKind) -> Self {
        Self::of(Source::new(kind, &script(kind)).await, |catalog| catalog)
    }

    fn of(source: Source, seen: impl FnOnce(Catalog) -> Catalog) -> Self {
        let catalog = seen(source.catalog.clone());
        let dataset = catalog.dataset("items").unwrap();
        let staged = ["part", "code", NAME, "price"];
        let stored = dataset.stored_columns();
        let columns = staged.map(|name| stored.iter().find(|column| column.name == name).unwrap().clone());
        let target = dataset.stored_query(&View::default(), NOW.parse().unwrap()).unwrap();
        Self { columns: columns.to_vec(), key: dataset.change_key().unwrap(), target, source }
    }

    async fn stage(
        &self,
        transaction: &mut dyn Transaction,
        rows: &[(i64, &str, Option<&str>, Option<&str>)],
    ) -> Staging {
        let dataset = &self.target.dataset;
        let mut staging = transaction.create_staging(dataset, &self.columns, &self.key).await.unwrap();
        transaction.stage(&mut staging, &batch(rows)).await.unwrap();
        staging
    }

    fn merge(&self, mode: MergeMode) -> Merge<'_> {
        Merge { mode, rows: 0..u64::MAX, target: &self.target, max_bytes: 1 << 20 }
    }

    async fn rows(&self) -> Vec<Cells> {
        self.source.read(self.source.query("items", &View::default())).await
    }
}

fn batch(rows: &[(i64, &str, Option<&str>, Option<&str>)]) -> RecordBatch {
    let columns: [(&str, ArrayRef); 4] = [
        ("part", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>())),
        ("code", Arc::new(rows.iter().map(|row| Some(row.1)).collect::<StringArray>())),
        (NAME, Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>())),
        ("price", Arc::new(rows.iter().map(|row| row.3).collect::<StringArray>())),
    ];
    let nullable = columns.map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(nullable).unwrap()
}

/// Their names and prices by their keys, whatever the database's way to write a decimal.
fn short(rows: &[Cells]) -> Vec<String> {
    let number =
        |text: &String| text.trim_matches('\'').parse::<f64>().map_or("-".to_owned(), |it| it.to_string());
    rows.iter().map(|row| format!("{} {} {} {}", row[0], row[1], row[2], number(&row[3]))).collect()
}

async fn what_becomes_of_each_staged_row_is_said(kind: SourceKind) {
    let items = Items::new(kind).await;
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    assert_eq!(staging.rows(), 4);
    let Merged { inserted, updated, before, unchanged, out_of_scope, unmatched } =
        transaction.merge(&staging, &items.merge(MergeMode::Upsert)).await.unwrap();
    assert_eq!((inserted, updated, unchanged), (vec![3], vec![1, 2], vec![0]), "{kind}");
    assert_eq!((out_of_scope, unmatched), (vec![], vec![]));
    assert_eq!(short(&cells(&before)), ["1 'b' NULL 2", "2 'a' 'Bob' -"], "{kind}");
    // The same once more changes nothing.
    let again = transaction.merge(&staging, &items.merge(MergeMode::Upsert)).await.unwrap();
    assert_eq!((again.unchanged, again.inserted, again.updated), (vec![0, 1, 2, 3], vec![], vec![]));
    transaction.commit().await.unwrap();
    let expected = ["1 'a' 'Ada' 1.5", "1 'b' 'new' 2", "2 'a' 'bob' -", "3 'z' NULL -"];
    let rows = items.rows().await;
    assert_eq!(short(&rows), expected, "{kind}");
    // What was not staged is what it was, and what is generated follows.
    assert_eq!(rows.iter().map(|row| row[5].as_str()).collect::<Vec<_>>(), ["'x'", "'x'", "'y'", "NULL"]);
    assert!(rows[1][4].trim_matches('\'').starts_with('4'), "{:?}", rows[1]);
}

async fn only_rows_that_have_a_match_are_updated(kind: SourceKind) {
    let items = Items::new(kind).await;
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    let merged = transaction.merge(&staging, &items.merge(MergeMode::Update)).await.unwrap();
    assert_eq!((merged.updated, merged.unmatched), (vec![1, 2], vec![3]));
    assert_eq!((merged.unchanged, merged.inserted), (vec![0], vec![]));
    transaction.commit().await.unwrap();
    assert_eq!(items.rows().await.len(), 3);
}

async fn only_rows_of_the_target_are_changed(kind: SourceKind) {
    let source = Source::new(kind, &script(kind)).await;
    let theirs = source.of_tenant("tenant", "x").await;
    let items = Items::of(source, |_| theirs);
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    let merged = transaction.merge(&staging, &items.merge(MergeMode::Upsert)).await.unwrap();
    assert_eq!((merged.updated, merged.out_of_scope), (vec![1], vec![2]));
    assert_eq!((merged.unchanged, merged.inserted), (vec![0], vec![3]));
    transaction.commit().await.unwrap();
    assert_eq!(short(&items.rows().await)[2], "2 'a' 'Bob' -", "{kind}");
}

async fn rows_are_merged_range_by_range(kind: SourceKind) {
    let items = Items::new(kind).await;
    let mut transaction = items.source.driver.begin().await.unwrap();
    let mut staging = items.stage(transaction.as_mut(), &STAGED[..1]).await;
    transaction.stage(&mut staging, &batch(&STAGED[1..])).await.unwrap();
    let part = |rows| Merge { rows, ..items.merge(MergeMode::Upsert) };
    let first = transaction.merge(&staging, &part(0..2)).await.unwrap();
    assert_eq!((first.unchanged, first.updated, first.inserted), (vec![0], vec![1], vec![]));
    let second = transaction.merge(&staging, &part(2..9)).await.unwrap();
    assert_eq!((second.unchanged, second.updated, second.inserted), (vec![], vec![2], vec![3]));
    transaction.commit().await.unwrap();
    assert_eq!(items.rows().await.len(), 4);
}

async fn rows_that_are_there_already_are_not_inserted(kind: SourceKind) {
    let items = Items::new(kind).await;
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    transaction.savepoint().await.unwrap();
    let refused = transaction.merge(&staging, &items.merge(MergeMode::Insert)).await.unwrap_err();
    assert!(matches!(refused, DriverError::RowRefused { reason: Refusal::Unique, .. }), "{refused:?}");
    transaction.roll_back().await.unwrap();
    let new = Merge { rows: 3..4, ..items.merge(MergeMode::Insert) };
    let merged = transaction.merge(&staging, &new).await.unwrap();
    assert_eq!((merged.inserted, merged.before.num_rows()), (vec![3], 0));
    transaction.commit().await.unwrap();
    assert_eq!(items.rows().await.len(), 4);
}

async fn two_staged_rows_with_one_key_are_refused(kind: SourceKind) {
    let items = Items::new(kind).await;
    let rows = [(1, "a", Some("one"), None), (1, "a", Some("other"), None)];
    for mode in [MergeMode::Update, MergeMode::Upsert] {
        let mut transaction = items.source.driver.begin().await.unwrap();
        let staging = items.stage(transaction.as_mut(), &rows).await;
        let refused = transaction.merge(&staging, &items.merge(mode)).await.unwrap_err();
        assert!(matches!(refused, DriverError::RowRefused { reason: Refusal::Unique, .. }), "{refused:?}");
    }
    assert_eq!(short(&items.rows().await)[0], "1 'a' 'Ada' 1.5");
}

async fn what_no_staged_row_names_is_deleted(kind: SourceKind) {
    let source = Source::new(kind, &script(kind)).await;
    let theirs = source.of_tenant("tenant", "x").await;
    let items = Items::of(source, |_| theirs);
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED[..1]).await;
    let deleted = transaction.delete_missing(&staging, &items.target, 1 << 20).await.unwrap();
    assert_eq!(short(&cells(&deleted)), ["1 'b' NULL 2"]);
    transaction.commit().await.unwrap();
    assert_eq!(short(&items.rows().await), ["1 'a' 'Ada' 1.5", "2 'a' 'Bob' -"], "{kind}");
}

async fn images_have_a_limit(kind: SourceKind) {
    let items = Items::new(kind).await;
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    let merge = Merge { max_bytes: 8, ..items.merge(MergeMode::Upsert) };
    let refused = transaction.merge(&staging, &merge).await.unwrap_err();
    assert!(matches!(refused, DriverError::TooLarge { limit: 8 }), "{refused:?}");
}

async fn a_key_of_nulls_matches_nothing(kind: SourceKind) {
    let script = "CREATE TABLE items (id integer PRIMARY KEY, code varchar(20) UNIQUE, title varchar(20));
        INSERT INTO items VALUES (1, NULL, 'one'), (2, 'b', 'two')";
    let source = Source::new(kind, script).await;
    let dataset = source.catalog.dataset("items").unwrap();
    let target = dataset.stored_query(&View::default(), NOW.parse().unwrap()).unwrap();
    let columns = dataset.stored_columns();
    let key: Vec<_> = columns.iter().filter(|column| column.name == "code").cloned().collect();
    let mut transaction = source.driver.begin().await.unwrap();
    let mut staging = transaction.create_staging(&target.dataset, &columns, &key).await.unwrap();
    let texts: [(&str, ArrayRef, bool); 3] = [
        ("id", Arc::new(Int64Array::from(vec![3, 2])), true),
        ("code", Arc::new(StringArray::from(vec![None, Some("b")])), true),
        ("title", Arc::new(StringArray::from(vec!["three", "four"])), true),
    ];
    let rows = RecordBatch::try_from_iter_with_nullable(texts).unwrap();
    transaction.stage(&mut staging, &rows).await.unwrap();
    let merge = Merge { mode: MergeMode::Upsert, rows: 0..2, target: &target, max_bytes: 1 << 20 };
    let merged = transaction.merge(&staging, &merge).await.unwrap();
    assert_eq!((merged.inserted, merged.updated), (vec![0], vec![1]));
    // Nor is a row without a key missing.
    let deleted = transaction.delete_missing(&staging, &target, 1 << 20).await.unwrap();
    assert_eq!(deleted.num_rows(), 0);
    transaction.commit().await.unwrap();
    assert_eq!(source.count("items", &View::default(), None).await, 3, "{kind}");
}

/// Rows of every table with a key are staged as they were read: they are found to be the same, and inserted anew they are.
async fn every_type_is_staged_at_its_edges_and_is_what_it_was(kind: SourceKind) {
    let source = Source::of(match kind {
        SourceKind::Postgres => edges::postgres(),
        SourceKind::Mysql => edges::mysql(),
        SourceKind::Sqlite => edges::sqlite(),
    });
    let source = source.await;
    let mut tried = 0;
    for dataset in source.catalog.datasets() {
        let (described, Ok(key)) = (dataset.visible(), dataset.change_key()) else { continue };
        let columns = dataset.stored_columns();
        if described.kind != DatasetKind::Table || columns.len() < 2 {
            continue;
        }
        let (name, now) = (described.name.to_string(), NOW.parse().unwrap());
        let target = dataset.stored_query(&View::default(), now).unwrap();
        let mut transaction = source.driver.begin().await.unwrap();
        let rows = transaction.read(&target, usize::MAX).await.unwrap();
        if rows.num_rows() == 0 {
            continue;
        }
        let mut staging = transaction.create_staging(&target.dataset, &columns, &key).await.unwrap();
        transaction.stage(&mut staging, &rows).await.unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
        let all: Vec<u64> = (0..rows.num_rows() as u64).collect();
        let merge = |mode| Merge { mode, rows: 0..u64::MAX, target: &target, max_bytes: usize::MAX };
        let same = transaction.merge(&staging, &merge(MergeMode::Upsert)).await;
        let same = same.unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
        assert_eq!(
            (same.updated.len(), same.inserted.len()),
            (0, 0),
            "{kind} {name}: {:?}",
            cells(&same.before)
        );
        assert_eq!(same.unchanged, all, "{kind} {name}");
        assert_eq!(transaction.delete(&target, usize::MAX).await.unwrap().num_rows(), all.len());
        let merged = transaction.merge(&staging, &merge(MergeMode::Upsert)).await;
        let merged = merged.unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
        assert_eq!(merged.inserted, all, "{kind} {name}");
        let back = transaction.read(&target, usize::MAX).await.unwrap();
        assert_eq!(cells(&back), cells(&rows), "{kind} {name}");
        tried += 1;
    }
    assert!(tried >= 5, "{kind}: {tried} tables were tried");
}

async fn many_rows_are_overwritten_each_with_its_own_values(kind: SourceKind) {
    let items = Items::new(kind).await;
    overwrite_many(&items, items.source.driver.begin().await.unwrap()).await;
}

async fn overwrite_many(items: &Items, mut transaction: Box<dyn Transaction>) {
    let codes: Vec<String> = (0..40).map(|number| format!("code {number}")).collect();
    let rows = |name: &'static str| -> Vec<_> {
        codes.iter().map(|code| (7, code.as_str(), Some(name), Some("2.25"))).collect()
    };
    let dataset = &items.target.dataset;
    let inserted = transaction.insert(dataset, &items.columns, &batch(&rows("one"))).await.unwrap();
    assert_eq!(inserted, 40);
    let mut other = rows("two");
    other[3].2 = None;
    let changed = transaction.overwrite(dataset, &items.key, &items.columns, &batch(&other)).await.unwrap();
    assert_eq!(changed, 40);
    // Rows that are as they should be count as well, and rows that are not there do not.
    other[0].1 = "absent";
    let changed = transaction.overwrite(dataset, &items.key, &items.columns, &batch(&other)).await.unwrap();
    assert_eq!(changed, 39);
    transaction.commit().await.unwrap();
    let found = items.rows().await;
    let named = |name: &str| found.iter().filter(|row| row[0] == "7" && row[2] == name).count();
    assert_eq!((named("'two'"), named("NULL"), found.len()), (39, 1, 43));
}

/// A login that may change rows, and make no table, not even a temporary one; and what removes it again.
fn limited(database: &Database) -> (String, String) {
    let (_, name) = database.url().rsplit_once('/').unwrap();
    let login = name.replace("rowport_", "app_");
    let (made, removed) = match database.kind() {
        SourceKind::Postgres => (
            format!(
                "CREATE ROLE {login} LOGIN PASSWORD 'secret'; REVOKE ALL ON DATABASE {name} FROM PUBLIC;
                 GRANT CONNECT ON DATABASE {name} TO {login};
                 GRANT SELECT, INSERT, UPDATE, DELETE ON items TO {login}"
            ),
            format!("DROP OWNED BY {login}; DROP ROLE {login}"),
        ),
        _ => (
            format!(
                "CREATE USER '{login}'@'%' IDENTIFIED BY 'secret';
                 GRANT SELECT, INSERT, UPDATE, DELETE ON items TO '{login}'@'%'"
            ),
            format!("DROP USER '{login}'@'%'"),
        ),
    };
    database.execute(&made);
    (database.url().replacen("rowport:rowport@", &format!("{login}:secret@"), 1), removed)
}

async fn without_temporary_tables(kind: SourceKind) {
    let items = Items::new(kind).await;
    let (url, removed) = limited(&items.source.database);
    let driver = connect(&SourceUrl::parse(&url).unwrap(), Limits::default()).unwrap();
    let mut transaction = driver.begin().await.unwrap();
    let refused = transaction.create_staging(&items.target.dataset, &items.columns, &items.key).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, DriverError::Refused { what: Denied::Staging, .. }), "{refused:?}");
    assert!(refused.hint().unwrap().contains("TEMPORARY"), "{:?}", refused.hint());
    drop(transaction);
    overwrite_many(&items, driver.begin().await.unwrap()).await;
    drop(driver);
    items.source.database.execute(&removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_make_temporary_tables_is_told_so_postgres() {
    without_temporary_tables(SourceKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_make_temporary_tables_is_told_so_mysql() {
    without_temporary_tables(SourceKind::Mysql).await;
}

/// A trigger that lets the statement pass and leaves a row out.
async fn a_trigger_skips(kind: SourceKind, trigger: &str) {
    let items = Items::new(kind).await;
    items.source.database.execute(trigger);
    let mut transaction = items.source.driver.begin().await.unwrap();
    let staging = items.stage(transaction.as_mut(), &STAGED).await;
    let refused = transaction.merge(&staging, &items.merge(MergeMode::Upsert)).await.unwrap_err();
    assert!(matches!(refused, DriverError::RowRefused { reason: Refusal::Skipped, .. }), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_trigger_skips_are_refused_postgres() {
    let function = "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";
    for event in ["INSERT", "UPDATE"] {
        let trigger = format!(
            "{function}; CREATE TRIGGER t BEFORE {event} ON items FOR EACH ROW EXECUTE FUNCTION skip()"
        );
        a_trigger_skips(SourceKind::Postgres, &trigger).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_trigger_skips_are_refused_sqlite() {
    for event in ["INSERT", "UPDATE"] {
        let trigger = format!("CREATE TRIGGER t BEFORE {event} ON items BEGIN SELECT RAISE(IGNORE); END");
        a_trigger_skips(SourceKind::Sqlite, &trigger).await;
    }
}

/// A pooled connection that staged rows has no table of them for its next user.
#[tokio::test(flavor = "multi_thread")]
async fn staging_tables_end_with_their_transaction_mysql() {
    let items = Items::new(SourceKind::Mysql).await;
    for _ in 0..3 {
        let mut transaction = items.source.driver.begin().await.unwrap();
        let staging = items.stage(transaction.as_mut(), &STAGED).await;
        assert_eq!(staging.rows(), 4);
        transaction.commit().await.unwrap();
    }
    let datasets = catalog(items.source.driver.introspect().await.unwrap());
    assert_eq!(datasets.datasets().count(), 1);
    let stream = items
        .source
        .driver
        .read(items.source.query("items", &View::default()), rowport_drivers::ReadOptions::PAGE);
    assert_eq!(batches(stream.await.unwrap()).await.unwrap().len(), 1);
}
