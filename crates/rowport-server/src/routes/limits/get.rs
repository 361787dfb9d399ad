use axum::Json;
use axum::extract::State;
use rowport_model::Principal;
use serde::Serialize;
use utoipa::ToSchema;

use super::Counted;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// The limits that hold for oneself.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitList {
    /// Of exports, the shortest span of time first; empty when there is no limit.
    exports: Vec<LimitLeft>,
    /// Of archives about one person; empty when there is no limit.
    subject_exports: Vec<LimitLeft>,
}

/// A limit, and what is left of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LimitLeft {
    /// How many are allowed.
    most: u32,
    /// Within so many seconds.
    #[schema(example = 3600)]
    within_seconds: i64,
    /// How many are left.
    left: u32,
    /// When there will be one more.
    #[schema(value_type = String, format = DateTime)]
    resets_at: String,
}

/// The limits that hold for oneself, and what is left of them.
#[utoipa::path(
    get,
    path = "/api/v1/limits",
    tag = "access",
    responses((status = 200, description = "The limits", body = LimitList), StateProblems)
)]
pub(crate) async fn get_limits(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
) -> Result<Json<LimitList>, ApiError> {
    let exports = left(&state, &principal, Counted::Exports).await?;
    let subject_exports = left(&state, &principal, Counted::SubjectExports).await?;
    Ok(Json(LimitList { exports, subject_exports }))
}

async fn left(state: &AppState, principal: &Principal, counted: Counted) -> Result<Vec<LimitLeft>, ApiError> {
    let (clock, limits) = (state.sources.clock().as_ref(), state.limits.of(counted));
    let left = state.store.limits().left(clock, principal.account(), counted.kind(), &limits).await?;
    let left = left.iter().map(|it| LimitLeft {
        most: it.limit.most,
        within_seconds: it.limit.within.as_secs(),
        left: it.left,
        resets_at: it.resets_at.to_string(),
    });
    Ok(left.collect())
}
