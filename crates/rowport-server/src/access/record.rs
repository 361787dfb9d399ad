use rowport_store::{Actor, NewEvent};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::AppState;
use crate::error::ApiError;
use crate::routes::runs::detached;

/// An action that changes nothing in the state and stands in the audit all the same.
pub(crate) struct Action {
    /// What was done.
    pub(crate) name: &'static str,
    /// In which source and dataset.
    pub(crate) dataset: Option<(String, String)>,
    /// What it was done to.
    pub(crate) subject: Option<String>,
    /// More.
    pub(crate) detail: Value,
}

/// Writes an action down, in a task of its own: a client that goes away must not leave a transaction half begun.
pub(crate) async fn record(state: &AppState, actor: Actor, action: Action) -> Result<(), ApiError> {
    write(state, actor, action, None).await
}

/// Writes an action down that these parts name: once, however often it is done.
pub(crate) async fn record_once(
    state: &AppState,
    actor: Actor,
    action: Action,
    parts: &[&str],
) -> Result<(), ApiError> {
    // A JSON list says where each part ends.
    let named = serde_json::json!([action.name, parts]).to_string();
    let id = Sha256::digest(named).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    write(state, actor, action, Some(id)).await
}

async fn write(state: &AppState, actor: Actor, action: Action, id: Option<String>) -> Result<(), ApiError> {
    let (store, sources) = (state.store.clone(), state.sources.clone());
    let recording = async move {
        let event = NewEvent {
            action: action.name,
            dataset: action.dataset.as_ref().map(|(source, dataset)| (source.as_str(), dataset.as_str())),
            subject: action.subject.as_deref(),
            detail: action.detail,
        };
        let (audit, clock) = (store.audit(), sources.clock().as_ref());
        match id {
            Some(id) => audit.record_once(clock, &actor, &id, event).await?,
            None => audit.record(clock, &actor, event).await?,
        }
        Ok(())
    };
    detached(recording).await
}
