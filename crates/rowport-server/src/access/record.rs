use rowport_store::{Actor, NewEvent};
use serde_json::Value;

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
    let (store, desk) = (state.store.clone(), state.desk.clone());
    let recording = async move {
        let event = NewEvent {
            action: action.name,
            dataset: action.dataset.as_ref().map(|(source, dataset)| (source.as_str(), dataset.as_str())),
            subject: action.subject.as_deref(),
            detail: action.detail,
        };
        Ok(store.audit().record(desk.clock().as_ref(), &actor, event).await?)
    };
    detached(recording).await
}
