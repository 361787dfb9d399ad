use std::time::Duration;

use async_trait::async_trait;

use crate::audit::Anchors;
use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn};

/// Drops an anchor of the audit every hour, and a last one when everything has ended that writes to it.
pub(super) struct AuditAnchors {
    anchors: Anchors,
}

const PERIOD: Duration = Duration::from_secs(60 * 60);

impl AuditAnchors {
    pub(super) fn new(anchors: Anchors) -> Self {
        Self { anchors }
    }
}

#[async_trait]
impl PeriodicTask for AuditAnchors {
    fn name(&self) -> &'static str {
        "audit_anchors"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    fn runs_last(&self) -> bool {
        true
    }

    async fn run(&self, _: Turn) -> Result<(), EngineError> {
        self.anchors.drop_one().await
    }
}
