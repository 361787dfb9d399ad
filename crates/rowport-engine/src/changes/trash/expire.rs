//! What has been in the trash for long enough is removed for good.

use jiff::Timestamp;
use rowport_drivers::journal::{self, NewChangeSet};
use rowport_model::{ChangeAction, Deleted, Principal, ResolvedDataset, Selection, Terms, View};
use rowport_store::{Actor, NewEvent, Store};
use tokio_util::sync::CancellationToken;

use crate::changes::selection::Chosen;
use crate::changes::selection::chosen_rows::ChosenRows;
use crate::changes::trash::TrashedRows;
use crate::changes::{Changes, Outcome, Target};
use crate::error::EngineError;

/// The actor that removes what has expired, in journals and audits.
const EXPIRY: &str = "expiry";

impl Changes {
    /// Removes what has been in the trash for long enough from every dataset. One source that cannot be looked through does
    /// not keep the others from it; the first error is the answer.
    pub(crate) async fn expire_everywhere(
        &self,
        store: &Store,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        let mut ended = Ok(());
        for source in self.sources.sources(&Principal::local()) {
            if stop.is_cancelled() {
                break;
            }
            if let Err(error) = self.expire_source(&source.name, store, stop).await {
                tracing::warn!(source = source.name, %error, "its trash cannot be looked through");
                ended = ended.and(Err(error));
            }
        }
        ended
    }

    async fn expire_source(
        &self,
        source: &str,
        store: &Store,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        match self.journal(source).await {
            // Rows of such a source are not changed through Rowport.
            Err(EngineError::Driver(error)) if error.is_unprepared() => return Ok(()),
            other => other?,
        }
        let catalog = self.sources.catalog(&Principal::local(), source).await?;
        let datasets: Vec<String> = catalog.datasets().map(|dataset| dataset.name().to_string()).collect();
        for dataset in datasets {
            if stop.is_cancelled() {
                break;
            }
            match self.expire(source, &dataset).await {
                Ok(None) => {}
                Ok(Some(outcome)) => {
                    tracing::info!(source, dataset, rows = outcome.done, "removed from the trash");
                    let actor =
                        Actor { principal: EXPIRY.to_owned(), name: EXPIRY.to_owned(), ..Actor::default() };
                    let event = NewEvent {
                        action: "rows.expired",
                        dataset: Some((source, &dataset)),
                        subject: Some(&outcome.change_set),
                        detail: serde_json::json!({ "rows": outcome.done }),
                    };
                    store.audit().record(self.sources.clock().as_ref(), &actor, event).await?;
                }
                Err(error) => {
                    tracing::warn!(source, dataset, %error, "its trash cannot be looked through");
                }
            }
        }
        Ok(())
    }

    /// Removes the rows of a dataset that have been in the trash for as long as they are kept; none where there are
    /// none. A row that is restored in the same instant lives: whether it is still in the trash, and since when,
    /// is looked at once more under the row's lock.
    pub async fn expire(&self, source: &str, dataset: &str) -> Result<Option<Outcome>, EngineError> {
        let local = Principal::local();
        let target = Target { principal: &local, source, dataset };
        let now = self.sources.clock().now();
        let Ok(moment) = now.checked_sub(self.sources.changes.trash) else { return Ok(None) };
        let catalog = self.sources.catalog_with(&local, source, dataset).await?;
        let resolved = catalog.dataset(dataset).filter(|dataset| dataset.change_key().is_ok());
        let Some(resolved) = resolved else { return Ok(None) };
        if resolved.soft_delete().is_some() && !self.sources.changes.purge_marked {
            return Ok(None);
        }
        let mut transaction = self.sources.driver(source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let mut expired = self.expired(&resolved, source, moment)?;
        while expired.next(transaction.as_mut()).await?.is_some() {}
        let sum = expired.sum()?;
        if sum.rows == 0 {
            transaction.commit().await?;
            return Ok(None);
        }
        let id = self.ids.next(now);
        let expired_before = Some(moment.as_millisecond());
        let action = ChangeAction::Purge { terms: Terms::default(), expired_before };
        let actor = Actor::default();
        let new = self.new_set(id.clone(), &local, &actor, &resolved, action);
        let (actor, actor_name) = (EXPIRY.to_owned(), EXPIRY.to_owned());
        NewChangeSet { rows: sum.rows, actor, actor_name, ..new }.insert(transaction.as_mut()).await?;
        let mut expired = self.expired(&resolved, source, moment)?;
        Self::insert_chunks(transaction.as_mut(), &id, &mut expired).await?;
        transaction.commit().await?;
        self.work(target, &id, 1, &CancellationToken::new(), |_| {}).await.map(Some)
    }

    /// The rows that were deleted before a moment.
    fn expired<'a>(
        &'a self,
        dataset: &'a ResolvedDataset<'a>,
        source: &'a str,
        moment: Timestamp,
    ) -> Result<ChosenRows<'a>, EngineError> {
        let everything = Selection::View { view: View::default(), except: Vec::new() };
        if dataset.soft_delete().is_none() {
            let rows = TrashedRows::new(dataset, &everything, false)?;
            return Ok(ChosenRows::of_trash(rows.before(moment.as_millisecond())));
        }
        let deleted = dataset.clone().with_deleted(Deleted::Before(moment));
        let chosen = Chosen::of(&deleted, &everything, moment)?;
        Ok(ChosenRows::of_table(chosen, &self.sources, source))
    }
}
