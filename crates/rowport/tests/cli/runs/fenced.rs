//! A worker is stopped for longer than its lease, another takes its run over, and the first one goes on. Whatever it
//! writes then is refused.

use std::time::Duration;

use super::served::{Served, Site, State};
use crate::binary::{cases, sha256};

/// Enough that an attempt is still going on when the next one begins: the long suite has the release build.
fn rows() -> u32 {
    if rowport_testkit::soak() { 2_500_000 } else { 250_000 }
}

#[test]
fn with_the_state_on_sqlite() {
    stop(State::Sqlite);
}

#[test]
fn with_the_state_on_postgres() {
    stop(State::Postgres);
}

fn stop(state: State) {
    let site = Site::new(state, rows(), "1s");
    let tries = cases(50);
    for attempt in 0..tries {
        let first = site.serve();
        let run = first.export("xlsx");
        let id = run["id"].as_str().unwrap();
        let begun = first.wait_for(id, "running", |run| run["progress"]["rows"].as_i64() > Some(0));
        let before = begun["attempt"].as_i64().unwrap();
        let second = loop {
            first.signal("STOP");
            match site.try_serve() {
                Ok(second) => break second,
                // It was stopped while it held SQLite's write lock; nobody takes over from it then.
                Err(said) => assert!(state == State::Sqlite && said.contains("locked"), "{said}"),
            }
            first.signal("CONT");
            std::thread::sleep(Duration::from_millis(20));
        };
        let taken = |run: &serde_json::Value| run["attempt"].as_i64() > Some(before);
        second.wait_for(id, "taken over", taken);
        // Both are at it now.
        first.signal("CONT");
        first.wait_until(&format!("noticed in try {attempt}"), || has_lost(&first));
        let done = second.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["progress"]["rows"], rows(), "{done}");
        assert_eq!(done["artifact"]["sha256"], sha256(&second.download(id)), "{done}");
        // On a busy machine the second may be late as well, and lose its own attempt; but only then.
        let late = done["attempt"].as_i64() > Some(before + 1);
        assert!(late || !has_lost(&second), "{done}\n{}", second.said());
        first.kill();
        second.kill();
    }
    eprintln!("{tries} of {tries} workers that were stopped past their lease were refused, with {state:?}");
}

/// Whether an attempt of this process ended because its run was another's: it heard so, or its writes were refused.
fn has_lost(served: &Served) -> bool {
    served.said().contains("outcome=\"lost\"")
}
