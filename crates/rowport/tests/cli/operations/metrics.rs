use std::collections::BTreeMap;

use rowport_testkit::PATIENCE;

use crate::binary::run;
use crate::runs::served::{Served, Site, State, exchange};

/// Where the process serves its metrics.
fn address(served: &Served) -> String {
    // Once it answers, it has said where.
    served.exchange("GET", "/healthz", &[], "");
    let said = served.said();
    let address = said.split("metrics are at http://").nth(1).unwrap_or_else(|| panic!("{said}"));
    address.split('/').next().unwrap().to_owned()
}

fn scrape(served: &Served) -> BTreeMap<String, f64> {
    let address = address(served);
    let (head, body) = exchange(&address, "GET", "/metrics", &["host: 10.0.0.1:9464"], "");
    assert!(head.starts_with("http/1.0 200") && head.contains("text/plain; version=0.0.4"), "{head}");
    let lines = body.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[test]
fn what_happens_is_counted() {
    let site = Site::new(State::Postgres, 1_000, "2s");
    let served = site.serve_with(&["--metrics", "127.0.0.1:0"]);
    let direct = "/api/v1/sources/db/datasets/records/export?format=csv&tier=direct";
    let (_, file) = served.exchange("GET", direct, &[], "");
    served.exchange("BREW", "/api/v1/sources", &[], "");
    let run = served.export("ndjson");
    served.wait_for(run["id"].as_str().unwrap(), "completed", |run| run["state"] == "completed");
    site.source.execute("ALTER TABLE records RENAME TO elsewhere");
    let (head, _) = served.exchange("GET", direct, &[], "");
    assert!(!head.starts_with("http/1.0 200"), "{head}");
    site.source.execute("ALTER TABLE elsewhere RENAME TO records");
    let told = scrape(&served);
    let is = |name: &str, value: f64| assert_eq!(told.get(name), Some(&value), "{name} in {told:#?}");
    is("rowport_exports_total{tier=\"direct\",format=\"csv\",outcome=\"completed\"}", 1.0);
    is("rowport_exports_total{tier=\"direct\",format=\"csv\",outcome=\"failed\"}", 1.0);
    is("rowport_export_failures_total{tier=\"direct\",code=\"dataset_changed\"}", 1.0);
    is("rowport_exports_total{tier=\"background\",format=\"ndjson\",outcome=\"completed\"}", 1.0);
    is("rowport_export_rows_total{tier=\"direct\",format=\"csv\"}", 1_000.0);
    is("rowport_export_bytes_total{tier=\"direct\",format=\"csv\"}", file.len() as f64);
    is("rowport_export_seconds_count{tier=\"background\",format=\"ndjson\"}", 1.0);
    is("rowport_run_attempts_started_total{kind=\"export\"}", 1.0);
    is("rowport_run_attempts_total{kind=\"export\",outcome=\"completed\"}", 1.0);
    is("rowport_http_requests_total{route=\"/api/v1/sources\",method=\"other\",status=\"405\"}", 1.0);
    is("rowport_runs{kind=\"export\",state=\"queued\"}", 0.0);
    is("rowport_queue_oldest_seconds", 0.0);
    is("rowport_state_up", 1.0);
    is("rowport_pool_connections{pool=\"source:db\",state=\"used\"}", 0.0);
    is("rowport_http_requests_in_flight", 0.0);
    is("rowport_build_info{version=\"0.1.0\"}", 1.0);
    let export = "route=\"/api/v1/sources/{source}/datasets/{dataset}/export\",method=\"GET\"";
    is(&format!("rowport_http_request_seconds_count{{{export}}}"), 2.0);
    assert!(told[&format!("rowport_http_response_bytes_total{{{export}}}")] >= file.len() as f64);
    assert!(
        !told.keys().any(|name| name.contains("records")),
        "names of datasets are nobody's labels: {told:#?}"
    );
}

#[test]
fn the_queue_and_a_lost_state_are_seen() {
    let site = Site::new(State::Postgres, 1_000, "2s");
    let served = site.serve_with(&["--role", "web", "--metrics", "127.0.0.1:0"]);
    served.export("csv");
    served.export("csv");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let told = scrape(&served);
    assert_eq!(told["rowport_runs{kind=\"export\",state=\"queued\"}"], 2.0, "{told:#?}");
    assert!(told["rowport_queue_oldest_seconds"] >= 1.0, "{told:#?}");
    site.state().execute("ALTER TABLE rowport.runs RENAME TO elsewhere");
    assert_eq!(scrape(&served)["rowport_state_up"], 0.0);
}

#[test]
fn metrics_are_told_where_they_were_asked_for_and_nowhere_else() {
    let site = Site::new(State::Sqlite, 10, "2s");
    let served = site.serve();
    assert!(!served.said().contains("metrics are at"), "{}", served.said());
    let (_, body) = served.exchange("GET", "/metrics", &[], "");
    assert!(!body.contains("rowport_"), "{body}");
}

/// Every periodic task of a process that works in the background.
const TASKS: [&str; 8] = [
    "audit_anchors",
    "audit_relay",
    "notification_log",
    "notifications",
    "run_recovery",
    "run_retention",
    "storage_sweep",
    "trash_expiry",
];

#[test]
fn the_doctor_says_how_the_periodic_tasks_of_a_process_do() {
    let site = Site::new(State::Postgres, 10, "2s");
    let served = site.serve_with(&["--metrics", "127.0.0.1:0"]);
    let url = format!("http://{}", address(&served));
    let doctor = || {
        let answer = run(&["doctor", "--json", "--metrics", &url]);
        let found: Vec<serde_json::Value> = serde_json::from_slice(&answer.stdout).unwrap();
        (answer.code, found)
    };
    let well = |found: &[serde_json::Value]| {
        let tasks: Vec<_> = found.iter().map(|it| it["what"].as_str().unwrap().to_owned()).collect();
        assert_eq!(tasks, TASKS.map(|task| format!("periodic task {task}")));
        found.iter().all(|it| it["ok"] == true && it["detail"].as_str().unwrap().contains("ended"))
    };
    wait_for(|| well(&doctor().1));
    assert_eq!(doctor().0, Some(0));
    let told = scrape(&served);
    for task in TASKS {
        assert!(told[&format!("rowport_task_runs_total{{task=\"{task}\"}}")] >= 1.0, "{told:#?}");
        assert_eq!(told[&format!("rowport_task_last_failed{{task=\"{task}\"}}")], 0.0, "{told:#?}");
    }
    // What cannot be done is seen, and the others go on.
    site.state().execute("ALTER TABLE rowport.runs RENAME TO elsewhere");
    wait_for(|| {
        let (code, found) = doctor();
        let recovery = found.iter().find(|it| it["what"] == "periodic task run_recovery").unwrap();
        recovery["ok"] == false && code == Some(1)
    });
    let told = scrape(&served);
    let failed = "rowport_task_failures_total{task=\"run_recovery\",code=\"store_unavailable\"}";
    assert!(told[failed] >= 1.0, "{told:#?}");
    assert_eq!(told["rowport_task_last_failed{task=\"notifications\"}"], 0.0, "{told:#?}");
}

#[test]
fn a_process_that_only_answers_requests_runs_no_periodic_tasks() {
    let site = Site::new(State::Sqlite, 10, "2s");
    let served = site.serve_with(&["--role", "web", "--metrics", "127.0.0.1:0"]);
    let answer = run(&["doctor", "--metrics", &format!("http://{}", address(&served))]);
    assert_eq!(answer.code, Some(1));
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(said.contains("it runs none") && said.contains("role `all` or `worker`"), "{said}");
}

fn wait_for(mut fact: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + PATIENCE;
    while !fact() {
        assert!(std::time::Instant::now() < until, "it does not come to that");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
