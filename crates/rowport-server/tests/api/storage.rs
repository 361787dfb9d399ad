//! Where files are kept, and whether that can be used.

use std::time::Duration;

use serde_json::json;

use crate::desk::serve;
use crate::runs::{database, start, wait};

#[test]
fn the_storage_says_what_is_in_it_and_what_is_wrong_with_it() {
    let database = database(100);
    let served = serve(&database);
    let empty = served.get("/api/v1/storage").json();
    assert_eq!(
        (&empty["kind"], &empty["files"], &empty["bytes"], &empty["problem"], &empty["next_expires_at"]),
        (&json!("folder"), &json!(0), &json!(0), &json!(null), &json!(null))
    );
    let id = start(&served, &json!({"format": "csv"}));
    let run = wait(&served, &id, "completed");
    let full = served.get("/api/v1/storage").json();
    assert_eq!(
        (&full["files"], &full["bytes"], &full["next_expires_at"]),
        (&json!(1), &run["artifact"]["bytes"], &run["artifact"]["expires_at"])
    );
    std::fs::remove_dir_all(full["place"].as_str().unwrap()).unwrap();
    // What was found is believed for a while.
    std::thread::sleep(Duration::from_millis(5_100));
    let gone = served.get("/api/v1/storage").json();
    assert_eq!(gone["problem"]["code"], "storage_unavailable", "{gone}");
    assert!(gone["problem"]["message"].as_str().unwrap().contains("No such file"), "{gone}");
}
