//! From a confirmation to a change set: the keys are stored as they were confirmed, and then the change is applied.

use rowport_drivers::journal::{self, ChangeSet, ChangeSetState, NewChangeSet, NewChunk};
use rowport_drivers::{DriverError, Refusal, Transaction};
use rowport_model::{ChangeAction, ChangeKind, Principal, ResolvedDataset, Selection, Terms};
use rowport_store::Actor;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::apply::job::Job;
use super::apply::steps::steps;
use super::apply::work_on;
use super::cascade::{InsertContext, digest_of};
use super::preview::schema_of;
use super::selection::chosen_rows::ChosenRows;
use super::selection::{CHUNK, KeyBatch};
use super::token::{ConfirmationClaims, digest};
use super::{
    BulkAction, Changes, IdempotencyKey, ImageColumn, Outcome, OutcomeState, Target, images, known, outcome,
};
use crate::blocking::heavily;
use crate::error::EngineError;

/// An action on many rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Request {
    /// What is done.
    #[serde(flatten)]
    pub action: BulkAction,
    /// With which rows.
    pub selection: Selection,
    /// Do nothing unless everything can be done.
    #[serde(default)]
    pub all_or_nothing: bool,
    /// Delete rows of other datasets that the database would delete with these, and cut those loose that it would. They
    /// come back with them.
    #[serde(default)]
    pub cascade: bool,
}

impl Request {
    /// An action on rows, of which one that fails blocks no other, without a cascade.
    pub fn new(action: BulkAction, selection: Selection) -> Self {
        Self { action, selection, all_or_nothing: false, cascade: false }
    }

    /// The request, summed up.
    pub(super) fn digest(&self) -> String {
        let keys = match &self.selection {
            Selection::Keys(keys) => keys.len(),
            Selection::View { .. } => 0,
        };
        heavily(keys, || digest(self))
    }
}

/// A change set that is stored and waits to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// The change set.
    pub change_set: String,
    /// How many rows it has, with its cascade.
    pub rows: u64,
    /// Whether a request with the same idempotency key put it down before.
    pub repeated: bool,
}

/// The numbers of two chunks lie so far apart that there is one for every row between them.
pub(super) const STRIDE: i64 = 2 * CHUNK as i64;

impl Changes {
    /// Puts a confirmed action down, with the keys of exactly the rows that were shown: once for each idempotency key.
    pub async fn confirm(
        &self,
        target: Target<'_>,
        actor: &Actor,
        request: &Request,
        confirmation: &str,
        key: Option<&IdempotencyKey>,
    ) -> Result<Confirmed, EngineError> {
        self.once(target, key, self.confirm_now(target, actor, request, confirmation, key)).await
    }

    async fn confirm_now(
        &self,
        target: Target<'_>,
        actor: &Actor,
        request: &Request,
        confirmation: &str,
        key: Option<&IdempotencyKey>,
    ) -> Result<Confirmed, EngineError> {
        let Target { principal, source, dataset } = target;
        let now = self.sources.clock().now();
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        self.permitted(&catalog, target, &request.action)?;
        let shown = self.signer.read(confirmation, now)?;
        // What the dataset was when it was shown may be remembered; what it is now must not be.
        let catalog = self.sources.catalog_afresh(principal, source, dataset).await?;
        let resolved = self.permitted(&catalog, target, &request.action)?;
        self.refuse_others(&shown, target, request, &resolved)?;
        let cascade = self.cascade(principal, source, &catalog, &resolved, request)?;
        let Request { action, selection, .. } = request;
        let mut chosen = ChosenRows::of(&self.sources, source, &resolved, action, selection, now)?;
        let terms = Terms { view: chosen.view(), all_or_nothing: request.all_or_nothing };
        let new = self.new_set(shown.id.clone(), principal, actor, &resolved, action.change(terms));
        let new = NewChangeSet {
            request: key.map(|key| key.request.clone()),
            idempotency_key: key.map(|key| key.key.clone()),
            rows: shown.rows,
            ..new
        };
        let mut transaction = self.sources.driver(source)?.begin().await?;
        journal::is_ready(transaction.as_mut()).await?;
        new.insert(transaction.as_mut()).await.map_err(|error| match error {
            DriverError::RowRefused { reason: Refusal::Unique, .. } => {
                EngineError::ConfirmedBefore { change_set: shown.id.clone() }
            }
            other => other.into(),
        })?;
        Self::insert_chunks(transaction.as_mut(), &shown.id, &mut chosen).await?;
        let sum = chosen.sum()?;
        if !shown.is_of(&sum, &self.signer) {
            // Dropping the transaction takes the change set back.
            return Err(EngineError::SelectionChanged { shown: shown.rows, found: sum.rows });
        }
        let mut rows = shown.rows;
        if let Some(cascade) = cascade {
            let (first, all_or_nothing) = (shown.id.as_str(), request.all_or_nothing);
            let place = InsertContext { changes: self, target, actor, first, all_or_nothing };
            let (cascaded, _) = cascade.insert_change_sets(&place, transaction.as_mut()).await?;
            if shown.cascade != Some(self.signer.keyed("cascade", &digest_of(&cascaded))) {
                return Err(EngineError::DependentsChanged);
            }
            rows += cascaded.iter().map(|set| set.rows).sum::<u64>();
        }
        transaction.commit().await?;
        Ok(Confirmed { change_set: shown.id, rows, repeated: false })
    }

