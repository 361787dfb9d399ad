//! Pages of rows that the journal has.

use std::time::Duration;

use rowport_drivers::Transaction;
use rowport_drivers::journal::Trash;
use rowport_model::{ColumnRef, CursorError, QueryError, ResolvedDataset};

use super::super::apply::job;
use super::super::{images, written};
use super::entries::{Entries, Entry, Search, shown_columns};
use super::{TrashPage, TrashRequest, TrashRow};
use crate::cells;
use crate::error::EngineError;

/// How many entries one page looks through: more are left to the next.
const MOST_ENTRIES: usize = 200;

pub(super) async fn page(
    transaction: &mut dyn Transaction,
    dataset: &ResolvedDataset<'_>,
    request: &TrashRequest,
    retention: Duration,
) -> Result<TrashPage, EngineError> {
    let (key, shown) = (dataset.change_key()?, shown_columns(dataset));
    let search = request.search.as_deref().map(|text| Search::new(text, shown.clone()));
    let place = request.cursor.as_deref().map(Place::read).transpose()?;
    let name = dataset.name().to_string();
    let tenant = dataset.viewers();
    let trash = Trash { dataset: &name, tenant, before: None };
    let from = place.as_ref().map(|place| (place.change_set.clone(), place.chunk));
    let mut entries = Entries::new(trash, from);
    let mut page =
        TrashPage { columns: shown.clone(), marks: Vec::new(), rows: Vec::new(), cursor: None, all: None };
    for _ in 0..MOST_ENTRIES {
        let Some(entry) = entries.next(transaction).await? else {
            page.cursor = None;
            break;
        };
        let first = place.as_ref().filter(|place| place.is_in(&entry)).map_or(0, |place| place.row);
        for row in entry.places().filter(|row| *row >= first) {
            if search.as_ref().is_some_and(|search| !search.finds(&entry.image, row)) {
                continue;
            }
            if page.rows.len() == request.limit as usize {
                page.cursor = Some(Place::of(&entry, row).write());
                return Ok(page);
            }
            page.rows.push(trash_row(&entry, &key, &shown, row, retention)?);
        }
        page.cursor = Some(Place { chunk: entry.chunk - 1, ..Place::of(&entry, 0) }.write());
    }
    Ok(page)
}

fn trash_row(
    Entry { set, image, .. }: &Entry,
    key: &[ColumnRef],
    shown: &[String],
    row: usize,
    retention: Duration,
) -> Result<TrashRow, EngineError> {
    let key = images::exact(image, &images::places(image, key)?, row);
    let value = |name: &String| match image.schema().index_of(name) {
        Ok(place) => cells::to_json(image.column(place), row).0,
        // A column that came since.
        Err(_) => serde_json::Value::Null,
    };
    let until = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    Ok(TrashRow {
        change_set: Some(set.id.clone()),
        key: job::written_key(&key),
        values: shown.iter().map(value).collect(),
        deleted_by: Some(set.actor_name.clone()),
        deleted_at: Some(written(set.created_at)),
        until: Some(written(set.created_at.saturating_add(until))),
    })
}

/// A place in the trash.
struct Place {
    change_set: String,
    chunk: i64,
    row: usize,
}

impl Place {
    fn of(entry: &Entry, row: usize) -> Self {
        Self { change_set: entry.set.id.clone(), chunk: entry.chunk, row }
    }

    fn is_in(&self, entry: &Entry) -> bool {
        self.change_set == entry.set.id && self.chunk == entry.chunk
    }

    fn write(&self) -> String {
        format!("{}.{}.{}", self.change_set, self.chunk, self.row)
    }

    fn read(text: &str) -> Result<Self, EngineError> {
        let mut parts = text.splitn(3, '.');
        let mut place = || {
            let (change_set, chunk, row) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Self {
                change_set: change_set.to_owned(),
                chunk: chunk.parse().ok()?,
                row: row.parse().ok()?,
            })
        };
        place().ok_or_else(|| QueryError::Cursor(CursorError::Unreadable).into())
    }
}
