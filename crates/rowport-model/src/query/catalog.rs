use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::column::{Column, ColumnType};
use crate::dataset::{Dataset, DatasetName, ForeignKey};
use crate::policy::{DatasetPolicy, Deleted};

/// The datasets of one source as one principal may see them.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// As the database has it.
    dataset: Arc<Dataset>,
    /// As the principal sees its columns, where some are masked.
    masked: Option<Arc<Dataset>>,
    policy: DatasetPolicy,
}

/// A dataset together with the policy that holds for the principal: the only way to a [`Query`](crate::Query).
#[derive(Debug, Clone)]
pub struct ResolvedDataset<'a> {
    pub(super) catalog: &'a Catalog,
    dataset: Arc<Dataset>,
    shown: Arc<Dataset>,
    pub(super) policy: Cow<'a, DatasetPolicy>,
}

impl Catalog {
    /// A catalog of these datasets, each with its policy. Rowport's own tables are left out, wherever they were found.
    pub fn new(datasets: impl IntoIterator<Item = (Arc<Dataset>, DatasetPolicy)>) -> Self {
        let entries: Vec<_> = datasets
            .into_iter()
            .filter(|(dataset, _)| !dataset.name.is_rowports_own())
            .map(|(dataset, policy)| Entry { masked: mask(&dataset, &policy), dataset, policy })
            .collect();
        let by_name = entries
            .iter()
            .enumerate()
            .map(|(index, entry)| (entry.dataset.name.to_string(), index))
            .collect();
        Self { entries, by_name }
    }

    /// The dataset of that name (`table` or `schema.table`).
    pub fn dataset(&self, name: &str) -> Option<ResolvedDataset<'_>> {
        self.by_name.get(name).map(|index| self.resolved(&self.entries[*index]))
    }

    /// Every dataset, in the database's order.
    pub fn datasets(&self) -> impl Iterator<Item = ResolvedDataset<'_>> {
        self.entries.iter().map(|entry| self.resolved(entry))
    }

    pub(super) fn named(&self, name: &DatasetName) -> Option<ResolvedDataset<'_>> {
        self.dataset(&name.to_string())
    }

    fn resolved<'a>(&'a self, entry: &'a Entry) -> ResolvedDataset<'a> {
        let shown = entry.masked.as_ref().unwrap_or(&entry.dataset);
        ResolvedDataset {
            catalog: self,
            dataset: Arc::clone(&entry.dataset),
            shown: Arc::clone(shown),
            policy: Cow::Borrowed(&entry.policy),
        }
    }

    /// The datasets and their policies, for a catalog of fewer of them or with stricter ones.
    pub fn entries(&self) -> impl Iterator<Item = (&Arc<Dataset>, &DatasetPolicy)> {
        self.entries.iter().map(|entry| (&entry.dataset, &entry.policy))
    }
}

/// The dataset with masked columns as texts that tell nothing of what they were.
fn mask(dataset: &Arc<Dataset>, policy: &DatasetPolicy) -> Option<Arc<Dataset>> {
    if policy.masked_columns.is_empty() {
        return None;
    }
    let mut shown = Dataset::clone(dataset);
    for column in shown.columns.iter_mut().filter(|column| policy.masked_columns.contains(&column.name)) {
        column.column_type = ColumnType::Text;
        column.native_type = String::new();
        column.nullable = false;
        column.default = None;
        column.currency = None;
        // A computed column that is masked is not computed any more.
        column.computed = false;
        column.masked = true;
    }
    let masked = |name: &String| policy.masked_columns.contains(name);
    shown.computed.retain(|computed| !masked(&computed.name));
    Some(Arc::new(shown))
}