    /// Puts the keys of rows down as the chunks of a change set.
    pub(super) async fn insert_chunks(
        transaction: &mut dyn Transaction,
        change_set: &str,
        chosen: &mut ChosenRows<'_>,
    ) -> Result<(), EngineError> {
        let mut number = 0;
        while let Some(KeyBatch { keys, from }) = chosen.next(transaction).await? {
            let (rows, keys) = (keys.num_rows() as u64, images::pack(&keys)?);
            NewChunk { chunk: number, rows, keys, from }.insert(transaction, change_set).await?;
            number += STRIDE;
        }
        Ok(())
    }

    /// Works on a change set until it has ended, or until it is told to stop: then it is still open. What the principal
    /// may do is asked again now.
    pub async fn work(
        &self,
        target: Target<'_>,
        change_set: &str,
        attempt: u32,
        cancel: &CancellationToken,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Outcome, EngineError> {
        let Target { principal, source, dataset } = target;
        // A column that came a moment ago belongs to the images as well.
        let catalog = self.sources.catalog_afresh(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        let driver = self.sources.driver(source)?;
        let mut transaction = driver.begin_reading().await?;
        let found = ChangeSet::find(transaction.as_mut(), change_set).await?;
        let set = known(found, change_set, dataset, principal.access().tenant())?;
        let steps = steps(transaction.as_mut(), set).await?;
        let mut jobs = Vec::with_capacity(steps.len());
        for set in steps {
            let of_set = self.permitted_step(transaction.as_mut(), &catalog, target, &set).await?;
            if OutcomeState::from(set.state) == OutcomeState::Open {
                jobs.push(Job::new(&self.sources, of_set, source, set, attempt).await?);
            }
        }
        transaction.commit().await?;
        if !jobs.is_empty() {
            let worked = work_on(&jobs, cancel, &mut progress).await;
            // What was done is told, however it ended.
            self.sources.touched.note(source);
            worked?;
        }
        outcome::outcome(driver.as_ref(), &catalog, &resolved, change_set).await
    }

    /// Ends a change set that was stopped. What was done stays done, and can be undone.
    pub async fn cancel(
        &self,
        target: Target<'_>,
        change_set: &str,
        attempt: u32,
    ) -> Result<(), EngineError> {
        self.outcome(target, change_set).await?;
        let mut transaction = self.sources.driver(target.source)?.begin().await?;
        let set = ChangeSet::find(transaction.as_mut(), change_set).await?;
        let set = set.ok_or_else(|| EngineError::UnknownChangeSet { id: change_set.to_owned() })?;
        let (state, now) = (ChangeSetState::Cancelled, self.sources.clock().now().as_millisecond());
        let mut ended = false;
        for set in steps(transaction.as_mut(), set).await? {
            ended |= ChangeSet::end(transaction.as_mut(), &set.id, attempt, state, now).await?;
        }
        match ended {
            true => Ok(transaction.commit().await?),
            false => Err(EngineError::Overtaken),
        }
    }

    /// The attempt that takes a change set over from the attempt before.
    pub async fn next_attempt(&self, target: Target<'_>, change_set: &str) -> Result<u32, EngineError> {
        self.outcome(target, change_set).await?;
        let mut transaction = self.sources.driver(target.source)?.begin_reading().await?;
        let set = ChangeSet::find(transaction.as_mut(), change_set).await?;
        let set = set.ok_or_else(|| EngineError::UnknownChangeSet { id: change_set.to_owned() })?;
        let mut latest = 0;
        // One that has ended was not claimed with the others.
        for set in steps(transaction.as_mut(), set).await? {
            latest = latest.max(ChangeSet::attempt(transaction.as_mut(), &set.id).await?);
        }
        transaction.commit().await?;
        Ok(latest.saturating_add(1))
    }

    /// What came of a change set so far.
    pub async fn outcome(&self, target: Target<'_>, change_set: &str) -> Result<Outcome, EngineError> {
        let Target { principal, source, dataset } = target;
        let catalog = self.sources.catalog_with(principal, source, dataset).await?;
        let resolved =
            catalog.dataset(dataset).ok_or_else(|| EngineError::internal("the dataset went away"))?;
        // Failures name rows by their keys.
        resolved.change_key()?;
        let driver = self.sources.driver(source)?;
        let mut transaction = driver.begin_reading().await?;
        let found = ChangeSet::find(transaction.as_mut(), change_set).await?;
        transaction.commit().await?;
        known(found, change_set, dataset, principal.access().tenant())?;
        outcome::outcome(driver.as_ref(), &catalog, &resolved, change_set).await
    }

    /// Refuses a confirmation of another principal, or for another request.
    fn refuse_others(
        &self,
        shown: &ConfirmationClaims,
        target: Target<'_>,
        request: &Request,
        resolved: &ResolvedDataset<'_>,
    ) -> Result<(), EngineError> {
        let Target { principal, source, dataset } = target;
        let refuse = |message: &str| Err(EngineError::BadConfirmation { message: message.to_owned() });
        if shown.principal != principal.id() {
            return refuse("it was given to somebody else");
        }
        let asked = self.signer.keyed("request", &request.digest());
        if shown.source != source || shown.dataset != dataset || shown.request != asked {
            return refuse("it is for something else");
        }
        if shown.schema != self.signer.keyed("schema", &schema_of(resolved)) {
            return refuse("the dataset has other columns now");
        }
        Ok(())
    }

    pub(super) fn new_set(
        &self,
        id: String,
        principal: &Principal,
        actor: &Actor,
        dataset: &ResolvedDataset<'_>,
        action: ChangeAction,
    ) -> NewChangeSet {
        let now = self.sources.clock().now();
        let columns: Vec<_> = dataset
            .stored_columns()
            .into_iter()
            .map(|column| ImageColumn { name: column.name, native_type: column.native_type })
            .collect();
        // Made of texts and flags; serialising them cannot fail.
        let json = |text: Result<String, serde_json::Error>| text.unwrap_or_default();
        NewChangeSet {
            id,
            dataset: dataset.name().to_string(),
            request: None,
            columns: json(serde_json::to_string(&columns)),
            actor: principal.id().to_owned(),
            actor_name: principal.name().to_owned(),
            tenant: principal.access().tenant().map(str::to_owned),
            request_id: actor.request.clone(),
            address: actor.address.clone(),
            run_id: None,
            undoes: None,
            parent_change_set: None,
            sequence: 0,
            idempotency_key: None,
            rows: 0,
            created_at: now.as_millisecond(),
            undo_until: match action.kind() {
                ChangeKind::Purge => now.as_millisecond(),
                ChangeKind::Delete | ChangeKind::Set | ChangeKind::Restore | ChangeKind::Undo => {
                    now.saturating_add(self.sources.changes.undo).unwrap_or(now).as_millisecond()
                }
            },
            action,
        }
    }
}
