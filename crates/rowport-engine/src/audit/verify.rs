use std::path::Path;

use rowport_model::Principal;
use rowport_store::{Store, Verified};

use super::read_anchors;
use crate::error::EngineError;

/// Reads what the principal may know of the audit, and reports events that were altered, removed or added: all of it,
/// compared with the anchors in this file; for a principal of a tenant, the tenant's chain.
pub async fn verify(store: &Store, principal: &Principal, anchors: &Path) -> Result<Verified, EngineError> {
    if let Some(tenant) = principal.access().tenant() {
        return Ok(store.audit().verify_tenant(tenant).await?);
    }
    let file = anchors.to_owned();
    // Before the events: an anchor that is dropped meanwhile would know of more than is read here.
    let anchors = tokio::task::spawn_blocking(move || read_anchors(&file)).await;
    let anchors = anchors.map_err(std::io::Error::other).and_then(|anchors| anchors);
    let anchors = anchors.map_err(|error| EngineError::internal(format!("the audit's anchors: {error}")))?;
    Ok(store.audit().verify(store.audit_key(), &anchors).await?)
}
