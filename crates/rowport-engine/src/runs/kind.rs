use std::sync::Arc;

use async_trait::async_trait;
use rowport_model::Principal;
use rowport_store::{NewArtifact, Run, Storage};
use tokio_util::sync::CancellationToken;

use super::export::ExportRun;
use super::progress::ProgressReport;
use crate::desk::Desk;
use crate::error::EngineError;

/// A kind of background work.
#[async_trait]
pub trait RunKind: Send + Sync {
    /// Its name in the store.
    fn name(&self) -> &'static str;

    /// Does the work of one attempt. It stops soon after `cancel` and answers [`EngineError::Cancelled`].
    async fn run(&self, work: Work) -> Result<Made, EngineError>;
}

/// What an attempt has to go on.
pub struct Work {
    /// The sources.
    pub desk: Arc<Desk>,
    /// Where its file goes.
    pub storage: Storage,
    /// Whose run it is. What they may do is asked again now: it may have changed since they asked for it.
    pub principal: Principal,
    /// The run as it was claimed.
    pub run: Run,
    /// Where it says how far it is.
    pub progress: ProgressReport,
    /// Set when it should stop.
    pub cancel: CancellationToken,
}

/// What an attempt made: a whole and durable file.
pub struct Made {
    /// The file.
    pub artifact: NewArtifact,
    /// Rows in it.
    pub rows: u64,
}

/// Every kind of run.
pub fn kinds() -> Vec<Box<dyn RunKind>> {
    vec![Box::new(ExportRun)]
}
