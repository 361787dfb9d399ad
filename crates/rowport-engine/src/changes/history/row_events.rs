//! What the audit keeps of a chunk's rows: their keys, and what they were, summed up.

use std::collections::HashSet;

use arrow_array::{Array, RecordBatch};
use rowport_drivers::journal::Chunk;
use rowport_model::CursorValue;
use rowport_store::RowEvent;
use sha2::{Digest, Sha256};

use crate::cells;
use crate::changes::RowFailure;
use crate::changes::apply::job::written_key;
use crate::changes::images::{self, RowKey};
use crate::error::EngineError;

/// A chunk's rows as they were and as they are.
pub(in crate::changes) struct Rows {
    /// None where there were none.
    pub(in crate::changes) before: Option<RecordBatch>,
    /// None where there are none any more.
    pub(in crate::changes) after: Option<RecordBatch>,
    /// The keys of rows that were removed for good, of which nothing else is left.
    purged: Option<RecordBatch>,
}

impl Rows {
    pub(in crate::changes) fn of(chunk: &Chunk) -> Result<Self, EngineError> {
        let image = |image: &Option<Vec<u8>>| image.as_deref().map(images::unpack).transpose();
        let (before, after) = (image(&chunk.before)?, image(&chunk.after)?);
        let purged = match before.is_none() && after.is_none() && chunk.done > 0 {
            true => Some(purged(chunk)?),
            false => None,
        };
        Ok(Self { before, after, purged })
    }

    /// The batch that has the rows' keys.
    fn keyed(&self) -> Option<&RecordBatch> {
        self.before.as_ref().or(self.after.as_ref()).or(self.purged.as_ref())
    }

    /// Whether a row that was deleted has been removed for good since: nothing but its key is left.
    pub(in crate::changes) fn was_purged(&self, row: usize, key: &[String]) -> bool {
        let Some(before) = self.before.as_ref().filter(|_| self.after.is_none()) else { return false };
        let fields = before.schema();
        let mut others =
            fields.fields().iter().zip(before.columns()).filter(|(field, _)| !key.contains(field.name()));
        others.all(|(_, column)| column.is_null(row))
    }

    /// How many they are.
    pub(in crate::changes) fn count(&self) -> usize {
        self.keyed().map_or(0, RecordBatch::num_rows)
    }

    /// An event for each, whose key has these columns.
    pub(in crate::changes) fn events(&self, key: &[String]) -> Result<Vec<RowEvent>, EngineError> {
        let Some(image) = self.keyed() else { return Ok(Vec::new()) };
        let places = places(image, key);
        let places = places.ok_or_else(|| EngineError::internal("a chunk's rows have not their key"))?;
        let event =
            |row| RowEvent { key: key_text(&images::exact(image, &places, row)), digest: self.digest(row) };
        Ok((0..image.num_rows()).map(event).collect())
    }

    /// Whether it is a row with a wanted key that stands there.
    pub(in crate::changes) fn has(
        &self,
        row: usize,
        columns: &[String],
        is_wanted: impl Fn(&RowKey) -> bool,
    ) -> bool {
        let image = self.keyed().filter(|image| row < image.num_rows());
        let places = image.and_then(|image| Some((image, places(image, columns)?)));
        places.is_some_and(|(image, places)| is_wanted(&images::exact(image, &places, row)))
    }

    /// SHA-256 over everything that a row was and is.
    pub(in crate::changes) fn digest(&self, row: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for image in [&self.before, &self.after] {
            let rows = image.as_ref().filter(|image| row < image.num_rows());
            bytes.push(u8::from(rows.is_some()));
            if let Some(image) = rows {
                write_row(&mut bytes, image, row);
            }
        }
        Sha256::digest(&bytes).to_vec()
    }
}

/// The keys of the rows that a purge removed: those that it names, but those that it left.
fn purged(chunk: &Chunk) -> Result<RecordBatch, EngineError> {
    let broken = |error| EngineError::internal(format!("a chunk's failures: {error}"));
    let named = images::unpack(&chunk.keys)?;
    let left: Vec<RowFailure> = match &chunk.failures {
        Some(text) => serde_json::from_str(text).map_err(broken)?,
        None => Vec::new(),
    };
    let left: HashSet<String> =
        left.into_iter().map(|failure| serde_json::Value::from(failure.key).to_string()).collect();
    let all: Vec<usize> = (0..named.num_columns()).collect();
    let key = |row: usize| key_text(&images::exact(&named, &all, row));
    let places: Vec<usize> = (0..named.num_rows()).filter(|row| !left.contains(&key(*row))).collect();
    images::rows(&named, &places)
}

