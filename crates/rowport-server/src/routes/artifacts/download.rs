use std::io::SeekFrom;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::export::ExportRequest;
use rowport_model::Principal;
use rowport_store::{Artifact, Run, StoreError};
use serde::Deserialize;
use tokio::io::AsyncSeekExt;
use utoipa::IntoParams;

use super::range::{Wanted, wanted};
use crate::AppState;
use crate::access::{Acting, Action, record};
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery};
use crate::problems::{RunProblems, StateProblems};
use crate::routes::export::answer::{disposition, file_body};

/// A file's place. The name is for people and clients that look at addresses; the id alone says which file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ArtifactPath {
    /// The artifact's id.
    id: String,
    /// Any name.
    #[serde(rename = "name")]
    #[param(rename = "name")]
    _name: String,
}

/// What makes a link good.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkParams {
    /// Until when, in seconds since 1970.
    expires: i64,
    /// What Rowport signed.
    signature: String,
}

/// A file that a run made, by a link. A download that was cut resumes with `Range` and `If-Range`. A link that is
/// expired, altered or taken back is told from no other that leads nowhere.
#[utoipa::path(
    get,
    path = "/api/v1/artifacts/{id}/{name}",
    tag = "runs",
    params(ArtifactPath, LinkParams),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "A part of the file", content_type = "application/octet-stream"),
        (status = 304, description = "The file is the one that the client has"),
        (status = 416, description = "The file has no such bytes"),
        StateProblems,
        RunProblems
    )
)]
pub(crate) async fn download_artifact(
    State(state): State<AppState>,
    Acting(actor): Acting,
    ApiPath(path): ApiPath<ArtifactPath>,
    ApiQuery(link): ApiQuery<LinkParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let unknown = || ApiError::from(StoreError::UnknownArtifact { id: String::new() });
    let (artifact, run) = linked(&state, &path.id, &link).await?.ok_or_else(unknown)?;
    let file = tokio::fs::File::open(state.runner.folder().path(&artifact.storage_key)?).await;
    // Swept in this instant, or taken away by somebody else: it is not there.
    let file = file.map_err(|_| unknown())?;
    // A download that goes on is the same download.
    if !headers.contains_key(header::RANGE) {
        let action = Action {
            name: "artifact.downloaded",
            dataset: Some((run.source, run.dataset)),
            subject: Some(run.id),
            detail: serde_json::json!({ "owner": run.principal, "bytes": artifact.bytes }),
        };
        record(&state, actor, action).await?;
    }
    answer(artifact, file, &headers).await
}

/// The file and its run, if the link is good and whoever asked for the run may still have what is in the file. All other
/// links are alike.
async fn linked(state: &AppState, id: &str, link: &LinkParams) -> Result<Option<(Artifact, Run)>, ApiError> {
    let clock = state.desk.clock().as_ref();
    let artifact = match state.store.artifacts().get(clock, id).await {
        Ok(artifact) => artifact,
        Err(StoreError::UnknownArtifact { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let run = state.store.runs().get(&Principal::local(), &artifact.run_id).await?;
    if !state.links.is_good(&run.principal, id, link.expires, &link.signature, clock.now()) {
        return Ok(None);
    }
    let Some(owner) = state.accounts.principal(&run.principal).await? else { return Ok(None) };
    let request = ExportRequest::from_json(&run.request)?;
    let prepared = state.desk.prepare_export(&owner, &run.source, &run.dataset, &request).await;
    Ok(prepared.ok().filter(|prepared| prepared.scope() == artifact.scope).map(|_| (artifact, run)))
}

async fn answer(
    artifact: Artifact,
    mut file: tokio::fs::File,
    request: &HeaderMap,
) -> Result<Response, ApiError> {
    // The same bytes have the same tag, and others another: an ETag in the strong sense.
    let tag = format!("\"{}\"", artifact.sha256);
    let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    let known = text(header::IF_NONE_MATCH).unwrap_or_default();
    let mut response = if known.split(',').any(|known| known.trim() == tag || known.trim() == "*") {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let same_file = text(header::IF_RANGE).is_none_or(|it| it.trim() == tag);
        let asked = text(header::RANGE).filter(|_| same_file);
        let length = artifact.bytes;
        let mut response = match asked.map_or(Wanted::Whole, |range| wanted(range, length)) {
            Wanted::Whole => part(file, length, StatusCode::OK),
            Wanted::Part(from, to) => {
                file.seek(SeekFrom::Start(from)).await.map_err(|error| StoreError::Storage {
                    place: "the artifacts".to_owned(),
                    message: error.to_string(),
                })?;
                let mut response = part(file, to - from + 1, StatusCode::PARTIAL_CONTENT);
                content_range(&mut response, &format!("bytes {from}-{to}/{length}"));
                response
            }
            Wanted::Beyond => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                content_range(&mut response, &format!("bytes */{length}"));
                response
            }
        };
        if response.status().is_success() {
            let kind = HeaderValue::from_str(&artifact.media_type);
            let kind = kind.unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition(&artifact.file_name));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn part(file: tokio::fs::File, length: u64, status: StatusCode) -> Response {
    let mut response = Response::new(match length {
        0 => Body::empty(),
        _ => file_body(file, length),
    });
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

fn content_range(response: &mut Response, range: &str) {
    if let Ok(range) = HeaderValue::from_str(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
}
