use axum::Json;
use axum::extract::State;
use rowport_store::{AuditEvent, EventsWanted};
use serde::Serialize;
use utoipa::ToSchema;

use super::AuditParams;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;

/// A page of the audit.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The latest first.
    events: Vec<AuditEvent>,
    /// What to give as `before` for the next page; `null` when this is the last one.
    next: Option<i64>,
}

/// The audit.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "audit",
    params(AuditParams),
    responses((status = 200, description = "The events", body = AuditPage), StateProblems)
)]
pub(crate) async fn list_audit(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiQuery(params): ApiQuery<AuditParams>,
) -> Result<Json<AuditPage>, ApiError> {
    let keys = params.row_keys(&state, &principal).await?;
    let wanted = params.wanted(&principal, keys.as_deref())?;
    let limit = wanted.limit as usize;
    // One more than asked for tells whether there is another page.
    let wanted = EventsWanted { limit: wanted.limit + 1, ..wanted };
    let mut events = state.store.audit().list(wanted).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    let next = if more { events.last().map(|event| event.seq) } else { None };
    Ok(Json(AuditPage { events, next }))
}
