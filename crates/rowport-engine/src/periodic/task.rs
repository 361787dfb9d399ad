use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use crate::error::EngineError;

/// Work that comes up again and again.
#[async_trait]
pub trait PeriodicTask: Send + Sync {
    /// The name, which no other task has: a label of metrics, in snake case.
    fn name(&self) -> &'static str;

    /// The time from one beginning to the next. A body that takes longer delays the next one.
    fn period(&self) -> Duration;

    /// Waits until there is something to do before the period is over. A signal that comes while the body runs must not be
    /// lost: `tokio::sync::Notify::notify_one` keeps one.
    async fn signalled(&self) {
        std::future::pending().await
    }

    /// Whether it runs once more when the process ends, after everything else has ended.
    fn runs_last(&self) -> bool {
        false
    }

    /// The body. It logs by itself what went wrong, in the words that fit: the driver only notes the error.
    async fn run(&self, turn: Turn) -> Result<(), EngineError>;
}

/// One call of a body.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Why now.
    pub wake: Wake,
    /// Set when the process is to end: the body should end soon.
    pub stop: CancellationToken,
}

/// Why a body is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The period is over, or the process has just begun.
    Period,
    /// There was a signal.
    Signal,
    /// Everything else has ended.
    End,
}
