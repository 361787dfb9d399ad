//! Bulk actions, their history, and taking them back.

pub(crate) mod bulk;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod overview;
pub(crate) mod preview;
pub(crate) mod trash;
pub(crate) mod undo;

use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, Confirmed, Outcome, Request, Target};
use rowport_model::{Key, Principal, Selection, SetField};
use rowport_store::{Actor, NewRun, Run};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::{IntoParams, ToSchema};

use super::runs::detached;
use crate::AppState;
use crate::access::{Action, record};
use crate::error::ApiError;
use crate::routes::request::{DatasetPath, ViewRequest};

/// Up to so many rows are changed before the request is answered; more become a run.
const AT_ONCE: u64 = 1_000;

/// What a selection says.
const WHICH: &str = "a selection has either `keys`, or a `view`";

/// How many of a list are answered, where it is not said.
const LISTED: u32 = 100;

/// How often a change goes on after its worker or its database went away.
const TRIES: u32 = 10;

/// A change set's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ChangePath {
    /// The source's name.
    #[param(example = "demo")]
    source: String,
    /// The dataset's name.
    #[param(example = "records")]
    dataset: String,
    /// The change set's id.
    id: String,
}

/// Which rows: those with certain keys, or those of a view. One of the two is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SelectionBody {
    /// The rows with these keys.
    #[schema(max_items = 1_000_000)]
    keys: Option<Vec<Key>>,
    /// All rows of a view, but some.
    view: Option<ViewSelection>,
}

/// All rows of a view, but some.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewSelection {
    /// Which: its filter and its search. All rows of the dataset when absent.
    #[serde(default)]
    view: ViewRequest,
    /// The keys of those that are left out.
    #[serde(default)]
    #[schema(max_items = 10_000)]
    except: Vec<Key>,
}

/// Rows to delete.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteBody {
    /// Which rows.
    selection: SelectionBody,
    /// Do nothing unless it can be done with all of them.
    #[serde(default)]
    all_or_nothing: bool,
    /// Delete rows of other datasets that the database would delete with these, too, and let those refer to nothing that
    /// it would. They come back with them. Without it, rows that such others hang on are not deleted.
    #[serde(default)]
    with_dependants: bool,
    /// What the preview answered; not for a preview.
    confirmation: Option<String>,
}

/// Rows to restore or to purge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowsBody {
    /// Which rows.
    selection: SelectionBody,
    /// Do nothing unless it can be done with all of them.
    #[serde(default)]
    all_or_nothing: bool,
    /// What the preview answered; not for a preview.
    confirmation: Option<String>,
}

/// Fields to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetBody {
    /// Which rows.
    selection: SelectionBody,
    /// Which fields, and to what.
    #[schema(min_items = 1, max_items = 1600)]
    fields: Vec<SetField>,
    /// Do nothing unless all of them can be changed.
    #[serde(default)]
    all_or_nothing: bool,
    /// What the preview answered; not for a preview.
    confirmation: Option<String>,
}

/// A change of more rows than are waited for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Started {
    /// The change set.
    change_set: String,
    /// The run that works on it.
    run: Run,
}

/// Room in a body for as many keys as a selection may name, unless they are longer than keys usually are.
pub(crate) fn room_for_keys() -> DefaultBodyLimit {
    DefaultBodyLimit::max(16 << 20)
}

impl SelectionBody {
    fn selection(self) -> Result<Selection, ApiError> {
        match (self.keys, self.view) {
            (Some(keys), None) => Ok(Selection::Keys(keys)),
            (None, Some(ViewSelection { view, except })) => {
                Ok(Selection::View { view: view.view()?, except })
            }
            _ => Err(EngineError::BadChange { message: WHICH.to_owned() }.into()),
        }
    }
}

impl DeleteBody {
    fn request(self) -> Result<(Request, Option<String>), ApiError> {
        let Self { all_or_nothing, with_dependants, .. } = self;
        let request = Request::new(BulkAction::Delete, self.selection.selection()?);
        Ok((Request { all_or_nothing, with_dependants, ..request }, self.confirmation))
    }
}

impl RowsBody {
    fn request(self, action: BulkAction) -> Result<(Request, Option<String>), ApiError> {
        let selection = self.selection.selection()?;
        Ok((
            Request { all_or_nothing: self.all_or_nothing, ..Request::new(action, selection) },
            self.confirmation,
        ))
    }
}

impl SetBody {
    fn request(self) -> Result<(Request, Option<String>), ApiError> {
        let selection = self.selection.selection()?;
        let action = BulkAction::Set { fields: self.fields };
        Ok((
            Request { all_or_nothing: self.all_or_nothing, ..Request::new(action, selection) },
            self.confirmation,
        ))
    }
}

/// How many of a list are asked for.
fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked {
        None => Ok(LISTED),
        Some(limit @ 1..=1_000) => Ok(limit),
        Some(_) => Err(ApiError::bad_request("`limit` is from 1 to 1,000")),
    }
}

/// Confirms an action, and does it.
async fn confirm(
    state: AppState,
    principal: Principal,
    actor: Actor,
    path: DatasetPath,
    (request, confirmation): (Request, Option<String>),
) -> Result<Response, ApiError> {
    let missing = || EngineError::BadConfirmation { message: "it is missing".to_owned() };
    let confirmation = confirmation.ok_or_else(missing)?;
    detached(async move {
        let target = Target { principal: &principal, source: &path.source, dataset: &path.dataset };
        let confirmed = state.changes.confirm(target, &actor, &request, &confirmation).await?;
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

/// Works on a change set that was put down: now if it is small, as a run if it is not.
async fn carry_out(
    state: &AppState,
    target: Target<'_>,
    actor: &Actor,
    (done, confirmed): (&'static str, Confirmed),
) -> Result<Response, ApiError> {
    let Confirmed { change_set, rows } = confirmed;
    // Before any of it is done: what nobody could write down is not done.
    let action = Action {
        name: done,
        dataset: Some((target.source.to_owned(), target.dataset.to_owned())),
        subject: Some(change_set.clone()),
        detail: serde_json::json!({ "rows": rows }),
    };
    record(state, actor.clone(), action).await?;
    if rows <= AT_ONCE {
        let never = CancellationToken::new();
        let outcome = state.changes.work(target, &change_set, 1, &never, |_| {}).await;
        if outcome.is_err() {
            // Nobody goes on with it, so it has ended: what was done stays done, and can be taken back. If the database
            // is away it stays open, and `rowport bulk resume` goes on with it.
            let _ = state.changes.cancel(target, &change_set, 1).await;
        }
        return Ok(answer(outcome?));
    }
    let new = NewRun {
        kind: "change",
        source: target.source,
        dataset: target.dataset,
        request: &serde_json::json!({ "change_set": change_set }),
        priority: 0,
        tries: TRIES,
        rows_expected: Some(rows),
        rerun_of: None,
        about: None,
    };
    let run = state.store.runs().enqueue(target.principal, actor, state.desk.clock().as_ref(), new).await?;
    state.runner.hint();
    let mut headers = HeaderMap::new();
    // An id is hexadecimal digits and hyphens.
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/runs/{}", run.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::ACCEPTED, headers, Json(Started { change_set, run })).into_response())
}

/// 200 where every row was changed, and 207 where some were not.
fn answer(outcome: Outcome) -> Response {
    let status = if outcome.is_whole() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    (status, Json(outcome)).into_response()
}
