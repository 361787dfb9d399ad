use axum::Json;
use axum::extract::State;
use rowport_engine::subjects::SubjectKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// The kinds of person that one may have an archive about.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectList {
    /// In the order of the configuration; empty when it names none, or none for the caller.
    subjects: Vec<SubjectKind>,
}

/// The kinds of person that one may have an archive about: those of which one may export every dataset.
#[utoipa::path(
    get,
    path = "/api/v1/subjects",
    tag = "runs",
    responses((status = 200, description = "The kinds", body = SubjectList), StateProblems)
)]
pub(crate) async fn list_subjects(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
) -> Result<Json<SubjectList>, ApiError> {
    Ok(Json(SubjectList { subjects: state.sources.subjects(&principal) }))
}
