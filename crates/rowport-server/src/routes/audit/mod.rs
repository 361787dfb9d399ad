//! Who did what.

pub(crate) mod export;
pub(crate) mod list;
pub(crate) mod verify;

use jiff::Timestamp;
use rowport_engine::EngineError;
use rowport_engine::changes::Target;
use rowport_model::{ErrorCode, Key, Principal, QueryError};
use rowport_store::{EventsWanted, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::error::ApiError;

/// Which events.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditParams {
    /// Only by this principal.
    principal: Option<String>,
    /// Only actions that begin so.
    #[param(example = "export")]
    action: Option<String>,
    /// Only in a dataset of this source; `dataset` goes with it.
    source: Option<String>,
    /// Only in this dataset; `source` goes with it.
    dataset: Option<String>,
    /// Only where this stands in the name of who did it, or is the subject or the address.
    search: Option<String>,
    /// Only what changed the row with this key: its value, or a JSON list of the values of its columns, as in the row's
    /// history; `source` and `dataset` go with it.
    #[param(example = "17")]
    key: Option<String>,
    /// Only since this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Only before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Only events with a smaller number: the `next` of the page before.
    before: Option<i64>,
    /// At most so many, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl AuditParams {
    /// What the principal may see of it: a tenant's people see what their own did.
    fn wanted<'a>(
        &'a self,
        principal: &'a Principal,
        row_keys: Option<&'a [String]>,
    ) -> Result<EventsWanted<'a>, ApiError> {
        let bad = |detail: &str| ApiError::new(ErrorCode::BadFilter, detail);
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(ApiError::bad_request("`limit` is 1 to 200"));
        }
        let texts = [&self.principal, &self.action, &self.source, &self.dataset, &self.search, &self.key];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            return Err(StoreError::BadText.into());
        }
        let dataset = match (&self.source, &self.dataset) {
            (Some(source), Some(dataset)) => Some((source.as_str(), dataset.as_str())),
            (None, None) => None,
            _ => return Err(bad("`source` and `dataset` go together")),
        };
        if self.key.is_some() && dataset.is_none() {
            return Err(bad("a `key` is that of a row of a dataset: `source` and `dataset` go with it"));
        }
        let moment = |text: &Option<String>| {
            let moment = text.as_deref().map(str::parse::<Timestamp>).transpose();
            moment.map_err(|_| bad("a moment is written as 2026-01-31T12:00:00Z"))
        };
        Ok(EventsWanted {
            tenant: principal.access().tenant(),
            principal: self.principal.as_deref(),
            action: self.action.as_deref(),
            dataset,
            search: self.search.as_deref(),
            row_keys,
            from: moment(&self.from)?,
            to: moment(&self.to)?,
            before: self.before,
            limit,
        })
    }

    /// The texts by which the audit finds the row with the key that was asked for, if one was.
    async fn row_keys(
        &self,
        state: &AppState,
        principal: &Principal,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.wanted(principal, None)?;
        let (Some(key), Some(source), Some(dataset)) = (&self.key, &self.source, &self.dataset) else {
            return Ok(None);
        };
        let bad = || QueryError::UnfitKey { dataset: dataset.clone() };
        let key = Key::parse(key).ok_or_else(|| EngineError::from(bad()))?;
        let target = Target { principal, source, dataset };
        Ok(Some(state.changes.audited_keys(target, &key).await?))
    }
}
