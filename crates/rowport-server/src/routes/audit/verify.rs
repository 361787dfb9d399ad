use axum::Json;
use axum::extract::State;
use rowport_store::Verified;

use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::problems::StateProblems;

/// Whether the audit is what was written down. All of it is read. A principal of a tenant is told of the tenant's own
/// events: of their chain, and not of the seal and the anchors, which are about everybody's.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verify",
    tag = "audit",
    responses((status = 200, description = "What was looked at, and what is wrong", body = Verified), StateProblems)
)]
pub(crate) async fn verify_audit(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
) -> Result<Json<Verified>, ApiError> {
    Ok(Json(rowport_engine::audit::verify(&state.store, &principal, &state.anchors).await?))
}
