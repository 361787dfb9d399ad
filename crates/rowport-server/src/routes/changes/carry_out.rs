//! From a request to what came of it: a small change is done before the answer, a larger one becomes a run.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, Confirmed, Outcome, OutcomeState, Request, Target};
use rowport_model::Principal;
use rowport_store::{Actor, NewEvent, NewRun, Run, RunKind, StoreError};
use tokio_util::sync::CancellationToken;

use super::super::runs::detached;
use super::{ChangeHeaders, Started};
use crate::AppState;
use crate::error::ApiError;
use crate::routes::request::DatasetPath;

/// Up to so many rows are changed before the request is answered; more become a run.
const AT_ONCE: u64 = 1_000;

/// Which attempt a request is that does the change itself: a run, which begins at one, takes it over.
const BY_REQUEST: u32 = 0;

/// How often a change goes on after its worker or its database went away.
const TRIES: u32 = 10;

/// Confirms an action, and does it.
pub(super) async fn confirm(
    state: AppState,
    (principal, actor): (Principal, Actor),
    path: DatasetPath,
    headers: ChangeHeaders,
    (request, confirmation): (Request, Option<String>),
) -> Result<Response, ApiError> {
    let missing = || EngineError::BadConfirmation { message: "it is missing".to_owned() };
    let confirmation = confirmation.ok_or_else(missing)?;
    detached(async move {
        let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
        let key = headers.key(target, &(&request, &confirmation))?;
        let confirmed = state.changes.confirm(target, &actor, &request, &confirmation, key.as_ref()).await?;
        let done = match &request.action {
            BulkAction::Delete => "rows.deleted",
            BulkAction::Set { .. } => "rows.set",
            BulkAction::Restore => "rows.restored",
            BulkAction::Purge => "rows.purged",
        };
        carry_out(&state, target, &actor, (done, confirmed)).await
    })
    .await
}

/// Applies a change set that is stored: now if it is small, as a run if it is not.
pub(super) async fn carry_out(
    state: &AppState,
    target: Target<'_>,
    actor: &Actor,
    (done, confirmed): (&'static str, Confirmed),
) -> Result<Response, ApiError> {
    if confirmed.repeated
        && let Some(answer) = answer_again(state, target, &confirmed).await?
    {
        return Ok(answer);
    }
    let Confirmed { change_set, rows, repeated } = confirmed;
    // Before any of it is done: what cannot be recorded is not done.
    let event = NewEvent {
        action: done,
        dataset: Some((target.source, target.dataset)),
        subject: Some(&change_set),
        detail: serde_json::json!({ "rows": rows }),
    };
    state.store.audit().record_once(state.sources.clock().as_ref(), actor, &change_set, event).await?;
    match rows <= AT_ONCE && !repeated {
        true => do_now(state, target, change_set).await,
        false => start(state, target, actor, (change_set, rows)).await,
    }
}

/// What a request is answered that came before with the same key; none where its change set is not being worked on,
/// because
/// its process was ended before there was an answer.
async fn answer_again(
    state: &AppState,
    target: Target<'_>,
    Confirmed { change_set, rows, .. }: &Confirmed,
) -> Result<Option<Response>, ApiError> {
    if let Some(run) = run_of(state, target, change_set).await? {
        return Ok(Some(started(change_set.clone(), run)));
    }
    let outcome = match *rows <= AT_ONCE {
        true => state.changes.wait(target, change_set).await?,
        false => state.changes.outcome(target, change_set).await?,
    };
    Ok((outcome.state != OutcomeState::Open).then(|| answer(outcome)))
}

async fn do_now(state: &AppState, target: Target<'_>, change_set: String) -> Result<Response, ApiError> {
    let never = CancellationToken::new();
    match state.changes.work(target, &change_set, BY_REQUEST, &never, |_| {}).await {
        Ok(outcome) => Ok(answer(outcome)),
        // It took so long that the same request, sent again, has made a run of it.
        Err(EngineError::Overtaken) => match run_of(state, target, &change_set).await? {
            Some(run) => Ok(started(change_set, run)),
            None => Err(EngineError::Overtaken.into()),
        },
        Err(error) => {
            // No attempt goes on with it, so it has ended: what was done stays done, and can be undone. If the database
            // is away it stays open, and `rowport bulk resume` goes on with it.
            let _ = state.changes.cancel(target, &change_set, BY_REQUEST).await;
            Err(error.into())
        }
    }
}

/// Makes the run of a change set, unless there is one.
async fn start(
    state: &AppState,
    target: Target<'_>,
    actor: &Actor,
    (change_set, rows): (String, u64),
) -> Result<Response, ApiError> {
    let new = NewRun {
        // The change set's own, so that it has one run only.
        id: Some(&change_set),
        kind: RunKind::Change,
        source: target.source,
        dataset: target.dataset,
        request: &serde_json::json!({ "change_set": change_set }),
        priority: 0,
        tries: TRIES,
        rows_expected: Some(rows),
        rerun_of: None,
        about: None,
    };
    let run =
        state.store.runs().enqueue(target.principal, actor, state.sources.clock().as_ref(), new).await?;
    state.runner.hint();
    Ok(started(change_set, run))
}

/// The run that works on a change set, if one does.
async fn run_of(state: &AppState, target: Target<'_>, change_set: &str) -> Result<Option<Run>, ApiError> {
    match state.store.runs().get(target.principal, change_set).await {
        Ok(run) => Ok(Some(run)),
        Err(StoreError::UnknownRun { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn started(change_set: String, run: Run) -> Response {
    let mut headers = HeaderMap::new();
    // An id is hexadecimal digits and hyphens.
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/runs/{}", run.id)) {
        headers.insert(header::LOCATION, location);
    }
    (StatusCode::ACCEPTED, headers, Json(Started { change_set, run })).into_response()
}

/// 200 where every row was changed, and 207 where some were not.
fn answer(outcome: Outcome) -> Response {
    let status = match outcome.is_whole() {
        true => StatusCode::OK,
        false => StatusCode::MULTI_STATUS,
    };
    (status, Json(outcome)).into_response()
}
