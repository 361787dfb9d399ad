use axum::extract::State;
use axum::http::{HeaderMap, Version, header};
use axum::response::Response;
use rowport_engine::export::{ExportMeter, ExportRequest, OpenExport, Tier};
use rowport_model::{ErrorCode, Principal};
use rowport_store::Actor;

use super::answer;
use super::body::{ExportBody, ExportForm, ExportParams};
use super::file::ExportFile;
use crate::AppState;
use crate::access::{Action, AuditActor, CurrentPrincipal, record};
use crate::error::ApiError;
use crate::extract::{ApiPath, ApiQuery, JsonOrForm};
use crate::problems::{BodyProblems, ExportProblems};
use crate::routes::limits::{Counted, admit};
use crate::routes::request::DatasetPath;

/// The rows of a view as a file. A direct export has its length and its manifest in the head; a streamed one has
/// the manifest as a trailer for clients that say `TE: trailers`, and is broken off when it fails.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{source}/datasets/{dataset}/export",
    tag = "exports",
    params(DatasetPath, ExportParams),
    responses(ExportFile, ExportProblems)
)]
pub(crate) async fn get_export(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    version: Version,
    headers: HeaderMap,
    ApiQuery(params): ApiQuery<ExportParams>,
) -> Result<Response, ApiError> {
    let request = params.request()?;
    // Anybody can write a link, and it must not take the guard off for the person who follows it. No link has a key.
    if request.options.raw && !headers.contains_key(header::AUTHORIZATION) {
        let detail =
            "`raw` takes the formula guard off, which an address must not do: POST the request instead";
        return Err(ApiError::new(ErrorCode::BadExport, detail));
    }
    export(&state, (&principal, actor), &path, (version, &headers), request).await
}

/// The same for a view that is too long for an address, or for selected rows. The body is JSON, or a form whose
/// field `request` holds it.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{source}/datasets/{dataset}/export",
    tag = "exports",
    params(DatasetPath),
    request_body(content(
        (ExportBody = "application/json"),
        (ExportForm = "application/x-www-form-urlencoded")
    )),
    responses(
        ExportFile,
        ExportProblems, BodyProblems
    )
)]
pub(crate) async fn post_export(
    State(state): State<AppState>,
    CurrentPrincipal(principal): CurrentPrincipal,
    AuditActor(actor): AuditActor,
    ApiPath(path): ApiPath<DatasetPath>,
    version: Version,
    headers: HeaderMap,
    JsonOrForm(body): JsonOrForm<ExportBody>,
) -> Result<Response, ApiError> {
    export(&state, (&principal, actor), &path, (version, &headers), body.request()?).await
}

async fn export(
    state: &AppState,
    (principal, actor): (&Principal, Actor),
    path: &DatasetPath,
    (version, headers): (Version, &HeaderMap),
    request: ExportRequest,
) -> Result<Response, ApiError> {
    if request.tier == Tier::Background {
        let detail =
            "a download is not for the background; POST the same body to `exports` beside this route";
        return Err(ApiError::new(ErrorCode::BadExport, detail));
    }
    let prepared = state.sources.prepare_export(principal, &path.source, &path.dataset, &request).await?;
    // HTTP/1.0 cannot tell an answer that was broken off from one that ended.
    let tier = match version < Version::HTTP_11 {
        true => Tier::Direct,
        false => state.sources.decide_tier(&path.source, &prepared, request.tier).await?,
    };
    let head = answer::Head { file_name: prepared.file_name.clone(), media_type: prepared.media_type };
    let left = admit(state, principal, Counted::Exports).await?;
    let action = Action {
        name: "export.started",
        dataset: Some((path.source.clone(), path.dataset.clone())),
        subject: None,
        detail: serde_json::json!({ "format": request.format.name(), "tier": tier }),
    };
    let meter = ExportMeter::begin(tier, request.format);
    // It is written down before the first byte leaves, and while the database thinks.
    let (open, recorded) = tokio::join!(prepared.open(), record(state, actor, action));
    recorded?;
    let open = match open {
        Ok(open) => open,
        Err(error) => {
            meter.end(Err(&error));
            return Err(error.into());
        }
    };
    let mut response = respond(state, tier, head, (open, meter), headers).await?;
    response.headers_mut().extend(left);
    Ok(response)
}

async fn respond(
    state: &AppState,
    tier: Tier,
    head: answer::Head,
    (open, meter): (OpenExport, ExportMeter),
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    match tier {
        Tier::Direct => answer::direct(head, open, meter, state.sources.spool_limits()).await,
        Tier::Auto | Tier::Streamed | Tier::Background => {
            let wants_trailers = headers
                .get("te")
                .and_then(|te| te.to_str().ok())
                .is_some_and(|te| te.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("trailers")));
            answer::streamed(head, open, meter, state.sources.spool_limits(), wants_trailers)
        }
    }
}
