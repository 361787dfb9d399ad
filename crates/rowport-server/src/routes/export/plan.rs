use axum::Json;
use axum::extract::State;
use rowport_engine::export::ExportPlan;

use super::body::{ExportBody, ExportParams};
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath, ApiQuery};
use crate::problems::{BodyProblems, ExportProblems};
use crate::routes::request::DatasetPath;

/// What an export will be: rows, tier and why, size, name.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/export/plan",
    tag = "exports",
    params(DatasetPath, ExportParams),
    responses((status = 200, description = "The plan", body = ExportPlan), ExportProblems)
)]
pub(crate) async fn get_export_plan(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiQuery(params): ApiQuery<ExportParams>,
) -> Result<Json<ExportPlan>, ApiError> {
    let request = params.request()?;
    Ok(Json(state.sources.plan_export(&principal, &path.source, &path.dataset, &request).await?))
}

/// What an export will be that is too long for an address.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/export/plan",
    tag = "exports",
    params(DatasetPath),
    request_body = ExportBody,
    responses((status = 200, description = "The plan", body = ExportPlan), ExportProblems, BodyProblems)
)]
pub(crate) async fn post_export_plan(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<ExportBody>,
) -> Result<Json<ExportPlan>, ApiError> {
    let request = body.request()?;
    Ok(Json(state.sources.plan_export(&principal, &path.source, &path.dataset, &request).await?))
}
