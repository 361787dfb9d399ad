use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::accounts::SignInMode;
use rowport_store::StoreError;

use crate::AppState;
use crate::access::{self, AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::problems::StateProblems;
use crate::routes::runs::detached;

/// Signs out: the session is over, here and for everybody who has its cookie.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "access",
    responses((status = 204, description = "Signed out"), StateProblems)
)]
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
) -> Result<Response, ApiError> {
    let had_session = me.session.is_some();
    if let Some(id) = me.session {
        let (store, sources) = (state.store.clone(), state.sources.clone());
        let ended = detached(async move {
            match store.sessions().end(sources.clock().as_ref(), &actor, &id, None).await {
                // Ended from elsewhere in this instant: that is what they want.
                Ok(()) | Err(StoreError::UnknownSession { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        });
        ended.await?;
    }
    let cookie = match state.accounts.sign_in_mode() {
        // A caller without a session would be let in again at once.
        SignInMode::Demo | SignInMode::Disabled if !had_session => access::refused(&state),
        _ => access::ended(&state),
    };
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
