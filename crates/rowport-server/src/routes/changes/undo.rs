use axum::extract::State;
use axum::response::Response;
use rowport_engine::changes::{Outcome, Target, UndoRequest};

use super::super::runs::detached;
use super::carry_out::carry_out;
use super::{ChangeHeaders, ChangePath, Started};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{BodyProblems, ChangeProblems, RowsProblems};
use crate::room::KeysJson;

/// Takes a change back, all of it or some rows. It needs what the change needed: `records.delete` or `records.update`.
///
/// Rows that were changed since are skipped and listed. An undo is a change too, and can be undone.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/changes/{id}/undo",
    tag = "changes",
    params(ChangePath, ChangeHeaders),
    request_body = UndoRequest,
    responses(
        (status = 200, description = "All of it was taken back", body = Outcome),
        (status = 202, description = "There are so many rows that a run does it", body = Started),
        (status = 207, description = "Some rows were left as they are, and are listed", body = Outcome),
        RowsProblems,
        BodyProblems,
        ChangeProblems
    )
)]
pub(crate) async fn undo_change(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<ChangePath>,
    headers: ChangeHeaders,
    KeysJson(body, _room): KeysJson<UndoRequest>,
) -> Result<Response, ApiError> {
    detached(async move {
        let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
        let key = headers.key(target, &(&path.id, &body))?;
        let confirmed = state.changes.undo(target, &actor, &path.id, &body, key.as_ref()).await?;
        carry_out(&state, target, &actor, ("change.undone", confirmed)).await
    })
    .await
}
