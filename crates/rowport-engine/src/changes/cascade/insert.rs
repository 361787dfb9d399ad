//! Inserts the change sets of a cascade.

use std::collections::{BTreeMap, HashSet};

use arrow_array::RecordBatch;
use rowport_drivers::journal::{ChangeSet, Chunk, NewChangeSet, NewChunk};
use rowport_drivers::{ReadOptions, Transaction};
use rowport_model::{
    ChangeAction, Deleted, MAX_KEYS, OnDelete, OutputColumn, Predicate, QueryError, ResolvedDataset,
    SetField, Terms, View, rows_with_keys,
};
use rowport_store::Actor;
use sha2::{Digest, Sha256};

use super::{CascadePlan, Reference, cleared};
use crate::changes::confirm::STRIDE;
use crate::changes::images::{self, RowKey};
use crate::changes::preview::Dependents;
use crate::changes::selection::CHUNK;
use crate::changes::token::digest;
use crate::changes::{Changes, Target};
use crate::error::EngineError;

/// A change set of a cascade.
pub(in crate::changes) struct CascadedSet {
    /// Its id.
    pub(in crate::changes) change_set: String,
    /// How many rows it has.
    pub(in crate::changes) rows: u64,
    /// What is done with which rows, summed up.
    digest: String,
}

/// What all of them come to: a confirmation is for exactly these rows, too.
pub(in crate::changes) fn digest_of(cascaded: &[CascadedSet]) -> String {
    digest(&cascaded.iter().map(|set| (set.rows, &set.digest)).collect::<Vec<_>>())
}

/// How many values of a foreign key one query names.
const VALUES_AT_ONCE: usize = 1_000;

/// What the change sets of a cascade have in common.
pub(in crate::changes) struct InsertContext<'p> {
    pub(in crate::changes) changes: &'p Changes,
    pub(in crate::changes) target: Target<'p>,
    pub(in crate::changes) actor: &'p Actor,
    /// The parent of the cascade, whose chunks are stored.
    pub(in crate::changes) first: &'p str,
    pub(in crate::changes) all_or_nothing: bool,
}

/// A change set that is being inserted.
struct Writer<'w> {
    context: &'w InsertContext<'w>,
    transaction: &'w mut dyn Transaction,
    new: NewChangeSet,
    dataset: &'w ResolvedDataset<'w>,
    /// The columns that refer to nothing afterwards; none where rows are deleted.
    cut: Vec<String>,
    /// The rows that are named already, where several references lead to the same ones.
    named: Option<HashSet<RowKey>>,
    digest: Sha256,
    chunks: i64,
    rows: u64,
}

impl CascadePlan<'_> {
    /// Inserts the change sets of the cascade, and counts their rows by reference.
    ///
    /// What is inserted last is applied first: references are cut before rows go, and children go before parents.
    pub(in crate::changes) async fn insert_change_sets(
        &self,
        context: &InsertContext<'_>,
        transaction: &mut dyn Transaction,
    ) -> Result<(Vec<CascadedSet>, Vec<Dependents>), EngineError> {
        let (mut cascaded, mut counted) = (Vec::new(), Vec::new());
        // The change set that deletes rows of each dataset.
        let mut deletes = BTreeMap::new();
        if let Some(dataset) = self.datasets.first() {
            deletes.insert(dataset.name().to_string(), context.first.to_owned());
        }
        for dataset in self.datasets.iter().skip(1) {
            let incoming = self.references(OnDelete::Cascade);
            let incoming: Vec<_> = incoming.filter(|it| it.child.name() == dataset.name()).collect();
            let mut writer = Writer::new(context, &mut *transaction, dataset, Vec::new(), cascaded.len());
            writer.named = (incoming.len() > 1).then(HashSet::new);
            for reference in incoming {
                counted.push(writer.follow(reference, &deletes).await?);
            }
            if let Some(set) = writer.finish().await? {
                deletes.insert(dataset.name().to_string(), set.change_set.clone());
                cascaded.push(set);
            }
        }
        for reference in self.references(OnDelete::SetNull) {
            let cut = cleared(&reference.columns);
            let mut writer = Writer::new(context, &mut *transaction, &reference.child, cut, cascaded.len());
            counted.push(writer.follow(reference, &deletes).await?);
            cascaded.extend(writer.finish().await?);
        }
        Ok((cascaded, counted))
    }
}

