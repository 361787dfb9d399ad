//! Which rows were chosen: their keys, counted and summed up, so that a confirmation is for exactly these.

pub(in crate::changes) mod chosen_rows;
pub(crate) mod named_keys;

use std::ops::Range;

use arrow_array::RecordBatch;
use jiff::Timestamp;
use rowport_drivers::{BatchStream, DriverError, ReadOptions};
use rowport_model::{
    ColumnRef, Filter, Key, Predicate, Query, QueryError, ResolvedDataset, Selection, View, rows_with_keys,
};
use sha2::{Digest, Sha256};

use crate::changes::images;
use crate::changes::selection::named_keys::{NamedKeys, too_many};
use crate::error::EngineError;
use crate::sources::Sources;

/// How many rows one chunk has at most.
pub(in crate::changes) const CHUNK: usize = 5_000;

/// How many keys one query asks for.
const KEYS_AT_ONCE: usize = 1_000;

/// What the keys of a selection come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::changes) struct Sum {
    /// How many rows there are.
    pub(in crate::changes) rows: u64,
    /// SHA-256 over their keys in order, in hexadecimal.
    pub(in crate::changes) digest: String,
}

/// Some of the chosen rows.
pub(in crate::changes) struct KeyBatch {
    /// Their keys.
    pub(in crate::changes) keys: RecordBatch,
    /// The chunk of the journal that has them, if it is not the table.
    pub(in crate::changes) from: Option<(String, i64)>,
}

/// Chosen rows: the query that finds them, and their keys where these were named.
pub(in crate::changes) struct Chosen {
    query: Query,
    /// The keys that were named, and how many of them one query asks for.
    keys: Option<(NamedKeys, usize)>,
    key: Vec<ColumnRef>,
    dataset: String,
    /// How many keys were named.
    pub(in crate::changes) named: Option<u64>,
    /// What the rows must still fit when their turn comes.
    pub(in crate::changes) view: View,
}

impl Chosen {
    /// Resolves a selection. Keys that are named twice count once.
    pub(in crate::changes) fn of(
        dataset: &ResolvedDataset<'_>,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let key = dataset.change_key()?;
        let name = dataset.name().to_string();
        match selection {
            Selection::Keys(keys) => {
                let keys = NamedKeys::of(dataset, &key, keys)?;
                let (named, view) = (Some(keys.named() as u64), View::default());
                let query = dataset.keys_query(&view, now)?;
                let keys = Some((keys, dataset.keys_at_once(KEYS_AT_ONCE)));
                Ok(Self { query, keys, key, dataset: name, named, view })
            }
            Selection::View { view, except } => {
                if except.len() > Filter::MAX_VALUES {
                    return Err(too_many(except.len(), Filter::MAX_VALUES));
                }
                let view = View { columns: None, sort: Vec::new(), ..view.clone() };
                let mut query = dataset.keys_query(&view, now)?;
                let except = NamedKeys::of(dataset, &key, except)?;
                if except.len() > 0 {
                    let left_out = rows_with_keys(&key, &except.values(0..except.len())?);
                    query.filter = Predicate::All(vec![query.filter, Predicate::Not(Box::new(left_out))]);
                }
                Ok(Self { query, keys: None, key, dataset: name, named: None, view })
            }
        }
    }

    /// The keys that were named, as images have them.
    pub(in crate::changes) fn keys(
        dataset: &ResolvedDataset<'_>,
        keys: &[Key],
    ) -> Result<NamedKeys, EngineError> {
        NamedKeys::of(dataset, &dataset.change_key()?, keys)
    }

    /// The query for the keys from this place on; none after the last.
    fn query(&self, from: usize) -> Result<Option<(Query, usize)>, EngineError> {
        let Some((keys, at_once)) = &self.keys else {
            return Ok((from == 0).then(|| (self.query.clone(), 1)));
        };
        let to = keys.len().min(from + at_once);
        if from >= to {
            return Ok(None);
        }
        let named = rows_with_keys(&self.key, &keys.values(from..to)?);
        let mut query = self.query.clone();
        query.filter = Predicate::All(vec![named, query.filter]);
        Ok(Some((query, to)))
    }

