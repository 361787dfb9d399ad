use metrics::{Label, counter, histogram};
use rowport_store::{RunProgress, RunState};
use tokio::time::Instant;
use tracing::Span;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Completed,
    Failed,
    /// It failed, and the run waits for another attempt.
    Retried,
    Cancelled,
    /// Given back, because the process is about to end.
    Released,
    /// Another worker has the run.
    Lost,
}

impl Ended {
    /// By the state that the run is in after an attempt has failed.
    pub(super) fn after_failure(state: RunState) -> Self {
        match state {
            RunState::Queued => Self::Retried,
            RunState::Cancelled => Self::Cancelled,
            _ => Self::Failed,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Retried => "retried",
            Self::Cancelled => "cancelled",
            Self::Released => "released",
            Self::Lost => "lost",
        }
    }
}

/// Counts one attempt, and tells of its end in the log and in its span.
pub(super) struct AttemptMeter {
    kind: String,
    began: Instant,
}

impl AttemptMeter {
    pub(super) fn begin(kind: &str) -> Self {
        counter!("rowport_run_attempts_started_total", "kind" => kind.to_owned()).increment(1);
        Self { kind: kind.to_owned(), began: Instant::now() }
    }

    pub(super) fn end(self, ended: Ended, progress: RunProgress) {
        let took = self.began.elapsed();
        let labels = vec![Label::new("kind", self.kind), Label::from_static_parts("outcome", ended.word())];
        counter!("rowport_run_attempts_total", labels.clone()).increment(1);
        histogram!("rowport_run_attempt_seconds", labels).record(took);
        let span = Span::current();
        // Signed numbers are what traces know as numbers.
        let signed = |number| i64::try_from(number).unwrap_or(i64::MAX);
        span.record("outcome", ended.word());
        span.record("rows", signed(progress.rows)).record("bytes", signed(progress.bytes));
        if matches!(ended, Ended::Failed | Ended::Retried | Ended::Lost) {
            span.record("otel.status_code", "ERROR");
        }
        tracing::info!(duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "an attempt ended");
    }
}
