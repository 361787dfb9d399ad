use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use metrics::{counter, gauge};
use rowport_model::ErrorCode;

/// What is known of a task in this process.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskStatus {
    /// The task's name.
    pub name: &'static str,
    /// The time from one beginning to the next.
    pub period: Duration,
    /// Whether its body is at work now.
    pub running: bool,
    /// How often its body has ended.
    pub runs: u64,
    /// How often that was with an error or a panic.
    pub failures: u64,
    /// When its body last began.
    pub last_started_at: Option<Timestamp>,
    /// When its body last ended.
    pub last_ended_at: Option<Timestamp>,
    /// How long that took.
    pub last_duration: Option<Duration>,
    /// Why its body failed, if it did so the last time.
    pub last_error: Option<TaskFailure>,
}

/// Why a body failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFailure {
    /// The stable code; `internal` for a panic.
    pub code: ErrorCode,
    /// What went wrong, in words. Those of a database may quote a row, so they are not logged.
    pub message: String,
}

/// The status of one task, as the driver keeps it.
#[derive(Debug)]
pub(super) struct StatusCell(Mutex<TaskStatus>);

impl StatusCell {
    pub(super) fn new(name: &'static str, period: Duration) -> Self {
        gauge!("rowport_task_period_seconds", "task" => name).set(period.as_secs_f64());
        Self(Mutex::new(TaskStatus {
            name,
            period,
            running: false,
            runs: 0,
            failures: 0,
            last_started_at: None,
            last_ended_at: None,
            last_duration: None,
            last_error: None,
        }))
    }

    pub(super) fn get(&self) -> TaskStatus {
        self.lock().clone()
    }

    pub(super) fn begin(&self, now: Timestamp) {
        let mut status = self.lock();
        status.running = true;
        status.last_started_at = Some(now);
        gauge!("rowport_task_last_started_timestamp_seconds", "task" => status.name).set(seconds(now));
    }

    pub(super) fn end(&self, now: Timestamp, took: Duration, failure: Option<TaskFailure>) {
        let mut status = self.lock();
        status.running = false;
        status.runs += 1;
        status.failures += u64::from(failure.is_some());
        status.last_ended_at = Some(now);
        status.last_duration = Some(took);
        let name = status.name;
        counter!("rowport_task_runs_total", "task" => name).increment(1);
        if let Some(TaskFailure { code, .. }) = &failure {
            counter!("rowport_task_failures_total", "task" => name, "code" => code.as_str()).increment(1);
        }
        gauge!("rowport_task_last_ended_timestamp_seconds", "task" => name).set(seconds(now));
        gauge!("rowport_task_last_duration_seconds", "task" => name).set(took.as_secs_f64());
        gauge!("rowport_task_last_failed", "task" => name).set(f64::from(u8::from(failure.is_some())));
        status.last_error = failure;
    }

    /// Nothing that is done under this lock can leave a half-made status behind.
    fn lock(&self) -> MutexGuard<'_, TaskStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1_000.0
}
