//! What is said before anything is done.

use rowport_engine::changes::{BulkAction, Request};
use rowport_model::SourceKind;
use serde_json::json;

use crate::desk::{Shop, all, delete, set, with_keys};

on_every_database! {
    a_preview_knows_which_rows_would_not_be_changed_and_changes_nothing,
}

const SCRIPT: &str = "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(20) NOT NULL UNIQUE);
    CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL, FOREIGN KEY (customer_id) REFERENCES customers (id));
    INSERT INTO customers VALUES (1, 'one'), (2, 'two'), (3, 'three');
    INSERT INTO orders VALUES (10, 1), (11, 2)";

async fn a_preview_knows_which_rows_would_not_be_changed_and_changes_nothing(kind: SourceKind) {
    let shop = Shop::new(kind, SCRIPT).await;
    let start = shop.rows("customers", "id");
    let look = async |request: &Request| {
        let preview = shop.changes.preview(shop.on("customers"), request).await.unwrap();
        let failures = preview.failures.iter().map(|it| (it.key[0].clone(), it.code.to_string())).collect();
        (preview.rows, preview.would_fail, failures)
    };
    let refused = |key: &str, code: &str| (json!(key), code.to_owned());
    let expected: Vec<_> = vec![refused("1", "foreign_key"), refused("2", "foreign_key")];
    assert_eq!(look(&delete("")).await, (3, Some(2), expected));
    let same = look(&set("id >= 2", "name", json!("one"))).await;
    assert_eq!(same, (2, Some(2), vec![refused("2", "not_unique"), refused("3", "not_unique")]));
    assert_eq!(look(&delete("id = 3")).await, (1, Some(0), Vec::new()));
    assert_eq!(shop.rows("customers", "id"), start, "nothing was done");
    let history = shop.changes.history(shop.on("customers"), None, 10).await.unwrap();
    assert!(history.is_empty(), "and nothing is told: {history:?}");

    let gone = shop.bulk("customers", &delete("id = 3")).await;
    shop.database.execute("INSERT INTO customers VALUES (4, 'three')");
    let back = look(&with_keys(BulkAction::Restore, [3])).await;
    assert_eq!(back, (1, Some(1), vec![refused("3", "not_unique")]));
    assert_eq!(look(&with_keys(BulkAction::Purge, [3])).await, (1, Some(0), Vec::new()));
    shop.database.execute("DELETE FROM customers WHERE id = 4");
    shop.undo("customers", &gone.change_set).await;
    assert_eq!(shop.rows("customers", "id"), start, "trying to purge removed nothing");
    let request = Request { all_or_nothing: true, ..Request::new(BulkAction::Delete, all("")) };
    assert_eq!(look(&request).await.1, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_transactions_is_not_changed() {
    let shop = Shop::new(
        SourceKind::Mysql,
        "CREATE TABLE notes (id integer PRIMARY KEY) ENGINE = MyISAM; INSERT INTO notes VALUES (1)",
    )
    .await;
    let refused = shop.changes.preview(shop.on("notes"), &delete("")).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "no_transactions");
    assert_eq!(shop.database.text("SELECT count(*) FROM notes"), "1");
}
