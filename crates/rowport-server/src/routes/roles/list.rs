use axum::Json;
use axum::extract::State;
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
}

/// The roles.
#[utoipa::path(
    get,
    path = "/api/v1/roles",
    tag = "access",
    responses((status = 200, description = "The roles", body = RoleList), StateProblems)
)]
pub(crate) async fn list_roles(State(state): State<AppState>) -> Result<Json<RoleList>, ApiError> {
    Ok(Json(RoleList { roles: state.store.roles().list().await? }))
}
