use axum::Json;

use super::Identity;
use crate::access::CurrentUser;
use crate::problems::Refusals;

/// The current user. `401` says that there is no valid session or key.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "access",
    responses((status = 200, description = "Oneself", body = Identity), Refusals)
)]
pub(crate) async fn get_session(CurrentUser(me): CurrentUser) -> Json<Identity> {
    Json(Identity::from(&me))
}
