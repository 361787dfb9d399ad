//! How far the work of a run has come, for the attempt that follows.

use std::sync::Arc;

use rowport_store::{Claim, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::EngineError;

/// The checkpoint of a run. What is in it is the kind's own affair: a position to go on from, at most
/// [`MAX_CHECKPOINT_BYTES`](rowport_store::MAX_CHECKPOINT_BYTES) of JSON.
pub struct Checkpoint {
    store: Arc<Store>,
    claim: Claim,
}

impl Checkpoint {
    /// The checkpoint of a claimed run.
    pub fn new(store: Arc<Store>, claim: Claim) -> Self {
        Self { store, claim }
    }

    /// What the attempts before this one noted last. None where none did, or where another version of this program noted
    /// it in a way that this one cannot read: the work begins anew then.
    pub fn last<T: DeserializeOwned>(&self) -> Option<T> {
        let checkpoint = self.claim.checkpoint.as_ref()?;
        match T::deserialize(checkpoint) {
            Ok(checkpoint) => Some(checkpoint),
            Err(error) => {
                tracing::warn!(%error, "the checkpoint cannot be read, so the work begins anew");
                None
            }
        }
    }

    /// Notes how far the work is. It is written behind the fence: an attempt that has lost its run, or is to be
    /// cancelled, notes nothing and answers `run_lost`.
    pub async fn save<T: Serialize>(&self, checkpoint: &T) -> Result<(), EngineError> {
        let checkpoint =
            serde_json::to_value(checkpoint).map_err(|error| EngineError::internal(error.to_string()))?;
        let (store, claim) = (Arc::clone(&self.store), self.claim.clone());
        // A task of its own, so that no transaction is left half done by work that is broken off.
        let saving = tokio::spawn(async move { store.runs().checkpoint(&claim, &checkpoint).await });
        saving.await.map_err(|error| EngineError::internal(error.to_string()))??;
        Ok(())
    }
}
