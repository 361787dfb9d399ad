use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rowport_store::Store;

use crate::changes::Changes;
use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn};

/// Removes for good what has been in the trash for long enough. Several processes may do so at the same time: a row is
/// removed once.
pub(super) struct TrashExpiry {
    changes: Changes,
    store: Arc<Store>,
}

const PERIOD: Duration = Duration::from_secs(60 * 60);

impl TrashExpiry {
    pub(super) fn new(changes: Changes, store: Arc<Store>) -> Self {
        Self { changes, store }
    }
}

#[async_trait]
impl PeriodicTask for TrashExpiry {
    fn name(&self) -> &'static str {
        "trash_expiry"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        self.changes.expire_everywhere(&self.store, &turn.stop).await
    }
}
