//! The rows that an action is about, wherever they are: in the table, or in the journal's trash.

use jiff::Timestamp;
use rowport_drivers::Transaction;
use rowport_model::{ResolvedDataset, Selection, View};

use crate::changes::selection::{Chosen, KeyBatch, KeyStream, Sum};
use crate::changes::trash::{self, TrashedRows};
use crate::changes::{BulkAction, EngineError};
use crate::sources::Sources;

/// Chosen rows on their way.
pub(in crate::changes) enum ChosenRows<'a> {
    Table(Box<TableRows<'a>>),
    Trash(Box<TrashedRows<'a>>),
}

/// Chosen rows of the table.
pub(in crate::changes) struct TableRows<'a> {
    stream: KeyStream<'a>,
    named: Option<u64>,
    view: View,
}

impl<'a> ChosenRows<'a> {
    pub(in crate::changes) fn of(
        sources: &'a Sources,
        source: &'a str,
        dataset: &'a ResolvedDataset<'a>,
        action: &BulkAction,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<Self, EngineError> {
        let chosen = match (action.is_of_trash(), trash::in_table(dataset)) {
            (false, _) => Chosen::of(dataset, selection, now)?,
            (true, Some(deleted)) => Chosen::of(&deleted, selection, now)?,
            (true, None) => {
                let newest_only = *action == BulkAction::Restore;
                return Ok(Self::of_trash(TrashedRows::new(dataset, selection, newest_only)?));
            }
        };
        Ok(Self::of_table(chosen, sources, source))
    }

    pub(in crate::changes) fn of_table(chosen: Chosen, sources: &'a Sources, source: &'a str) -> Self {
        let (named, view) = (chosen.named, chosen.view.clone());
        Self::Table(Box::new(TableRows { stream: chosen.read(sources, source), named, view }))
    }

    pub(in crate::changes) fn of_trash(rows: TrashedRows<'a>) -> Self {
        Self::Trash(Box::new(rows))
    }

    /// How many keys were named.
    pub(in crate::changes) fn named(&self) -> Option<u64> {
        match self {
            Self::Table(table) => table.named,
            Self::Trash(rows) => rows.named(),
        }
    }

    /// What the rows must still fit when their turn comes.
    pub(in crate::changes) fn view(&self) -> View {
        match self {
            Self::Table(table) => table.view.clone(),
            Self::Trash(_) => View::default(),
        }
    }

    /// The next rows; none after the last. The table is read beside the transaction.
    pub(in crate::changes) async fn next(
        &mut self,
        transaction: &mut dyn Transaction,
    ) -> Result<Option<KeyBatch>, EngineError> {
        match self {
            Self::Table(table) => table.stream.next().await,
            Self::Trash(rows) => rows.next(transaction).await,
        }
    }

    /// What the keys came to, once all were read.
    pub(in crate::changes) fn sum(self) -> Result<Sum, EngineError> {
        match self {
            Self::Table(table) => table.stream.sum(),
            Self::Trash(rows) => Ok(rows.sum()),
        }
    }
}
