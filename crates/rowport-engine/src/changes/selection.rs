//! Which rows were chosen: their keys, counted and summed up, so that a confirmation is for exactly these.

use std::collections::{BTreeSet, HashSet};

use arrow_array::RecordBatch;
use jiff::Timestamp;
use rowport_drivers::{BatchStream, ReadOptions};
use rowport_model::{
    ColumnRef, Filter, Key, Literal, MAX_KEYS, Query, QueryError, ResolvedDataset, Selection, View,
    key_filter,
};
use sha2::{Digest, Sha256};

use super::images;
use crate::desk::Desk;
use crate::error::EngineError;

/// How many rows one chunk has at most.
pub(super) const CHUNK: usize = 5_000;

/// How many keys one query asks for.
const KEYS_AT_ONCE: usize = 1_000;

/// What the keys of a selection come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    /// How many rows there are.
    pub(super) rows: u64,
    /// SHA-256 over their keys in order, in hexadecimal.
    pub(super) digest: String,
}

/// Some of the chosen rows.
pub(super) struct Piece {
    /// Their keys.
    pub(super) keys: RecordBatch,
    /// The chunk of the journal that has them, if it is not the table.
    pub(super) from: Option<(String, i64)>,
}

/// The queries that yield a selection's keys, one after the other.
pub(super) struct Chosen {
    queries: Vec<Query>,
    key: Vec<ColumnRef>,
    /// How many keys were named.
    pub(super) named: Option<u64>,
    /// What the rows must still fit when their turn comes.
    pub(super) view: View,
}

impl Chosen {
    /// Resolves a selection. Keys that are named twice count once.
    pub(super) fn of(
        dataset: &ResolvedDataset<'_>,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let key = dataset.change_key()?;
        let columns: Vec<String> = key.iter().map(|column| column.name.clone()).collect();
        let literals = |keys: &[Key]| literals(dataset, &key, keys);
        let (views, named, view) = match selection {
            Selection::Keys(keys) => {
                let keys = literals(keys)?;
                let named = keys.len() as u64;
                let pieces = keys.chunks(dataset.keys_at_once(KEYS_AT_ONCE));
                let view =
                    |keys: &[Vec<Literal>]| View { filter: key_filter(&columns, keys), ..View::default() };
                (pieces.map(view).collect(), Some(named), View::default())
            }
            Selection::View { view, except } => {
                if except.len() > Filter::MAX_VALUES {
                    return Err(too_many(except.len(), Filter::MAX_VALUES));
                }
                let kept = View { columns: None, sort: Vec::new(), ..view.clone() };
                let except = literals(except)?;
                let without = (!except.is_empty()).then(|| key_filter(&columns, &except)).flatten();
                let without = without.map(|keys| Filter::Not(Box::new(keys)));
                let parts: Vec<Filter> = kept.filter.clone().into_iter().chain(without).collect();
                let filter = (!parts.is_empty()).then_some(Filter::And(parts));
                (vec![View { filter, ..kept.clone() }], None, kept)
            }
        };
        let queries = views.iter().map(|view: &View| dataset.keys_query(view, now));
        Ok(Self { queries: queries.collect::<Result<_, _>>()?, key, named, view })
    }

    /// The keys that were named, as images have them.
    pub(super) fn keys(
        dataset: &ResolvedDataset<'_>,
        keys: &[Key],
    ) -> Result<HashSet<images::Exact>, EngineError> {
        let key = dataset.change_key()?;
        let exact = |literals: Vec<Literal>| {
            let values = key.iter().zip(&literals);
            values.map(|(column, literal)| dataset.exact_key(column, literal)).collect::<Result<_, _>>()
        };
        Ok(literals(dataset, &key, keys)?.into_iter().map(exact).collect::<Result<_, QueryError>>()?)
    }

    /// Reads the keys, a chunk's worth at a time at most.
    pub(super) fn read<'a>(self, desk: &'a Desk, source: &'a str) -> KeyStream<'a> {
        KeyStream { desk, source, chosen: self, stream: None, next: 0, rows: 0, digest: Sha256::new() }
    }
}

/// The keys of a selection on their way.
pub(super) struct KeyStream<'a> {
    desk: &'a Desk,
    source: &'a str,
    chosen: Chosen,
    stream: Option<BatchStream>,
    /// Which query comes next.
    next: usize,
    rows: u64,
    digest: Sha256,
}

impl KeyStream<'_> {
    /// The next keys; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, EngineError> {
        const OPTIONS: ReadOptions = ReadOptions { batch_rows: CHUNK, batch_bytes: 8 << 20, limited: false };
        loop {
            if self.stream.is_none() {
                let Some(query) = self.chosen.queries.get(self.next) else { return Ok(None) };
                self.next += 1;
                let read = self.desk.driver(self.source)?.read(query.clone(), OPTIONS).await?;
                self.stream = Some(read);
            }
            let batch = match &mut self.stream {
                Some(stream) => stream.next().await,
                None => None,
            };
            let Some(batch) = batch else {
                self.stream = None;
                continue;
            };
            let batch = batch?;
            for key in images::keys(&batch, &self.chosen.key)? {
                // A list of texts; writing it cannot fail.
                self.digest.update(serde_json::to_vec(&key).unwrap_or_default());
            }
            self.rows += batch.num_rows() as u64;
            return Ok(Some(Piece { keys: batch, from: None }));
        }
    }

    /// What the keys came to, once all were read.
    pub(super) fn sum(self) -> Result<Sum, EngineError> {
        // A date that names a moment's key stands for the whole day: such a key names more than one row.
        if self.chosen.named.is_some_and(|named| self.rows > named) {
            return Err(EngineError::BadChange { message: "a key names more than one row".to_owned() });
        }
        let digest = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Sum { rows: self.rows, digest })
    }
}

/// Keys as literals, sorted and each once: the order in which a program names them says nothing.
fn literals(
    dataset: &ResolvedDataset<'_>,
    columns: &[ColumnRef],
    keys: &[Key],
) -> Result<Vec<Vec<Literal>>, EngineError> {
    let bad = || QueryError::BadKey {
        dataset: dataset.name().to_string(),
        expected: columns.len(),
        columns: columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    if keys.len() > MAX_KEYS {
        return Err(too_many(keys.len(), MAX_KEYS));
    }
    let mut known = BTreeSet::new();
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let literals = key.literals().filter(|key| key.len() == columns.len()).ok_or_else(bad)?;
        for (column, literal) in columns.iter().zip(&literals) {
            dataset.exact_key(column, literal)?;
        }
        let written: Vec<String> = literals
            .iter()
            .map(|literal| match literal {
                Literal::Boolean(value) => value.to_string(),
                Literal::Number(text) | Literal::Text(text) => text.clone(),
            })
            .collect();
        if known.insert(written.clone()) {
            found.push((written, literals));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found.into_iter().map(|(_, literals)| literals).collect())
}

fn too_many(found: usize, limit: usize) -> EngineError {
    QueryError::TooMany { what: "keys", limit, found }.into()
}
