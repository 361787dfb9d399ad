//! Keys that were named, in one compact form: a million of them are held at once.

use rowport_model::{
    ColumnRef, ColumnType, CursorValue, Key, Literal, MAX_KEYS, QueryError, ResolvedDataset, Value,
};

use crate::blocking::heavily;
use crate::changes::images::{self, RowKey};
use crate::error::EngineError;

/// Named keys, sorted and each once: the order in which a program names them says nothing.
#[derive(Debug)]
pub(crate) struct NamedKeys {
    /// The types of the key's columns.
    types: Vec<ColumnType>,
    /// Every key's values, one after the other: a letter for the kind, a length, and the text.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// How many different keys were named.
    named: usize,
}

/// A reading of a named key.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    /// Whether it is the likeliest reading of its key.
    first: bool,
}

impl NamedKeys {
    /// Reads keys of these columns.
    pub(in crate::changes) fn of(
        dataset: &ResolvedDataset<'_>,
        columns: &[ColumnRef],
        keys: &[Key],
    ) -> Result<Self, EngineError> {
        if keys.len() > MAX_KEYS {
            return Err(too_many(keys.len(), MAX_KEYS));
        }
        heavily(keys.len(), || {
            let mut named = Self::empty(columns, keys.len());
            for key in keys {
                named.add(dataset, columns, &literals(dataset, columns, key)?)?;
            }
            named.sort();
            Ok(named)
        })
    }

    /// Reads keys of these columns whose values are written as they are in filters.
    pub(crate) fn of_literals(
        dataset: &ResolvedDataset<'_>,
        columns: &[ColumnRef],
        keys: &[Vec<Literal>],
    ) -> Result<Self, EngineError> {
        let mut named = Self::empty(columns, keys.len());
        for key in keys {
            named.add(dataset, columns, key)?;
        }
        named.sort();
        Ok(named)
    }

    fn empty(columns: &[ColumnRef], capacity: usize) -> Self {
        let types = columns.iter().map(|column| column.column_type.clone()).collect();
        Self { types, bytes: Vec::new(), entries: Vec::with_capacity(capacity), named: 0 }
    }

    fn add(
        &mut self,
        dataset: &ResolvedDataset<'_>,
        columns: &[ColumnRef],
        literals: &[Literal],
    ) -> Result<(), EngineError> {
        for (place, reading) in readings(dataset, columns, literals)?.into_iter().enumerate() {
            let start = u32::try_from(self.bytes.len());
            let start = start.map_err(|_| too_many(self.entries.len(), MAX_KEYS))?;
            encode(&mut self.bytes, &self.types, &reading);
            self.entries.push(Entry { start, first: place == 0 });
        }
        Ok(())
    }

    fn sort(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        let of = |entry: &Entry| self.slice(entry.start);
        entries.sort_unstable_by(|a, b| of(a).cmp(of(b)).then(b.first.cmp(&a.first)));
        entries.dedup_by(|next, kept| of(next) == of(kept));
        entries.shrink_to_fit();
        self.named = entries.iter().filter(|entry| entry.first).count();
        self.entries = entries;
        self.bytes.shrink_to_fit();
    }

    /// How many different keys were named.
    pub(in crate::changes) fn named(&self) -> usize {
        self.named
    }

    /// How many keys there are to ask for: more than were named where a key can be read in several ways.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Where a row's key stands among them; none where it was not named.
    pub(in crate::changes) fn place(&self, key: &RowKey) -> Option<usize> {
        let mut wanted = Vec::with_capacity(64);
        encode(&mut wanted, &self.types, key);
        self.entries.binary_search_by(|entry| self.slice(entry.start).cmp(&wanted)).ok()
    }

    /// Some of the keys, as they are asked for.
    pub(crate) fn values(
        &self,
        places: std::ops::Range<usize>,
    ) -> Result<Vec<Vec<Option<Value>>>, EngineError> {
        let end = places.end.min(self.entries.len());
        let keys: Vec<RowKey> =
            self.entries[places.start.min(end)..end].iter().map(|entry| self.decode(entry.start)).collect();
        images::values(&keys)
    }

