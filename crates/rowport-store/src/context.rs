//! What every repository of the store stands on.

use crate::audit_key::AuditKey;
use crate::channel::Channel;
use crate::database::Database;
use crate::ids::Ids;

/// What all repositories share. The clock is not here: it is passed in with each call, as the caller has it.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) database: Database,
    pub(crate) ids: Ids,
    /// The channels over which it is told that a run has ended.
    pub(crate) channels: Vec<Channel>,
    /// What events of the audit are sealed with, where they are.
    pub(crate) audit_key: Option<AuditKey>,
}
