//! The tasks of a process that works in the background, one file for each.

mod audit_anchors;
mod audit_relay;
mod notification_log;
mod notifications;
mod run_recovery;
mod run_retention;
mod storage_sweep;
mod trash_expiry;

use std::sync::Arc;

use rowport_store::Store;

use self::audit_anchors::AuditAnchors;
use self::audit_relay::AuditRelay;
use self::notification_log::NotificationLog;
use self::notifications::Notifications;
use self::run_recovery::RunRecovery;
use self::run_retention::RunRetention;
use self::storage_sweep::StorageSweep;
use self::trash_expiry::TrashExpiry;
use super::task::PeriodicTask;
use crate::audit::Anchors;
use crate::changes::{Changes, Relay};
use crate::notify::Notifier;
use crate::runs::Runner;

/// What the tasks work with.
pub struct Background {
    /// Works on runs.
    pub runner: Runner,
    /// Delivers messages.
    pub notifier: Notifier,
    /// Tells the audit of changed rows.
    pub relay: Relay,
    /// Changes rows.
    pub changes: Changes,
    /// Rowport's own state.
    pub store: Arc<Store>,
    /// Drops anchors of the audit.
    pub anchors: Anchors,
}

/// Every periodic task.
pub fn tasks(background: Background) -> Vec<Arc<dyn PeriodicTask>> {
    let Background { runner, notifier, relay, changes, store, anchors } = background;
    let mut tasks = run_tasks(&runner);
    tasks.extend([
        Arc::new(Notifications::new(notifier.clone())) as Arc<dyn PeriodicTask>,
        Arc::new(NotificationLog::new(notifier)),
        Arc::new(AuditRelay::new(relay)),
        Arc::new(TrashExpiry::new(changes, store)),
        Arc::new(AuditAnchors::new(anchors)),
    ]);
    tasks
}

/// The tasks of runs: recovering those of lost workers, sweeping files that belong to no run, and removing old runs.
pub fn run_tasks(runner: &Runner) -> Vec<Arc<dyn PeriodicTask>> {
    vec![
        Arc::new(RunRecovery::new(runner.clone())),
        Arc::new(StorageSweep::new(runner.clone())),
        Arc::new(RunRetention::new(runner.clone())),
    ]
}
