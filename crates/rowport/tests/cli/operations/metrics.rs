use std::collections::BTreeMap;

use crate::runs::served::{Served, Site, State, exchange};

fn scrape(served: &Served) -> BTreeMap<String, f64> {
    let said = served.said();
    let address = said.split("metrics are at http://").nth(1).unwrap_or_else(|| panic!("{said}"));
    let address = address.split('/').next().unwrap();
    let (head, body) = exchange(address, "GET", "/metrics", &["host: 10.0.0.1:9464"], "");
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
