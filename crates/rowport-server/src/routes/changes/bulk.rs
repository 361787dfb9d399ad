use axum::extract::State;
use axum::response::Response;
use rowport_engine::changes::{BulkAction, Outcome};

use super::carry_out::confirm;
use super::{ChangeHeaders, DeleteBody, RowsBody, SetBody, Started};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{BodyProblems, ChangeProblems, RowsProblems};
use crate::room::KeysJson;
use crate::routes::request::DatasetPath;

/// Deletes the rows that were confirmed. They are in the trash afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/delete",
    tag = "changes",
    params(DatasetPath, ChangeHeaders),
    request_body = DeleteBody,
    responses(
        (status = 200, description = "All of them were deleted", body = Outcome),
        (status = 202, description = "They are so many that a run does it", body = Started),
        (status = 207, description = "Some were not, and are listed", body = Outcome),
        RowsProblems,
        BodyProblems,
        ChangeProblems
    )
)]
pub(crate) async fn delete_rows(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    headers: ChangeHeaders,
    KeysJson(body, _room): KeysJson<DeleteBody>,
) -> Result<Response, ApiError> {
    let request = body.request()?;
    confirm(state, (principal, actor), path, headers, request).await
}

/// Sets fields in the rows that were confirmed.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/set",
    tag = "changes",
    params(DatasetPath, ChangeHeaders),
    request_body = SetBody,
    responses(
        (status = 200, description = "All of them were changed", body = Outcome),
        (status = 202, description = "They are so many that a run does it", body = Started),
        (status = 207, description = "Some were not, and are listed", body = Outcome),
        RowsProblems,
        BodyProblems,
        ChangeProblems
    )
)]
pub(crate) async fn set_fields(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    headers: ChangeHeaders,
    KeysJson(body, _room): KeysJson<SetBody>,
) -> Result<Response, ApiError> {
    let request = body.request()?;
    confirm(state, (principal, actor), path, headers, request).await
}

/// Brings the rows of the trash back that were confirmed. Of rows with the same key it is the one that was deleted last.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/restore",
    tag = "changes",
    params(DatasetPath, ChangeHeaders),
    request_body = RowsBody,
    responses(
        (status = 200, description = "All of them were restored", body = Outcome),
        (status = 202, description = "They are so many that a run does it", body = Started),
        (status = 207, description = "Some were not, and are listed", body = Outcome),
        RowsProblems,
        BodyProblems,
        ChangeProblems
    )
)]
pub(crate) async fn restore_rows(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    headers: ChangeHeaders,
    KeysJson(body, _room): KeysJson<RowsBody>,
) -> Result<Response, ApiError> {
    let request = body.request(BulkAction::Restore)?;
    confirm(state, (principal, actor), path, headers, request).await
}

/// Removes the rows of the trash for good that were confirmed. Nothing brings them back.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/purge",
    tag = "changes",
    params(DatasetPath, ChangeHeaders),
    request_body = RowsBody,
    responses(
        (status = 200, description = "All of them were removed", body = Outcome),
        (status = 202, description = "They are so many that a run does it", body = Started),
        (status = 207, description = "Some were not, and are listed", body = Outcome),
        RowsProblems,
        BodyProblems,
        ChangeProblems
    )
)]
pub(crate) async fn purge_rows(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    headers: ChangeHeaders,
    KeysJson(body, _room): KeysJson<RowsBody>,
) -> Result<Response, ApiError> {
    let request = body.request(BulkAction::Purge)?;
    confirm(state, (principal, actor), path, headers, request).await
}
