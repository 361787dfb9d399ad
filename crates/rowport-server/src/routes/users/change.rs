use axum::Json;
use axum::extract::State;
use rowport_model::ErrorCode;
use rowport_store::{User, UserChange};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::{ApiJson, ApiPath};
use crate::problems::{BodyProblems, RunProblems, StateProblems};
use crate::routes::access::IdPath;
use crate::routes::runs::detached;

/// The changes of a person. Absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserPatch {
    /// Their name.
    #[serde(default)]
    #[schema(nullable = false)]
    name: Option<String>,
    /// The tenant whose rows they see; `null` for all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    tenant: Option<Option<String>>,
    /// The ids of their roles.
    #[serde(default)]
    #[schema(max_items = 50, nullable = false)]
    roles: Option<Vec<String>>,
    /// Whether they may do anything. Suspending ends their sessions, and stops their keys, links and runs.
    #[serde(default)]
    #[schema(nullable = false)]
    suspended: Option<bool>,
}

/// Tells `null` from what is absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Changes a person's account.
#[utoipa::path(
    patch,
    path = "/api/v1/users/{id}",
    tag = "access",
    params(IdPath),
    request_body = UserPatch,
    responses((status = 200, description = "The person", body = User), StateProblems, RunProblems, BodyProblems)
)]
pub(crate) async fn change_user(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<IdPath>,
    ApiJson(body): ApiJson<UserPatch>,
) -> Result<Json<User>, ApiError> {
    if body.suspended == Some(true) && me.user.as_ref().is_some_and(|user| user.id == path.id) {
        return Err(ApiError::new(
            ErrorCode::LastAdmin,
            "nobody suspends themselves; ask another administrator",
        ));
    }
    if let Some(ids) = body.roles.as_ref().filter(|_| me.is_key()) {
        let roles = state.store.roles().list().await?.into_iter().filter(|role| ids.contains(&role.id));
        let grants: Vec<_> = roles.flat_map(|role| role.grants).collect();
        if !me.principal.access().covers(&grants) {
            return Err(ApiError::grants_more());
        }
    }
    let changing = async move {
        let change = UserChange {
            name: body.name.as_deref(),
            tenant: body.tenant.as_ref().map(Option::as_deref),
            roles: body.roles.as_deref(),
            suspended: body.suspended,
        };
        let clock = state.sources.clock().as_ref();
        let user = state.store.users().change(clock, &actor, &path.id, change).await?;
        if user.suspended {
            state.store.runs().cancel_all_of(clock, &user.id).await?;
        }
        Ok(user)
    };
    Ok(Json(detached(changing).await?))
}
