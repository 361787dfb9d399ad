use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn};
use crate::runs::Runner;

/// Forgets runs that ended long ago, step by step: others write in between.
pub(super) struct RunRetention {
    runner: Runner,
}

impl RunRetention {
    pub(super) fn new(runner: Runner) -> Self {
        Self { runner }
    }
}

#[async_trait]
impl PeriodicTask for RunRetention {
    fn name(&self) -> &'static str {
        "run_retention"
    }

    fn period(&self) -> Duration {
        self.runner.settings().sweep
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        let keep = SignedDuration::try_from(self.runner.settings().keep).unwrap_or(SignedDuration::MAX);
        // What is kept for longer than there has been time is kept.
        let Ok(before) = self.runner.clock().now().checked_sub(keep) else { return Ok(()) };
        let mut forgotten = 0;
        let ended = loop {
            match self.runner.store().runs().forget(self.runner.clock(), before).await {
                Ok((runs, more)) => {
                    forgotten += runs;
                    if !more || turn.stop.is_cancelled() {
                        break Ok(());
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "old runs cannot be forgotten");
                    break Err(error.into());
                }
            }
        };
        if forgotten > 0 {
            tracing::info!(runs = forgotten, "runs that ended long ago were forgotten");
        }
        ended
    }
}
