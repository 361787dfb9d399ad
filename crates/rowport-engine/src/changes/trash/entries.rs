use arrow_array::RecordBatch;
use rowport_drivers::Transaction;
use rowport_drivers::journal::{ChangeSet, Chunk, Trash, UndoneRows};
use rowport_model::ResolvedDataset;

use super::super::images;
use crate::cells;
use crate::error::EngineError;

/// Rows that were deleted together: those of one chunk of the journal.
pub(super) struct Entry {
    pub(super) set: ChangeSet,
    pub(super) chunk: i64,
    pub(super) image: RecordBatch,
    undone: UndoneRows,
}

/// The entries of a dataset's trash, the last deleted first.
pub(super) struct Entries<'a> {
    trash: Trash<'a>,
    /// Where the next one is, or after it.
    from: Option<(String, i64)>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(trash: Trash<'a>, from: Option<(String, i64)>) -> Self {
        Self { trash, from }
    }

    pub(super) async fn next(
        &mut self,
        transaction: &mut dyn Transaction,
    ) -> Result<Option<Entry>, EngineError> {
        loop {
            let from = self.from.as_ref().map(|(set, chunk)| (set.as_str(), *chunk));
            let found = Chunk::next_in_trash(transaction, &self.trash, from).await?;
            let Some((id, number)) = found else { return Ok(None) };
            self.from = Some((id.clone(), number - 1));
            let set = ChangeSet::find(transaction, &id).await?;
            let chunk = Chunk::find(transaction, &id, number, false).await?;
            if let (Some(set), Some(chunk)) = (set, chunk)
                && let Some(image) = &chunk.before
            {
                let image = images::unpack(image)?;
                return Ok(Some(Entry { set, chunk: number, image, undone: chunk.undone }));
            }
        }
    }
}

impl Entry {
    /// The places of the rows that are still in the trash.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        (0..self.image.num_rows()).filter(|row| !self.undone.contains(*row))
    }
}

/// Finds a text in rows of the trash, in the columns that the principal sees.
pub(super) struct Search {
    /// In lower case.
    text: String,
    columns: Vec<String>,
}

impl Search {
    pub(super) fn new(text: &str, columns: Vec<String>) -> Self {
        Self { text: text.to_lowercase(), columns }
    }

    pub(super) fn finds(&self, image: &RecordBatch, row: usize) -> bool {
        let schema = image.schema();
        let places = self.columns.iter().filter_map(|name| schema.index_of(name).ok());
        places.into_iter().any(|place| {
            let (value, _) = cells::to_json(image.column(place), row);
            match value {
                serde_json::Value::Null => false,
                serde_json::Value::String(text) => text.to_lowercase().contains(&self.text),
                other => other.to_string().to_lowercase().contains(&self.text),
            }
        })
    }
}

/// The stored columns that the principal sees, in their order.
pub(super) fn shown_columns(dataset: &ResolvedDataset<'_>) -> Vec<String> {
    let stored = dataset.stored_columns();
    let is_stored = |name: &String| stored.iter().any(|column| column.name == *name);
    let seen = dataset.columns().filter(|column| !column.masked).map(|column| column.name.clone());
    seen.filter(is_stored).collect()
}
