use std::sync::Arc;

use async_trait::async_trait;
use rowport_model::Principal;
use rowport_store::{NewArtifact, Run, Storage};
use tokio_util::sync::CancellationToken;

use super::change::ChangeRun;
use super::checkpoint::Checkpoint;
use super::export::ExportRun;
use super::progress::ProgressReport;
use super::subject_export::SubjectExportRun;
use crate::error::EngineError;
use crate::sources::Sources;

/// A kind of background work.
#[async_trait]
pub trait RunKind: Send + Sync {
    /// Its name in the store.
    fn name(&self) -> &'static str;

    /// What the file would show of the datasets if the principal had the run done now, or why it cannot be done any
    /// more. A file whose scope is another shows what is not for them now.
    async fn scope(&self, sources: &Sources, principal: &Principal, run: &Run)
    -> Result<String, EngineError>;

    /// Does the work of one attempt. It stops soon after `cancel` and answers [`EngineError::Cancelled`].
    async fn run(&self, work: Work) -> Result<RunOutput, EngineError>;
}

/// What an attempt has to go on.
pub struct Work {
    /// The sources.
    pub sources: Arc<Sources>,
    /// Where its file goes.
    pub storage: Storage,
    /// Whose run it is. What they may do is asked again now: it may have changed since they asked for it.
    pub principal: Principal,
    /// The run as it was claimed.
    pub run: Run,
    /// Where it says how far it is.
    pub progress: ProgressReport,
    /// Where it notes how far it has come, and finds how far an attempt before it did.
    pub checkpoint: Checkpoint,
    /// Set when it should stop.
    pub cancel: CancellationToken,
    /// Set before that when the run is cancelled: no other attempt will resume it.
    pub asked: CancellationToken,
}

/// What an attempt made.
pub struct RunOutput {
    /// A whole and durable file, where the kind makes one.
    pub artifact: Option<NewArtifact>,
    /// Rows in it, or rows that were changed.
    pub rows: u64,
}

/// Every kind of run.
pub fn kinds() -> Vec<Box<dyn RunKind>> {
    vec![Box::new(ExportRun), Box::new(SubjectExportRun), Box::new(ChangeRun)]
}

/// [`RunKind::scope`] of the run's kind.
pub async fn scope_of(sources: &Sources, principal: &Principal, run: &Run) -> Result<String, EngineError> {
    kind_of(&kinds(), run)?.scope(sources, principal, run).await
}

/// The kind of a run; one that a newer program asked for is unknown here.
pub(super) fn kind_of<'a>(kinds: &'a [Box<dyn RunKind>], run: &Run) -> Result<&'a dyn RunKind, EngineError> {
    let found = kinds.iter().find(|kind| kind.name() == run.kind);
    let unknown = || EngineError::internal(format!("this program knows no runs of kind `{}`", run.kind));
    found.map(AsRef::as_ref).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_the_store_and_the_document_name_is_done_here() {
        let mut done: Vec<_> = kinds().iter().map(|kind| kind.name()).collect();
        let mut named: Vec<_> = rowport_store::RunKind::ALL.iter().map(|kind| kind.as_str()).collect();
        done.sort_unstable();
        named.sort_unstable();
        assert_eq!(done, named);
    }
}
