//! Whether the rows of a source can be changed.

pub(crate) mod get;
pub(crate) mod make;

use rowport_engine::EngineError;
use rowport_model::ErrorCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::error::ApiError;

/// A source's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SourcePath {
    /// The source's name.
    #[param(example = "demo")]
    pub(super) source: String,
}

/// The journal of a source.
#[derive(Serialize, ToSchema)]
pub(crate) struct Journal {
    /// Whether it is there: without it nothing in the source is changed.
    ready: bool,
    /// Why it cannot be used, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// The reason's code, such as `no_journal`, `journal_outdated`, `journal_newer` or `source_refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<ErrorCode>,
    /// The statements that make or upgrade it, and for a login that may not run them what it is to be granted.
    sql: String,
}

impl Journal {
    pub(super) async fn of(state: &AppState, source: &str) -> Result<Self, ApiError> {
        let sql = state.changes.journal_sql(source).await?;
        Ok(match state.changes.journal(source).await {
            Ok(()) => Self { ready: true, reason: None, code: None, sql },
            Err(error @ EngineError::Driver(_)) => {
                Self { ready: false, reason: Some(error.to_string()), code: Some(error.code()), sql }
            }
            Err(error) => return Err(error.into()),
        })
    }
}
