//! Bulk actions, their history, and taking them back.

pub(crate) mod bulk;
mod carry_out;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod overview;
pub(crate) mod preview;
pub(crate) mod trash;
pub(crate) mod undo;

use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, IdempotencyKey, Request, Target};
use rowport_model::{Key, Selection, SetField, bounded_keys};
use rowport_store::Run;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ApiError;
use crate::room;
use crate::routes::request::ViewRequest;

/// What a selection says.
const WHICH: &str = "a selection has either `keys`, or a `view`";

/// How many of a list are answered, where it is not said.
const LISTED: u32 = 100;

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

/// What a change may be sent with.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct ChangeHeaders {
    /// A text that the client makes up for each new change. The same request with the same key is done once: sent
    /// again, it is
    /// answered with the change set that it made, as that is now. With another request the key is refused.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "8e03978e-40d5-43dd-bc93-6894a57f9324"
    )]
    idempotency_key: Option<String>,
}

/// Which rows: those with certain keys, or those of a view. One of the two is said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SelectionBody {
    /// The rows with these keys.
    #[serde(default, deserialize_with = "bounded_keys")]
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
    #[serde(default, deserialize_with = "excepted")]
    #[schema(max_items = 10_000)]
    except: Vec<Key>,
}

fn excepted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Key>, D::Error> {
    bounded_keys(deserializer).map(Option::unwrap_or_default)
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
    /// it would. Undo restores them together. Without it, rows with such dependents are not deleted.
    #[serde(default)]
    cascade: bool,
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
    DefaultBodyLimit::max(room::MOST)
}

impl ChangeHeaders {
    /// The key of a request that asks for this, if it came with one.
    fn key(&self, target: Target<'_>, asks: &impl Serialize) -> Result<Option<IdempotencyKey>, EngineError> {
        self.idempotency_key.as_deref().map(|key| IdempotencyKey::new(target, key, asks)).transpose()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ChangeHeaders {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let mut keys = parts.headers.get_all("idempotency-key").into_iter();
        let idempotency_key = match (keys.next(), keys.next()) {
            (None, _) => None,
            (Some(key), None) => Some(key.to_str().map_err(|_| EngineError::BadIdempotencyKey)?.to_owned()),
            (Some(_), Some(_)) => return Err(EngineError::BadIdempotencyKey.into()),
        };
        Ok(Self { idempotency_key })
    }
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
        let Self { all_or_nothing, cascade, .. } = self;
        let request = Request::new(BulkAction::Delete, self.selection.selection()?);
        Ok((Request { all_or_nothing, cascade, ..request }, self.confirmation))
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
