//! Changing rows: bulk actions, and their undo.
//!
//! **selection → preview, which counts and signs → confirmation, which stores the keys → chunks, each one transaction:
//! the rows change, and the journal holds what they were.** What is confirmed is fixed with its keys; a row that comes to
//! match the view later is not touched, and one that does not match it any more when its turn comes is skipped and
//! listed.
//!
//! An undo is a change of its own, and can be undone as well. See `docs/decisions/journal.md`.

mod apply;
mod audit_relay;
mod cascade;
mod confirm;
mod history;
mod idempotency;
mod images;
mod outcome;
mod preview;
pub(crate) mod selection;
mod token;
mod trash;
mod undo;

use std::sync::Arc;

use rowport_drivers::DriverError;
pub use rowport_drivers::journal::Prepared;
use rowport_drivers::journal::{self, ChangeSet, ChangeSetState};
use rowport_model::{
    BulkKind, Catalog, ChangeAction, ChangeKind, ErrorCode, Key, Literal, Principal, QueryError,
    ResolvedDataset, SetField, Terms, may_know_of,
};
use rowport_store::Ids;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use apply::undo::UndoRequest;
pub use audit_relay::Relay;
pub use confirm::{Confirmed, Request};
pub use history::ChangeSetView;
pub use history::row_history::{HistoryPage, KeptValues, RowChange, RowHistory};
pub use idempotency::IdempotencyKey;
pub use preview::{Dependents, Preview};
pub use trash::{DatasetTrash, TrashPage, TrashRequest, TrashRow, TrashTotals};

use crate::cells::Cell;
use crate::error::EngineError;
use crate::sources::Sources;
use token::Signer;

/// What people do with many rows at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum BulkAction {
    /// Delete them. They are in the trash afterwards.
    Delete,
    /// Set fields in each of them.
    Set {
        /// Which, and to what.
        fields: Vec<SetField>,
    },
    /// Bring rows of the trash back.
    Restore,
    /// Remove rows of the trash for good.
    Purge,
}

impl BulkAction {
    /// Whether its rows are in the trash.
    fn is_of_trash(&self) -> bool {
        match self {
            Self::Restore | Self::Purge => true,
            Self::Delete | Self::Set { .. } => false,
        }
    }

    /// The kind of change.
    pub fn kind(&self) -> BulkKind {
        match self {
            Self::Delete => BulkKind::Delete,
            Self::Set { .. } => BulkKind::Set,
            Self::Restore => BulkKind::Restore,
            Self::Purge => BulkKind::Purge,
        }
    }

    /// The change that it comes to, with rows that fit these terms.
    fn change(&self, terms: Terms) -> ChangeAction {
        match self {
            Self::Delete => ChangeAction::Delete { terms, cascaded: false },
            Self::Set { fields } => ChangeAction::Set { fields: fields.clone(), terms, cascaded: false },
            Self::Restore => ChangeAction::Restore { terms },
            Self::Purge => ChangeAction::Purge { terms, expired_before: None },
        }
    }
}

/// Whose hands are on which dataset.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// The source.
    pub source: &'a str,
    /// The dataset.
    pub dataset: &'a str,
}

/// Changes on the sources of a desk.
#[derive(Clone)]
pub struct Changes {
    sources: Arc<Sources>,
    signer: Signer,
    ids: Arc<Ids>,
}

/// A column of images, as the journal keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ImageColumn {
    name: String,
    native_type: String,
}

/// A row that was not changed, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RowFailure {
    /// The values of its key.
    #[schema(value_type = Vec<Object>)]
    pub key: Vec<serde_json::Value>,
    /// The stable code.
    #[serde(deserialize_with = "ErrorCode::deserialize_stored")]
    pub code: ErrorCode,
    /// Why, in words.
    pub message: String,
    /// What the database said, which may quote any column of the row: only for those who see all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub database: Option<String>,
    /// Where the row was changed since: what it holds now, and what an undo would put back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<FieldVersions>,
}

/// A field that was changed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldVersions {
    /// The column.
    pub column: String,
    /// What it holds now.
    #[schema(value_type = Cell)]
    pub now: serde_json::Value,
    /// What it would go back to.
    #[schema(value_type = Cell)]
    pub then: serde_json::Value,
}

/// What came of a change set so far.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Outcome {
    /// The change set.
    pub change_set: String,
    /// What was done.
    pub action: ChangeKind,
    /// How far it is, with its cascade.
    pub state: OutcomeState,
    /// How many rows were confirmed.
    pub rows: u64,
    /// How many were changed.
    pub done: u64,
    /// How many the database did not take.
    pub failed: u64,
    /// How many were skipped: they are gone, do not match any more, or were changed since.
    pub skipped: u64,
    /// The first thousand of those that were not changed.
    pub failures: Vec<RowFailure>,
    /// The first thousand of those that were undone, and are not what they were: a trigger has changed more of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub altered: Vec<RowFailure>,
    /// Until when it can be undone, as RFC 3339 in UTC.
    pub undo_until: String,
    /// The cascade: what was done with dependents, in datasets that the principal may see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub cascade: Vec<CascadeOutcome>,
}

