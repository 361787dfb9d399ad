//! How many exports a principal may still make.

pub(crate) mod get;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use rowport_model::{ErrorCode, Principal};
use rowport_store::{Admission, Limit};

use crate::AppState;
use crate::error::ApiError;

/// What has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Exports, in whichever tier.
    Exports,
    /// Archives about one person.
    SubjectExports,
}

impl Counted {
    /// What a run of this kind counts as.
    pub(crate) fn of(kind: &str) -> Self {
        if kind == Self::SubjectExports.kind() { Self::SubjectExports } else { Self::Exports }
    }

    /// As the store has it: the kind of run.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Exports => "export",
            Self::SubjectExports => "subject_export",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Exports => "exports",
            Self::SubjectExports => "subject exports",
        }
    }
}

/// How often something may be done. Absent is without a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// Exports of one person, with all their API keys, within an hour.
    pub exports_per_hour: Option<u32>,
    /// Exports of one person, with all their API keys, within a day.
    pub exports_per_day: Option<u32>,
    /// Archives about one person that one person, with all their API keys, asks for within a day. They count as no other
    /// exports.
    pub subject_exports_per_day: Option<u32>,
}

impl LimitSettings {
    fn of(self, counted: Counted) -> Vec<Limit> {
        let limit = |most: Option<u32>, hours| {
            most.map(|most| Limit { most, within: SignedDuration::from_hours(hours) })
        };
        let limits = match counted {
            Counted::Exports => [limit(self.exports_per_hour, 1), limit(self.exports_per_day, 24)],
            Counted::SubjectExports => [limit(self.subject_exports_per_day, 24), None],
        };
        limits.into_iter().flatten().collect()
    }
}

/// Admits one more, and says in headers what is left; or refuses it, and says when it may be asked again.
pub(crate) async fn admit(
    state: &AppState,
    principal: &Principal,
    counted: Counted,
) -> Result<HeaderMap, ApiError> {
    let limits = state.limits.of(counted);
    if limits.is_empty() {
        return Ok(HeaderMap::new());
    }
    let clock = state.sources.clock();
    let (store, clock, id) = (state.store.clone(), clock.clone(), principal.account().to_owned());
    let now = clock.now();
    // In a task of its own: a client that goes away must not leave a transaction half begun.
    let admitting =
        tokio::spawn(async move { store.limits().admit(clock.as_ref(), &id, counted.kind(), &limits).await });
    let admitted = admitting
        .await
        .map_err(|error| rowport_engine::EngineError::Internal { message: error.to_string() })??;
    match admitted {
        Ok(left) => Ok(left.iter().min_by_key(|it| it.left).map(|it| headers(it, now)).unwrap_or_default()),
        Err(refused) => {
            let detail = format!(
                "{} {} within {} are allowed, and they were made",
                refused.limit.most,
                counted.plural(),
                if refused.limit.within == SignedDuration::from_hours(1) { "an hour" } else { "a day" }
            );
            let mut headers = headers(&refused, now);
            headers.insert(header::RETRY_AFTER, seconds(refused.resets_at, now).into());
            Err(ApiError::new(ErrorCode::TooManyExports, detail).with_headers(headers))
        }
    }
}

fn headers(admission: &Admission, now: Timestamp) -> HeaderMap {
    let number = |number: u64| HeaderValue::from(number);
    HeaderMap::from_iter([
        (HeaderName::from_static("ratelimit-limit"), number(admission.limit.most.into())),
        (HeaderName::from_static("ratelimit-remaining"), number(admission.left.into())),
        (HeaderName::from_static("ratelimit-reset"), number(seconds(admission.resets_at, now))),
    ])
}

/// At least one, so that no client retries in the same instant.
fn seconds(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(at.duration_since(now).as_secs()).unwrap_or(0).saturating_add(1)
}
