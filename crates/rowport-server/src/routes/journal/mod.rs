//! Whether the rows of a source can be changed.

pub(crate) mod get;
pub(crate) mod make;

use rowport_engine::EngineError;
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
    /// The statements that make it.
    sql: String,
}

impl Journal {
    pub(super) async fn of(state: &AppState, source: &str) -> Result<Self, ApiError> {
        let sql = state.changes.journal_sql(source)?;
        Ok(match state.changes.journal(source).await {
            Ok(()) => Self { ready: true, reason: None, sql },
            Err(error @ EngineError::Driver(_)) => {
                Self { ready: false, reason: Some(error.to_string()), sql }
            }
            Err(error) => return Err(error.into()),
        })
    }
}
