use axum::Json;
use axum::extract::State;
use rowport_store::{DatasetRef, SavedView};

use super::{ViewBody, ViewPath};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, SavingProblems};

/// Replaces a saved view and its name.
#[utoipa::path(
    put,
    path = "/api/v1/sources/{source}/datasets/{dataset}/views/{id}",
    tag = "views",
    params(ViewPath),
    request_body = ViewBody,
    responses((status = 200, description = "The saved view", body = SavedView), SavingProblems, BodyProblems)
)]
pub(crate) async fn update_view(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<ViewPath>,
    ApiJson(body): ApiJson<ViewBody>,
) -> Result<Json<SavedView>, ApiError> {
    let (path, id) = path.split();
    let view = body.view.view()?;
    super::check(&state, &principal, &path, Some(&view)).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    let clock = state.sources.clock().as_ref();
    Ok(Json(state.store.views().by(&actor).update(&principal, clock, dataset, &id, &body.name, &view).await?))
}
