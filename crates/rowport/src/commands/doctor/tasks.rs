//! How the periodic tasks of a process do, as its metrics say.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use rowport_fetch::{FetchError, Fetcher, Reach};
use rowport_model::{Clock, SystemClock};

use super::{Finding, bad, good};

/// What the metrics say of one task, by the names of its series.
type Series = BTreeMap<String, f64>;

/// What a scrape may have at most, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// A task is late when it has not begun for two periods and this.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// Asks the process whose metrics are at that address.
pub(super) async fn ask(url: &str) -> Vec<Finding> {
    let what = format!("periodic tasks of {url}");
    match scrape(url).await {
        Ok(answer) if answer.status().is_success() => {
            let tasks = tasks(&String::from_utf8_lossy(answer.body()));
            if tasks.is_empty() {
                let hint = "ask a process that works in the background: one of role `all` or `worker`";
                return vec![bad(what, "it runs none".to_owned(), Some(hint.to_owned()))];
            }
            tasks.iter().map(|(task, series)| finding(task, series, SystemClock.now())).collect()
        }
        Ok(answer) => vec![bad(what, format!("it answered {}", answer.status()), None)],
        Err(error) => {
            let hint = "metrics are served where `--metrics` or `[telemetry] metrics` says";
            vec![bad(what, error.to_string(), Some(hint.to_owned()))]
        }
    }
}

async fn scrape(url: &str) -> Result<http::Response<Bytes>, FetchError> {
    let address = format!("{}/metrics", url.trim_end_matches('/'));
    let request = http::Request::get(address).body(Bytes::new());
    let request = request.map_err(|_| FetchError::BadAddress { message: "it is not a URL" })?;
    Fetcher::new(Reach::Anywhere, Duration::from_secs(4), MAX_BYTES)?.send(request).await
}

/// The series of each task. What has more labels than the task is added up.
fn tasks(metrics: &str) -> BTreeMap<String, Series> {
    let mut tasks: BTreeMap<String, Series> = BTreeMap::new();
    for line in metrics.lines() {
        let Some(line) = line.strip_prefix("rowport_task_") else { continue };
        let Some((series, value)) = line.rsplit_once(' ') else { continue };
        let Some((name, labels)) = series.split_once('{') else { continue };
        let task = labels.split_once("task=\"").and_then(|(_, rest)| rest.split_once('"'));
        if let (Some((task, _)), Ok(value)) = (task, value.parse::<f64>()) {
            *tasks.entry(task.to_owned()).or_default().entry(name.to_owned()).or_default() += value;
        }
    }
    tasks
}

fn finding(task: &str, series: &Series, now: Timestamp) -> Finding {
    let what = format!("periodic task {task}");
    let number = |name: &str| series.get(name).copied().unwrap_or_default();
    let at = |name: &str| {
        let milliseconds = (number(name) * 1_000.0) as i64;
        Timestamp::from_millisecond(milliseconds).ok().filter(|_| milliseconds > 0)
    };
    let hint = Some("the log of that process says why".to_owned());
    let (runs, failures) = (number("runs_total"), number("failures_total"));
    let Some(started) = at("last_started_timestamp_seconds") else {
        return bad(what, "it has not begun".to_owned(), hint);
    };
    let Some(ended) = at("last_ended_timestamp_seconds") else {
        return good(what, &format!("at its first run since {}", words(started)));
    };
    let period = SignedDuration::try_from_secs_f64(number("period_seconds")).unwrap_or_default();
    let late = now.duration_since(started) > period.saturating_mul(2).saturating_add(GRACE);
    if number("last_failed") > 0.0 {
        let detail = format!("its last run failed, which ended {}; {failures} of {runs} did", words(ended));
        return bad(what, detail, hint);
    }
    if late && started > ended {
        return bad(what, format!("at work since {} without an end", words(started)), hint);
    }
    if late {
        return bad(what, format!("it has not begun since {}", words(started)), hint);
    }
    let took = number("last_duration_seconds");
    good(what, &format!("ended {} after {took:.3} s; {failures} of {runs} runs failed", words(ended)))
}

/// To the second.
fn words(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: &str = "# TYPE rowport_task_runs_total counter\n\
        rowport_task_runs_total{task=\"relay\"} 4\n\
        rowport_task_failures_total{task=\"relay\",code=\"timeout\"} 1\n\
        rowport_task_failures_total{task=\"relay\",code=\"internal\"} 1\n\
        rowport_task_period_seconds{task=\"relay\"} 15\n\
        rowport_task_last_started_timestamp_seconds{task=\"relay\"} 1772366400\n\
        rowport_task_last_ended_timestamp_seconds{task=\"relay\"} 1772366401.5\n\
        rowport_task_last_duration_seconds{task=\"relay\"} 1.5\n\
        rowport_task_last_failed{task=\"relay\"} 0\n\
        rowport_runs{kind=\"export\",state=\"queued\"} 2\n";

    fn look(change: (&str, f64), seconds: i64) -> Finding {
        let mut tasks = tasks(METRICS);
        assert_eq!(tasks.len(), 1);
        let mut series = tasks.remove("relay").unwrap();
        series.insert(change.0.to_owned(), change.1);
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        finding("relay", &series, start + SignedDuration::from_secs(seconds))
    }

    #[test]
    fn a_task_is_well_that_began_in_time_and_did_not_fail() {
        let well = look(("last_failed", 0.0), 20);
        assert!(well.ok);
        assert_eq!(well.detail, "ended 2026-03-01T12:00:01Z after 1.500 s; 2 of 4 runs failed");
    }

    #[test]
    fn a_task_that_failed_or_hangs_or_is_late_is_not_well() {
        for (change, seconds, detail) in [
            (("last_failed", 1.0), 20, "its last run failed, which ended 2026-03-01T12:00:01Z; 2 of 4 did"),
            (("last_failed", 0.0), 100, "it has not begun since 2026-03-01T12:00:00Z"),
            (
                ("last_ended_timestamp_seconds", 1_772_366_000.0),
                100,
                "at work since 2026-03-01T12:00:00Z without an end",
            ),
        ] {
            let finding = look(change, seconds);
            assert!(!finding.ok);
            assert_eq!(finding.detail, detail);
        }
    }
}
