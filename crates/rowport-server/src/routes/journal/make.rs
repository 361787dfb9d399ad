use axum::Json;
use axum::extract::State;

use super::super::runs::detached;
use super::{Journal, SourcePath};
use crate::AppState;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;

/// Makes the journal in a source, by the statements that asking for it shows. One that is there stays as it is.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/journal",
    tag = "changes",
    params(SourcePath),
    responses((status = 200, description = "The journal", body = Journal), DatasetProblems)
)]
pub(crate) async fn make_journal(
    State(state): State<AppState>,
    ApiPath(path): ApiPath<SourcePath>,
) -> Result<Json<Journal>, ApiError> {
    let made = detached(async move {
        state.changes.prepare(&path.source).await?;
        Journal::of(&state, &path.source).await
    });
    Ok(Json(made.await?))
}
