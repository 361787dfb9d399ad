use axum::extract::State;
use axum::response::Response;
use rowport_engine::changes::Outcome;

use super::{DeleteBody, SetBody, Started, confirm};
use crate::AppState;
use crate::access::{Acting, Caller};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, ChangeProblems, RowsProblems};
use crate::routes::request::DatasetPath;

/// Deletes the rows that were confirmed. They are in the trash afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/delete",
    tag = "changes",
    params(DatasetPath),
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
    Caller(principal): Caller,
    Acting(actor): Acting,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<DeleteBody>,
) -> Result<Response, ApiError> {
    let request = body.request()?;
    confirm(state, principal, actor, path, request).await
}

/// Sets fields in the rows that were confirmed.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/set",
    tag = "changes",
    params(DatasetPath),
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
    Caller(principal): Caller,
    Acting(actor): Acting,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<SetBody>,
) -> Result<Response, ApiError> {
    let request = body.request()?;
    confirm(state, principal, actor, path, request).await
}
