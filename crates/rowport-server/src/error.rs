//! Problems as RFC 9457 says them, with codes that stay.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_engine::EngineError;
use rowport_engine::accounts::SignInError;
use rowport_model::{ErrorCode, Permission};
use rowport_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::middleware::request_id;
use crate::status::status_of;

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
    code: ErrorCode,
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
    /// The problem that the code stands for, with its status.
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self::with_status(status_of(code), code, detail)
    }

    fn with_status(status: StatusCode, code: ErrorCode, detail: impl Into<String>) -> Self {
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
        Self::new(ErrorCode::BadRequest, detail)
    }

    /// There is no valid session or key.
    pub(crate) fn not_signed_in() -> Self {
        let detail = "sign in, or show an API key that is still good";
        let headers = HeaderMap::from_iter([(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))]);
        Self::new(ErrorCode::NotSignedIn, detail).with_headers(headers)
    }

    /// A program asks for what only people have: sessions and keys of their own.
    pub(crate) fn of_people() -> Self {
        let detail =
            "sessions, keys and one-time links belong to people: sign in to see, make or change them";
        Self::new(ErrorCode::Forbidden, detail)
    }

    /// A program would grant what it has not been granted itself.
    pub(crate) fn grants_more() -> Self {
        let detail = "an API key grants no more than it may do itself";
        Self::new(ErrorCode::Forbidden, detail)
    }

    /// The principal may not do this.
    pub(crate) fn forbidden(permission: Permission) -> Self {
        let detail = format!("`{}` is not allowed", permission.word());
        Self::new(ErrorCode::Forbidden, detail)
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

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let code = error.code();
        // What the rows themselves or the options rule out is the request's problem, not the server's.
        let status = match &error {
            EngineError::Encode(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => status_of(code),
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, code = code.as_str(), "a request failed");
        }
        Self::with_status(status, code, error.to_string()).with_hint(error.hint())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let code = error.code();
        let status = status_of(code);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, code = code.as_str(), "the store failed");
        }
        // Callers are not told where the state is.
        let detail = match &error {
            StoreError::Unavailable { .. } => {
                "Rowport's own state cannot be used; its log says why".to_owned()
            }
            error => error.to_string(),
        };
        Self::with_status(status, code, detail)
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let detail = error.to_string();
        match error {
            SignInError::Wrong => Self::new(ErrorCode::WrongPassword, detail),
            SignInError::Suspended => Self::new(ErrorCode::Suspended, detail),
            SignInError::BadPassword { .. } => Self::new(ErrorCode::BadPassword, detail),
            SignInError::TooOften { seconds } => {
                let headers = HeaderMap::from_iter([(header::RETRY_AFTER, HeaderValue::from(seconds))]);
                Self::new(ErrorCode::TooManyTries, detail).with_headers(headers)
            }
            SignInError::Engine(error) => error.into(),
        }
    }
}
