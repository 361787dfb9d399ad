use axum::Json;
use axum::extract::State;
use rowport_engine::changes::{BulkAction, Preview, Request, Target};
use rowport_model::Principal;

use super::{DeleteBody, RowsBody, SetBody};
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{BodyProblems, RowsProblems};
use crate::room::KeysJson;
use crate::routes::request::DatasetPath;

/// What deleting rows would come to, and the confirmation for exactly these.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/delete/preview",
    tag = "changes",
    params(DatasetPath),
    request_body = DeleteBody,
    responses((status = 200, description = "What would be done", body = Preview), RowsProblems, BodyProblems)
)]
pub(crate) async fn preview_delete(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    KeysJson(body, _room): KeysJson<DeleteBody>,
) -> Result<Json<Preview>, ApiError> {
    preview(&state, &principal, &path, &body.request()?.0).await
}

/// What setting fields would come to, and the confirmation for exactly these rows.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/set/preview",
    tag = "changes",
    params(DatasetPath),
    request_body = SetBody,
    responses((status = 200, description = "What would be done", body = Preview), RowsProblems, BodyProblems)
)]
pub(crate) async fn preview_set(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    KeysJson(body, _room): KeysJson<SetBody>,
) -> Result<Json<Preview>, ApiError> {
    preview(&state, &principal, &path, &body.request()?.0).await
}

/// What bringing rows of the trash back would come to, and the confirmation for exactly these.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/restore/preview",
    tag = "changes",
    params(DatasetPath),
    request_body = RowsBody,
    responses((status = 200, description = "What would be done", body = Preview), RowsProblems, BodyProblems)
)]
pub(crate) async fn preview_restore(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    KeysJson(body, _room): KeysJson<RowsBody>,
) -> Result<Json<Preview>, ApiError> {
    preview(&state, &principal, &path, &body.request(BulkAction::Restore)?.0).await
}

/// What removing rows of the trash for good would come to, and the confirmation for exactly these.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/bulk/purge/preview",
    tag = "changes",
    params(DatasetPath),
    request_body = RowsBody,
    responses((status = 200, description = "What would be done", body = Preview), RowsProblems, BodyProblems)
)]
pub(crate) async fn preview_purge(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    KeysJson(body, _room): KeysJson<RowsBody>,
) -> Result<Json<Preview>, ApiError> {
    preview(&state, &principal, &path, &body.request(BulkAction::Purge)?.0).await
}

async fn preview(
    state: &AppState,
    principal: &Principal,
    path: &DatasetPath,
    request: &Request,
) -> Result<Json<Preview>, ApiError> {
    let target = Target { principal, source: &path.source, dataset: &path.dataset };
    Ok(Json(state.changes.preview(target, request).await?))
}
