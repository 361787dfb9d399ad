use std::time::Duration;

use async_trait::async_trait;

use crate::error::EngineError;
use crate::notify::Notifier;
use crate::periodic::task::{PeriodicTask, Turn};

/// Forgets old deliveries.
pub(super) struct NotificationLog {
    notifier: Notifier,
}

const PERIOD: Duration = Duration::from_secs(60 * 60);

impl NotificationLog {
    pub(super) fn new(notifier: Notifier) -> Self {
        Self { notifier }
    }
}

#[async_trait]
impl PeriodicTask for NotificationLog {
    fn name(&self) -> &'static str {
        "notification_log"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn run(&self, _: Turn) -> Result<(), EngineError> {
        self.notifier.tidy().await
    }
}
