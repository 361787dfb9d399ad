//! Problems as RFC 9457 says them, with codes that stay.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

/// An answer that is a problem.
#[derive(Debug)]
pub(crate) struct ApiError(Problem);

/// What went wrong and what to do about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 400)]
    status: u16,
    /// What was wrong, and where.
    detail: String,
    /// The stable code.
    #[schema(example = "unknown_column")]
    code: &'static str,
    /// What would help, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    hint: Option<&'static str>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        let detail = detail.into();
        Self(Problem { kind: "about:blank", title, status: status.as_u16(), detail, code, hint: None })
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    fn with_hint(mut self, hint: Option<&'static str>) -> Self {
        self.0.hint = hint;
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }
}

/// The status that goes with each code; what is not listed is a mistake of ours.
fn status_of(code: &str) -> StatusCode {
    match code {
        "unknown_column" | "bad_filter" | "bad_view" | "bad_cursor" | "bad_export" | "bad_name" => {
            StatusCode::BAD_REQUEST
        }
        "unknown_run" | "unknown_artifact" | "unknown_source" | "unknown_dataset" | "unknown_view"
        | "unknown_preset" => StatusCode::NOT_FOUND,
        "bad_preset" => StatusCode::BAD_REQUEST,
        "still_running" | "run_lost" | "name_taken" | "too_many_saved" | "dataset_changed" => {
            StatusCode::CONFLICT
        }
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "source_refused" | "source_protocol" | "source_lost" | "bad_value" | "bad_source_url" => {
            StatusCode::BAD_GATEWAY
        }
        "storage_unavailable" | "source_unreachable" | "source_busy" | "store_busy" => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        "timeout" => StatusCode::GATEWAY_TIMEOUT,
        "storage_full" => StatusCode::INSUFFICIENT_STORAGE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let code = error.code();
        // What the rows themselves or the options rule out is the request's problem, not the server's.
        let status = match &error {
            EngineError::Encode(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => status_of(code),
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, code, "a request failed");
        }
        Self::new(status, code, error.to_string()).with_hint(error.hint())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = error.code();
        let status = status_of(code);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, code, "the store failed");
        }
        Self::new(status, code, error.to_string())
    }
}
