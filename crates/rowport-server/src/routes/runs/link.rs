use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rowport_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::RunPath;
use crate::AppState;
use crate::access::CurrentPrincipal;
use crate::error::ApiError;
use crate::extract::ApiPath;
use crate::problems::{RunProblems, StateProblems};

/// How long a link is good: long enough for a slow download to resume, and never longer than the file is there.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// A link to a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArtifactLink {
    /// The address, on this server.
    url: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: String,
}

/// A link to the file that a run made. With it, the file can be downloaded until it expires, or until the run is
/// deleted.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/link",
    tag = "runs",
    params(RunPath),
    responses((status = 200, description = "The link", body = ArtifactLink), StateProblems, RunProblems)
)]
pub(crate) async fn link_run(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    ApiPath(path): ApiPath<RunPath>,
) -> Result<Json<ArtifactLink>, ApiError> {
    let run = state.store.runs().get(&principal, &path.id).await?;
    let owner = run.principal;
    let id = run.artifact.map(|artifact| artifact.id).ok_or(StoreError::UnknownArtifact { id: path.id })?;
    let clock = state.sources.clock().as_ref();
    let artifact = state.store.artifacts().get(clock, &id).await?;
    let expires = (clock.now() + GOOD_FOR).min(artifact.expires_at);
    // Links say whole seconds.
    let expires = Timestamp::from_second(expires.as_second()).unwrap_or(expires);
    let signature = state.links.sign(&owner, &id, expires);
    let name = utf8_percent_encode(&artifact.file_name, NON_ALPHANUMERIC);
    let url = format!("/api/v1/artifacts/{id}/{name}?expires={}&signature={signature}", expires.as_second());
    Ok(Json(ArtifactLink { url, expires_at: expires.to_string() }))
}
