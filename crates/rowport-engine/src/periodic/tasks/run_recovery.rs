use std::time::Duration;

use async_trait::async_trait;
use rowport_store::Recovered;

use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn};
use crate::runs::Runner;

/// Takes over the runs of workers that went away.
pub(super) struct RunRecovery {
    runner: Runner,
}

impl RunRecovery {
    pub(super) fn new(runner: Runner) -> Self {
        Self { runner }
    }
}

#[async_trait]
impl PeriodicTask for RunRecovery {
    fn name(&self) -> &'static str {
        "run_recovery"
    }

    fn period(&self) -> Duration {
        (self.runner.settings().lease / 4).max(Duration::from_millis(50))
    }

    async fn run(&self, _: Turn) -> Result<(), EngineError> {
        let recovered = self.runner.store().runs().recover(self.runner.clock()).await;
        let recovered = recovered
            .inspect_err(|error| tracing::warn!(%error, "runs of other workers cannot be looked at"))?;
        count(recovered);
        if recovered.queued > 0 {
            tracing::info!(runs = recovered.queued, "runs of workers that went away are taken over");
            self.runner.hint();
        }
        Ok(())
    }
}

fn count(recovered: Recovered) {
    let counts =
        [("queued", recovered.queued), ("cancelled", recovered.cancelled), ("failed", recovered.failed)];
    for (to, runs) in counts {
        metrics::counter!("rowport_leases_recovered_total", "to" => to).increment(runs);
    }
}
