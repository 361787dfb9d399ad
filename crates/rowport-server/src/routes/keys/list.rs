use axum::Json;
use axum::extract::State;
use rowport_model::Permission;
use rowport_store::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::access::CurrentUser;
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;
use crate::routes::sessions::list::Whose;

/// API keys that were not revoked.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The latest first.
    keys: Vec<ApiKey>,
}

/// One's API keys, without their secrets.
#[utoipa::path(
    get,
    path = "/api/v1/keys",
    tag = "access",
    params(Whose),
    responses((status = 200, description = "The keys", body = KeyList), StateProblems)
)]
pub(crate) async fn list_keys(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    ApiQuery(whose): ApiQuery<Whose>,
) -> Result<Json<KeyList>, ApiError> {
    let mine = me.user.as_ref().map_or("", |user| user.id.as_str());
    let user = match whose.everyone {
        _ if me.is_key() => return Err(ApiError::of_people()),
        true if !me.may(Permission::Admin) => return Err(ApiError::forbidden(Permission::Admin)),
        true => None,
        false if mine.is_empty() => return Ok(Json(KeyList { keys: Vec::new() })),
        false => Some(mine),
    };
    Ok(Json(KeyList { keys: state.store.api_keys().list(user).await? }))
}
