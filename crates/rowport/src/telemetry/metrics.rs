use std::sync::Arc;
use std::time::Duration;

use metrics::{Unit, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use rowport_engine::Sources;
use rowport_store::{RunCount, Store};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Keeps what is counted in this process, and tells it to Prometheus.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

/// What an answer or an attempt may take: from a cached page to an export of an hour.
const SECONDS: [f64; 16] =
    [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0, 3600.0];

/// Durations wait in memory until they are looked at, and nobody may ever look.
const UPKEEP: Duration = Duration::from_secs(5);

/// How long a look at the state may take before the rest is told without it.
const PATIENCE: Duration = Duration::from_secs(3);

impl Metrics {
    /// From now on everything is counted.
    pub fn start(stop: CancellationToken) -> Result<Self, Failure> {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .map_err(Failure::other)?
            .build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(Failure::other)?;
        describe();
        gauge!("rowport_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        let kept = handle.clone();
        tokio::spawn(async move {
            while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
                kept.run_upkeep();
            }
        });
        Ok(Self { handle })
    }

    /// Everything in Prometheus's text format. The queue and the connections are looked at first.
    pub async fn scrape(self, store: Arc<Store>, sources: Arc<Sources>) -> String {
        look_at_pools(&store, &sources);
        // In a task of its own: a scraper that leaves must not leave a connection in the middle of an answer.
        let looking = tokio::spawn(async move { look_at_queue(&store, &sources).await });
        let up = matches!(tokio::time::timeout(PATIENCE, looking).await, Ok(Ok(true)));
        gauge!("rowport_state_up").set(f64::from(u8::from(up)));
        self.handle.render()
    }
}

async fn look_at_queue(store: &Store, sources: &Sources) -> bool {
    let Ok(counts) = store.runs().under_way(sources.clock().as_ref()).await else { return false };
    let kinds = rowport_engine::runs::kinds();
    let states = ["queued", "running", "cancelling"];
    for kind in &kinds {
        for state in states {
            // What is not there any more is none, rather than what it was.
            let here = counts.iter().find(|count| count.kind == kind.name() && count.state.as_str() == state);
            let labels = [("kind", kind.name()), ("state", state)];
            gauge!("rowport_runs", &labels).set(here.map_or(0.0, |count| count.runs as f64));
        }
    }
    // What a newer program asked for, and this one does not know. Its name is not ours, so it is no label.
    let unknown = |count: &&RunCount| kinds.iter().all(|kind| kind.name() != count.kind);
    for state in states {
        let runs = counts.iter().filter(|count| count.state.as_str() == state).filter(unknown);
        let labels = [("kind", "unknown"), ("state", state)];
        gauge!("rowport_runs", &labels).set(runs.map(|count| count.runs as f64).sum::<f64>());
    }
    let waiting = counts.iter().map(|count| count.waiting).max().unwrap_or_default();
    gauge!("rowport_queue_oldest_seconds").set(waiting.as_secs_f64());
    true
}

fn look_at_pools(store: &Store, sources: &Sources) {
    let told = |pool: &str, state: &'static str, connections: f64| {
        gauge!("rowport_pool_connections", "pool" => pool.to_owned(), "state" => state).set(connections);
    };
    let (open, idle) = store.connections();
    told("state", "used", f64::from(open) - idle as f64);
    told("state", "idle", idle as f64);
    for (source, pool) in sources.pools() {
        let name = format!("source:{source}");
        told(&name, "used", pool.used.into());
        told(&name, "idle", pool.idle.into());
        gauge!("rowport_pool_limit", "pool" => name).set(pool.limit);
    }
}

fn describe() {
    use metrics::{describe_counter as counter, describe_gauge as gauge, describe_histogram as histogram};
    gauge!("rowport_build_info", "Which Rowport this is; always 1");
    gauge!("rowport_state_up", "Whether Rowport's own state answered this scrape");
    counter!(
        "rowport_http_requests_total",
        "Requests, by route, method and status; 499 for clients that left first"
    );
    histogram!("rowport_http_request_seconds", Unit::Seconds, "From a request to the head of its answer");
    counter!("rowport_http_response_bytes_total", Unit::Bytes, "Bytes of answers");
    gauge!("rowport_http_requests_in_flight", "Requests whose answer has not ended");
    gauge!("rowport_event_listeners", "Clients that listen to events");
    counter!("rowport_exports_total", "Exports, by how they ended; those in the background by attempt");
    counter!("rowport_export_failures_total", "Exports that failed, by the code of what was wrong");
    counter!("rowport_export_rows_total", "Rows of completed exports");
    counter!("rowport_export_bytes_total", Unit::Bytes, "Bytes of completed exports");
    histogram!("rowport_export_seconds", Unit::Seconds, "How long completed exports took");
    gauge!("rowport_runs", "Runs that have not ended, in all processes together");
    gauge!("rowport_queue_oldest_seconds", "How long the run that waits longest could have been begun");
    counter!("rowport_run_attempts_started_total", "Attempts that this process has begun");
    counter!("rowport_run_attempts_total", "Attempts of this process, by how they ended");
    histogram!("rowport_run_attempt_seconds", Unit::Seconds, "How long attempts took");
    counter!(
        "rowport_leases_recovered_total",
        "Runs taken from workers that went away, by what became of them"
    );
    counter!("rowport_artifacts_swept_total", "Places in the storage that were nobody's and were removed");
    counter!(
        "rowport_deliveries_total",
        "Attempts to deliver a message, by kind of channel and how they ended"
    );
    counter!("rowport_task_runs_total", "Runs of periodic tasks in this process that have ended");
    counter!("rowport_task_failures_total", "Those that failed, by the code of what was wrong");
    gauge!(
        "rowport_task_period_seconds",
        Unit::Seconds,
        "The time from one beginning of the task to the next"
    );
    gauge!("rowport_task_last_started_timestamp_seconds", Unit::Seconds, "When the task last began");
    gauge!("rowport_task_last_ended_timestamp_seconds", Unit::Seconds, "When the task last ended");
    gauge!("rowport_task_last_duration_seconds", Unit::Seconds, "How long its last run took");
    gauge!("rowport_task_last_failed", "Whether its last run failed");
    gauge!("rowport_pool_connections", "Connections to the state and the sources");
    gauge!("rowport_pool_limit", "How many connections to a source there may be");
}
