//! What happened to one row.

use arrow_array::RecordBatch;
use rowport_drivers::ReadOptions;
use rowport_drivers::journal::{self, Chunk};
use rowport_model::{
    ChangeKind, Key, MASK, Permission, Predicate, ResolvedDataset, UnknownName, View, rows_with_keys,
};
use rowport_store::{FoundRow, RowsWanted, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cells::{self, Cell};
use crate::changes::history::row_events::{Rows, key_texts};
use crate::changes::images::{self, RowKey};
use crate::changes::selection::Chosen;
use crate::changes::selection::named_keys::{NamedKeys, literals, readings};
use crate::changes::{Changes, Target};
use crate::error::EngineError;

/// What happened to a row, the latest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowHistory {
    /// The columns that the principal may see, in the order of the values.
    pub columns: Vec<String>,
    /// What happened.
    pub changes: Vec<RowChange>,
    /// What to give as `before` for the next page; `null` when this is the last one.
    #[schema(required = true)]
    pub next: Option<i64>,
}

/// Something that happened to a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowChange {
    /// The number of its event in the audit.
    pub seq: i64,
    /// When, as RFC 3339 in UTC.
    pub at: String,
    /// What was done.
    pub action: ChangeKind,
    /// The change set that it was part of.
    pub change_set: String,
    /// Who did it: the principal's id.
    pub actor: String,
    /// Their name at the time.
    pub actor_name: String,
    /// The network address that the request came from, for those who may read the audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub address: Option<String>,
    /// What the row was; `null` where there was none, or where it is not known any more.
    #[schema(required = true, value_type = Option<Vec<Cell>>)]
    pub before: Option<Vec<serde_json::Value>>,
    /// What it became; `null` where it went away, or where it is not known any more.
    #[schema(required = true, value_type = Option<Vec<Cell>>)]
    pub after: Option<Vec<serde_json::Value>>,
    /// Whether the values can be believed.
    pub values: KeptValues,
}

/// What became of the values of a row that the journal held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptValues {
    /// They are those that the audit has summed up.
    Kept,
    /// They were altered in the journal: their digest is not the one in the audit.
    Altered,
    /// The journal does not have them any more.
    Gone,
}

/// A page of a row's history.
#[derive(Debug, Clone, Copy)]
pub struct HistoryPage {
    /// Only events with a smaller number.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Changes {
    /// What happened to the row with a key, whether it is still there or not. What is a moment old may not be there yet.
    pub async fn row_history(
        &self,
        target: Target<'_>,
        store: &Store,
        key: &Key,
        page: HistoryPage,
    ) -> Result<RowHistory, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let columns = resolved.change_key()?;
        let readings = readings(&resolved, &columns, &literals(&resolved, &columns, key)?)?;
        // A row that is gone is in the trash, or another's: what it was is for those who may see it there.
        let deletes = self.sources.permit(principal, Permission::RecordsDelete, source, dataset).is_ok();
        if !deletes && !self.is_there(source, &resolved, &readings).await? {
            let columns = VisibleColumns::of(&resolved).names();
            return Ok(RowHistory { columns, changes: Vec::new(), next: None });
        }
        let asked = Asked {
            keys: Chosen::keys(&resolved, std::slice::from_ref(key))?,
            key_columns: columns.into_iter().map(|column| column.name).collect(),
            shown: VisibleColumns::of(&resolved),
            addresses: principal.access().allows_somewhere(Permission::AuditRead),
        };
        let limit = page.limit as usize;
        let wanted = RowsWanted {
            keys: &readings.iter().flat_map(key_texts).collect::<Vec<_>>(),
            dataset: (source, &resolved.name().to_string()),
            tenant: principal.access().tenant(),
            before: page.before,
            // One more than asked for tells whether there is another page.
            limit: page.limit + 1,
        };
        let mut found = store.audit().rows(wanted).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = if more { found.last().map(|row| row.event.seq) } else { None };
        let mut changes = Vec::with_capacity(found.len());
        for row in found {
            changes.push(self.row_change(source, &asked, row).await?);
        }
        Ok(RowHistory { columns: asked.shown.names(), changes, next })
    }

    /// Whether the principal sees a row now whose key can be read in one of these ways.
    async fn is_there(
        &self,
        source: &str,
        dataset: &ResolvedDataset<'_>,
        readings: &[RowKey],
    ) -> Result<bool, EngineError> {
        let mut query = dataset.keys_query(&View::default(), self.sources.clock().now())?;
        let named = rows_with_keys(&dataset.change_key()?, &images::values(readings)?);
        query.filter = Predicate::All(vec![named, query.filter]);
        query.limit = Some(1);
        let mut stream = self.sources.driver(source)?.read(query, ReadOptions::PAGE).await?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            rows += batch?.num_rows();
        }
        Ok(rows > 0)
    }

    async fn row_change(&self, source: &str, asked: &Asked, row: FoundRow) -> Result<RowChange, EngineError> {
        let FoundRow { event, chunk, place, digest } = row;
        let change_set = event.subject.unwrap_or_default();
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let found = Chunk::find(transaction.as_mut(), &change_set, chunk, false).await?;
        transaction.commit().await?;
        // Another row that stands in its place is none of its history.
        let rows = found.as_ref().map(Rows::of).transpose()?;
        let rows =
            rows.filter(|rows| rows.has(place, &asked.key_columns, |key| asked.keys.place(key).is_some()));
        let values = match &rows {
            None => KeptValues::Gone,
            Some(rows) if rows.digest(place) == digest => KeptValues::Kept,
            Some(rows) if rows.was_purged(place, &asked.key_columns) => KeptValues::Gone,
            Some(_) => KeptValues::Altered,
        };
        let action = event.action.trim_start_matches("chunk.").parse();
        let of = |image: Option<&RecordBatch>| image.map(|image| asked.shown.values(image, place));
        Ok(RowChange {
            seq: event.seq,
            at: event.at.to_string(),
            action: action.map_err(|error: UnknownName| EngineError::internal(error.to_string()))?,
            change_set,
            actor: event.principal,
            actor_name: event.principal_name,
            address: event.address.filter(|_| asked.addresses),
            before: of(rows.as_ref().and_then(|rows| rows.before.as_ref())),
            after: of(rows.as_ref().and_then(|rows| rows.after.as_ref())),
            values,
        })
    }
}

/// Which row is asked for, and what of it may be told.
struct Asked {
    keys: NamedKeys,
    key_columns: Vec<String>,
    shown: VisibleColumns,
    addresses: bool,
}

/// The stored columns that the principal sees, and whether only their mask.
struct VisibleColumns(Vec<(String, bool)>);

impl VisibleColumns {
    fn of(dataset: &ResolvedDataset<'_>) -> Self {
        let stored = dataset.stored_columns();
        let is_stored = |name: &str| stored.iter().any(|column| column.name == name);
        let seen = dataset.columns().filter(|column| is_stored(&column.name));
        Self(seen.map(|column| (column.name.clone(), column.masked)).collect())
    }

    fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }

    fn values(&self, image: &RecordBatch, row: usize) -> Vec<serde_json::Value> {
        let value = |(name, masked): &(String, bool)| match image.schema().index_of(name) {
            _ if *masked => MASK.into(),
            Ok(place) => cells::to_json(image.column(place), row).0,
            // A column that came since.
            Err(_) => serde_json::Value::Null,
        };
        self.0.iter().map(value).collect()
    }
}
