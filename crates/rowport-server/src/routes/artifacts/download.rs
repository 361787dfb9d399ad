use std::io::SeekFrom;
use std::ops::Range;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::runs::scope_of;
use rowport_model::Principal;
use rowport_store::{Artifact, Bucket, Folder, Run, Storage, StoreError};
use serde::Deserialize;
use tokio::io::AsyncSeekExt;
use utoipa::IntoParams;

use super::range::{Wanted, wanted};
use crate::AppState;
use crate::access::{Action, AuditActor, record_once};
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery};
use crate::problems::{FileProblems, RunProblems, StateProblems};
use crate::routes::export::answer::{file_body, named};

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

/// How long the address that a download is sent on to is good. Asking for the link again gives another one.
const SENT_ON_FOR: Duration = Duration::from_secs(60);

/// A file that a run made, by a link. A download that was cut resumes with `Range` and `If-Range`. A link that is
/// expired, altered or revoked is told from no other that leads nowhere. Where files are in a bucket that browsers
/// reach, the answer is a redirect to it, good for a minute; what resumes a download there is the bucket's own `ETag`.
#[utoipa::path(
    get,
    path = "/api/v1/artifacts/{id}/{name}",
    tag = "runs",
    params(ArtifactPath, LinkParams),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "A part of the file", content_type = "application/octet-stream"),
        (status = 304, description = "The file is the one that the client has"),
        (status = 307, description = "The file is in the bucket, at this address for a minute"),
        (status = 416, description = "The file has no such bytes"),
        StateProblems,
        RunProblems,
        FileProblems
    )
)]
pub(crate) async fn download_artifact(
    State(state): State<AppState>,
    method: Method,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<ArtifactPath>,
    ApiQuery(link): ApiQuery<LinkParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (artifact, run) = linked(&state, &path.id, &link).await?.ok_or_else(unknown)?;
    let response = match state.runner.storage() {
        Storage::Bucket(bucket) if bucket.presigns() => send_on(bucket, &artifact, method.clone()).await?,
        storage => answer(storage, &artifact, &headers, &method).await?,
    };
    if method != Method::HEAD && has_bytes(response.status()) {
        let who = if actor.is_nobody() {
            actor.address.clone().unwrap_or_default()
        } else {
            actor.principal.clone()
        };
        let expires = link.expires.to_string();
        let action = Action {
            name: "artifact.downloaded",
            dataset: Some((run.source, run.dataset)).filter(|(source, _)| !source.is_empty()),
            subject: Some(run.id),
            detail: serde_json::json!({ "owner": run.principal, "bytes": artifact.bytes }),
        };
        record_once(&state, actor, action, &[&path.id, &expires, &who]).await?;
    }
    Ok(response)
}

/// Whether this answer gives out bytes of the file, or the address where they are. Whichever bytes they are: a
/// client that
/// leaves out the first has the file all the same.
fn has_bytes(status: StatusCode) -> bool {
    matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::TEMPORARY_REDIRECT)
}

/// One answer, whatever the reason.
fn unknown() -> StoreError {
    StoreError::UnknownArtifact { id: String::new() }
}

async fn send_on(bucket: &Bucket, artifact: &Artifact, method: Method) -> Result<Response, ApiError> {
    let (key, length) = (&artifact.storage_key, artifact.bytes);
    let address = bucket.link(key, length, method, SENT_ON_FOR).await.map_err(swept)?;
    // The address has a signature in it, which is nothing to be kept.
    let headers = [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// The file and its run, if the link is good and the run's owner may still have what is in the file. All other
/// links are alike.
async fn linked(state: &AppState, id: &str, link: &LinkParams) -> Result<Option<(Artifact, Run)>, ApiError> {
    let clock = state.sources.clock().as_ref();
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
    let scope = scope_of(&state.sources, &owner, &run).await;
    Ok(scope.ok().filter(|scope| *scope == artifact.scope).map(|_| (artifact, run)))
}

async fn answer(
    storage: &Storage,
    artifact: &Artifact,
    request: &HeaderMap,
    method: &Method,
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
        match asked.map_or(Wanted::Whole, |range| wanted(range, length)) {
            Wanted::Whole => part(storage, artifact, method, 0..length, StatusCode::OK).await?,
            Wanted::Part(from, to) => {
                let status = StatusCode::PARTIAL_CONTENT;
                let mut response = part(storage, artifact, method, from..to + 1, status).await?;
                content_range(&mut response, &format!("bytes {from}-{to}/{length}"));
                response
            }
            Wanted::Beyond => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                content_range(&mut response, &format!("bytes */{length}"));
                response
            }
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

async fn part(
    storage: &Storage,
    artifact: &Artifact,
    method: &Method,
    part: Range<u64>,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let length = part.end - part.start;
    let mut response = Response::new(match storage {
        _ if *method == Method::HEAD || length == 0 => Body::empty(),
        Storage::Folder(folder) => from_folder(folder, artifact, part).await?,
        Storage::Bucket(bucket) => {
            let bytes = bucket.read(&artifact.storage_key, artifact.bytes, part).await;
            Body::from_stream(bytes.map_err(swept)?)
        }
    });
    *response.status_mut() = status;
    let kind = HeaderValue::from_str(&artifact.media_type);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, length.into());
    let kind = kind.unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, named(&artifact.file_name));
    Ok(response)
}

async fn from_folder(folder: &Folder, artifact: &Artifact, part: Range<u64>) -> Result<Body, ApiError> {
    let file = tokio::fs::File::open(folder.path(&artifact.storage_key)?).await;
    // Swept in this instant, or removed behind Rowport's back: it is not there.
    let mut file = file.map_err(|_| unknown())?;
    file.seek(SeekFrom::Start(part.start)).await.map_err(|error| StoreError::Storage {
        location: "the artifacts".to_owned(),
        message: error.to_string(),
    })?;
    Ok(file_body(file, part.end - part.start))
}

/// A file that was swept in this instant, or removed behind Rowport's back, is not named by its key.
fn swept(error: StoreError) -> StoreError {
    match error {
        StoreError::UnknownArtifact { .. } => unknown(),
        other => other,
    }
}

fn content_range(response: &mut Response, range: &str) {
    if let Ok(range) = HeaderValue::from_str(range) {
        response.headers_mut().insert(header::CONTENT_RANGE, range);
    }
}
