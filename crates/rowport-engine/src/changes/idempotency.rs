//! Requests that come again: with the same idempotency key, a change is made once.
//!
//! The key stands in the journal, inserted with the change set in one transaction. So a caller that sends a request
//! again after its
//! answer was lost, or at the same moment, finds the change set that it made.

use std::time::Duration;

use rowport_drivers::journal::{self, ChangeSet};
use serde::Serialize;

use super::apply::steps::steps;
use super::token::digest;
use super::{Changes, Confirmed, Outcome, OutcomeState, Target};
use crate::error::EngineError;

/// A key that came with a request, and what the request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key and whose it is, summed up.
    pub(super) key: String,
    /// The request, summed up.
    pub(super) request: String,
}

/// How many characters a key has at most.
const LONGEST: usize = 255;

/// How often to look whether another attempt has ended a change set.
const LOOK: Duration = Duration::from_millis(100);

/// A change set of which nothing more is done for so many looks is not being worked on.
const PATIENCE: u32 = 50;

impl IdempotencyKey {
    /// The key of a request that asks for this. Another principal's key, or one for another source, is another one even
    /// if it reads the same.
    pub fn new(target: Target<'_>, key: &str, asks: &impl Serialize) -> Result<Self, EngineError> {
        if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(EngineError::BadIdempotencyKey);
        }
        let Target { principal, source, dataset } = target;
        let whose = (principal.id(), principal.access().tenant(), source);
        Ok(Self { key: digest(&(whose, key)), request: digest(&(dataset, asks)) })
    }
}

impl Changes {
    /// The change set that a request with this key has made before; none where there is none yet.
    pub async fn made_before(
        &self,
        target: Target<'_>,
        key: &IdempotencyKey,
    ) -> Result<Option<Confirmed>, EngineError> {
        let Target { principal, source, dataset } = target;
        // A principal who may not read the dataset any more learns nothing of their changes.
        self.sources.catalog_with(principal, source, dataset).await?;
        let mut transaction = self.sources.driver(source)?.begin_reading().await?;
        journal::is_ready(transaction.as_mut()).await?;
        let found = ChangeSet::with_idempotency_key(transaction.as_mut(), &key.key).await?;
        let Some(set) = found else {
            transaction.commit().await?;
            return Ok(None);
        };
        let steps = steps(transaction.as_mut(), set.clone()).await?;
        transaction.commit().await?;
        if set.request.as_ref() != Some(&key.request) {
            return Err(EngineError::IdempotencyKeyReused { change_set: set.id });
        }
        self.sources.permit(principal, set.action.permission(), source, dataset)?;
        let rows = steps.iter().map(|step| step.rows).sum();
        Ok(Some(Confirmed { change_set: set.id, rows, repeated: true }))
    }

    /// Puts a change set down, unless a request with the same key has done so.
    pub(super) async fn once(
        &self,
        target: Target<'_>,
        key: Option<&IdempotencyKey>,
        insert: impl Future<Output = Result<Confirmed, EngineError>> + Send,
    ) -> Result<Confirmed, EngineError> {
        let Some(key) = key else { return insert.await };
        if let Some(confirmed) = self.made_before(target, key).await? {
            return Ok(confirmed);
        }
        let refused = match insert.await {
            Ok(confirmed) => return Ok(confirmed),
            Err(refused) => refused,
        };
        // Perhaps the same request came at the same moment and was first. Then its rows are changed by now, its
        // confirmation is used, or its key is taken: whatever this one failed with is of no account.
        match self.made_before(target, key).await {
            Ok(Some(confirmed)) => Ok(confirmed),
            Err(reused @ EngineError::IdempotencyKeyReused { .. }) => Err(reused),
            Ok(None) | Err(_) => Err(refused),
        }
    }

    /// The outcome of a change set that another attempt works on. It is waited for as long as something of it is
    /// done every
    /// few seconds; one that is open then is not being worked on.
    pub async fn wait(&self, target: Target<'_>, change_set: &str) -> Result<Outcome, EngineError> {
        let mut outcome = self.outcome(target, change_set).await?;
        let mut idle = 0;
        while outcome.state == OutcomeState::Open && idle < PATIENCE {
            tokio::time::sleep(LOOK).await;
            let now = self.outcome(target, change_set).await?;
            idle = if tried(&now) == tried(&outcome) { idle + 1 } else { 0 };
            outcome = now;
        }
        Ok(outcome)
    }
}

fn tried(outcome: &Outcome) -> u64 {
    let cascade: u64 =
        outcome.cascade.iter().map(|cascade| cascade.done + cascade.failed + cascade.skipped).sum();
    outcome.done + outcome.failed + outcome.skipped + cascade
}
