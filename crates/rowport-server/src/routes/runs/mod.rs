//! Background work: asked for, watched, cancelled, repeated, and its files fetched.

pub(crate) mod cancel;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod rerun;

use rowport_engine::carried_over;
use serde::Deserialize;
use tracing::Instrument;
use utoipa::IntoParams;

use crate::error::ApiError;

/// A run's place.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RunPath {
    /// The run's id.
    pub(super) id: String,
}

/// Changes the state in a task of its own: a client that goes away must not leave a transaction half begun.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    tokio::spawn(carried_over(work).in_current_span()).await.unwrap_or_else(|error| {
        Err(rowport_engine::EngineError::Internal { message: error.to_string() }.into())
    })
}