    /// The rows that are not found by another query as well: a key that can be read in several ways may be asked for in
    /// two of them, and its row counts where its own reading is.
    fn once(&self, rows: RecordBatch, asked: &Range<usize>) -> Result<RecordBatch, EngineError> {
        let Some((named, _)) = &self.keys else { return Ok(rows) };
        let keys = images::keys(&rows, &self.key)?;
        let is_here = |key: &images::RowKey| named.place(key).is_none_or(|place| asked.contains(&place));
        let places: Vec<usize> = (0..keys.len()).filter(|row| is_here(&keys[*row])).collect();
        match places.len() == keys.len() {
            true => Ok(rows),
            false => images::rows(&rows, &places),
        }
    }

    /// Reads the keys, a chunk's worth at a time at most.
    pub(in crate::changes) fn read<'a>(self, sources: &'a Sources, source: &'a str) -> KeyStream<'a> {
        let digest = Sha256::new();
        KeyStream { sources, source, chosen: self, stream: None, asked: 0..0, next: 0, rows: 0, digest }
    }
}

/// The keys of a selection on their way.
pub(in crate::changes) struct KeyStream<'a> {
    sources: &'a Sources,
    source: &'a str,
    chosen: Chosen,
    stream: Option<BatchStream>,
    /// The places of the keys that the stream was asked for.
    asked: Range<usize>,
    /// Which key, or query, comes next.
    next: usize,
    rows: u64,
    digest: Sha256,
}

impl Chosen {
    /// What a refusal means where keys were named: a value that the database cannot even compare is in no row's key.
    fn refused(&self, error: DriverError) -> EngineError {
        match self.keys.is_some() && error.is_of_a_value() {
            true => QueryError::UnfitKey { dataset: self.dataset.clone() }.into(),
            false => error.into(),
        }
    }
}

impl KeyStream<'_> {
    /// The next keys; none after the last.
    pub(in crate::changes) async fn next(&mut self) -> Result<Option<KeyBatch>, EngineError> {
        const OPTIONS: ReadOptions = ReadOptions { batch_rows: CHUNK, batch_bytes: 8 << 20, limited: false };
        loop {
            if self.stream.is_none() {
                let Some((query, next)) = self.chosen.query(self.next)? else { return Ok(None) };
                (self.asked, self.next) = (self.next..next, next);
                let read = self.sources.driver_beside(self.source)?.read(query, OPTIONS).await;
                self.stream = Some(read.map_err(|error| self.chosen.refused(error))?);
            }
            let batch = match &mut self.stream {
                Some(stream) => stream.next().await,
                None => None,
            };
            let Some(batch) = batch else {
                self.stream = None;
                continue;
            };
            let batch = batch.map_err(|error| self.chosen.refused(error))?;
            let batch = self.chosen.once(batch, &self.asked)?;
            if batch.num_rows() == 0 {
                continue;
            }
            for key in images::keys(&batch, &self.chosen.key)? {
                // A list of texts; writing it cannot fail.
                self.digest.update(serde_json::to_vec(&key).unwrap_or_default());
            }
            self.rows += batch.num_rows() as u64;
            return Ok(Some(KeyBatch { keys: batch, from: None }));
        }
    }

    /// What the keys came to, once all were read.
    pub(in crate::changes) fn sum(self) -> Result<Sum, EngineError> {
        // Where a column holds values of any type, a number and the text of it are written alike.
        if self.chosen.named.is_some_and(|named| self.rows > named) {
            return Err(EngineError::BadChange { message: "a key names more than one row".to_owned() });
        }
        let digest = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Sum { rows: self.rows, digest })
    }
}
