//! What routes take from a request, with rejections that are problems.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rowport_model::ErrorCode;
use serde::de::DeserializeOwned;

use crate::connections::BodyTooSlow;
use crate::error::ApiError;
use crate::unreadable::{json, query_problem};

/// The names in the path.
pub(crate) struct ApiPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(path)| Self(path)).map_err(|_: PathRejection| {
            ApiError::bad_request("a name in the address cannot be read: it is no UTF-8 text")
        })
    }
}

/// The query string.
pub(crate) struct ApiQuery<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| ApiError::bad_request(query_problem(&rejection.body_text())))
    }
}

/// A JSON body.
pub(crate) struct ApiJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        read_json(&headers, &bytes).map(Self)
    }
}

/// A JSON body, or a form whose field `request` holds one: so a page can have the browser download the answer to
/// a request that is too long for an address.
pub(crate) struct JsonOrForm<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonOrForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        if !is_form(request.headers()) {
            return ApiJson::from_request(request, state).await.map(|ApiJson(body)| Self(body));
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
        let field = url::form_urlencoded::parse(&body).find(|(name, _)| name == "request");
        let (_, text) = field.ok_or_else(|| ApiError::bad_request("the form has no field `request`"))?;
        json(text.as_bytes(), "`request`").map(Self).map_err(ApiError::bad_request)
    }
}

/// Reads a JSON body that has arrived.
pub(crate) fn read_json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, ApiError> {
    // Serde would take a list for an object whose keys are left out.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(ApiError::bad_request("the body is a JSON object, not a list"));
    }
    if !is_json(headers) {
        let detail = "the body is JSON, and has to say so: `Content-Type: application/json`";
        return Err(ApiError::new(ErrorCode::UnsupportedMediaType, detail));
    }
    json(bytes, "the body").map_err(ApiError::bad_request)
}

/// A body that did not arrive as a whole.
pub(crate) fn broken_off(error: &(dyn Error + 'static)) -> ApiError {
    if BodyTooSlow::caused(error) {
        let detail = "the request's body did not arrive in time; send it again";
        let close = HeaderMap::from_iter([(header::CONNECTION, HeaderValue::from_static("close"))]);
        return ApiError::new(ErrorCode::BodyTooSlow, detail).with_headers(close);
    }
    ApiError::bad_request("the request's body broke off")
}

/// A body that is longer than the route takes.
pub(crate) fn too_large() -> ApiError {
    let detail = "the request's body is larger than 2 MiB, or than 16 MiB where it names rows to change";
    ApiError::new(ErrorCode::TooLarge, detail)
}

fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// `application/json`, and kinds of their own that are JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = media_type(headers).to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn media_type(headers: &HeaderMap) -> &str {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim()
}

fn unread(rejection: &BytesRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => broken_off(rejection),
    }
}

/// A route that is not there.
pub(crate) async fn not_found() -> Response {
    ApiError::new(ErrorCode::NotFound, "there is nothing at this address").into_response()
}

/// A route that is there, asked for in a way that it does not know.
pub(crate) async fn method_not_allowed() -> Response {
    ApiError::new(ErrorCode::MethodNotAllowed, "this route does not know this method").into_response()
}
