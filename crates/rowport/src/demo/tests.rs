use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::types::ValueRef;

use super::*;

const DATASETS: [&str; 11] = [
    "brands",
    "groups",
    "accounts",
    "posts",
    "tags",
    "post_tags",
    "records",
    "departments",
    "categories",
    "products",
    "sellers",
];

/// A leap day, for what goes back to the month before.
const TODAY: Date = jiff::civil::date(2028, 2, 29);

fn made(rows: u64, seed: u64) -> (tempfile::TempDir, Connection, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.sqlite");
    let summary = generate(&path, rows, seed, TODAY, &mut |_| {}).unwrap();
    let connection = Connection::open(path).unwrap();
    (folder, connection, summary)
}

/// One number for everything in it: the schema, and every value of every row with its type.
fn fingerprint(connection: &Connection) -> u64 {
    let mut hasher = DefaultHasher::new();
    for table in DATASETS.iter().chain(&["sqlite_schema"]) {
        // The page on which SQLite put a table is no content.
        let columns = if *table == "sqlite_schema" { "type, name, sql" } else { "*" };
        let mut statement =
            connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2")).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..width {
                match row.get_ref(column).unwrap() {
                    ValueRef::Null => 0_u8.hash(&mut hasher),
                    ValueRef::Integer(number) => (1_u8, number).hash(&mut hasher),
                    ValueRef::Real(number) => (2_u8, number.to_bits()).hash(&mut hasher),
                    ValueRef::Text(text) => (3_u8, text).hash(&mut hasher),
                    ValueRef::Blob(bytes) => (4_u8, bytes).hash(&mut hasher),
                }
            }
        }
    }
    hasher.finish()
}

fn number(connection: &Connection, query: &str) -> u64 {
    connection.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

#[test]
fn the_same_seed_makes_the_same_content_and_another_seed_another() {
    let prints: Vec<_> = [7, 7, 8].iter().map(|seed| fingerprint(&made(2_000, *seed).1)).collect();
    assert_eq!(prints[0], prints[1]);
    assert_ne!(prints[0], prints[2]);
}

#[test]
fn the_summary_tells_what_is_there_at_any_size() {
    for rows in [0, 1, 13, 4_000] {
        let (_folder, connection, summary) = made(rows, 1);
        assert_eq!(summary, Summary::of(rows));
        let counts: Vec<_> = DATASETS
            .iter()
            .map(|table| number(&connection, &format!("SELECT count(*) FROM {table}")))
            .collect();
        let Summary { brands, groups, accounts, posts, tags, post_tags, records, .. } = summary;
        let Summary { departments, categories, products, sellers, .. } = summary;
        let told = [
            brands,
            groups,
            accounts,
            posts,
            tags,
            post_tags,
            records,
            departments,
            categories,
            products,
            sellers,
        ];
        assert_eq!(counts, told, "{rows} rows");
        assert_eq!(counts.iter().sum::<u64>(), summary.total());
        assert_eq!((records, posts), (rows, rows / 2));
    }
}

#[test]
fn every_reference_holds_and_the_file_is_sound() {
    let (_folder, connection, _) = made(5_000, 3);
    assert_eq!(number(&connection, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

#[test]
fn a_handful_of_posts_is_in_the_trash_for_some_days_and_nothing_refers_to_them() {
    let (_folder, connection, _) = made(5_000, 3);
    let days = "SELECT group_concat(n) FROM
        (SELECT CAST(julianday('2028-02-29') - julianday(date(deleted_at)) AS INTEGER) AS n FROM posts
         WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC)";
    let days: String = connection.query_row(days, [], |row| row.get(0)).unwrap();
    assert_eq!(days, "1,3,12,18,25,27");
    let marks = "SELECT count(*) FROM posts WHERE datetime(deleted_at) IS NOT deleted_at";
    assert_eq!(number(&connection, marks), 0, "not as an application writes it");
    let referring = "SELECT count(*) FROM post_tags JOIN posts ON id = post_id WHERE deleted_at IS NOT NULL";
    assert_eq!(number(&connection, referring), 0);
}

#[test]
fn records_hold_what_breaks_careless_exports() {
    let (_folder, connection, _) = made(5_000, 3);
    for condition in [
        "note IS NULL",
        "note = ''",
        "instr(note, '\"')",
        "instr(note, char(10))",
        "note LIKE '=%'",
        "note LIKE '@%'",
        "length(CAST(note AS BLOB)) > length(note) + 2",
        "order_id LIKE '0%'",
        "brand_id IS NULL",
    ] {
        assert!(
            number(&connection, &format!("SELECT count(*) FROM records WHERE {condition}")) > 0,
            "{condition}"
        );
    }
    assert_eq!(
        number(
            &connection,
            "SELECT count(*) FROM records WHERE order_id NOT GLOB replace('xxxxxxxxxxxxxxxx', 'x', '[0-9]')"
        ),
        0
    );
    assert_eq!(number(&connection, "SELECT count(*) FROM records WHERE date(sale_date) IS NOT sale_date"), 0);
    assert_eq!(
        number(&connection, "SELECT count(*) FROM records WHERE datetime(updated_at) IS NOT updated_at"),
        0
    );
    assert_eq!(number(&connection, "SELECT count(*) FROM records WHERE updated_at < sale_date"), 0);
    assert_eq!(number(&connection, "SELECT count(*) FROM sellers WHERE last_seen_at < first_seen_at"), 0);
    assert_eq!(number(&connection, "SELECT count(*) FROM pragma_table_info('records')"), 13);
}

#[test]
fn progress_rises_and_never_passes_the_total() {
    let folder = tempfile::tempdir().unwrap();
    let mut heard = Vec::new();
    let summary =
        generate(&folder.path().join("demo.sqlite"), 30_000, 1, TODAY, &mut |rows| heard.push(rows)).unwrap();
    assert!(heard.len() > 4 && heard.is_sorted(), "{heard:?}");
    assert!(*heard.last().unwrap() <= summary.total());
}

#[test]
fn what_exists_is_never_replaced_and_a_failure_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.sqlite");
    fs::write(&path, "mine").unwrap();
    assert!(matches!(generate(&path, 1, 1, TODAY, &mut |_| {}), Err(DemoError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"mine");

    let nowhere = folder.path().join("no such folder").join("demo.sqlite");
    assert!(matches!(generate(&nowhere, 1, 1, TODAY, &mut |_| {}), Err(DemoError::Io { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_a_killed_attempt_left_behind_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo.sqlite");
    fs::write(folder.path().join("demo.sqlite.partial"), "half a file").unwrap();
    generate(&path, 1, 1, TODAY, &mut |_| {}).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
