use axum::Json;
use axum::extract::State;
use rowport_store::{DatasetRef, SavedView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;
use crate::routes::request::DatasetPath;

/// The saved views of a dataset.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedViews {
    /// By name.
    views: Vec<SavedView>,
}

/// The views that people saved of a dataset.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/views",
    tag = "views",
    params(DatasetPath),
    responses((status = 200, description = "The views", body = SavedViews), DatasetProblems)
)]
pub(crate) async fn list_views(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<DatasetPath>,
) -> Result<Json<SavedViews>, ApiError> {
    super::check(&state, &principal, &path, None).await?;
    let saved_for = DatasetRef { source: &path.source, dataset: &path.dataset };
    let mut views = state.store.views().list(&principal, saved_for).await?;
    if !principal.access().is_everything() {
        // A view that names what one may not see would tell that it is there.
        let catalog = state.sources.catalog_with(&principal, &path.source, &path.dataset).await?;
        let (dataset, now) = (catalog.dataset(&path.dataset), state.sources.clock().now());
        views.retain(|saved| dataset.as_ref().is_some_and(|it| it.query(&saved.view, now).is_ok()));
    }
    Ok(Json(SavedViews { views }))
}
