//! Problems as RFC 9457 says them, with codes that stay.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_engine::accounts::SignInError;
use rowport_model::Permission;
use rowport_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::middleware::request_id;

/// An answer that is a problem.
#[derive(Debug)]
pub(crate) struct ApiError(Problem, Option<Box<HeaderMap>>);

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
    /// The name of the request, as in the answer's `X-Request-Id` and in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    request_id: Option<Box<str>>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        let detail = detail.into();
        let problem = Problem {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail,
            code,
            hint: None,
            request_id: None,
        };
        Self(problem, None)
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", detail)
    }

    /// What has a stable code and does not fit with what is there.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// Nobody is signed in.
    pub(crate) fn not_signed_in() -> Self {
        let detail = "sign in, or show an API key that is still good";
        let headers = HeaderMap::from_iter([(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))]);
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail).with_headers(headers)
    }

    /// A program asks for what only people have: sessions and keys of their own.
    pub(crate) fn of_people() -> Self {
        let detail =
            "sessions, keys and one-time links belong to people: sign in to see, make or change them";
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// A program would grant what it has not been granted itself.
    pub(crate) fn grants_more() -> Self {
        let detail = "an API key grants no more than it may do itself";
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// Somebody is, and may not do this.
    pub(crate) fn forbidden(permission: Permission) -> Self {
        let detail = format!("`{}` is not allowed", permission.word());
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
            .with_hint(Some("an administrator can give a role that allows it"))
    }

    /// The same with more headers.
    pub(crate) fn with_headers(mut self, headers: HeaderMap) -> Self {
        self.1.get_or_insert_default().extend(headers);
        self
    }

    fn with_hint(mut self, hint: Option<&'static str>) -> Self {
        self.0.hint = hint;
        self
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        self.0.request_id = request_id::current().map(Into::into);
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response.headers_mut().extend(self.1.map(|headers| *headers).unwrap_or_default());
        response
    }
}

/// The status that goes with each code; what is not listed is a mistake of ours.
fn status_of(code: &str) -> StatusCode {
    match code {
        "unknown_column" | "masked_column" | "bad_change" | "bad_key" | "bad_confirmation"
        | "not_writable" | "bad_filter" | "bad_view" | "bad_cursor" | "bad_export" | "bad_name"
        | "bad_text" => StatusCode::BAD_REQUEST,
        "unknown_run" | "unknown_artifact" | "unknown_source" | "unknown_dataset" | "unknown_view"
        | "unknown_preset" | "unknown_user" | "unknown_role" | "unknown_session" | "unknown_key"
        | "unknown_invitation" | "unknown_subject" | "unknown_change_set" => StatusCode::NOT_FOUND,
        "bad_preset" | "bad_role" | "bad_idempotency_key" => StatusCode::BAD_REQUEST,
        "forbidden" => StatusCode::FORBIDDEN,
        "last_admin" | "still_running" | "run_lost" | "name_taken" | "too_many_saved" | "dataset_changed"
        | "no_key" | "no_transactions" | "inherited" | "no_journal" | "journal_outdated"
        | "journal_newer" | "journal_refused" | "selection_changed" | "dependants_changed"
        | "confirmed_before" | "not_undoable" | "overtaken" => StatusCode::CONFLICT,
        "foreign_key" | "not_unique" | "value_missing" | "check_failed" | "value_unfit" | "row_refused"
        | "left_out" => StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused" => StatusCode::UNPROCESSABLE_ENTITY,
        "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "source_refused" | "source_protocol" | "source_lost" | "bad_value" | "bad_source_url"
        | "storage_refused" => StatusCode::BAD_GATEWAY,
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
        // Where the state is, is nothing for whoever asks from outside.
        let detail = match &error {
            StoreError::Unavailable { .. } => {
                "Rowport's own state cannot be used; its log says why".to_owned()
            }
            error => error.to_string(),
        };
        Self::new(status, code, detail)
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let detail = error.to_string();
        match error {
            SignInError::Wrong => Self::new(StatusCode::UNAUTHORIZED, "wrong_password", detail),
            SignInError::Suspended => Self::new(StatusCode::FORBIDDEN, "suspended", detail),
            SignInError::BadPassword { .. } => Self::new(StatusCode::BAD_REQUEST, "bad_password", detail),
            SignInError::TooOften { seconds } => {
                let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from(seconds))]);
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", detail).with_headers(headers)
            }
            SignInError::Engine(error) => error.into(),
        }
    }
}