impl<'w> Writer<'w> {
    fn new(
        context: &'w InsertContext<'w>,
        transaction: &'w mut dyn Transaction,
        dataset: &'w ResolvedDataset<'w>,
        fields: Vec<SetField>,
        before: usize,
    ) -> Self {
        let InsertContext { changes, target, actor, first, all_or_nothing } = *context;
        let cut = fields.iter().map(|field| field.column.clone()).collect();
        let terms = Terms { all_or_nothing, ..Terms::default() };
        let action = match fields.is_empty() {
            true => ChangeAction::Delete { terms, cascaded: true },
            false => ChangeAction::Set { fields, terms, cascaded: true },
        };
        let id = changes.ids.next(changes.sources.clock().now());
        let new = changes.new_set(id, target.principal, actor, dataset, action);
        let parent_change_set = Some(first.to_owned());
        let new = NewChangeSet { parent_change_set, sequence: before as u64 + 1, ..new };
        let (named, digest) = (None, Sha256::new());
        Self { context, transaction, new, dataset, cut, named, digest, chunks: 0, rows: 0 }
    }

    /// Inserts the rows that refer to deleted rows of the parent.
    async fn follow(
        &mut self,
        reference: &Reference<'_>,
        deletes: &BTreeMap<String, String>,
    ) -> Result<Dependents, EngineError> {
        let before = self.rows;
        if let Some(parents) = deletes.get(&reference.parent.to_string()) {
            for number in Chunk::pending(self.transaction, parents).await? {
                let chunk = Chunk::find(self.transaction, parents, number, false).await?;
                let Some(chunk) = chunk else { continue };
                self.follow_chunk(reference, &images::unpack(&chunk.keys)?).await?;
            }
        }
        Ok(Dependents {
            dataset: reference.child.name().to_string(),
            columns: reference.columns.iter().map(|column| column.name.clone()).collect(),
            on_delete: reference.on_delete,
            rows: Some(self.rows - before),
        })
    }

    async fn follow_chunk(
        &mut self,
        reference: &Reference<'_>,
        parents: &RecordBatch,
    ) -> Result<(), EngineError> {
        const OPTIONS: ReadOptions = ReadOptions { batch_rows: CHUNK, batch_bytes: 8 << 20, limited: false };
        // A chunk has the columns of the key first, in the key's order.
        let values: Vec<RowKey> =
            (0..parents.num_rows()).map(|row| images::exact(parents, &reference.places, row)).collect();
        let child = reference.child.clone().with_deleted(Deleted::Included);
        let InsertContext { changes, target, .. } = self.context;
        let driver = changes.sources.driver_beside(target.source)?;
        for values in values.chunks(VALUES_AT_ONCE / reference.columns.len().max(1)) {
            let mut query = child.keys_query(&View::default(), changes.sources.clock().now())?;
            // What a row refers to is stored with its key: it is cascaded only as long as it does.
            let more =
                reference.columns.iter().filter(|it| !query.columns.iter().any(|key| key.name == it.name));
            let more: Vec<_> = more.map(OutputColumn::stored).collect();
            query.columns.extend(more);
            let hanging = rows_with_keys(&reference.columns, &images::values(values)?);
            query.filter = Predicate::All(vec![hanging, query.filter]);
            let mut stream = driver.read(query, OPTIONS).await?;
            while let Some(batch) = stream.next().await {
                self.add(batch?).await?;
            }
        }
        Ok(())
    }

    /// Inserts rows that are not named yet.
    async fn add(&mut self, keys: RecordBatch) -> Result<(), EngineError> {
        let key = self.dataset.change_key()?;
        let exact = images::keys(&keys, &key)?;
        let is_new = |row: &usize| match &mut self.named {
            Some(named) => named.insert(exact[*row].clone()),
            None => true,
        };
        let places: Vec<usize> = (0..exact.len()).filter(is_new).collect();
        if self.named.as_ref().is_some_and(|named| named.len() > MAX_KEYS) {
            let found = self.rows as usize + places.len();
            return Err(QueryError::TooMany { what: "dependent rows", limit: MAX_KEYS, found }.into());
        }
        if places.is_empty() {
            return Ok(());
        }
        if self.rows == 0 {
            self.new.insert(self.transaction).await?;
        }
        for context in &places {
            // A list of texts; writing it cannot fail.
            self.digest.update(serde_json::to_vec(&exact[*context]).unwrap_or_default());
        }
        let rows = places.len() as u64;
        let keys = images::pack(&images::rows(&keys, &places)?)?;
        let chunk = NewChunk { chunk: self.chunks * STRIDE, rows, keys, from: None };
        chunk.insert(self.transaction, &self.new.id).await?;
        self.chunks += 1;
        self.rows += rows;
        Ok(())
    }

    /// The change set, if it has any rows.
    async fn finish(self) -> Result<Option<CascadedSet>, EngineError> {
        if self.rows == 0 {
            return Ok(None);
        }
        ChangeSet::count(self.transaction, &self.new.id, self.rows).await?;
        let keys: String = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = digest(&(&self.new.dataset, &self.new.action.kind(), &self.cut, keys));
        Ok(Some(CascadedSet { change_set: self.new.id, rows: self.rows, digest }))
    }
}
