use axum::Json;
use axum::extract::State;
use rowport_store::Invited;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::ApiJson;
use crate::problems::{BodyProblems, RunProblems, StateProblems};

/// The secret of a one-time link: what stands after `#` in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkSecret {
    /// The secret.
    token: String,
}

/// Whom a one-time link is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitedPerson {
    /// Whether it makes the first administrator, who says their own address and name.
    first_admin: bool,
    /// The address that they will sign in with.
    email: Option<String>,
    /// Their name.
    name: Option<String>,
}

/// Whom a one-time link is for. It is in the body, and not in the address, so that it stands in no log.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/find",
    tag = "access",
    request_body = LinkSecret,
    responses((status = 200, description = "Whom it is for", body = InvitedPerson), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn find_invitation(
    State(state): State<AppState>,
    ApiJson(body): ApiJson<LinkSecret>,
) -> Result<Json<InvitedPerson>, ApiError> {
    Ok(Json(match state.accounts.invited(&body.token).await? {
        Invited::FirstAdmin => InvitedPerson { first_admin: true, email: None, name: None },
        Invited::User(user) => {
            InvitedPerson { first_admin: false, email: Some(user.email), name: Some(user.name) }
        }
    }))
}