impl ResolvedDataset<'_> {
    /// The name within the source.
    pub fn name(&self) -> &DatasetName {
        &self.dataset.name
    }

    /// The columns that exist for this principal.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.shown.columns.iter().filter(|column| self.allows(&column.name))
    }

    /// The column of that name, if it exists for this principal.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns().find(|column| column.name == name)
    }

    /// How many columns do not exist for this principal, or cannot be computed without one that does not. Their names
    /// are not theirs to know.
    pub fn hidden_columns(&self) -> usize {
        self.dataset.columns.len() - self.shown_columns().count()
    }

    /// Whether rows that are marked as deleted are left out.
    pub fn leaves_out_deleted(&self) -> bool {
        self.policy.deleted_at.is_some()
    }

    /// The same dataset with its deleted rows among the others, or with nothing but them.
    #[must_use]
    pub fn with_deleted(mut self, deleted: Deleted) -> Self {
        self.policy.to_mut().deleted = deleted;
        self
    }

    /// The column that marks rows as deleted, and the one that says by whom.
    pub fn soft_delete(&self) -> Option<(&Column, Option<&Column>)> {
        let column = |name: &String| self.dataset.column(name);
        let deleted_at = self.policy.deleted_at.as_ref().and_then(column)?;
        Some((deleted_at, self.policy.deleted_by.as_ref().and_then(column)))
    }

    /// The dataset without what this principal may not see.
    pub fn visible(&self) -> Dataset {
        let mut dataset = (*self.shown).clone();
        dataset.columns = self.shown_columns().cloned().collect();
        dataset.key = self.key().iter().map(|column| column.name.clone()).collect();
        dataset.unique.retain(|names| self.reads_all(names));
        dataset.foreign_keys = self.foreign_keys().map(|(key, _)| key.clone()).collect();
        // The database counts everybody's rows.
        if self.policy.tenant.is_some() {
            dataset.estimated_rows = None;
        }
        dataset.lookups.retain(|it| self.allows(&it.name) && self.find_path(&it.path).is_some());
        dataset
    }

    /// The columns that name one row: the key, or where a part of it is hidden, another unique key that is not.
    pub fn key(&self) -> Vec<&Column> {
        let candidates = std::iter::once(&self.dataset.key).chain(&self.dataset.unique);
        candidates
            .filter(|names| !names.is_empty())
            .find_map(|names| {
                let readable = |name: &String| self.column(name).filter(|_| self.reads(name));
                let columns: Option<Vec<_>> = names.iter().map(readable).collect();
                columns.filter(|columns| columns.iter().all(|column| !column.nullable))
            })
            .unwrap_or_default()
    }

    /// The foreign keys of other datasets that refer to this one, as (dataset, foreign key).
    pub fn referring(&self) -> Vec<(Dataset, ForeignKey)> {
        self.catalog
            .datasets()
            .map(|other| other.visible())
            .flat_map(|other| {
                let keys: Vec<_> =
                    other.foreign_keys.iter().filter(|key| key.references == *self.name()).cloned().collect();
                keys.into_iter().map(move |key| (other.clone(), key))
            })
            .collect()
    }

    /// The columns that a view can show: without computed ones over what does not exist for this principal.
    pub(super) fn shown_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns().filter(|column| !column.computed || self.find_path(&column.name).is_some())
    }

    pub(super) fn inner(&self) -> &Dataset {
        &self.dataset
    }

    pub(super) fn allows(&self, column: &str) -> bool {
        !self.policy.hidden_columns.iter().any(|hidden| hidden == column)
    }

    /// Whether the principal may read the column's values, and not only see that it is there: the one rule for paths,
    /// lookups, computed columns, filters, orders, searches, keys and references.
    pub fn reads(&self, column: &str) -> bool {
        self.allows(column) && !self.policy.masked_columns.iter().any(|masked| masked == column)
    }

    fn reads_all(&self, columns: &[String]) -> bool {
        columns.iter().all(|column| self.reads(column))
    }

    /// The references that the principal may follow, each with the dataset that it leads to: every column on both sides
    /// is one that they may read.
    pub(super) fn foreign_keys(&self) -> impl Iterator<Item = (&ForeignKey, ResolvedDataset<'_>)> {
        self.dataset.foreign_keys.iter().filter(|key| self.reads_all(&key.columns)).filter_map(|key| {
            let parent = self.catalog.named(&key.references)?;
            parent.reads_all(&key.referenced_columns).then_some((key, parent))
        })
    }
}
