use axum::Json;
use axum::extract::State;
use rowport_model::Permission;
use rowport_store::Session;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::access::CurrentUser;
use crate::error::ApiError;
use crate::extract::ApiQuery;
use crate::problems::StateProblems;

/// Whose.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    /// Those of all people, for administrators.
    #[serde(default)]
    pub(crate) everyone: bool,
}

/// Sessions that go on.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The latest used first.
    sessions: Vec<Session>,
}

/// One's sessions.
#[utoipa::path(
    get,
    path = "/api/v1/sessions",
    tag = "access",
    params(Whose),
    responses((status = 200, description = "The sessions", body = SessionList), StateProblems)
)]
pub(crate) async fn list_sessions(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    ApiQuery(whose): ApiQuery<Whose>,
) -> Result<Json<SessionList>, ApiError> {
    let mine = me.user.as_ref().map_or("", |user| user.id.as_str());
    let user = match whose.everyone {
        _ if me.is_key() => return Err(ApiError::of_people()),
        true if !me.may(Permission::Admin) => return Err(ApiError::forbidden(Permission::Admin)),
        true => None,
        // Without sign-in there are none.
        false if mine.is_empty() => return Ok(Json(SessionList { sessions: Vec::new() })),
        false => Some(mine),
    };
    Ok(Json(SessionList {
        sessions: state.store.sessions().list(state.sources.clock().as_ref(), user).await?,
    }))
}
