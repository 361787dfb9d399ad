//! Pages put together are the whole, whatever the key and the order.

use rowport_drivers::ReadOptions;
use rowport_model::{Cursor, SourceKind, View};

use crate::cells::{cells, cursor_value};
use crate::source::{Source, batches, view};

on_every_database!(
    pages_over_a_key_of_any_type_are_the_whole,
    pages_over_composite_keys_in_mixed_directions_are_the_whole,
    landmarks_stand_where_pages_begin,
    counts_agree_with_what_is_read,
);

/// A name, a type and values of it, as SQL.
type Kind = (&'static str, &'static str, &'static [&'static str]);

const POSTGRES: &[Kind] = &[
    ("smallint", "smallint", &["-32768", "-1", "0", "1", "32767"]),
    (
        "bigint",
        "bigint",
        &["-9223372036854775808", "9007199254740993", "9007199254740992", "9223372036854775807"],
    ),
    ("numeric", "numeric", &["-1e40", "0", "0.1", "0.10000000000000000001", "1e40", "'NaN'", "'Infinity'"]),
    ("numeric20", "numeric(20,5)", &["-1.00001", "0", "0.00001", "999999999999999.99999", "'NaN'"]),
    ("numeric60", "numeric(60,10)", &["-1e49", "0.0000000001", "1e49", "12345678901234567890123456789.1"]),
    ("real", "real", &["'-Infinity'", "-1.5", "0.1", "0.2", "16777216", "'Infinity'", "'NaN'"]),
    (
        "double",
        "double precision",
        &["'-Infinity'", "-1.5", "0", "5e-324", "0.1", "0.30000000000000004", "'NaN'"],
    ),
    ("text", "text", &["''", "' '", "'a'", "'A'", "'b'", "'ä'", "'é'", "'z'", "'日'", "'😀'", "'a''\"\\'"]),
    ("text_c", "text COLLATE \"C\"", &["''", "'a'", "'A'", "'b'", "'ä'", "'😀'"]),
    ("text_icu", "text COLLATE \"en-x-icu\"", &["''", "'a'", "'A'", "'b'", "'ä'", "'😀'"]),
    ("varchar", "varchar(20)", &["''", "'a'", "'a '", "'b'"]),
    ("char", "char(4)", &["''", "'a'", "'ab'", "'b'"]),
    ("boolean", "boolean", &["true", "false"]),
    (
        "uuid",
        "uuid",
        &[
            "'00000000-0000-0000-0000-000000000000'",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ],
    ),
    (
        "date",
        "date",
        &[
            "'-infinity'",
            "'0044-03-15 BC'",
            "'0001-01-01'",
            "'2024-02-29'",
            "'9999-12-31'",
            "'20000-01-01'",
            "'infinity'",
        ],
    ),
    ("time", "time", &["'00:00'", "'00:00:00.000001'", "'23:59:59.999999'", "'24:00'"]),
    ("timetz", "timetz", &["'00:00+00'", "'12:00+02'", "'12:00-02'"]),
    (
        "timestamp",
        "timestamp",
        &[
            "'-infinity'",
            "'1969-12-31 23:59:59.999999'",
            "'2024-01-01'",
            "'2024-01-01 00:00:00.000001'",
            "'infinity'",
        ],
    ),
    (
        "timestamptz",
        "timestamptz",
        &[
            "'-infinity'",
            "'0044-03-15 BC'",
            "'2024-01-01 00:00+00'",
            "'2024-01-01 00:00:00.000001+00'",
            "'infinity'",
        ],
    ),
    ("interval", "interval", &["'-1 day'", "'1 hour'", "'1 mon'", "'31 days'"]),
    ("bytea", "bytea", &["''", "'\\x00'", "'\\x0001'", "'\\x7f'", "'\\xff'"]),
    ("enum", "mood", &["'sad'", "'ok'", "'happy'"]),
    ("inet", "inet", &["'10.0.0.1'", "'10.0.0.0/8'", "'::1'"]),
    ("bits", "bit(3)", &["B'000'", "B'010'", "B'111'"]),
];

