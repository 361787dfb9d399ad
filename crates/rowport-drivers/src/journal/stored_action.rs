use rowport_model::ChangeAction;
use serde::{Deserialize, Serialize};

use crate::error::DriverError;

/// A change set's action as its column holds it: one JSON object with the kind of change as its tag.
#[derive(Debug, Serialize, Deserialize)]
struct StoredAction {
    #[serde(flatten)]
    action: ChangeAction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

/// The column's text.
pub(super) fn write(action: &ChangeAction, request: Option<&str>) -> Result<String, DriverError> {
    let stored = StoredAction { action: action.clone(), request: request.map(str::to_owned) };
    let unfit = |error| DriverError::protocol(format!("a change set's action cannot be stored: {error}"));
    serde_json::to_string(&stored).map_err(unfit)
}

/// The action, and the request that was sent with an idempotency key, summed up.
pub(super) fn read(text: &str) -> Result<(ChangeAction, Option<String>), DriverError> {
    let unfit =
        |error| DriverError::protocol(format!("the journal has an action that cannot be read: {error}"));
    let StoredAction { action, request } = serde_json::from_str(text).map_err(unfit)?;
    Ok((action, request))
}
