use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::{DatasetRef, SavedView};

use super::ViewBody;
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, SavingProblems};
use crate::routes::request::DatasetPath;

/// Saves a view under a name.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/views",
    tag = "views",
    params(DatasetPath),
    request_body = ViewBody,
    responses(
        (
            status = 201, description = "The saved view", body = SavedView,
            links(
                ("update" = (
                    operation_id = "update_view",
                    parameters(
                        ("source" = "$request.path.source"),
                        ("dataset" = "$request.path.dataset"),
                        ("id" = "$response.body#/id")
                    )
                )),
                ("delete" = (
                    operation_id = "delete_view",
                    parameters(
                        ("source" = "$request.path.source"),
                        ("dataset" = "$request.path.dataset"),
                        ("id" = "$response.body#/id")
                    )
                ))
            )
        ),
        SavingProblems,
        BodyProblems
    )
)]
pub(crate) async fn create_view(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<ViewBody>,
) -> Result<(StatusCode, Json<SavedView>), ApiError> {
    let view = body.view.view()?;
    super::check(&state, &principal, &path, Some(&view)).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    let clock = state.sources.clock().as_ref();
    let saved = state.store.views().by(&actor).create(&principal, clock, dataset, &body.name, &view).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}
