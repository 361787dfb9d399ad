//! Pages of datasets without a key, and cursors that were altered.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rowport_engine::{Incomplete, Page, PageRequest};
use rowport_model::{Sort, SourceKind, View};
use serde_json::{Value, json};

use crate::desk::Shop;

on_every_database! {
    a_dataset_without_a_key_is_paged_to_its_end_where_its_order_tells_rows_apart,
    a_page_that_cannot_be_continued_says_why,
    rows_that_a_collation_holds_to_be_equal_are_neither_lost_nor_repeated,
    an_altered_cursor_is_refused_with_a_code,
}

const SCRIPT: &str = "
    CREATE TABLE logs (a integer, b varchar(9), c integer);
    INSERT INTO logs VALUES (1, 'x', 1), (1, 'y', 2), (1, NULL, 3), (2, 'x', 4), (2, NULL, 5), (NULL, 'x', 6),
        (NULL, 'y', 7), (NULL, NULL, 8), (3, 'z', 9);
    CREATE VIEW shown AS SELECT a, b, c FROM logs;
";

async fn page(shop: &Shop, dataset: &str, sort: &str, limit: u64, cursor: Option<String>) -> Page {
    let view = View { sort: Sort::parse_list(sort), ..View::default() };
    shop.desk.page(&shop.me, "shop", dataset, &PageRequest { view, cursor, limit }).await.unwrap()
}

/// All pages, and why the last one was the last.
async fn pages(shop: &Shop, dataset: &str, sort: &str, limit: u64) -> (Vec<Vec<Value>>, Option<Incomplete>) {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let next = page(shop, dataset, sort, limit, cursor).await;
        assert!(next.rows.len() as u64 <= limit);
        rows.extend(next.rows);
        cursor = next.cursor;
        if cursor.is_none() {
            return (rows, next.incomplete);
        }
        assert_eq!(next.incomplete, None);
    }
}

async fn a_dataset_without_a_key_is_paged_to_its_end_where_its_order_tells_rows_apart(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    for dataset in ["logs", "shown"] {
        for sort in ["c", "-c", "a,b", "-a,b", "b,-a", "-b,-a", "b,c"] {
            let whole = page(&shop, dataset, sort, 100, None).await;
            assert_eq!((whole.rows.len(), &whole.cursor, whole.incomplete), (9, &None, None));
            for limit in [1, 2, 3, 4, 8, 9] {
                let found = pages(&shop, dataset, sort, limit).await;
                assert_eq!(
                    found,
                    (whole.rows.clone(), None),
                    "{kind}: {dataset} by {sort} in pages of {limit}"
                );
            }
        }
        // Where some rows are equal in the order, a page ends before them rather than between them.
        for sort in ["a", "-a", "b"] {
            for limit in [4, 5, 7] {
                let (rows, incomplete) = pages(&shop, dataset, sort, limit).await;
                let mut each: Vec<i64> = rows.iter().map(|row| row[2].as_i64().unwrap()).collect();
                each.sort_unstable();
                assert_eq!((each, incomplete), ((1..=9).collect(), None), "{kind}: {dataset} by {sort}");
            }
        }
    }
}

async fn a_page_that_cannot_be_continued_says_why(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    for dataset in ["logs", "shown"] {
        let unsorted = page(&shop, dataset, "", 4, None).await;
        assert_eq!((unsorted.rows.len(), unsorted.incomplete), (4, Some(Incomplete::NoOrder)));
        assert_eq!(page(&shop, dataset, "", 9, None).await.incomplete, None, "there are no more");
        let equal = page(&shop, dataset, "a", 2, None).await;
        assert_eq!((equal.rows.len(), equal.incomplete), (2, Some(Incomplete::EqualRows)));
        assert_eq!(equal.cursor, None);
    }
}

