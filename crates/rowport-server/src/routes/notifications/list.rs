use axum::Json;
use axum::extract::State;
use rowport_engine::notify::ChannelStatus;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::problems::StateProblems;

/// The channels.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelList {
    /// What is configured, without secrets; empty when nothing is told to the outside.
    channels: Vec<ChannelStatus>,
}

/// Over which channels it is told that runs have ended.
#[utoipa::path(
    get,
    path = "/api/v1/notifications",
    tag = "notifications",
    responses((status = 200, description = "The channels", body = ChannelList), StateProblems)
)]
pub(crate) async fn list_channels(State(state): State<AppState>) -> Json<ChannelList> {
    Json(ChannelList { channels: state.notifier.channels() })
}
