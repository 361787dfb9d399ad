//! The trash: rows that were deleted and can come back.
//!
//! Where a dataset marks its rows as deleted, they are in the table, whether Rowport or the application marked them.
//! Where it does not, they are in
//! the journal, as the images of what was deleted through Rowport.

mod entries;
mod expire;
mod journalled;
mod marked;
mod overview;
mod rows;

use std::time::Duration;

use jiff::Timestamp;
use rowport_drivers::Transaction;
use rowport_drivers::journal::{self, Chunk, Trash};
use rowport_model::{Deleted, Permission, ResolvedDataset, View};
use serde::Serialize;
use utoipa::ToSchema;

pub use overview::DatasetTrash;
pub(super) use rows::TrashedRows;

use super::{Changes, Target};
use crate::cells::Cell;
use crate::error::EngineError;
use crate::pages::CountMode;

/// Which part of the trash.
#[derive(Debug, Clone, Default)]
pub struct TrashRequest {
    /// Only rows with this text in one of their columns, in any case.
    pub search: Option<String>,
    /// After this place; from the last deleted row on when absent.
    pub cursor: Option<String>,
    /// At most so many rows; 1,000 at most.
    pub limit: u32,
}

/// Some rows of the trash, the last deleted first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrashPage {
    /// The columns, in the order of the values.
    pub columns: Vec<String>,
    /// Those of them that mark a row as deleted: each row says in other words what stands there.
    pub marks: Vec<String>,
    /// The rows.
    pub rows: Vec<TrashRow>,
    /// Where the next page begins; `null` when there is none. With a search, a page may have fewer rows than asked for
    /// and not be the last.
    #[schema(required = true)]
    pub cursor: Option<String>,
    /// How much there is altogether; on the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub all: Option<TrashTotals>,
}

/// How much is in the trash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrashTotals {
    /// How many rows; estimated beyond 10,000 where they are marked.
    pub rows: u64,
    /// How many of them are removed for good within the next seven days.
    pub soon: u64,
    /// For how many days rows are kept; absent where nothing removes them by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub days: Option<u64>,
}

/// A row that was deleted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrashRow {
    /// The change set that deleted it; not where rows are marked as deleted, which anybody can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub change_set: Option<String>,
    /// The values of its key.
    #[schema(value_type = Vec<Object>)]
    pub key: Vec<serde_json::Value>,
    /// Its values.
    #[schema(value_type = Vec<Cell>)]
    pub values: Vec<serde_json::Value>,
    /// Who deleted it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deleted_by: Option<String>,
    /// When, as RFC 3339 in UTC, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub deleted_at: Option<String>,
    /// When it is removed for good, as RFC 3339 in UTC, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub until: Option<String>,
}

/// So long before they are removed, rows are counted apart.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The most rows that a page has.
const PAGE: u32 = 1_000;

impl Changes {
    /// What was deleted of a dataset and can be restored.
    pub async fn trash(&self, target: Target<'_>, request: &TrashRequest) -> Result<TrashPage, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        self.sources.permit(principal, Permission::RecordsDelete, source, dataset)?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        resolved.change_key()?;
        let request = TrashRequest { limit: request.limit.clamp(1, PAGE), ..request.clone() };
        let is_first = request.cursor.is_none();
        if let Some(deleted) = in_table(&resolved) {
            let page = marked::page(&self.sources, source, &deleted, request).await?;
            let all = if is_first { Some(self.marked_totals(source, &deleted).await?) } else { None };
            return Ok(TrashPage { all, ..page });
        }
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let retention = self.sources.changes.trash;
        let page = journalled::page(transaction.as_mut(), &resolved, &request, retention).await?;
        let all = match is_first {
            true => Some(self.journalled_totals(transaction.as_mut(), &resolved).await?),
            false => None,
        };
        transaction.commit().await?;
        Ok(TrashPage { all, ..page })
    }

    async fn marked_totals(
        &self,
        source: &str,
        deleted: &ResolvedDataset<'_>,
    ) -> Result<TrashTotals, EngineError> {
        let now = self.sources.clock().now();
        let count = async |dataset: &ResolvedDataset<'_>| {
            let query = dataset.query(&View::default(), now)?;
            Ok::<_, EngineError>(self.sources.count_query(source, query, CountMode::Quick).await?.count)
        };
        let soon = match self.soon(now).filter(|_| self.sources.changes.purge_marked) {
            Some(moment) => count(&deleted.clone().with_deleted(Deleted::Before(moment))).await?,
            None => 0,
        };
        let days = self.sources.changes.purge_marked.then(|| self.days());
        Ok(TrashTotals { rows: count(deleted).await?, soon, days })
    }

    async fn journalled_totals(
        &self,
        transaction: &mut dyn Transaction,
        dataset: &ResolvedDataset<'_>,
    ) -> Result<TrashTotals, EngineError> {
        let name = dataset.name().to_string();
        let tenant = dataset.viewers();
        let all = Trash { dataset: &name, tenant, before: None };
        let soon = match self.soon(self.sources.clock().now()) {
            Some(moment) => {
                let before = Some(moment.as_millisecond());
                Chunk::count_in_trash(transaction, &Trash { before, ..all }).await?
            }
            None => 0,
        };
        let rows = Chunk::count_in_trash(transaction, &all).await?;
        Ok(TrashTotals { rows, soon, days: Some(self.days()) })
    }

    /// What was deleted before this moment is removed within the next seven days.
    fn soon(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_sub(self.sources.changes.trash).and_then(|moment| moment.checked_add(SOON)).ok()
    }

    fn days(&self) -> u64 {
        self.sources.changes.trash.as_secs() / (24 * 60 * 60)
    }
}

/// The rows that are marked as deleted, where they are.
pub(super) fn in_table<'a>(dataset: &ResolvedDataset<'a>) -> Option<ResolvedDataset<'a>> {
    dataset.soft_delete().is_some().then(|| dataset.clone().with_deleted(Deleted::Only))
}

/// The text that is looked for in the trash. Images of rows are no table: there is nothing else that they can be asked.
fn searched(view: &View) -> Result<Option<&str>, EngineError> {
    match view.filter {
        None => Ok(view.search.as_deref()),
        Some(_) => {
            let message = "the trash of this dataset can be searched, and not filtered".to_owned();
            Err(EngineError::BadChange { message })
        }
    }
}