async fn rows_that_a_collation_holds_to_be_equal_are_neither_lost_nor_repeated(kind: SourceKind) {
    let (before, column) = match kind {
        SourceKind::Postgres => (
            "CREATE COLLATION anyhow (provider = icu, locale = 'und-u-ks-level2', deterministic = false);",
            "varchar(9) COLLATE anyhow",
        ),
        SourceKind::Mysql => ("", "varchar(9) COLLATE utf8mb4_general_ci"),
        SourceKind::Sqlite => ("", "TEXT COLLATE NOCASE"),
    };
    let script = format!(
        "{before} CREATE TABLE words (w {column}, n integer);
         INSERT INTO words VALUES ('a', 1), ('b', 2), ('B', 3), ('c', 4), ('C', 5), ('d', 6);"
    );
    let shop = Shop::new(kind, &script).await;
    for limit in [2, 3, 4, 5] {
        let (rows, incomplete) = pages(&shop, "words", "w", limit).await;
        let mut each: Vec<i64> = rows.iter().map(|row| row[1].as_i64().unwrap()).collect();
        each.sort_unstable();
        assert_eq!((each, incomplete), ((1..=6).collect(), None), "{kind}: in pages of {limit}");
    }
    let (_, incomplete) = pages(&shop, "words", "w", 1).await;
    assert_eq!(incomplete, Some(Incomplete::EqualRows));
}

async fn an_altered_cursor_is_refused_with_a_code(kind: SourceKind) {
    let (moment, bytes) = match kind {
        SourceKind::Postgres => ("timestamp", "bytea"),
        SourceKind::Mysql => ("datetime", "varbinary(9)"),
        SourceKind::Sqlite => ("DATETIME", "BLOB"),
    };
    let shop = Shop::new(
        kind,
        &format!(
            "CREATE TABLE t (id integer PRIMARY KEY, n decimal(9, 2), d date, at {moment}, b {bytes}, r real);
             INSERT INTO t VALUES (1, 1.5, '2024-01-01', '2024-01-01 00:00:00', NULL, 0.5),
                (2, 2.5, '2024-01-02', '2024-01-02 00:00:00', NULL, 1.5);"
        ),
    )
    .await;
    let huge = "9".repeat(60);
    for (sort, value) in [
        ("id", json!({ "t": "x" })),
        ("id", json!({ "b": true })),
        ("id", json!({ "i": huge })),
        ("id", json!({ "i": "one" })),
        ("id", json!({ "x": "AAAA" })),
        ("n", json!({ "t": "much" })),
        ("n", json!({ "b": true })),
        ("d", json!({ "t": "9999-99-99" })),
        ("d", json!({ "t": "soon" })),
        ("d", json!({ "i": "1" })),
        ("at", json!({ "t": "2024-02-30 25:61:00" })),
        ("at", json!({ "f": "1" })),
        ("r", json!({ "t": "x" })),
        ("r", json!({ "f": "x" })),
    ] {
        let first = page(&shop, "t", sort, 1, None).await.cursor.unwrap();
        let mut cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(first).unwrap()).unwrap();
        cursor["k"][0] = value.clone();
        let cursor = URL_SAFE_NO_PAD.encode(cursor.to_string());
        let view = View { sort: Sort::parse_list(sort), ..View::default() };
        let request = PageRequest { view, cursor: Some(cursor), limit: 1 };
        let answer = shop.desk.page(&shop.me, "shop", "t", &request).await;
        let code = answer.map(|_| ()).map_err(|error| error.code().as_str());
        match (kind, value["t"].as_str()) {
            // There any column may hold a value of any type; and MariaDB knows no such time, and takes it for none.
            (SourceKind::Sqlite, _) => assert!(matches!(code, Ok(()) | Err("bad_cursor")), "{sort}: {value}"),
            (SourceKind::Mysql, Some("2024-02-30 25:61:00")) => {}
            _ => assert_eq!(code, Err("bad_cursor"), "{kind}: {sort}: {value}"),
        }
    }
}