impl Outcome {
    /// Whether every row was changed, those of the cascade included.
    pub fn is_whole(&self) -> bool {
        let cascade: u64 = self.cascade.iter().map(|cascade| cascade.failed + cascade.skipped).sum();
        self.state == OutcomeState::Done && self.failed + self.skipped + cascade == 0
    }
}

/// The outcome of one dataset of a cascade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CascadeOutcome {
    /// Their change set.
    pub change_set: String,
    /// Their dataset.
    pub dataset: String,
    /// What was done: `set` where they refer to nothing afterwards.
    pub action: ChangeKind,
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
}

/// How far a change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeState {
    /// Rows are still to be tried.
    Open,
    /// Every row was tried.
    Done,
    /// It was stopped; what was done stays done.
    Cancelled,
}

impl From<ChangeSetState> for OutcomeState {
    fn from(state: ChangeSetState) -> Self {
        match state {
            ChangeSetState::Open => Self::Open,
            ChangeSetState::Done => Self::Done,
            ChangeSetState::Cancelled => Self::Cancelled,
        }
    }
}

impl Changes {
    /// Changes on this desk, with confirmations signed by this key.
    pub fn new(sources: Arc<Sources>, key: Vec<u8>, ids: Arc<Ids>) -> Self {
        Self { sources, signer: Signer::new(key), ids }
    }

    /// The columns whose values name a row of a dataset, in the order of its key. Empty where there is no key.
    pub async fn key_columns(&self, target: Target<'_>) -> Result<Vec<String>, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let key = catalog.dataset(dataset).map(|dataset| dataset.row_key()).unwrap_or_default();
        Ok(key.into_iter().map(|column| column.name).collect())
    }

    /// The texts by which the audit finds the row with a key. A dataset that is not there any more, or that the
    /// principal may not read, has rows in the audit all the same: their keys are then taken as they are written.
    pub async fn audited_keys(&self, target: Target<'_>, key: &Key) -> Result<Vec<String>, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await.ok();
        let resolved = catalog.as_ref().and_then(|catalog| catalog.dataset(dataset));
        if let Some((resolved, columns)) = resolved.and_then(|it| it.change_key().ok().map(|key| (it, key))) {
            let literals = selection::named_keys::literals(&resolved, &columns, key)?;
            let readings = selection::named_keys::readings(&resolved, &columns, &literals)?;
            return Ok(readings.iter().flat_map(history::row_events::key_texts).collect());
        }
        let literals = key.literals().ok_or_else(|| QueryError::UnfitKey { dataset: dataset.to_owned() })?;
        let texts: Vec<String> = literals.into_iter().map(Literal::into_text).collect();
        Ok(vec![serde_json::Value::from(texts).to_string()])
    }

    /// Whether rows of a source can be changed, or why not.
    pub async fn journal(&self, source: &str) -> Result<(), EngineError> {
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether the login of a source may write its journal, or why not. Changes nothing.
    pub async fn may_write_journal(&self, source: &str) -> Result<(), EngineError> {
        let mut transaction = self.sources.driver(source)?.begin().await?;
        Ok(journal::is_writable(transaction.as_mut()).await?)
    }

    /// The statements that make the journal of a source, or upgrade it.
    pub async fn journal_sql(&self, source: &str) -> Result<String, EngineError> {
        Ok(self.sources.driver(source)?.journal_sql().await)
    }

    /// Makes the journal of a source, or upgrades it to this program's version.
    pub async fn prepare(&self, source: &str) -> Result<Prepared, EngineError> {
        Ok(self.sources.driver(source)?.make_journal().await?)
    }
}

/// The dataset of a change set.
fn dataset_of<'a>(
    catalog: &'a Catalog,
    source: &str,
    set: &ChangeSet,
) -> Result<ResolvedDataset<'a>, EngineError> {
    catalog.dataset(&set.dataset).ok_or_else(|| EngineError::UnknownDataset {
        name: set.dataset.clone(),
        source_name: source.to_owned(),
        suggestion: None,
    })
}

/// A moment of the journal as RFC 3339 in UTC.
fn written(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

/// A change set of the dataset that the principal may know of.
fn known(
    set: Option<ChangeSet>,
    id: &str,
    dataset: &str,
    tenant: Option<&str>,
) -> Result<ChangeSet, EngineError> {
    set.filter(|set| set.dataset == dataset && may_know_of(tenant, set.tenant.as_deref()))
        .ok_or_else(|| EngineError::UnknownChangeSet { id: id.to_owned() })
}

/// Whether it is one row, or a few, that the database does not take, rather than the database that fails.
fn is_of_rows(error: &EngineError) -> bool {
    matches!(error, EngineError::Driver(DriverError::RowRefused { .. } | DriverError::Oversized { .. }))
}
