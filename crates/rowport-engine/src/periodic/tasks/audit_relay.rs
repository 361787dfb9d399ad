use std::time::Duration;

use async_trait::async_trait;

use crate::changes::Relay;
use crate::error::EngineError;
use crate::periodic::task::{PeriodicTask, Turn, Wake};

/// Tells Rowport's own audit of rows that were changed: at once where this process changed them, and with each period
/// where others did, which are processes that answer requests only, and the command line.
pub(super) struct AuditRelay {
    relay: Relay,
}

const PERIOD: Duration = Duration::from_secs(15);

impl AuditRelay {
    pub(super) fn new(relay: Relay) -> Self {
        Self { relay }
    }
}

#[async_trait]
impl PeriodicTask for AuditRelay {
    fn name(&self) -> &'static str {
        "audit_relay"
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn signalled(&self) {
        self.relay.touched().await;
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        match turn.wake {
            Wake::Signal => self.relay.relay_touched(&turn.stop).await,
            Wake::Period | Wake::End => self.relay.relay_all(&turn.stop).await,
        }
    }
}