const MYSQL: &[Kind] = &[
    ("tinyint", "tinyint", &["-128", "0", "127"]),
    ("boolean", "tinyint(1)", &["-3", "0", "1", "5"]),
    (
        "bigint",
        "bigint",
        &["-9223372036854775808", "9007199254740993", "9007199254740992", "9223372036854775807"],
    ),
    (
        "unsigned",
        "bigint unsigned",
        &["0", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
    ),
    ("bit", "bit(64)", &["0", "1", "18446744073709551615"]),
    ("year", "year", &["0", "1901", "1970", "2069", "2155"]),
    ("decimal20", "decimal(20,5)", &["-1.00001", "0", "0.00001", "999999999999999.99999"]),
    ("decimal65", "decimal(65,30)", &["-1e34", "0", "1e-30", "2e-30", "0.1", "1e34"]),
    ("float", "float", &["-3.4e38", "0", "0.1", "0.2", "16777216", "3.4e38"]),
    ("double", "double", &["-1.7e308", "0", "5e-324", "0.1", "0.30000000000000004"]),
    (
        "text",
        "varchar(20) COLLATE utf8mb4_general_ci",
        &["''", "'a'", "'B'", "'ä2'", "'z'", "'日'", "'a''\"\\\\'"],
    ),
    ("text_unicode", "varchar(20) COLLATE utf8mb4_unicode_ci", &["''", "'a'", "'B'", "'ä2'", "'日'", "'😀'"]),
    ("text_bin", "varchar(20) COLLATE utf8mb4_bin", &["''", "'a'", "'A'", "'b'", "'ä'", "'😀'"]),
    (
        "text_latin",
        "varchar(20) CHARACTER SET latin1 COLLATE latin1_german2_ci",
        &["''", "'a'", "'B'", "'ö'", "'ß'"],
    ),
    ("char", "char(4)", &["''", "'a'", "'ab'", "'b'"]),
    ("enum", "enum('z', 'a', 'm', '')", &["'z'", "'a'", "'m'", "''"]),
    ("set", "set('z', 'a', 'm')", &["''", "'z'", "'a'", "'a,z'", "'m'"]),
    (
        "date",
        "date",
        &["'0000-00-00'", "'0001-01-01'", "'2024-00-00'", "'2023-02-31'", "'2024-02-29'", "'9999-12-31'"],
    ),
    (
        "datetime",
        "datetime(6)",
        &[
            "'0000-00-00'",
            "'2024-00-15'",
            "'2024-01-01'",
            "'2024-01-01 00:00:00.000001'",
            "'9999-12-31 23:59:59.999999'",
        ],
    ),
    ("datetime0", "datetime", &["'0000-00-00'", "'2024-01-01'", "'2024-01-01 00:00:01'"]),
    ("timestamp", "timestamp(6)", &["'0000-00-00'", "'2024-01-01'", "'2024-01-01 00:00:00.000001'"]),
    ("time", "time(6)", &["'-838:59:59'", "'-00:00:00.000001'", "'00:00:00'", "'24:00:00'", "'838:59:59'"]),
    ("binary", "binary(2)", &["0x0000", "0x0001", "0x7F00", "0xFFFF"]),
    ("varbinary", "varbinary(20)", &["''", "0x00", "0x0001", "0xFF"]),
    (
        "uuid",
        "uuid",
        &[
            "'00000000-0000-0000-0000-000000000000'",
            "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
            "'b0eebc99-9c0b-1ef8-bb6d-6bb9bd380a11'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ],
    ),
    ("inet6", "inet6", &["'::'", "'::1'", "'::ffff:10.0.0.1'", "'ffff::'"]),
];

const SQLITE: &[Kind] = &[
    ("integer", "INTEGER", &["-9223372036854775808", "0", "9007199254740993", "9223372036854775807"]),
    ("text", "TEXT", &["''", "'a'", "'A'", "'b'", "'ä'", "'😀'", "'a''\"\\'"]),
    ("nocase", "TEXT COLLATE NOCASE", &["''", "'a'", "'B'", "'c'"]),
    ("real", "REAL", &["-9e999", "-1.5", "0", "5e-324", "0.1", "0.30000000000000004", "9e999"]),
    ("numeric", "NUMERIC", &["-1", "0", "0.5", "9007199254740993", "1e300", "'text'"]),
    ("boolean", "BOOLEAN", &["0", "1", "2", "'yes'"]),
    ("blob", "BLOB", &["x''", "x'00'", "x'0001'", "x'ff'", "'text'", "1"]),
    ("date", "DATE", &["'0001-01-01'", "'2024-02-29'", "'2024-02-30'", "'today'", "20240229"]),
    (
        "datetime",
        "DATETIME",
        &["'2024-01-01 00:00:00'", "'2024-01-01 00:00:00.5'", "'2024-01-01T00:00:00'", "5"],
    ),
    ("time", "TIME", &["'00:00:00'", "'00:00:00.000001'", "'24:00'", "'12:00'"]),
    ("any", "", &["1", "1.5", "'1'", "x'31'", "-9e999", "''", "9223372036854775807", "9223372036854775806"]),
    ("text_numbers", "TEXT", &["'1'", "'10'", "'9'", "x'31'"]),
    ("integer_misfits", "INT", &["1", "10", "'one'", "1.5", "x'31'"]),
];

/// What must stand before the tables of that database.
fn preamble(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');",
        SourceKind::Mysql => {
            "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'; SET SESSION time_zone = '+00:00';"
        }
        SourceKind::Sqlite => "",
    }
}

/// A table for each type: the key `k` has every value once, and `n` has each twice or more and is NULL in between.
async fn tables(kind: SourceKind) -> (Source, Vec<&'static str>) {
    let kinds = match kind {
        SourceKind::Postgres => POSTGRES,
        SourceKind::Mysql => MYSQL,
        SourceKind::Sqlite => SQLITE,
    };
    let mut script = preamble(kind).to_owned();
    for (name, sql, values) in kinds {
        script.push_str(&format!(
            "CREATE TABLE key_{name} (k {sql} NOT NULL PRIMARY KEY, n {sql} NULL, place integer);"
        ));
        for (index, value) in values.iter().enumerate() {
            let other = values.get((index * 2) % (values.len() + 1)).copied().unwrap_or("NULL");
            script.push_str(&format!("INSERT INTO key_{name} VALUES ({value}, {other}, {});", index % 3));
        }
    }
    (Source::new(kind, &script).await, kinds.iter().map(|(name, ..)| *name).collect())
}

async fn pages_over_a_key_of_any_type_are_the_whole(kind: SourceKind) {
    let (source, names) = tables(kind).await;
    for name in names {
        let table = format!("key_{name}");
        let sortable = source.dataset(&table).column("k").unwrap().column_type.is_sortable();
        let sorts: &[&str] = match sortable {
            true => &["", "-k", "n", "-n", "n,-k", "-n,-k", "place,n", "-place,n,-k"],
            false => &["", "place", "-place"],
        };
        for sort in sorts {
            pages_are_the_whole(&source, &table, &view("", "", sort)).await;
        }
    }
}

async fn pages_over_composite_keys_in_mixed_directions_are_the_whole(kind: SourceKind) {
    let mut script =
        "CREATE TABLE t (a varchar(5) NOT NULL, b integer NOT NULL, c integer NOT NULL, d integer, \
                      PRIMARY KEY (b, a, c));"
            .to_owned();
    for (index, a) in ["", "x", "y"].iter().enumerate() {
        for b in 0..3 {
            for c in 0..3 {
                let d = if (index + b + c) % 2 == 0 { "NULL".to_owned() } else { (b * c).to_string() };
                script.push_str(&format!("INSERT INTO t VALUES ('{a}', {b}, {c}, {d});"));
            }
        }
    }
    let source = Source::new(kind, &script).await;
    for sort in ["", "-b", "-a", "c,-a", "-c,-b,-a", "d", "-d", "d,-b,a", "-d,a,-c", "a,d"] {
        pages_are_the_whole(&source, "t", &view("", "", sort)).await;
        pages_are_the_whole(&source, "t", &view("a", "b > 0", sort)).await;
    }
}

async fn pages_are_the_whole(source: &Source, table: &str, view: &View) {
    let whole = source.rows(table, view).await;
    assert!(!whole.is_empty());
    for size in [1, 2, 7] {
        let mut pages = Vec::new();
        let mut cursor = None;
        loop {
            let (rows, next) = source.page(table, view, cursor.as_deref(), size).await;
            let last = rows.len() < usize::try_from(size).unwrap();
            pages.extend(rows);
            assert!(
                pages.len() <= whole.len(),
                "{}: {table} by {:?} repeats: {pages:?}",
                source.kind,
                view.sort
            );
            if last {
                break;
            }
            cursor = next;
        }
        assert_eq!(pages, whole, "{}: {table} by {:?} in pages of {size}", source.kind, view.sort);
    }
}

async fn landmarks_stand_where_pages_begin(kind: SourceKind) {
    let (source, names) = tables(kind).await;
    for name in names {
        let table = format!("key_{name}");
        let sortable = source.dataset(&table).column("k").unwrap().column_type.is_sortable();
        for sort in if sortable { ["", "n", "-n,k"] } else { ["", "place", "-place"] } {
            let view = view("", "", sort);
            let whole = source.rows(&table, &view).await;
            let query = source.query(&table, &view);
            let (fingerprint, every) = (query.fingerprint.clone(), 2);
            let stream = source.driver.read(query.landmarks(every), ReadOptions::PAGE).await;
            let stream = stream.unwrap_or_else(|error| panic!("{kind}: {table} by {sort}: {error}"));
            let batches = batches(stream).await.unwrap();
            let mut found = 0;
            for batch in &batches {
                for row in 0..batch.num_rows() {
                    let values = batch.columns().iter().map(|array| cursor_value(array, row)).collect();
                    let cursor = Cursor { view: fingerprint.clone(), values }.encode();
                    let (rows, _) = source.page(&table, &view, Some(&cursor), 100).await;
                    found += 2;
                    assert_eq!(
                        rows,
                        whole[found..],
                        "{kind}: {table} by {sort} after {:?}",
                        cells(batch)[row]
                    );
                }
            }
            assert_eq!(found, whole.len() / 2 * 2, "{kind}: {table} by {sort}");
        }
    }
}

async fn counts_agree_with_what_is_read(kind: SourceKind) {
    let (source, _) = tables(kind).await;
    let text = view("", "n is not null", "");
    let rows = source.rows("key_text", &text).await.len() as u64;
    assert_eq!(source.count("key_text", &text, None).await, rows);
    assert_eq!(source.count("key_text", &text, Some(2)).await, 2);
    assert_eq!(source.count("key_text", &text, Some(1_000)).await, rows);
    let mut query = source.query("key_text", &text);
    query.limit = Some(3);
    assert_eq!(source.read(query.clone().count(None)).await, [["3"]]);
    assert_eq!(source.read(query.count(Some(2))).await, [["2"]]);
    assert_eq!(source.count("key_text", &view("", "n is null and n is not null", ""), None).await, 0);
}
