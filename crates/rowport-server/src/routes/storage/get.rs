use axum::extract::State;
use axum::{Extension, Json};
use rowport_model::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::ApiError;
use crate::probes::Readiness;
use crate::problems::StateProblems;

/// Where the files of background exports are kept, and whether it can be used.
#[derive(Serialize, ToSchema)]
pub(crate) struct StorageHealth {
    /// `folder` or `bucket`.
    #[schema(example = "folder")]
    kind: &'static str,
    /// The folder, or the bucket and what comes before all keys.
    #[schema(example = "/var/lib/rowport/artifacts")]
    place: String,
    /// How many files can be downloaded now.
    files: u64,
    /// How long they are together.
    bytes: u64,
    /// When the first of them goes away.
    #[schema(format = DateTime)]
    next_expires_at: Option<String>,
    /// What is wrong, as seen from the process that answers; `null` where files can be written and read.
    problem: Option<StorageProblem>,
}

/// Why files cannot be kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct StorageProblem {
    /// The stable code.
    code: ErrorCode,
    /// What is wrong, in words.
    message: String,
}

/// Where files are kept. It is tried by writing, reading and removing a little, at most every five seconds.
#[utoipa::path(
    get,
    path = "/api/v1/storage",
    tag = "access",
    responses((status = 200, description = "The storage", body = StorageHealth), StateProblems)
)]
pub(crate) async fn get_storage(
    State(state): State<AppState>,
    Extension(readiness): Extension<Readiness>,
) -> Result<Json<StorageHealth>, ApiError> {
    let (storage, clock) = (state.runner.storage(), state.sources.clock().as_ref());
    let totals = state.store.artifacts().download_totals(clock).await?;
    let problem = readiness.storage_problem().await;
    Ok(Json(StorageHealth {
        kind: storage.kind(),
        place: storage.location(),
        files: totals.files,
        bytes: totals.bytes,
        next_expires_at: totals.next_expires_at.map(|moment| moment.to_string()),
        problem: problem.map(|(code, message)| StorageProblem { code, message }),
    }))
}
