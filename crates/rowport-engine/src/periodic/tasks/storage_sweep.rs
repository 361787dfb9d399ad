use std::time::Duration;

use async_trait::async_trait;

use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn};
use crate::runs::Runner;

/// Removes files that belong to no attempt that is under way and are not given out.
pub(super) struct StorageSweep {
    runner: Runner,
}

impl StorageSweep {
    pub(super) fn new(runner: Runner) -> Self {
        Self { runner }
    }
}

#[async_trait]
impl PeriodicTask for StorageSweep {
    fn name(&self) -> &'static str {
        "storage_sweep"
    }

    fn period(&self) -> Duration {
        self.runner.settings().sweep
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        let runner = self.runner.clone();
        // A storage that is slow must not keep the process from ending: then the sweep is left to itself.
        let sweeping =
            tokio::spawn(
                async move { runner.store().artifacts().sweep(runner.clock(), runner.storage()).await },
            );
        let Some(swept) = turn.stop.run_until_cancelled(sweeping).await else { return Ok(()) };
        let swept = swept.map_err(|error| EngineError::internal(error.to_string()))?;
        let places = swept.inspect_err(|error| tracing::warn!(%error, "the artifacts cannot be swept"))?;
        if places > 0 {
            metrics::counter!("rowport_artifacts_swept_total").increment(places);
            tracing::info!(places, "files that are nobody's were removed");
        }
        Ok(())
    }
}