    /// The bytes of the key that begins there.
    fn slice(&self, start: u32) -> &[u8] {
        let start = start as usize;
        let mut end = start;
        for _ in &self.types {
            end += 5 + self.length(end);
        }
        &self.bytes[start..end]
    }

    /// How long the text of the value is that begins there.
    fn length(&self, start: usize) -> usize {
        let length = self.bytes[start + 1..start + 5].iter().rev();
        length.fold(0, |length, byte| length << 8 | usize::from(*byte))
    }

    fn decode(&self, start: u32) -> RowKey {
        let mut at = start as usize;
        let value = |_: &ColumnType| {
            let (kind, length) = (self.bytes[at], self.length(at));
            let text = String::from_utf8_lossy(&self.bytes[at + 5..at + 5 + length]).into_owned();
            at += 5 + length;
            match kind {
                b'b' => CursorValue::Boolean(text == "1"),
                b'i' => CursorValue::Integer(text),
                b'f' => CursorValue::Float(text),
                b't' => CursorValue::Text(text),
                b'm' => CursorValue::Moment(text),
                b'x' => CursorValue::Bytes(text),
                b'r' => CursorValue::RawText(text),
                _ => CursorValue::Null,
            }
        };
        self.types.iter().map(value).collect()
    }
}

/// The values of a key, one for each of its columns.
pub(in crate::changes) fn literals(
    dataset: &ResolvedDataset<'_>,
    columns: &[ColumnRef],
    key: &Key,
) -> Result<Vec<Literal>, QueryError> {
    key.literals().filter(|key| key.len() == columns.len()).ok_or_else(|| QueryError::BadKey {
        dataset: dataset.name().to_string(),
        expected: columns.len(),
        columns: columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// What a written key may stand for, the likeliest first.
pub(in crate::changes) fn readings(
    dataset: &ResolvedDataset<'_>,
    columns: &[ColumnRef],
    literals: &[Literal],
) -> Result<Vec<RowKey>, QueryError> {
    let mut readings: Vec<RowKey> = vec![Vec::with_capacity(columns.len())];
    for (column, literal) in columns.iter().zip(literals) {
        let values = dataset.key_values(column, literal)?;
        if let [value] = values.as_slice() {
            readings.iter_mut().for_each(|reading| reading.push(value.clone()));
            continue;
        }
        let with = |reading: &RowKey| {
            let reading = reading.clone();
            values
                .iter()
                .map(move |value| [&reading[..], std::slice::from_ref(value)].concat())
                .collect::<Vec<_>>()
        };
        readings = readings.iter().flat_map(with).collect();
    }
    Ok(readings)
}

fn encode(bytes: &mut Vec<u8>, types: &[ColumnType], key: &RowKey) {
    for (column_type, value) in types.iter().zip(key) {
        let (kind, text) = match value {
            CursorValue::Null => (b'n', ""),
            CursorValue::Boolean(value) => (b'b', if *value { "1" } else { "0" }),
            CursorValue::Integer(text) => (b'i', text.as_str()),
            CursorValue::Float(text) => (b'f', text.as_str()),
            CursorValue::Text(text) => (b't', of_type(column_type, text)),
            CursorValue::Moment(text) => (b'm', text.as_str()),
            CursorValue::Bytes(text) => (b'x', text.as_str()),
            CursorValue::RawText(text) => (b'r', text.as_str()),
        };
        bytes.push(kind);
        bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Of a decimal number the zeros at its end say nothing.
fn of_type<'t>(column_type: &ColumnType, text: &'t str) -> &'t str {
    match column_type {
        ColumnType::Decimal { .. } if text.contains('.') => text.trim_end_matches('0').trim_end_matches('.'),
        _ => text,
    }
}

pub(in crate::changes) fn too_many(found: usize, limit: usize) -> EngineError {
    QueryError::TooMany { what: "keys", limit, found }.into()
}
