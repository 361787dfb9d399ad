use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rowport_model::ErrorCode;
use rowport_store::Delivery;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::access::{AuditActor, CurrentUser};
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};
use crate::routes::runs::detached;

/// A channel's place.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ChannelPath {
    /// The channel: `email`, or `webhook:` and its name.
    #[param(example = "email")]
    name: String,
}

/// Sends a message that only shows whether the channel works: by e-mail to the caller. It is tried once, and
/// goes the way of all others; the log of deliveries says what became of it.
#[utoipa::path(
    post,
    path = "/api/v1/notifications/{name}/test",
    tag = "notifications",
    params(ChannelPath),
    responses((status = 202, description = "The message, on its way", body = Delivery), StateProblems, RunProblems)
)]
pub(crate) async fn test_channel(
    State(state): State<AppState>,
    CurrentUser(me): CurrentUser,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<ChannelPath>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    let channel = state.notifier.channels().into_iter().find(|channel| channel.name == path.name);
    let Some(channel) = channel else {
        let detail = "the configuration has no such channel";
        return Err(ApiError::new(ErrorCode::UnknownChannel, detail));
    };
    let recipient = match (channel.personal, me.user) {
        (false, _) => None,
        (true, Some(user)) => Some(format!("user:{}", user.id)),
        (true, None) => {
            let detail = "nobody is signed in, so there is no address to write to";
            return Err(ApiError::new(ErrorCode::NobodyToTell, detail));
        }
    };
    let asking = async move {
        let (clock, deliveries) = (state.sources.clock().as_ref(), state.store.deliveries());
        let delivery = deliveries.test(clock, &actor, &channel.name, recipient.as_deref()).await?;
        state.notifier.hint();
        Ok(delivery)
    };
    Ok((StatusCode::ACCEPTED, Json(detached(asking).await?)))
}
