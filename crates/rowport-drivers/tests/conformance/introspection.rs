//! What a driver finds out about tables, keys and references.

use rowport_model::{DatasetKind, DatasetName, ForeignKey, OnDelete, SourceKind, View};
use rowport_testkit::{chinook, edges};

use crate::source::{Source, view};

on_every_database!(
    keys_are_primary_or_else_the_smallest_unique_one,
    references_name_columns_on_both_sides,
    a_view_has_columns_and_no_key,
    odd_names_are_read_filtered_and_sorted_like_any_other,
    an_estimate_costs_no_counting,
    every_table_of_a_real_database_is_found,
    what_is_rowports_own_is_no_dataset_and_nothing_refers_to_it,
);

const SHOP: &str = "
    CREATE TABLE region (country char(2) NOT NULL, code varchar(10) NOT NULL, name varchar(40) NOT NULL UNIQUE,
        PRIMARY KEY (country, code));
    CREATE TABLE customer (id integer NOT NULL PRIMARY KEY, code varchar(10), country char(2), referrer integer,
        email varchar(80) NOT NULL, nick varchar(40), joined varchar(20) NOT NULL DEFAULT 'a''b',
        CONSTRAINT a_place FOREIGN KEY (country, code) REFERENCES region (country, code),
        CONSTRAINT b_friend FOREIGN KEY (referrer) REFERENCES customer (id),
        UNIQUE (email), UNIQUE (nick), UNIQUE (nick, email));
    CREATE TABLE no_primary (a integer NOT NULL, b integer NOT NULL, c integer NOT NULL, d integer,
        UNIQUE (b, a), UNIQUE (c), UNIQUE (d));
    CREATE TABLE keyless (a integer, b integer UNIQUE);
    CREATE VIEW people AS SELECT id, email FROM customer;
";

async fn keys_are_primary_or_else_the_smallest_unique_one(kind: SourceKind) {
    let source = Source::new(kind, SHOP).await;
    let region = source.dataset("region");
    assert_eq!((region.key, region.unique), (names("country code"), vec![names("name")]));
    let customer = source.dataset("customer");
    // A unique key with a nullable column lets two rows be the same.
    assert_eq!((customer.key, customer.unique), (names("id"), vec![names("email")]));
    let no_primary = source.dataset("no_primary");
    assert_eq!((no_primary.key, no_primary.unique), (names("c"), vec![names("b a")]));
    let keyless = source.dataset("keyless");
    assert_eq!((keyless.key.len(), keyless.unique.len()), (0, 0));
    let query = source.query("keyless", &View::default());
    assert!(!query.total_order, "without a key no order is total");
}

async fn references_name_columns_on_both_sides(kind: SourceKind) {
    let source = Source::new(kind, SHOP).await;
    let reference = |columns: &str, table: &str, referenced: &str| ForeignKey {
        columns: names(columns),
        references: DatasetName { schema: None, table: table.to_owned() },
        referenced_columns: names(referenced),
        on_delete: OnDelete::Refuse,
    };
    let mut found = source.dataset("customer").foreign_keys;
    found.sort_by_key(|key| key.columns.len());
    assert_eq!(
        found,
        [reference("referrer", "customer", "id"), reference("country code", "region", "country code")]
    );
    let column = source.dataset("customer").column("joined").unwrap().clone();
    assert!(!column.nullable);
    assert!(column.default.unwrap().starts_with("'a''b'"), "a default is in the database's own words");
    assert!(source.dataset("customer").column("nick").unwrap().nullable);
}

async fn a_view_has_columns_and_no_key(kind: SourceKind) {
    let source = Source::new(kind, SHOP).await;
    let people = source.dataset("people");
    assert_eq!(people.kind, DatasetKind::View);
    assert_eq!(people.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "email"]);
    assert!(people.key.is_empty());
    assert_eq!(source.dataset("customer").kind, DatasetKind::Table);
}

async fn odd_names_are_read_filtered_and_sorted_like_any_other(kind: SourceKind) {
    let (database, table) = match kind {
        SourceKind::Postgres => (edges::postgres(), "other schema.order"),
        SourceKind::Mysql => (edges::mysql(), "order"),
        SourceKind::Sqlite => (edges::sqlite(), "order"),
    };
    let source = Source::of(database).await;
    let columns = source.dataset(table).columns;
    assert!(columns.len() > 10);
    for column in &columns {
        let quoted = format!("\"{}\"", column.name.replace('"', "\"\""));
        let filter = if column.name.is_empty() { String::new() } else { format!("{quoted} is not null") };
        let mut view = view("", &filter, "");
        view.columns = Some(vec![column.name.clone()]);
        view.sort = vec![rowport_model::Sort { column: column.name.clone(), descending: true }];
        assert_eq!(source.rows(table, &view).await.len(), 1, "{}", column.name);
    }
    let dropper = source.catalog.datasets().find(|dataset| dataset.name().table.contains("DROP")).unwrap();
    assert_eq!(source.count(&dropper.name().to_string(), &View::default(), None).await, 1);
}

