use axum::Json;
use axum::extract::State;
use rowport_store::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// Everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserList {
    /// By name.
    users: Vec<User>,
}

/// The people who can sign in.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "access",
    responses((status = 200, description = "The people", body = UserList), StateProblems)
)]
pub(crate) async fn list_users(State(state): State<AppState>) -> Result<Json<UserList>, ApiError> {
    Ok(Json(UserList { users: state.store.users().list().await? }))
}
