use axum::Json;
use axum::extract::State;

use super::{Journal, SourcePath};
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::DatasetProblems;

/// Whether the rows of a source can be changed, and if not, what it takes.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/journal",
    tag = "changes",
    params(SourcePath),
    responses((status = 200, description = "The journal", body = Journal), DatasetProblems)
)]
pub(crate) async fn get_journal(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<SourcePath>,
) -> Result<Json<Journal>, ApiError> {
    // A source that they may not know of is as if it were not there.
    state.sources.catalog(&principal, &path.source).await?;
    Ok(Json(Journal::of(&state, &path.source).await?))
}
