//! What was changed.

pub(in crate::changes) mod row_events;
pub(in crate::changes) mod row_history;

use rowport_drivers::journal::{self, ChangeSet, Filter};
use rowport_model::{BulkKind, ChangeAction, ChangeKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::changes::{Changes, OutcomeState, Target, written};
use crate::error::EngineError;

/// A change set as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeSetView {
    /// Its id.
    pub id: String,
    /// The dataset.
    pub dataset: String,
    /// What it did.
    pub action: ChangeKind,
    /// The action that an undo undoes in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub of: Option<BulkKind>,
    /// The change set that it undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub undoes: Option<String>,
    /// The change set, of another dataset, that it was cascaded from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parent_change_set: Option<String>,
    /// Who did it.
    pub actor: String,
    /// Their name at the time.
    pub actor_name: String,
    /// How far it is.
    pub state: OutcomeState,
    /// How many rows were confirmed.
    pub rows: u64,
    /// How many were changed.
    pub done: u64,
    /// How many the database did not take.
    pub failed: u64,
    /// How many were left alone.
    pub skipped: u64,
    /// When it began, as RFC 3339 in UTC.
    pub created_at: String,
    /// Until when it can be undone, as RFC 3339 in UTC.
    pub undo_until: String,
}

/// The most rows that a page has.
const PAGE: u32 = 1_000;

impl Changes {
    /// The change sets of a dataset, the last first, older than `before`.
    pub async fn history(
        &self,
        target: Target<'_>,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ChangeSetView>, EngineError> {
        let Target { principal, source, dataset } = target;
        self.sources.catalog_with(principal, source, dataset).await?;
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let tenant = principal.access().tenant();
        let filter = Filter { dataset: Some(dataset), tenant, before, limit: limit.clamp(1, PAGE) };
        let sets = ChangeSet::list(transaction.as_mut(), &filter).await?;
        transaction.commit().await?;
        sets.into_iter().map(ChangeSetView::of).collect()
    }
}

impl ChangeSetView {
    fn of(set: ChangeSet) -> Result<Self, EngineError> {
        let of = match &set.action {
            ChangeAction::Undo { of, .. } => Some(*of),
            ChangeAction::Delete { .. }
            | ChangeAction::Set { .. }
            | ChangeAction::Restore { .. }
            | ChangeAction::Purge { .. } => None,
        };
        Ok(Self {
            of,
            created_at: written(set.created_at),
            undo_until: written(set.undo_until),
            state: set.state.into(),
            id: set.id,
            dataset: set.dataset,
            action: set.action.kind(),
            undoes: set.undoes,
            parent_change_set: set.parent_change_set,
            actor: set.actor,
            actor_name: set.actor_name,
            rows: set.rows,
            done: set.done,
            failed: set.failed,
            skipped: set.skipped,
        })
    }
}
