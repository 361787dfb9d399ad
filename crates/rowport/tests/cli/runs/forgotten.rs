//! What ended long ago goes by itself, once its file is gone.

use serde_json::Value;

use super::served::{Site, State};

#[test]
fn a_run_is_forgotten_some_time_after_its_end_and_not_before() {
    for state in [State::Sqlite, State::Postgres] {
        let site = Site::new(state, 10, "500ms");
        let path = site.folder.path().join("rowport.toml");
        let config = std::fs::read_to_string(&path).unwrap().replace("[runs]\n", "[runs]\nkeep = \"3s\"\n");
        std::fs::write(&path, format!("[exports]\nretention = \"1s\"\n{config}")).unwrap();
        let served = site.serve();
        let run = served.export("csv");
        let id = run["id"].as_str().unwrap();
        let mut ended = None;
        served.wait_until("forgotten", || {
            let run = served.run(id);
            // It may be gone before anything is seen of it.
            ended = run["finished_at"].as_str().map(str::to_owned).or(ended.take());
            run["code"] == "unknown_run"
        });
        if let Some(ended) = ended {
            let kept = now().duration_since(ended.parse().unwrap());
            assert!(kept >= jiff::SignedDuration::from_secs(3), "after {kept:?}");
        }
        assert_eq!(site.artifacts(), Vec::<String>::new());
        // That it was asked for is remembered.
        let events = served.get("/api/v1/audit?action=run.asked");
        let of = |event: &Value| event["subject"] == id;
        assert!(events["events"].as_array().unwrap().iter().any(of), "{events}");
    }
}

/// The clock that the server has too.
#[allow(clippy::disallowed_methods)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
