use axum::Json;
use axum::extract::State;
use rowport_engine::RuleProblem;
use rowport_store::Role;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// Every role.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleList {
    /// By name.
    roles: Vec<Role>,
    /// Rules of theirs that name a dataset or a column which is not there. With such a column the dataset is absent for
    /// everyone who has the role.
    problems: Vec<RuleProblem>,
}

/// The roles.
#[utoipa::path(
    get,
    path = "/api/v1/roles",
    tag = "access",
    responses((status = 200, description = "The roles", body = RoleList), StateProblems)
)]
pub(crate) async fn list_roles(State(state): State<AppState>) -> Result<Json<RoleList>, ApiError> {
    let roles = state.store.roles().list().await?;
    let rules: Vec<_> = roles.iter().flat_map(|role| role.columns.clone()).collect();
    let problems = state.sources.rule_problems(&rules).await;
    Ok(Json(RoleList { roles, problems }))
}
