//! Which datasets and rows a name leads to: two tables are never under one name, and a reference leads to one row.

use rowport_model::{SourceKind, View};

use crate::source::{Source, view};

#[tokio::test(flavor = "multi_thread")]
async fn two_tables_of_postgres_are_never_under_one_name() {
    let source = Source::new(
        SourceKind::Postgres,
        "CREATE SCHEMA c; CREATE SCHEMA \"c.d\"; CREATE SCHEMA \"public.c\";
         CREATE TABLE public.\"c.d\" (id INT PRIMARY KEY, up INT REFERENCES public.\"c.d\"); INSERT INTO public.\"c.d\" VALUES (1);
         CREATE TABLE c.d (id INT PRIMARY KEY, up INT REFERENCES public.\"c.d\"); INSERT INTO c.d VALUES (2, 1);
         CREATE TABLE \"c.d\".e (id INT PRIMARY KEY); INSERT INTO \"c.d\".e VALUES (3);
         CREATE TABLE c.\"d.e\" (id INT PRIMARY KEY); INSERT INTO c.\"d.e\" VALUES (4);
         CREATE TABLE \"public.c\".d (id INT PRIMARY KEY); INSERT INTO \"public.c\".d VALUES (5);",
    )
    .await;
    for (name, id) in [
        ("public.\"c.d\"", "1"),
        ("c.d", "2"),
        ("\"c.d\".e", "3"),
        ("c.\"d.e\"", "4"),
        ("\"public.c\".d", "5"),
    ] {
        assert_eq!(source.rows(name, &view("id", "", "")).await, [[id]], "{name}");
    }
    assert_eq!(source.catalog.datasets().count(), 5);
    let rows = source.rows("c.d", &view("up.id", "", "")).await;
    assert_eq!(rows, [["1"]], "a reference leads to the table that it names");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dotted_name_leads_through_a_unique_column_that_may_be_null() {
    for kind in [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite] {
        let source = Source::new(
            kind,
            "CREATE TABLE lands (id INT NOT NULL PRIMARY KEY, code VARCHAR(5) UNIQUE, nm VARCHAR(20));
             CREATE TABLE towns (id INT NOT NULL PRIMARY KEY, code VARCHAR(5), FOREIGN KEY (code) REFERENCES lands (code));
             INSERT INTO lands VALUES (1, 'ch', 'Swiss'), (2, NULL, 'none'), (3, NULL, 'neither');
             INSERT INTO towns VALUES (1, 'ch'), (2, NULL);",
        )
        .await;
        let rows = source.rows("towns", &view("id,code.nm", "", "id")).await;
        assert_eq!(rows, [["1", "'Swiss'"], ["2", "NULL"]], "{kind}");
        assert_eq!(source.rows("towns", &view("id", "code.nm = Swiss", "")).await, [["1"]], "{kind}");
        // It names no row, because NULL may be in several.
        assert!(source.dataset("lands").unique.is_empty(), "{kind}");
        assert_eq!(source.dataset("lands").key, ["id"], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferrable_key_names_rows_and_the_key_of_a_table_with_children_does_not() {
    let source = Source::new(
        SourceKind::Postgres,
        "CREATE TABLE d (id INT PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v INT); INSERT INTO d VALUES (1, 1), (2, 2), (3, 3);
         CREATE TABLE u (v INT NOT NULL UNIQUE DEFERRABLE); INSERT INTO u VALUES (1), (2);
         CREATE TABLE parent (id INT PRIMARY KEY, v INT); CREATE TABLE child (w INT, PRIMARY KEY (id)) INHERITS (parent);
         INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1, 2, 3);",
    )
    .await;
    assert_eq!(source.dataset("d").key, ["id"]);
    assert_eq!(source.dataset("u").key, ["v"]);
    assert_eq!(source.dataset("child").key, ["id"]);
    assert!(source.dataset("parent").key.is_empty(), "1 is in it twice");
    let (first, cursor) = source.page("d", &View::default(), None, 2).await;
    let (rest, _) = source.page("d", &View::default(), cursor.as_deref(), 2).await;
    assert_eq!((first.len(), rest), (2, vec![vec!["3".to_owned(), "3".to_owned()]]));
    assert_eq!(source.rows("parent", &View::default()).await.len(), 2);
}
