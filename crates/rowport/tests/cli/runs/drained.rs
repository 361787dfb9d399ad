//! A process that is asked to end while it exports, with and without another one beside it.

use std::time::Duration;

use rowport_testkit::{wait_until, within};

use super::served::{Site, State};
use crate::binary::sha256;

#[test]
fn what_is_under_way_is_finished_before_the_process_ends() {
    let site = Site::new(State::Sqlite, 60_000, "10m");
    let served = site.serve();
    let run = served.export("csv");
    let waiting: Vec<_> = (0..4).map(|_| served.export("csv")).collect();
    let id = run["id"].as_str().unwrap();
    served.wait_for(id, "running", |run| run["state"] == "running" || run["state"] == "completed");
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
    // What had not begun is done by whoever comes next.
    let next = site.serve();
    for run in waiting.iter().chain([&run]) {
        let id = run["id"].as_str().unwrap();
        let done = next.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["attempt"], 1, "nothing was begun twice: {done}");
        assert_eq!(done["artifact"]["sha256"], sha256(&next.download(id)));
    }
}

#[test]
fn an_export_is_cancelled_within_two_seconds() {
    let site = Site::new(State::Sqlite, 400_000, "2s");
    let served = site.serve();
    let run = served.export("xlsx");
    let id = run["id"].as_str().unwrap();
    served.wait_for(id, "running", |run| run["progress"]["rows"].as_i64() > Some(0));
    let asked = std::time::Instant::now();
    let answer = served.request("POST", &format!("/api/v1/runs/{id}/cancel"), &serde_json::Value::Null);
    assert_eq!(answer["state"], "cancelling", "{answer}");
    served.wait_for(id, "cancelled", |run| run["state"] == "cancelled");
    assert!(asked.elapsed() < within(Duration::from_secs(2)), "{:?}", asked.elapsed());
    wait_until("nothing of it is left", || site.artifacts().is_empty());
}
