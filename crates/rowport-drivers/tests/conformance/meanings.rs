//! Filters, sorts and pages go by what a value is: by the type that the database says, whatever it is called, by the
//! collation of the column, and by the moment that a text stands for.

use rowport_drivers::{DriverError, Refusal};
use rowport_model::{FieldValue, SetField, SourceKind, View};
use rowport_testkit::{Database, Mysql, Postgres};

use crate::source::{Source, view};

/// The ids that a filter finds.
async fn ids(source: &Source, table: &str, filter: &str) -> String {
    let rows = source.rows(table, &view("id", filter, "id")).await.concat();
    // The ids of views have no declared type.
    rows.iter().map(|id| id.trim_start_matches("!integer ")).collect::<Vec<_>>().join(" ")
}

async fn find(source: &Source, table: &str, expected: &[(&str, &str)]) {
    for (filter, ids_found) in expected {
        assert_eq!(ids(source, table, filter).await, *ids_found, "{}: {table}: {filter}", source.kind);
        let count = ids_found.split_whitespace().count() as u64;
        assert_eq!(source.count(table, &view("", filter, ""), None).await, count, "count of {filter}");
    }
}

/// Pages of several sizes, which must be the rows of one read, each once. Returns the first column of them.
async fn paged(source: &Source, table: &str, sort: &str) -> String {
    let view = view("", "", sort);
    let whole = source.rows(table, &view).await;
    for size in [1, 2, 3, 50] {
        let (mut pages, mut cursor) = (Vec::new(), None);
        loop {
            let (rows, next) = source.page(table, &view, cursor.as_deref(), size).await;
            let last = rows.len() < usize::try_from(size).unwrap();
            pages.extend(rows);
            assert!(pages.len() <= whole.len(), "{table} by {sort} in pages of {size} repeats: {pages:?}");
            if last {
                break;
            }
            cursor = next;
        }
        assert_eq!(pages, whole, "{}: {table} by {sort} in pages of {size}", source.kind);
    }
    whole.into_iter().map(|row| row[0].clone()).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_mysql_has_the_sign_that_its_column_says() {
    let source = Source::new(
        SourceKind::Mysql,
        "CREATE TABLE z (id INT PRIMARY KEY, n TINYINT(1) UNSIGNED, f TINYINT(1) UNSIGNED ZEROFILL, z TINYINT(1) ZEROFILL,
             s TINYINT(1), t TINYINT UNSIGNED, m MEDIUMINT UNSIGNED ZEROFILL, y YEAR, b BIT(1), c BIT(8), g SMALLINT UNSIGNED \
             GENERATED ALWAYS AS (n * 256) STORED);
         INSERT INTO z (id, n, f, z, s, t, m, y, b, c) VALUES (1, 200, 200, 200, -1, 200, 16777215, 2155, 1, 200),
             (2, 255, 255, 128, 1, 255, 8388608, 1901, 0, 255), (3, 127, 0, 0, 127, 0, 0, 0, 0, 0);
         CREATE VIEW v AS SELECT id, n, n + 0 AS more, -n AS less, n > 199 AS large, coalesce(n, 1) AS some FROM z;
         CREATE VIEW most AS SELECT s AS id, max(n) AS n, sum(n) AS total, count(*) AS rows_ FROM z GROUP BY s;
         CREATE TABLE k (n TINYINT(1) UNSIGNED PRIMARY KEY); INSERT INTO k SELECT seq FROM seq_0_to_255;",
    )
    .await;
    let rows = source.rows("z", &view("n,f,z,s,t,m,y,b,c,g", "", "id")).await;
    assert_eq!(
        rows.iter().map(|row| row.join(" ")).collect::<Vec<_>>(),
        [
            "200 200 200 !integer -1 200 16777215 2155 1 200 51200",
            "255 255 128 true 255 8388608 1901 0 255 65280",
            "127 0 0 !integer 127 0 0 0 0 0 32512"
        ]
    );
    let rows = source.rows("v", &view("n,more,less,some", "", "id")).await.concat().join(" ");
    assert_eq!(rows, "200 200 -200 200 255 255 -255 255 127 127 -127 127");
    let rows = source.rows("most", &view("n,total,rows_", "", "id")).await.concat().join(" ");
    assert_eq!(rows, "200 200 1 255 255 1 127 127 1");
    find(
        &source,
        "z",
        &[("n = 255", "2"), ("n < 0", ""), ("n > 127", "1 2"), ("f in (200, 255)", "1 2"), ("c = 255", "2")],
    )
    .await;
    find(&source, "v", &[("n = 200", "1"), ("less = -200", "1"), ("large = 1", "1 2")]).await;
    let all: Vec<String> = (0..=255).map(|n| n.to_string()).collect();
    assert_eq!(paged(&source, "k", "").await, all.join(" "));
    paged(&source, "z", "-n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_finds_numbers_where_the_type_of_a_column_says_nothing() {
    let source = Source::new(
        SourceKind::Sqlite,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t (v) VALUES ('a'), ('a'), ('b');
         CREATE VIEW w AS SELECT v, min(id) AS id, count(*) AS n, sum(id) AS s, avg(id) AS mean FROM t GROUP BY v;
         CREATE TABLE u (id INTEGER PRIMARY KEY, x, y STRING, z ANY, w BLOB);
         INSERT INTO u VALUES (1, 5, 5, 5, 5), (2, '5', '5', '5', '5'), (3, 7.5, 7.5, 7.5, 7.5),
             (4, 'abc', 'abc', 'abc', 'abc'), (5, x'35', x'35', x'35', x'35'), (6, NULL, NULL, NULL, NULL),
             (7, '007', '007', '007', '007'), (8, 9007199254740993, 9007199254740993, 9007199254740993, 0);
         CREATE TABLE strict_u (id INTEGER PRIMARY KEY, x ANY) STRICT; INSERT INTO strict_u VALUES (1, 5), (2, '5'), (3, 7.5);
         CREATE VIEW texts AS SELECT id, CAST(x AS TEXT) AS t, x || '' AS j, CASE WHEN id > 2 THEN 'big' ELSE 1 END AS c FROM u;",
    )
    .await;
    find(
        &source,
        "w",
        &[
            ("n = 2", "1"),
            ("n > 1", "1"),
            ("n >= 1", "1 3"),
            ("n < 2", "3"),
            ("n in (1, 2)", "1 3"),
            ("n between 1 and 9", "1 3"),
            ("s > 2", "1 3"),
            ("s = 3.0", "1 3"),
            ("mean = 1.5", "1"),
            ("n != 2", "3"),
            ("n not in (2, 7)", "3"),
            ("n = \"2\"", "1"),
            ("n contains 2", "1"),
        ],
    )
    .await;
    for column in ["x", "y", "z"] {
        let typed = source.dataset("u").column(column).unwrap().native_type.clone();
        let with = |filter: &str| filter.replace('?', column);
        for (filter, expected) in [
            ("? = 5", "1 2"),
            ("? = \"5\"", "1 2"),
            ("? in (5, abc)", "1 2 4"),
            ("? in (5, 7.5)", "1 2 3"),
            ("? != 5", "3 4 5 6 7 8"),
            ("? = abc", "4"),
            ("? between 5 and 6", "1 2"),
            ("? = 9007199254740993", "8"),
            ("? = 9007199254740992", ""),
            ("? is empty", "6"),
        ] {
            assert_eq!(ids(&source, "u", &with(filter)).await, expected, "{typed}: {}", with(filter));
        }
        paged(&source, "u", column).await;
        paged(&source, "u", &format!("-{column}")).await;
    }
    // A declared type that is none of SQLite's makes numbers of texts that look like one.
    assert_eq!(ids(&source, "u", "y = 7").await, "7");
    assert_eq!(ids(&source, "u", "x = 7").await, "");
    assert_eq!(ids(&source, "u", "x = \"007\"").await, "7");
    find(&source, "strict_u", &[("x = 5", "1 2"), ("x > 6", "3"), ("x < 7", "1 2"), ("x in (5)", "1 2")])
        .await;
    find(&source, "texts", &[("t = 5", "1 2 5"), ("t = 007", "7"), ("j = 5", "1 2 5"), ("c = 1", "1 2")])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_sqlite_that_is_not_utf_8_is_sorted_and_paged_as_the_text_that_it_is() {
    let rows = "(1, 'a'), (2, CAST(x'E9' AS TEXT)), (3, 'b'), (4, CAST(x'FF' AS TEXT)), (5, 'z'), (6, 'é'), (7, x'E9'),
        (8, 'a' || char(0) || 'b'), (9, ''), (10, CAST(x'C3' AS TEXT)), (11, x'C3')";
    let source = Source::new(
        SourceKind::Sqlite,
        &format!(
            "CREATE TABLE lat (id INTEGER PRIMARY KEY, v TEXT, u); INSERT INTO lat (id, v) VALUES {rows};
             UPDATE lat SET u = v;
             CREATE TABLE keyed (id INTEGER, k TEXT NOT NULL PRIMARY KEY); INSERT INTO keyed VALUES {rows};
             CREATE TABLE two (id INTEGER, k TEXT NOT NULL, n TEXT COLLATE NOCASE, PRIMARY KEY (k, id)) WITHOUT ROWID;
             INSERT INTO two (id, k) VALUES {rows}; UPDATE two SET n = k;"
        ),
    )
    .await;
    let sorted = source.database.rows("SELECT id FROM lat ORDER BY v, id");
    let sorted: Vec<_> =
        sorted.into_iter().map(|row| String::from_utf8(row[0].clone().unwrap()).unwrap()).collect();
    assert_eq!(paged(&source, "lat", "v").await, sorted.join(" "));
    assert_eq!(paged(&source, "lat", "u").await, sorted.join(" "));
    assert_eq!(paged(&source, "keyed", "").await, sorted.join(" "));
    for sort in ["-v", "-u", "v,-id", "-u,id"] {
        paged(&source, "lat", sort).await;
    }
    for sort in ["", "-k", "n", "-n,k", "-id"] {
        paged(&source, "keyed", if sort.contains('n') { "k" } else { sort }).await;
        paged(&source, "two", sort).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_a_utf_16_database_are_sorted_and_paged() {
    for encoding in ["UTF-16le", "UTF-16be"] {
        let source = Source::new(
            SourceKind::Sqlite,
            &format!(
                "PRAGMA encoding = '{encoding}'; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, at DATETIME);
                 INSERT INTO t VALUES (1, 'é', '2024-05-01T08:00:00Z'), (2, '😀', '2024-05-01 07:00:00'), (3, '日', NULL),
                     (4, 'a', 5), (5, char(0xffff), NULL), (6, 'a' || char(0) || 'b', NULL), (7, 'Ā', NULL);
                 CREATE TABLE k (v TEXT NOT NULL PRIMARY KEY); INSERT INTO k SELECT v FROM t;"
            ),
        )
        .await;
        for sort in ["v", "-v", "at", "-at"] {
            paged(&source, "t", sort).await;
        }
        paged(&source, "k", "").await;
        find(
            &source,
            "t",
            &[("v = \"😀\"", "2"), ("v in (\"é\", \"日\")", "1 3"), ("at > \"2024-05-01 07:30\"", "1")],
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_sqlite_is_compared_as_a_moment_whatever_its_spelling() {
    let spellings = [
        ("1", "'2024-05-01T08:00:00Z'"),
        ("2", "'2024-05-01 08:00:00'"),
        ("3", "'2024-05-01 08:00:00.000000'"),
        ("4", "'2024-05-01 20:00:00'"),
        ("5", "'2024-05-01T22:00:00+02:00'"),
        ("6", "1714550400"),
        ("7", "1714550400000"),
        ("8", "'2024-05-01'"),
        ("9", "'2024-05-01 08:00:00.5'"),
        ("10", "'2024-05-02 00:30:00+05:00'"),
        ("11", "NULL"),
        ("12", "'soon'"),
        ("13", "x'00'"),
        ("14", "'2024-05-01 08:00'"),
        ("15", "1714593600.0"),
    ];
    let values: Vec<_> = spellings.iter().map(|(id, value)| format!("({id}, {value})")).collect();
    let values = values.join(", ");
    let source = Source::new(
        SourceKind::Sqlite,
        &format!(
            "CREATE TABLE log (id INTEGER PRIMARY KEY, at DATETIME); INSERT INTO log VALUES {values};
             CREATE TABLE indexed (id INTEGER PRIMARY KEY, at TIMESTAMP); INSERT INTO indexed VALUES {values};
             CREATE INDEX by_at ON indexed (at);
             CREATE TABLE keyed (id INTEGER, at DATETIME NOT NULL PRIMARY KEY);
             INSERT INTO keyed SELECT id, at FROM log WHERE at IS NOT NULL;
             CREATE VIEW seen AS SELECT id, at FROM log;
             CREATE TABLE days (id INTEGER PRIMARY KEY, d DATE, t TIME);
             INSERT INTO days VALUES (1, '2024-05-01', '08:00'), (2, '2024-05-01 00:00:00', '08:00:00'),
                 (3, '2024-05-01T23:59:59Z', '08:00:00.000'), (4, '2024-05-02', '08:00:00.5'), (5, 1714521600, 'noon'),
                 (6, 'someday', NULL);"
        ),
    )
    .await;
    let facts = [
        ("at > \"2024-05-01 12:00\"", "4 5 10 15"),
        ("at < \"2024-05-01 12:00\"", "1 2 3 6 7 8 9 14"),
        ("at = \"2024-05-01 08:00\"", "1 2 3 6 7 14"),
        ("at = \"2024-05-01T08:00:00Z\"", "1 2 3 6 7 14"),
        ("at in (\"2024-05-01 08:00\", \"2024-05-01 20:00\")", "1 2 3 4 5 6 7 14 15"),
        ("at != \"2024-05-01 08:00\"", "4 5 8 9 10 11 12 13 15"),
        ("at between \"2024-05-01 08:00:00.1\" and \"2024-05-01 19:30\"", "9 10"),
        ("at = 2024-05-01", "1 2 3 4 5 6 7 8 9 10 14 15"),
        ("at <= 2024-04-30", ""),
        ("at > 2024-05-01", ""),
        ("at in last 1 year", "1 2 3 4 5 6 7 8 9 10 14 15"),
        ("at is null", "11"),
    ];
    for table in ["log", "indexed", "seen"] {
        // What is relative is relative to a day before all of these.
        let facts = facts.iter().filter(|(filter, _)| !filter.contains("last")).copied().collect::<Vec<_>>();
        find(&source, table, &facts).await;
    }
    let by_moment = "8 1 2 3 6 7 14 9 10 4 5 15";
    let sorted = paged(&source, "log", "at").await;
    assert!(sorted.starts_with(by_moment) && sorted.ends_with(" 11"), "{sorted}");
    let sorted = paged(&source, "indexed", "-at").await;
    assert!(sorted.contains("4 5 15 10 9 1 2 3 6 7 14 8") && sorted.ends_with(" 11"), "{sorted}");
    assert!(paged(&source, "log", "at,-id").await.starts_with("8 14 7 6 3 2 1 9 10 15 5 4"));
    let sorted = paged(&source, "keyed", "at").await;
    // Among equal moments the key decides, which is how they are written.
    assert!(sorted.starts_with("8 6 7 14 2 3 1 9 10 15 4 5"), "{sorted}");
    paged(&source, "keyed", "").await;
    paged(&source, "keyed", "-at").await;
    find(
        &source,
        "days",
        &[
            ("d = 2024-05-01", "1 2 3 5"),
            ("d > 2024-05-01", "4"),
            ("d <= 2024-05-01", "1 2 3 5"),
            ("d in (2024-05-01, 2024-05-02)", "1 2 3 4 5"),
            ("t = \"08:00\"", "1 2 3"),
            ("t > \"08:00\"", "4"),
            ("t in (\"08:00:00\")", "1 2 3"),
        ],
    )
    .await;
    paged(&source, "days", "d").await;
    paged(&source, "days", "-d,t").await;
    paged(&source, "days", "-t").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_mysql_is_compared_by_the_collation_of_its_column() {
    let database = Mysql::create();
    database.execute(
        "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci;
         CREATE TABLE t (id INT PRIMARY KEY, n VARCHAR(20) CHARACTER SET utf8mb3, l VARCHAR(20) CHARACTER SET latin1,
             b VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, u VARCHAR(20) CHARACTER SET utf8mb4 COLLATE \
             utf8mb4_unicode_ci, w VARCHAR(20) CHARACTER SET swe7, c VARCHAR(20) CHARACTER SET ucs2,
             e ENUM('ä', 'b') CHARACTER SET latin1, s SET('ä', 'b') CHARACTER SET latin1, j JSON, KEY (n), KEY (l), KEY (u));
         INSERT INTO t VALUES (1, 'a', 'ä', 'a', 'a', 'a', 'a', 'ä', 'ä,b', '{}'), (2, '?', '?', 'A', 'A', '?', '日', 'b', 'b', '[]'),
             (3, '日', 'b', '😀', '😀', 'b', 'ä', 'b', '', '1'), (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
         CREATE VIEW hv AS SELECT id, CASE WHEN id > 1 THEN 'large' ELSE 'small' END AS size, 'x' AS x, IF(id > 2, '', 'b') AS y,
             CONCAT(l, n) AS ln, CONVERT(l USING utf8mb4) AS lu FROM t;",
    );
    let source = Source::of(database).await;
    find(
        &source,
        "hv",
        &[
            ("size = large", "2 3 4"),
            ("size != large", "1"),
            ("size in (large, huge)", "2 3 4"),
            ("size not in (large)", "1"),
            ("size < m", "2 3 4"),
            ("size >= m", "1"),
            ("size contains ARG", "2 3 4"),
            ("x = x", "1 2 3 4"),
            ("y is empty", "3 4"),
            ("y is not empty", "1 2"),
            ("lu = \"ä\"", "1"),
            ("ln = \"b日\"", "3"),
            ("ln = \"😀\"", ""),
        ],
    )
    .await;
    find(
        &source,
        "t",
        &[
            ("n = \"😀\"", ""),
            ("n != \"😀\"", "1 2 3 4"),
            ("n < \"😀\"", ""),
            ("n in (\"😀\", a)", "1"),
            ("n not in (\"😀\", a)", "2 3 4"),
            ("n = \"?\"", "2"),
            ("n = \"日\"", "3"),
            ("n = A", "1"),
            ("l = \"😀\"", ""),
            ("l = \"日\"", ""),
            ("l = \"?\"", "2"),
            ("l = \"Ä\"", "1"),
            ("b = a", "1"),
            ("b = \"😀\"", "3"),
            ("u = a", "1 2"),
            ("u = \"😀\"", "3"),
            ("w = a", "1"),
            ("w = \"[\"", ""),
            ("w = \"?\"", "2"),
            ("c = \"日\"", "2"),
            ("c = \"😀\"", ""),
            ("e = \"ä\"", "1"),
            ("e in (\"ä\", b)", "1 2 3"),
            ("s = \"ä,b\"", "1"),
            ("s = \"😀\"", ""),
            ("s is empty", "3 4"),
            ("j contains \"{\"", "1"),
        ],
    )
    .await;
    for search in ["😀", "日"] {
        let view = View { search: Some(search.to_owned()), ..view("id", "", "id") };
        let found = source.rows("t", &view).await.concat().join(" ");
        assert_eq!(found, if search == "日" { "2 3" } else { "3" });
    }
    for sort in ["n", "-n", "l", "b", "u", "w", "c", "e", "s", "-s,-u"] {
        paged(&source, "t", sort).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn null_is_no_zero_date_and_a_zero_date_can_be_asked_for() {
    let database = Mysql::create();
    database.execute(
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
         CREATE TABLE d (id INT AUTO_INCREMENT PRIMARY KEY, due DATE NOT NULL, at DATETIME NOT NULL, ts TIMESTAMP(3) NOT NULL \
             DEFAULT '2024-01-01', maybe DATE, up INT, FOREIGN KEY (up) REFERENCES d (id));
         INSERT INTO d VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00', NULL), \
             (2, '2024-05-01', '2024-05-01 12:00', '2024-05-01 12:00', NULL, 1), \
             (3, '2024-00-15', '2024-00-15 10:00', '2024-05-01', '2024-05-00', 2)",
    );
    let source = Source::of(database).await;
    find(
        &source,
        "d",
        &[
            ("due is null", ""),
            ("due is not null", "1 2 3"),
            ("due is null and due is not null", ""),
            ("due is empty", ""),
            ("at is null", ""),
            ("ts is null", ""),
            ("id is null", ""),
            ("maybe is null", "2"),
            ("maybe is not null", "1 3"),
            ("up.due is null", "1"),
            ("up.at is not null", "2 3"),
            ("due = \"0000-00-00\"", "1"),
            ("due != \"0000-00-00\"", "2 3"),
            ("due in (\"0000-00-00\", 2024-05-01)", "1 2"),
            ("due > \"0000-00-00\"", "2 3"),
            ("due = \"2024-00-15\"", "3"),
            ("at = \"0000-00-00\"", "1"),
            ("at = \"2024-00-15 10:00:00\"", "3"),
            ("ts = \"0000-00-00 00:00:00\"", "1"),
            ("maybe = \"2024-05-00\"", "3"),
        ],
    )
    .await;
    paged(&source, "d", "due,-at").await;
    paged(&source, "d", "-maybe").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_value_of_a_mysql_enum_that_was_not_in_its_list_can_be_asked_for() {
    let database = Mysql::create();
    database.execute(
        "SET SESSION sql_mode = ''; CREATE TABLE e (id INT PRIMARY KEY, s ENUM('on', 'off'), m ENUM('', 'x') NOT NULL);
         INSERT INTO e VALUES (1, 'bogus', ''), (2, 'on', 'x'), (3, NULL, 'bogus'), (4, '0', 'x')",
    );
    let source = Source::of(database).await;
    find(
        &source,
        "e",
        &[
            ("s = \"\"", "1 4"),
            ("s != \"\"", "2 3"),
            ("s in (\"\", on)", "1 2 4"),
            ("s not in (\"\", on)", "3"),
            ("s is empty", "1 3 4"),
            ("s is not empty", "2"),
            ("s is null", "3"),
            ("m = \"\"", "1 3"),
            ("m is empty", "1 3"),
        ],
    )
    .await;
    paged(&source, "e", "s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn types_of_postgres_are_told_by_what_they_are_and_not_by_their_names() {
    let source = Source::new(
        SourceKind::Postgres,
        "CREATE TYPE time_unit AS ENUM ('day', 'week', 'NULL'); CREATE TYPE \"time\" AS ENUM ('b', 'a');
         CREATE TYPE \"mood (x)\" AS ENUM ('\"', '''', 'a,b', ''); CREATE TYPE date AS (y int, m int);
         CREATE TYPE timestamp_range AS RANGE (subtype = timestamp); CREATE SCHEMA other;
         CREATE TYPE other.bit AS ENUM ('one', 'two');
         CREATE DOMAIN short AS varchar(3); CREATE DOMAIN unit AS time_unit; CREATE DOMAIN many AS int[];
         CREATE TABLE t (id INT PRIMARY KEY, u time_unit, tm public.\"time\", m \"mood (x)\", d public.date, r timestamp_range,
             s short, du unit, a many, bits bit(3), vb varbit(5), c char(4), cs char(2)[], tz time(3) with time zone,
             ob other.bit, q \"char\", nm name, iv interval day to second(2), n numeric(5,2));
         INSERT INTO t VALUES
             (1, 'day', 'b', '\"', (1, 2), '[2024-01-01,2024-02-01)', 'abc', 'week', '{1,2}', '101', '1', 'a', '{a,b}',
              '12:00+02', 'one', 'x', 'name', '1 day', 1.5),
             (2, 'week', 'a', '''', (1, 1), 'empty', 'b', 'day', '{}', '000', '', 'ab', '{}', '12:00+00', 'two', 'y', 'm', '1 hour',
              2),
             (3, 'NULL', 'b', 'a,b', NULL, NULL, NULL, 'NULL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
             (4, NULL, NULL, '', NULL, NULL, '', NULL, '{3,NULL}', NULL, NULL, '', '{ab}', NULL, 'one', '', '', NULL, 0);
         CREATE TABLE k_unit (k time_unit PRIMARY KEY); INSERT INTO k_unit VALUES ('day'), ('week'), ('NULL');
         CREATE TABLE k_time (k public.\"time\" PRIMARY KEY); INSERT INTO k_time VALUES ('a'), ('b');
         CREATE TABLE k_odd (k \"mood (x)\" PRIMARY KEY); INSERT INTO k_odd VALUES ('\"'), (''''), ('a,b'), ('');
         CREATE TABLE k_other (k other.bit PRIMARY KEY); INSERT INTO k_other VALUES ('one'), ('two');
         CREATE TABLE k_unit_domain (k unit PRIMARY KEY); INSERT INTO k_unit_domain VALUES ('day'), ('NULL');
         CREATE TABLE k_composite (k public.date PRIMARY KEY); INSERT INTO k_composite VALUES ((1, 2)), ((1, 1)), ((1, NULL));
         CREATE TABLE k_range (k timestamp_range PRIMARY KEY);
         INSERT INTO k_range VALUES ('empty'), ('[2024-01-01,)'), ('[2024-01-01,2024-02-01)');
         CREATE TABLE k_array (k int[] PRIMARY KEY); INSERT INTO k_array VALUES ('{}'), ('{1,2}'), ('{1,NULL}'), ('[0:1]={7,8}');
         CREATE TABLE k_texts (k text[], n int, PRIMARY KEY (k, n)); INSERT INTO k_texts
             VALUES ('{}', 1), ('{}', 2), ('{\"a b\",\"\"}', 1), ('{NULL,\"NULL\"}', 1), ('{{a},{b}}', 1);
         CREATE TABLE k_chars (k char(3)[] PRIMARY KEY); INSERT INTO k_chars VALUES ('{abc}'), ('{abd}'), ('{a,abc}');
         CREATE TABLE k_domain (k many PRIMARY KEY); INSERT INTO k_domain VALUES ('{}'), ('{2}'), ('{10}');
         CREATE TABLE k_moments (k timestamptz[] PRIMARY KEY); INSERT INTO k_moments VALUES ('{2024-01-01}'), ('{}');
         CREATE TABLE k_json (k jsonb PRIMARY KEY); INSERT INTO k_json VALUES ('{}'), ('[1]'), ('\"a\"'), ('null');
         CREATE TABLE k_bits (k varbit PRIMARY KEY); INSERT INTO k_bits VALUES (''), ('0'), ('01'), ('1');
         CREATE TABLE k_bytes (k bytea PRIMARY KEY); INSERT INTO k_bytes VALUES (''), ('\\x00'), ('\\xff'), ('\\x5c78');",
    )
    .await;
    find(
        &source,
        "t",
        &[
            ("u = day", "1"),
            ("u in (day, \"NULL\")", "1 3"),
            ("u != day", "2 3 4"),
            ("u is empty", "4"),
            ("u = \"\"", ""),
            ("tm = b", "1 3"),
            ("tm in (a)", "2"),
            ("m = \"a,b\"", "3"),
            ("m in (\"'\", '\"')", "1 2"),
            ("m is empty", "4"),
            ("d contains \"1,2\"", "1"),
            ("s = abc", "1"),
            ("s = abcd", ""),
            ("s > b", ""),
            ("du in (week, day)", "1 2"),
            ("a contains 2", "1"),
            ("c = a", "1"),
            ("ob = one", "1 4"),
            ("q = x", "1"),
            ("nm = name", "1"),
            ("n between 1 and 1.5", "1"),
        ],
    )
    .await;
    for sort in ["u", "-u", "tm", "m", "s", "-du", "ob", "c", "q", "nm"] {
        paged(&source, "t", sort).await;
    }
    for dataset in source.catalog.datasets().map(|dataset| dataset.name().to_string()) {
        paged(&source, &dataset, "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dotted_name_leads_to_a_partitioned_table() {
    let source = Source::new(
        SourceKind::Postgres,
        "CREATE TABLE cities (id INT PRIMARY KEY, name TEXT) PARTITION BY RANGE (id);
         CREATE TABLE cities0 PARTITION OF cities FOR VALUES FROM (0) TO (10);
         CREATE TABLE cities1 PARTITION OF cities FOR VALUES FROM (10) TO (20);
         CREATE TABLE people (id INT PRIMARY KEY, city_id INT, CONSTRAINT person_city FOREIGN KEY (city_id) REFERENCES cities (id));
         INSERT INTO cities VALUES (1, 'Bern'), (11, 'Biel'); INSERT INTO people VALUES (1, 11), (2, 1), (3, NULL);",
    )
    .await;
    let rows = source.rows("people", &view("id,city_id.name", "", "id")).await;
    assert_eq!(rows, [["1", "'Biel'"], ["2", "'Bern'"], ["3", "NULL"]]);
    let datasets = source.driver.introspect().await.unwrap();
    let people = datasets.iter().find(|dataset| dataset.name.table == "people").unwrap();
    assert_eq!(people.foreign_keys.len(), 1, "a partition's copy of the reference is none of its own");
    find(&source, "people", &[("city_id.name = Bern", "2")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_which_some_columns_may_be_read_is_listed_with_these() {
    let database = Postgres::create();
    database.execute(
        "CREATE TABLE staff (id INT PRIMARY KEY, name TEXT, salary INT, UNIQUE (salary)); INSERT INTO staff VALUES (1, 'Ada', 5);
         CREATE TABLE secret (id INT PRIMARY KEY, s TEXT);",
    );
    let login = Login::create(&database);
    database.execute(&format!("GRANT SELECT (id, name) ON staff TO {}", login.name));
    let driver =
        rowport_drivers::connect(&rowport_drivers::SourceUrl::parse(&login.url).unwrap(), Default::default())
            .unwrap();
    let datasets = driver.introspect().await.unwrap();
    assert_eq!(datasets.iter().map(|it| it.name.to_string()).collect::<Vec<_>>(), ["staff"]);
    assert_eq!(datasets[0].columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["id", "name"]);
    assert_eq!(datasets[0].key, ["id"]);
    let source =
        Source { kind: SourceKind::Postgres, driver, catalog: crate::source::catalog(datasets), database };
    assert_eq!(source.rows("staff", &view("", "", "name")).await, [["1", "'Ada'"]]);
    assert_eq!(source.count("staff", &View::default(), None).await, 1);
    source.database.execute(&format!("DROP OWNED BY {0}; DROP ROLE {0}", login.name));
}

/// A login of PostgreSQL that may do nothing of its own.
struct Login {
    name: String,
    url: String,
}

impl Login {
    fn create(database: &Database) -> Self {
        let database_name = database.text("SELECT current_database()");
        let name = format!("login_{database_name}");
        database.execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'"));
        let (_, server) = database.url().rsplit_once('@').unwrap();
        Self { url: format!("postgres://{name}:secret@{server}"), name }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_the_encoding_of_a_database_lacks_equals_nothing() {
    for (encoding, has, lacks) in [("LATIN1", "é", "日"), ("WIN1251", "ж", "é"), ("EUC_JP", "日", "😀")]
    {
        let server = Postgres::create();
        let name = format!("{}_{}", server.text("SELECT current_database()"), encoding.to_lowercase());
        server.execute(&format!(
            "CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        ));
        let (server_url, _) = server.url().rsplit_once('/').unwrap();
        let url = format!("{server_url}/{name}");
        let limits = rowport_drivers::Limits { connections: 1, ..Default::default() };
        let driver =
            rowport_drivers::connect(&rowport_drivers::SourceUrl::parse(&url).unwrap(), limits).unwrap();
        fill(&url, has).await;
        let catalog = crate::source::catalog(driver.introspect().await.unwrap());
        let source = Source { kind: SourceKind::Postgres, driver, catalog, database: server };
        let facts = [
            ("v = \"?\"", ""),
            ("v != \"?\"", "1 2 3 4"),
            ("v < \"?\"", ""),
            ("v >= \"a?\"", ""),
            ("v in (\"?\", \"§\", b)", "1 3"),
            ("v not in (\"?\", b)", "1 2 4"),
            ("v in (\"?\")", ""),
            ("v contains \"?\"", ""),
            ("v not contains \"?\"", "1 2 3 4"),
            ("v starts with \"a?\"", ""),
            ("v = \"§\"", "1"),
            ("v contains \"§\"", "1 2"),
            ("not (v = \"?\" or v = b)", "1 2 4"),
            ("up.v = \"?\"", ""),
            ("up.v = \"§\"", "2"),
        ];
        for (filter, expected) in facts {
            let filter = filter.replace('?', lacks).replace('§', has);
            assert_eq!(ids(&source, "t", &filter).await, expected, "{encoding}: {filter}");
            let view = view("", &filter, "");
            source.driver.estimate(&source.query("t", &view)).await.unwrap();
        }
        for (search, expected) in [(lacks, ""), (has, "1 2"), ("b", "3"), ("a😀日é", "")] {
            let view = View { search: Some(search.to_owned()), ..view("id", "", "id") };
            assert_eq!(source.rows("t", &view).await.concat().join(" "), expected, "{encoding}: {search}");
        }
        paged(&source, "t", "v").await;
        refuses_each_row(&source, lacks).await;
        let Source { driver, database, .. } = source;
        drop(driver);
        database.execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}

/// A value with such a letter is the fault of the row that it is to be stored in, and other rows can go on.
async fn refuses_each_row(source: &Source, lacks: &str) {
    let field = |value: &str| SetField {
        column: "v".to_owned(),
        to: FieldValue::Value(serde_json::Value::String(value.to_owned())),
    };
    let table = source.catalog.dataset("t").unwrap();
    let query = source.query("t", &view("id", &format!("id = 3 and v != \"{lacks}\""), ""));
    let mut transaction = source.driver.begin().await.unwrap();
    transaction.savepoint().await.unwrap();
    let refused = transaction.update(&query, &table.assignments(&[field(lacks)]).unwrap()).await;
    let is_unfit = matches!(&refused, Err(DriverError::RowRefused { reason: Refusal::Unfit, .. }));
    assert!(is_unfit, "{refused:?}");
    transaction.roll_back().await.unwrap();
    let changed = transaction.update(&query, &table.assignments(&[field("c")]).unwrap()).await;
    assert_eq!(changed.unwrap(), 1);
}

/// A table with a text in another database of a server.
async fn fill(url: &str, text: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let script = format!(
        "CREATE TABLE t (id INT PRIMARY KEY, v TEXT, up INT REFERENCES t);
         INSERT INTO t VALUES (1, '{text}', NULL), (2, 'a{text}', 1), (3, 'b', 2), (4, NULL, 3)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_is_none_equals_nothing_where_the_database_holds_no_such() {
    for kind in [SourceKind::Postgres, SourceKind::Sqlite] {
        let source = Source::new(
            kind,
            "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, d DATE, at TIMESTAMP);
             INSERT INTO t VALUES (1, '2024-05-01', '2024-05-01 12:00:00'), (2, NULL, NULL);",
        )
        .await;
        find(
            &source,
            "t",
            &[
                ("d = \"0000-00-00\"", ""),
                ("d != \"0000-00-00\"", "1 2"),
                ("d in (\"2024-00-01\", 2024-05-01)", "1"),
                ("at = \"0000-00-00 00:00:00\"", ""),
                ("at in (\"0000-00-00\", 2024-05-01)", "1"),
            ],
        )
        .await;
    }
}