/// The columns of the key by which a chunk names its rows.
pub(in crate::changes) fn key_columns(chunk: &Chunk) -> Result<Vec<String>, EngineError> {
    let named = images::unpack(&chunk.keys)?;
    Ok(named.schema().fields().iter().map(|field| field.name().clone()).collect())
}

/// A key as the audit has it.
fn key_text(key: &RowKey) -> String {
    serde_json::Value::from(written_key(key)).to_string()
}

/// The texts by which the audit finds a key: as it is written, and as it was written before, with bytes in base64, moments
/// with a space in the middle, and decimal numbers with or without zeros at their end.
pub(in crate::changes) fn key_texts(key: &RowKey) -> Vec<String> {
    let before = |value: &CursorValue| match value {
        CursorValue::Bytes(text)
        | CursorValue::RawText(text)
        | CursorValue::Moment(text)
        | CursorValue::Float(text) => text.as_str().into(),
        other => other.written(),
    };
    let before: serde_json::Value = key.iter().map(before).collect::<Vec<_>>().into();
    let (text, before) = (key_text(key), before.to_string());
    if text == before { vec![text] } else { vec![text, before] }
}

/// Where columns stand in an image; none where one is not there.
fn places(image: &RecordBatch, columns: &[String]) -> Option<Vec<usize>> {
    columns.iter().map(|name| image.schema().index_of(name).ok()).collect()
}

/// Every column with its name, in order, so that no two rows are the same bytes.
fn write_row(bytes: &mut Vec<u8>, image: &RecordBatch, row: usize) {
    for (field, column) in image.schema_ref().fields().iter().zip(image.columns()) {
        write(bytes, b'c', field.name().as_bytes());
        match cells::to_cursor(column, row) {
            CursorValue::Null => write(bytes, b'n', b""),
            CursorValue::Boolean(value) => write(bytes, b'b', &[u8::from(value)]),
            CursorValue::Integer(text) => write(bytes, b'i', text.as_bytes()),
            CursorValue::Float(text) => write(bytes, b'f', text.as_bytes()),
            CursorValue::Text(text) | CursorValue::Moment(text) => write(bytes, b't', text.as_bytes()),
            CursorValue::Bytes(text) => write(bytes, b'x', text.as_bytes()),
            CursorValue::RawText(text) => write(bytes, b'r', text.as_bytes()),
        }
    }
}

fn write(bytes: &mut Vec<u8>, kind: u8, word: &[u8]) {
    bytes.push(kind);
    bytes.extend_from_slice(&(word.len() as u64).to_le_bytes());
    bytes.extend_from_slice(word);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    fn batch(ids: [i64; 2], names: [Option<&str>; 2]) -> RecordBatch {
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(Int64Array::from(ids.to_vec()))),
            ("name", Arc::new(StringArray::from(names.to_vec()))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn a_row_has_its_key_and_a_digest_of_what_it_was_and_is() {
        let before = || Some(batch([1, 2], [Some("a"), None]));
        let after = || Some(batch([1, 2], [Some("b"), Some("")]));
        let key = ["id".to_owned()];
        let changed = Rows { before: before(), after: after(), purged: None };
        let events = changed.events(&key).unwrap();
        assert_eq!(events.iter().map(|event| event.key.as_str()).collect::<Vec<_>>(), ["[\"1\"]", "[\"2\"]"]);
        let deleted = Rows { before: before(), after: None, purged: None };
        let restored = Rows { before: None, after: before(), purged: None };
        let emptied = Rows { before: before(), after: Some(batch([1, 2], [Some("a"), None])), purged: None };
        let all: Vec<_> =
            [&changed, &deleted, &restored, &emptied].map(|rows| rows.events(&key).unwrap()).concat();
        let different: std::collections::HashSet<_> = all.iter().map(|event| &event.digest).collect();
        assert_eq!(different.len(), 8);
        assert_eq!(deleted.events(&key).unwrap()[1].digest, deleted.digest(1));
        assert!(deleted.events(&["gone".to_owned()]).is_err());
        let two = |key: &RowKey| key_text(key) == "[\"2\"]";
        assert!(deleted.has(1, &key, two) && !deleted.has(0, &key, two));
        assert!(!deleted.has(2, &key, two) && !deleted.has(1, &["gone".to_owned()], two));
    }
}
