use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rowport_model::Principal;
use rowport_store::{EventsWanted, StoreError};

use super::AuditParams;
use crate::AppState;
use crate::access::{Action, AuditActor, CurrentPrincipal, record};
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;

/// Events at a time.
const PAGE: u32 = 1_000;

/// The audit as NDJSON, the latest event first; `limit` does not count here.
#[utoipa::path(
    get,
    path = "/api/v1/audit/export",
    tag = "audit",
    params(AuditParams),
    responses((status = 200, description = "The events, one on each line", content_type = "application/x-ndjson"), StateProblems)
)]
pub(crate) async fn export_audit(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiQuery(params): ApiQuery<AuditParams>,
) -> Result<Response, ApiError> {
    let keys = params.row_keys(&state, &principal).await?;
    let action =
        Action { name: "audit.exported", dataset: None, subject: None, detail: serde_json::json!({}) };
    record(&state, actor, action).await?;
    let start = (state, principal, (params, keys), Some(i64::MAX));
    // A page at a time, each when the one before was taken; the events are in the order of their numbers, so that
    // those that come meanwhile do not move any.
    let lines = stream::try_unfold(start, |(state, principal, (mut params, keys), next)| async move {
        let Some(before) = next else { return Ok::<_, StoreError>(None) };
        params.before = Some(params.before.unwrap_or(i64::MAX).min(before));
        let (text, last) = page(&state, &principal, (&params, keys.as_deref())).await?;
        Ok((!text.is_empty()).then(|| (Bytes::from(text), (state, principal, (params, keys), last))))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.ndjson\"")),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// The lines of a page, and its last number when there may be more.
async fn page(
    state: &AppState,
    principal: &Principal,
    (params, keys): (&AuditParams, Option<&[String]>),
) -> Result<(String, Option<i64>), StoreError> {
    // It was checked before the answer began.
    let Ok(wanted) = params.wanted(principal, keys) else { return Ok((String::new(), None)) };
    let events = state.store.audit().list(EventsWanted { limit: PAGE, ..wanted }).await?;
    let full = events.len() == PAGE as usize;
    let last = events.last().filter(|_| full).map(|event| event.seq);
    let mut text = String::new();
    for event in &events {
        // Texts and numbers; serialising them cannot fail.
        text.push_str(&serde_json::to_string(event).unwrap_or_default());
        text.push('\n');
    }
    Ok((text, last))
}
