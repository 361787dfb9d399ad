use std::time::Duration;

use async_trait::async_trait;

use crate::error::EngineError;
use crate::notify::Notifier;
use crate::periodic::task::{PeriodicTask, Turn};

/// Delivers messages that are due.
pub(super) struct Notifications {
    notifier: Notifier,
}

/// The period of looking when no signal comes.
const PERIOD: Duration = Duration::from_secs(1);

impl Notifications {
    pub(super) fn new(notifier: Notifier) -> Self {
        Self { notifier }
    }
}

#[async_trait]
impl PeriodicTask for Notifications {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn signalled(&self) {
        self.notifier.hinted().await;
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        self.notifier.deliver(&turn.stop).await
    }
}
