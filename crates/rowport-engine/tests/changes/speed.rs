//! How long the undo of a change of many rows takes on MariaDB, where rows are set back through a staging table, and for a
//! login that may not make one, whose rows are set back one by one:
//! `cargo test --workspace --test changes -- --ignored --nocapture speed`.

use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, set};

const ROWS: u64 = 100_000;

const DIGITS: &str = "CREATE TABLE digits (d integer);
    INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);";

const NUMBERS: &str = "SELECT t.d + 10 * u.d + 100 * v.d + 1000 * w.d + 10000 * x.d + 1 AS id
    FROM digits t, digits u, digits v, digits w, digits x";

const RIGHTS: &str = "GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO {login}";

async fn undoing(table: &str, may_stage: bool) -> Duration {
    let script = format!(
        "{DIGITS} {table};
         INSERT INTO posts SELECT n.id, concat('post ', n.id), n.id / 7, '2024-01-02 03:04:05' FROM ({NUMBERS}) n"
    );
    let shop = match may_stage {
        true => Shop::new(SourceKind::Mysql, &script).await,
        false => Shop::with_login(SourceKind::Mysql, &script, RIGHTS).await,
    };
    let titled = shop.bulk("posts", &set("id > 0", "title", json!("other"))).await;
    assert_eq!(titled.done, ROWS);
    let begun = Instant::now();
    let undone = shop.undo("posts", &titled.change_set).await;
    assert_eq!(undone.done, ROWS);
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn undoing_a_set_of_100_000_rows_mysql() {
    for (what, index) in [("a plain field", ""), ("an indexed field", ", KEY (title)")] {
        let table = format!(
            "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40), price decimal(10, 2), at datetime{index})"
        );
        let one_by_one = undoing(&table, false).await;
        let staged = undoing(&table, true).await;
        let times = one_by_one.as_secs_f64() / staged.as_secs_f64();
        eprintln!("{what}: one by one {one_by_one:.2?}, staged {staged:.2?}: {times:.1} × faster");
    }
}
