use std::sync::Arc;

use async_trait::async_trait;
use rowport_model::Principal;
use rowport_store::{Ids, Run};

use super::kind::{RunKind, RunOutput, Work};
use crate::changes::{Changes, Target};
use crate::error::EngineError;
use crate::sources::Sources;

/// A change of more rows than somebody waits for.
pub(super) struct ChangeRun;

#[async_trait]
impl RunKind for ChangeRun {
    fn name(&self) -> &'static str {
        rowport_store::RunKind::Change.as_str()
    }

    /// It makes no file, and it is not asked for again: the confirmation was for one time.
    async fn scope(&self, _: &Sources, _: &Principal, _: &Run) -> Result<String, EngineError> {
        let message = "a change is confirmed once and for these rows: make another one".to_owned();
        Err(EngineError::BadChange { message })
    }

    async fn run(&self, work: Work) -> Result<RunOutput, EngineError> {
        let Work { sources, principal, run, progress, cancel, asked, .. } = work;
        let change_set = run.request["change_set"].as_str().unwrap_or_default();
        // Nothing is confirmed here, so nothing is signed.
        let changes = Changes::new(Arc::clone(&sources), Vec::new(), Arc::new(Ids::default()));
        let target = Target { principal: &principal, source: &run.source, dataset: &run.dataset };
        let mut tried = 0;
        let outcome = changes.work(target, change_set, run.attempt, &cancel, |rows| {
            tried += rows;
            progress.done(tried, 0);
        });
        let outcome = outcome.await;
        // One that only has to move to another process is still open.
        if matches!(outcome, Err(EngineError::Cancelled)) && asked.is_cancelled() {
            changes.cancel(target, change_set, run.attempt).await?;
        }
        let outcome = outcome?;
        let cascaded: u64 = outcome.cascade.iter().map(|set| set.done).sum();
        Ok(RunOutput { artifact: None, rows: outcome.done + cascaded })
    }
}
