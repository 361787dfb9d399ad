//! What was changed, and what lies in the trash.

use rowport_drivers::journal::{self, ChangeSet, Chunk, Filter};
use rowport_model::ResolvedDataset;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Changes, OutcomeState, Target, action_of, details, images, job, written};
use crate::cells::{self, Cell};
use crate::error::EngineError;

/// A change set as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeSetView {
    /// Its id.
    pub id: String,
    /// The dataset.
    pub dataset: String,
    /// `delete`, `set`, or `undo`.
    pub action: String,
    /// What an undo takes back in the end: `delete` or `set`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub of: Option<String>,
    /// The change set that it takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub undoes: Option<String>,
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
    pub kept: u64,
    /// When it began, as RFC 3339 in UTC.
    pub created_at: String,
    /// Until when it can be taken back, as RFC 3339 in UTC.
    pub undo_until: String,
}

/// Some rows of the trash, the last deleted first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrashPage {
    /// The columns, in the order of the values.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<TrashRow>,
    /// Where the next page begins; `null` when there is none.
    #[schema(required = true)]
    pub cursor: Option<String>,
}

/// A row that was deleted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TrashRow {
    /// The change set that deleted it.
    pub change_set: String,
    /// The values of its key.
    #[schema(value_type = Vec<Object>)]
    pub key: Vec<serde_json::Value>,
    /// Its values.
    #[schema(value_type = Vec<Cell>)]
    pub values: Vec<serde_json::Value>,
    /// Who deleted it.
    pub deleted_by: String,
    /// When, as RFC 3339 in UTC.
    pub deleted_at: String,
    /// Until when it can be restored, as RFC 3339 in UTC.
    pub until: String,
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
        self.desk.catalog_with(principal, source, dataset).await?;
        let mut transaction = self.desk.driver(source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let tenant = principal.access().tenant();
        let filter = Filter { dataset: Some(dataset), tenant, before, limit: limit.clamp(1, PAGE) };
        let sets = ChangeSet::list(transaction.as_mut(), &filter).await?;
        transaction.commit().await?;
        sets.into_iter().map(ChangeSetView::of).collect()
    }

    /// What was deleted of a dataset and can be restored.
    pub async fn trash(
        &self,
        target: Target<'_>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<TrashPage, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.desk.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let key = resolved.change_key()?;
        let mut place = cursor.map(Place::read).transpose()?;
        let limit = limit.clamp(1, PAGE) as usize;
        let shown = shown_columns(&resolved);
        let mut page = TrashPage { columns: shown.clone(), rows: Vec::new(), cursor: None };
        let mut transaction = self.desk.driver(source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let tenant = principal.access().tenant();
        loop {
            let after = place.as_ref().map(Place::from);
            let found = Chunk::next_in_trash(transaction.as_mut(), dataset, tenant, after).await?;
            let Some((set_id, chunk)) = found else { break };
            let first = match &place {
                Some(place) if place.change_set == set_id && place.chunk == chunk => place.row,
                _ => 0,
            };
            let Some(set) = ChangeSet::find(transaction.as_mut(), &set_id).await? else { break };
            let Some(found) = Chunk::find(transaction.as_mut(), &set_id, chunk, false).await? else { break };
            let image = found.before.as_deref().map(images::unpack).transpose()?;
            let rows = image.as_ref().map_or(0, arrow_array::RecordBatch::num_rows);
            for row in first..rows {
                if found.taken.has(row) {
                    continue;
                }
                if page.rows.len() == limit {
                    page.cursor = Some(Place { change_set: set_id, chunk, row }.write());
                    transaction.commit().await?;
                    return Ok(page);
                }
                let Some(image) = &image else { continue };
                page.rows.push(trash_row(&set, image, &key, &shown, row)?);
            }
            // All of this one was looked at.
            place = Some(Place { change_set: set_id, chunk: chunk - 1, row: 0 });
        }
        transaction.commit().await?;
        Ok(page)
    }
}

/// The stored columns that the principal sees, in their order.
fn shown_columns(dataset: &ResolvedDataset<'_>) -> Vec<String> {
    let stored = dataset.stored_columns();
    let is_stored = |name: &String| stored.iter().any(|column| column.name == *name);
    let seen = dataset.columns().filter(|column| !column.masked).map(|column| column.name.clone());
    seen.filter(is_stored).collect()
}

fn trash_row(
    set: &ChangeSet,
    image: &arrow_array::RecordBatch,
    key: &[rowport_model::ColumnRef],
    shown: &[String],
    row: usize,
) -> Result<TrashRow, EngineError> {
    let key = images::exact(image, &images::places(image, key)?, row);
    let value = |name: &String| match image.schema().index_of(name) {
        Ok(place) => cells::to_json(image.column(place), row).0,
        // A column that came since.
        Err(_) => serde_json::Value::Null,
    };
    Ok(TrashRow {
        change_set: set.id.clone(),
        key: job::failure(&key, "", "").key,
        values: shown.iter().map(value).collect(),
        deleted_by: set.actor_name.clone(),
        deleted_at: written(set.created_at),
        until: written(set.undo_until),
    })
}

/// A place in the trash.
struct Place {
    change_set: String,
    chunk: i64,
    row: usize,
}

impl Place {
    fn from(&self) -> (&str, i64) {
        (&self.change_set, self.chunk)
    }

    fn write(&self) -> String {
        format!("{}.{}.{}", self.change_set, self.chunk, self.row)
    }

    fn read(text: &str) -> Result<Self, EngineError> {
        let mut parts = text.split('.');
        let place = || {
            let (change_set, chunk, row) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Self {
                change_set: change_set.to_owned(),
                chunk: chunk.parse().ok()?,
                row: row.parse().ok()?,
            })
        };
        let mut place = place;
        place()
            .ok_or_else(|| rowport_model::QueryError::Cursor(rowport_model::CursorError::Unreadable).into())
    }
}

impl ChangeSetView {
    fn of(set: ChangeSet) -> Result<Self, EngineError> {
        let details = details(&set)?;
        let of = (action_of(&set, &details) != set.action).then(|| details.of.clone()).flatten();
        Ok(Self {
            of,
            created_at: written(set.created_at),
            undo_until: written(set.undo_until),
            state: set.state.into(),
            id: set.id,
            dataset: set.dataset,
            action: set.action,
            undoes: set.undoes,
            actor: set.actor,
            actor_name: set.actor_name,
            rows: set.rows,
            done: set.done,
            failed: set.failed,
            kept: set.kept,
        })
    }
}
