//! A bucket that answers errors, stalls, breaks off, and does what it was asked without saying so. Every export ends
//! completed with the right bytes, and what the bucket failed at is done once it is better.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rowport_testkit::{Fault, wait_until, within};

use super::served::{Files, Site, State};
use crate::binary::{cases, sha256};

/// Enough for several parts.
const ROWS: u32 = 300_000;

#[test]
fn a_bucket_that_misbehaves_now_and_then_costs_time_and_nothing_else() {
    let site = Site::with(State::Sqlite, Files::OwnBucket, ROWS, "1s");
    let s3 = site.s3();
    let served = site.serve();
    let good = served.export("csv");
    let good = served.wait_for(good["id"].as_str().unwrap(), "completed", |run| run["state"] == "completed");
    let seed = rowport_testkit::seed().unwrap_or(42);
    let dice = AtomicU64::new(seed);
    s3.misbehave(move |_| {
        let thrown =
            dice.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_mul(0xbf58_476d_1ce4_e5b9)
                >> 33;
        match thrown % 60 {
            0..3 => Fault::Status(500),
            3..6 => Fault::Status(503),
            6..9 => Fault::LoseReply,
            9..12 => Fault::CutRequest,
            12..14 => Fault::CutResponse,
            14 => Fault::Stall,
            _ => Fault::None,
        }
    });
    let count = cases(60);
    let asked: Vec<_> = (0..count).map(|_| served.export("csv")).collect();
    let mut again = 0;
    for run in &asked {
        let id = run["id"].as_str().unwrap();
        let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
        assert_eq!(done["artifact"]["sha256"], good["artifact"]["sha256"], "{done}");
        again += usize::from(done["attempt"].as_i64() > Some(1));
    }
    let faulty = s3.requests();
    s3.behave();
    for run in &asked {
        let file = served.download(run["id"].as_str().unwrap());
        assert_eq!(good["artifact"]["sha256"], sha256(&file), "{run}");
    }
    // The sweep comes every other lease.
    wait_until("what is no file is swept", || site.artifacts().len() == count + 1);
    eprintln!(
        "{count} exports in {faulty} requests (seed {seed}), a quarter of which failed: all completed, {again} took several attempts"
    );
}

#[test]
fn a_bucket_that_is_away_is_waited_for() {
    let site = Site::with(State::Sqlite, Files::OwnBucket, ROWS, "1s");
    let s3 = site.s3();
    let served = site.serve();
    s3.misbehave(|_| Fault::Status(503));
    let run = served.export("csv");
    let id = run["id"].as_str().unwrap();
    let waiting =
        served.wait_for(id, "to be tried again", |run| run["state"] == "queued" && run["attempt"] == 1);
    assert_eq!(waiting["error"]["code"], "storage_unavailable", "{waiting}");
    let said = waiting["error"]["message"].as_str().unwrap();
    assert!(said.contains("503") && !said.contains("http://"), "{said}");
    s3.behave();
    let done = served.wait_for(id, "completed", |run| run["state"] == "completed");
    assert_eq!(done["artifact"]["sha256"], sha256(&served.download(id)));
    wait_until("what is no file is swept", || site.artifacts() == [format!("{id}/{}/data", done["attempt"])]);
}

#[test]
fn a_bucket_that_refuses_is_told_at_once_and_a_cancelled_export_leaves_nothing() {
    let site = Site::with(State::Sqlite, Files::OwnBucket, ROWS, "1s");
    let s3 = site.s3();
    let served = site.serve();
    s3.misbehave(|_| Fault::Status(403));
    let run = served.export("csv");
    let failed = served.wait_for(run["id"].as_str().unwrap(), "failed", |run| run["state"] == "failed");
    assert_eq!(
        (&failed["error"]["code"], &failed["attempt"]),
        (&"storage_refused".into(), &1.into()),
        "{failed}"
    );
    // The last part never arrives.
    s3.misbehave(|asked| if asked.query.contains("partNumber=2") { Fault::Stall } else { Fault::None });
    let run = served.export("csv");
    let id = run["id"].as_str().unwrap();
    wait_until("the upload is under way", || s3.unfinished() > 0);
    served.request("POST", &format!("/api/v1/runs/{id}/cancel"), &serde_json::Value::Null);
    let asked = std::time::Instant::now();
    served.wait_for(id, "cancelled", |run| run["state"] == "cancelled");
    assert!(asked.elapsed() < within(Duration::from_secs(2)), "{:?}", asked.elapsed());
    s3.behave();
    wait_until("nothing of it is left", || site.artifacts().is_empty());
}