async fn an_estimate_costs_no_counting(kind: SourceKind) {
    let rows: Vec<String> = (1..=2_000).map(|id| format!("({id}, {})", id % 10)).collect();
    let analyse = match kind {
        SourceKind::Mysql => "ANALYZE TABLE t;",
        _ => "ANALYZE;",
    };
    let script = format!(
        "CREATE TABLE t (id integer NOT NULL PRIMARY KEY, a integer); CREATE INDEX t_a ON t (a); \
         INSERT INTO t VALUES {}; {analyse}",
        rows.join(", ")
    );
    let source = Source::new(kind, &script).await;
    let estimated = source.dataset("t").estimated_rows.unwrap();
    assert!((1_500..=2_500).contains(&estimated), "{estimated}");
    let filtered = source.query("t", &view("", "a = 3", "-a"));
    match source.driver.estimate(&filtered).await.unwrap() {
        Some(rows) => assert!((20..=1_000).contains(&rows), "{kind}: {rows}"),
        None => assert_eq!(kind, SourceKind::Sqlite, "only SQLite has no opinion"),
    }
}

async fn every_table_of_a_real_database_is_found(kind: SourceKind) {
    let (database, track, artist) = match kind {
        SourceKind::Postgres => (chinook::postgres(), "track", "album_id.artist_id.name"),
        SourceKind::Mysql => (chinook::mysql(), "Track", "AlbumId.ArtistId.Name"),
        SourceKind::Sqlite => (chinook::sqlite(), "Track", "AlbumId.ArtistId.Name"),
    };
    let source = Source::of(database).await;
    assert_eq!(source.catalog.datasets().count(), 11);
    let mut through = view("", "", "");
    through.columns = Some(vec![artist.to_owned()]);
    let rows = source.rows(track, &through).await;
    assert_eq!(rows.len(), 3_503);
    assert_eq!(rows[0], ["'AC/DC'"]);
}

fn names(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

async fn what_is_rowports_own_is_no_dataset_and_nothing_refers_to_it(kind: SourceKind) {
    let mut script = String::from(
        "CREATE TABLE _rowport_journal (version integer NOT NULL PRIMARY KEY);
         CREATE TABLE _ROWPORT_OTHERS (id integer NOT NULL PRIMARY KEY);
         CREATE TABLE mine (id integer NOT NULL PRIMARY KEY, version integer, other integer,
             CONSTRAINT to_own FOREIGN KEY (version) REFERENCES _rowport_journal (version),
             CONSTRAINT to_mine FOREIGN KEY (other) REFERENCES mine (id));",
    );
    if kind == SourceKind::Postgres {
        script.push_str(
            "CREATE SCHEMA rowport; CREATE TABLE rowport.users (id integer NOT NULL PRIMARY KEY);
             CREATE VIEW rowport.everyone AS SELECT id FROM rowport.users;
             CREATE SCHEMA rowport_journal; CREATE TABLE rowport_journal.journal (version bigint);
             -- A state that was renamed or copied, and a schema that only has a table of the same name.
             CREATE SCHEMA desk; CREATE TABLE desk.migrations (number bigint NOT NULL PRIMARY KEY);
             CREATE TABLE desk.saved (id text PRIMARY KEY, name_folded text NOT NULL);
             CREATE TABLE desk.secrets (name text PRIMARY KEY, value bytea);
             CREATE SCHEMA app; CREATE TABLE app.migrations (number bigint NOT NULL PRIMARY KEY);
             ALTER TABLE mine ADD owner integer REFERENCES rowport.users (id), ADD secret text REFERENCES desk.secrets (name);",
        );
    }
    let source = Source::new(kind, &script).await;
    let datasets = source.driver.introspect().await.unwrap();
    let found: Vec<_> = datasets.iter().map(|dataset| dataset.name.to_string()).collect();
    let expected: &[&str] =
        if kind == SourceKind::Postgres { &["mine", "app.migrations"] } else { &["mine"] };
    assert_eq!(found, expected, "{kind}");
    let references: Vec<_> = datasets[0].foreign_keys.iter().map(|key| key.references.to_string()).collect();
    assert_eq!(references, ["mine"], "{kind}");
}

#[tokio::test]
async fn the_file_of_a_state_is_refused_as_a_source_by_whatever_link() {
    let database = rowport_testkit::Sqlite::create();
    database.execute("CREATE TABLE secrets (name text PRIMARY KEY, value blob)");
    let file = database.path().to_owned();
    let (hard, soft, copy) =
        (file.with_extension("hard"), file.with_extension("soft"), file.with_extension("copy"));
    assert!(driver_of(&file).introspect().await.is_ok(), "an ordinary database with such a table");
    database.execute("PRAGMA application_id = 0x52575054");
    std::fs::hard_link(&file, &hard).unwrap();
    std::os::unix::fs::symlink(&file, &soft).unwrap();
    std::fs::copy(&file, &copy).unwrap();
    for path in [&file, &hard, &soft, &copy] {
        let driver = driver_of(path);
        let mut refused = vec![driver.check().await.map(drop), driver.introspect().await.map(drop)];
        refused.extend([driver.begin().await.map(drop), driver.begin_reading().await.map(drop)]);
        refused.push(driver.make_journal().await.map(drop));
        for refused in refused {
            let error = refused.unwrap_err();
            assert_eq!(error.code().as_str(), "source_refused", "{}: {error}", path.display());
            assert!(error.to_string().contains("the state of a Rowport"), "{error}");
        }
    }
}

fn driver_of(path: &std::path::Path) -> std::sync::Arc<dyn rowport_drivers::Driver> {
    let url = rowport_drivers::SourceUrl::parse(&format!("sqlite:{}", path.display())).unwrap();
    rowport_drivers::connect(&url, rowport_drivers::Limits::default()).unwrap()
}
