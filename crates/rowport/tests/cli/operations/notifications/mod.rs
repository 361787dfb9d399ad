//! The ends of background exports, told by the real binary to a real HTTP listener and a real mail server.

mod email;
mod webhooks;

use std::time::{Duration, Instant};

use rowport_testkit::PATIENCE;
use serde_json::{Value, json};

use crate::runs::served::Served;

/// What the log of deliveries says, once as many as wanted have ended.
fn ended(log: impl Fn() -> Value, count: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let log = log();
        let deliveries = log["deliveries"].as_array().unwrap_or_else(|| panic!("{log}"));
        let ended: Vec<_> = deliveries.iter().filter(|it| !it["finished_at"].is_null()).cloned().collect();
        if ended.len() >= count {
            return ended;
        }
        assert!(started.elapsed() < PATIENCE, "after {PATIENCE:?}: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The same of a process where nobody signs in.
fn ended_at(served: &Served, count: usize) -> Vec<Value> {
    ended(|| served.get("/api/v1/notifications/deliveries"), count)
}

/// An export that is made and told of.
fn completed(served: &Served) -> Value {
    let run = served.export("csv");
    served.wait_for(run["id"].as_str().unwrap(), "completed", |run| run["state"] == "completed")
}

#[test]
fn nothing_is_told_until_somebody_says_where() {
    use crate::runs::served::{Site, State};
    let site = Site::new(State::Sqlite, 10, "2s");
    let served = site.serve();
    completed(&served);
    assert_eq!(served.get("/api/v1/notifications"), json!({"channels": []}));
    assert_eq!(served.get("/api/v1/notifications/deliveries"), json!({"deliveries": [], "next": null}));
    let answer = served.request("POST", "/api/v1/notifications/email/test", &Value::Null);
    assert_eq!(answer["code"], "unknown_channel", "{answer}");
}
