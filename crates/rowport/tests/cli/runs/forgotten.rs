//! What ended long ago goes by itself, once its file is gone.

use std::time::{Duration, Instant};

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
        served.wait_for(id, "completed", |run| run["state"] == "completed");
        let ended = Instant::now();
        while served.run(id)["code"] != "unknown_run" {
            assert!(ended.elapsed() < Duration::from_secs(30), "{:?} still has it", state);
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(ended.elapsed() > Duration::from_millis(2_900), "after {:?}", ended.elapsed());
        assert_eq!(site.artifacts(), Vec::<String>::new());
        // That it was asked for is remembered.
        let events = served.get("/api/v1/audit?action=run.asked");
        let of = |event: &Value| event["subject"] == id;
        assert!(events["events"].as_array().unwrap().iter().any(of), "{events}");
    }
}
