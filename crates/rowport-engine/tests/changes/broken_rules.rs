//! Some rows of very many that the database does not take: exactly these are listed, each with its reason, and all
//! others are changed.

use std::collections::BTreeSet;

use rowport_engine::changes::{OutcomeState, Request};
use rowport_model::SourceKind;
use rowport_testkit::{Database, cases};
use serde_json::{Value, json};

use crate::desk::{Shop, all, delete};

on_every_database! {
    exactly_the_rows_that_break_a_rule_are_refused,
}

/// How many rows break each rule.
const BAD: usize = 137;

/// A table of which some rows cannot be deleted, or cannot have a field set. The row 0 is there for others to collide
/// with, and is never chosen.
fn filled(kind: SourceKind, rows: usize, apart: usize) -> Database {
    let database = Database::create(kind);
    let numbers = match kind {
        SourceKind::Postgres => format!("SELECT i AS n FROM generate_series(1, {rows}) i"),
        SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{rows}"),
        SourceKind::Sqlite => format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
        ),
    };
    let bad = format!("n % {apart} = 0 AND n <= {}", BAD * apart);
    database.execute(&format!(
        "CREATE TABLE makers (id integer PRIMARY KEY);
         CREATE TABLE parts (
            id integer PRIMARY KEY, amount integer NOT NULL, code varchar(20) NOT NULL, next_code varchar(20) NOT NULL,
            maker integer, next_maker integer NOT NULL,
            CHECK (amount < 1000), UNIQUE (code), FOREIGN KEY (maker) REFERENCES makers (id)
         );
         CREATE TABLE uses (part integer NOT NULL, FOREIGN KEY (part) REFERENCES parts (id));
         CREATE INDEX uses_of_part ON uses (part);
         INSERT INTO makers VALUES (1), (3);
         INSERT INTO parts VALUES (0, 0, 'taken', 'taken', 1, 1);
         INSERT INTO parts SELECT n, CASE WHEN {bad} THEN 999 ELSE 1 END, CONCAT('a', n),
            CASE WHEN {bad} THEN 'taken' ELSE CONCAT('b', n) END, 1, CASE WHEN {bad} THEN 2 ELSE 3 END
            FROM ({numbers}) AS numbers;
         INSERT INTO uses SELECT n FROM ({numbers}) AS numbers WHERE {bad}"
    ));
    database
}

async fn exactly_the_rows_that_break_a_rule_are_refused(kind: SourceKind) {
    let rows = cases(100_000).max(BAD);
    let apart = rows / BAD;
    let shop = Shop::of(filled(kind, rows, apart), &[]).await;
    let bad: BTreeSet<String> = (1..=BAD).map(|number| (number * apart).to_string()).collect();
    let start = shop.rows("parts", "id");
    let set = |column: &str, to: Value| {
        let fields = serde_json::from_value(json!([{ "column": column, "to": to }])).unwrap();
        let action = rowport_engine::changes::BulkAction::Set { fields };
        Request::new(action, all("id > 0"))
    };
    for (request, code) in [
        (delete("id > 0"), "foreign_key"),
        (set("amount", json!({ "add": 1 })), "check_failed"),
        (set("code", json!({ "copy": "next_code" })), "not_unique"),
        (set("maker", json!({ "copy": "next_maker" })), "foreign_key"),
    ] {
        let whole = Request { all_or_nothing: true, ..request.clone() };
        let confirmed = shop.confirm("parts", &whole).await.unwrap();
        let refused = shop.work("parts", &confirmed).await;
        assert_eq!(refused.map_err(|error| error.code().as_str()), Err(code));
        assert!(shop.rows("parts", "id") == start, "all or nothing, and that is nothing");

        let done = shop.bulk("parts", &request).await;
        let (taken, refused) = ((rows - BAD) as u64, BAD as u64);
        assert_eq!(
            (done.state, done.done, done.failed, done.skipped),
            (OutcomeState::Done, taken, refused, 0)
        );
        assert!(done.failures.iter().all(|failure| failure.code.as_str() == code), "{:?}", done.failures);
        let keys = done.failures.iter().map(|failure| failure.key[0].as_str().unwrap().to_owned());
        assert_eq!(keys.collect::<BTreeSet<_>>(), bad);
        assert!(shop.rows("parts", "id") != start);
        let back = shop.undo("parts", &done.change_set).await;
        assert_eq!((back.done, back.failed, back.skipped), (taken, 0, 0));
        assert!(shop.rows("parts", "id") == start, "it came back value by value");
    }
    eprintln!(
        "{rows} rows of which {BAD} break a rule, of four kinds, on {kind}: exactly these were refused"
    );
}
