use axum::Json;
use axum::extract::State;
use rowport_store::{Actor, User};

use super::Invitation;
use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// Creates a new one-time link for a person who lost theirs, or who needs a new password. Older ones stop working.
#[utoipa::path(
    post,
    path = "/api/v1/users/{id}/invitation",
    tag = "access",
    params(IdPath),
    responses((status = 200, description = "The link", body = Invitation), StateProblems, RunProblems)
)]
pub(crate) async fn invite_user(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
) -> Result<Json<Invitation>, ApiError> {
    // With the link one becomes that person, whatever the key itself may do.
    if me.is_key() {
        return Err(ApiError::of_people());
    }
    let inviting = async move {
        let user = state.store.users().get(&path.id).await?;
        invitation(&state, &actor, user).await
    };
    Ok(Json(detached(inviting).await?))
}

pub(super) async fn invitation(state: &AppState, actor: &Actor, user: User) -> Result<Invitation, ApiError> {
    let made = state.store.invitations().user(state.sources.clock().as_ref(), actor, &user.id).await?;
    let path = format!("/join#{}", made.0.secret());
    Ok(Invitation { user, path, expires_at: made.1.to_string() })
}
