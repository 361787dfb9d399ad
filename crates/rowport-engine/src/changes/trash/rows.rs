//! Rows of the trash that were chosen, where the journal has them.

use rowport_drivers::Transaction;
use rowport_drivers::journal::Trash;
use rowport_model::{ResolvedDataset, Selection};
use sha2::{Digest, Sha256};

use super::super::images::{self, RowKey};
use super::super::selection::named_keys::NamedKeys;
use super::super::selection::{Chosen, KeyBatch, Sum};
use super::entries::{Entries, Entry, Search, shown_columns};
use super::searched;
use crate::error::EngineError;

/// Rows of the trash on their way, entry by entry.
pub(in super::super) struct TrashedRows<'a> {
    dataset: &'a ResolvedDataset<'a>,
    wanted: Wanted,
    /// Deleted before this moment only, in milliseconds since 1970.
    before: Option<i64>,
    from: Option<(String, i64)>,
    ended: bool,
    rows: u64,
    digest: Sha256,
}

/// Which of them.
enum Wanted {
    Keys {
        keys: NamedKeys,
        /// Whether a key means the row that was deleted last, or every row that ever had it.
        newest_only: bool,
        /// Of which keys a row was seen.
        seen: Vec<bool>,
    },
    All {
        search: Option<Search>,
        except: NamedKeys,
    },
}

impl<'a> TrashedRows<'a> {
    pub(in super::super) fn new(
        dataset: &'a ResolvedDataset<'a>,
        selection: &Selection,
        newest_only: bool,
    ) -> Result<Self, EngineError> {
        let wanted = match selection {
            Selection::Keys(keys) => {
                let keys = Chosen::keys(dataset, keys)?;
                let seen = vec![false; keys.len()];
                Wanted::Keys { keys, newest_only, seen }
            }
            Selection::View { view, except } => Wanted::All {
                search: searched(view)?.map(|text| Search::new(text, shown_columns(dataset))),
                except: Chosen::keys(dataset, except)?,
            },
        };
        Ok(Self { dataset, wanted, before: None, from: None, ended: false, rows: 0, digest: Sha256::new() })
    }

    /// Only what was deleted before a moment, in milliseconds since 1970.
    pub(in super::super) fn before(self, moment: i64) -> Self {
        Self { before: Some(moment), ..self }
    }

    /// How many keys were named.
    pub(in super::super) fn named(&self) -> Option<u64> {
        match &self.wanted {
            Wanted::Keys { keys, .. } => Some(keys.named() as u64),
            Wanted::All { .. } => None,
        }
    }

    /// The next rows, all of one entry; none after the last.
    pub(in super::super) async fn next(
        &mut self,
        transaction: &mut dyn Transaction,
    ) -> Result<Option<KeyBatch>, EngineError> {
        if self.ended {
            return Ok(None);
        }
        let key = self.dataset.change_key()?;
        let name = self.dataset.name().to_string();
        let tenant = self.dataset.viewers();
        let mut entries =
            Entries::new(Trash { dataset: &name, tenant, before: self.before }, self.from.take());
        while let Some(entry) = entries.next(transaction).await? {
            let keys = images::columns(&entry.image, &key)?;
            let exact = images::keys(&keys, &key)?;
            let places: Vec<usize> =
                entry.places().filter(|place| self.wanted.has(&exact[*place], &entry, *place)).collect();
            if places.is_empty() {
                continue;
            }
            self.digest.update(entry.set.id.as_bytes());
            self.digest.update(entry.chunk.to_le_bytes());
            for place in &places {
                self.digest.update((*place as u64).to_le_bytes());
            }
            self.rows += places.len() as u64;
            self.from = Some((entry.set.id.clone(), entry.chunk - 1));
            let keys = images::rows(&keys, &places)?;
            return Ok(Some(KeyBatch { keys, from: Some((entry.set.id, entry.chunk)) }));
        }
        self.ended = true;
        Ok(None)
    }

    /// What they came to, once all were read.
    pub(in super::super) fn sum(self) -> Sum {
        let digest = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Sum { rows: self.rows, digest }
    }
}

impl Wanted {
    fn has(&mut self, key: &RowKey, entry: &Entry, place: usize) -> bool {
        match self {
            Self::Keys { keys, newest_only, seen } => keys.place(key).is_some_and(|at| {
                let again = std::mem::replace(&mut seen[at], true);
                !again || !*newest_only
            }),
            Self::All { search, except } => {
                except.place(key).is_none() && search.as_ref().is_none_or(|it| it.finds(&entry.image, place))
            }
        }
    }
}
