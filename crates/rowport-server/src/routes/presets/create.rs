use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rowport_store::DatasetRef;

use super::{ColumnPreset, PresetBody};
use crate::AppState;
use crate::access::{AuditActor, CurrentPrincipal};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, SavingProblems};
use crate::routes::request::DatasetPath;

/// Saves a list of columns under a name.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/presets",
    tag = "presets",
    params(DatasetPath),
    request_body = PresetBody,
    responses(
        (
            status = 201, description = "The saved preset", body = ColumnPreset,
            links(
                ("update" = (
                    operation_id = "update_preset",
                    parameters(
                        ("source" = "$request.path.source"),
                        ("dataset" = "$request.path.dataset"),
                        ("id" = "$response.body#/id")
                    )
                )),
                ("delete" = (
                    operation_id = "delete_preset",
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
pub(crate) async fn create_preset(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    ApiJson(body): ApiJson<PresetBody>,
) -> Result<(StatusCode, Json<ColumnPreset>), ApiError> {
    super::check(&state, &principal, &path, Some(&body.columns)).await?;
    let dataset = DatasetRef { source: &path.source, dataset: &path.dataset };
    let clock = state.sources.clock().as_ref();
    let saved = state
        .store
        .presets()
        .by(&actor)
        .create(&principal, clock, dataset, &body.name, &body.columns)
        .await?;
    Ok((StatusCode::CREATED, Json(saved.into())))
}
