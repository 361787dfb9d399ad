//! What routes take from a request, with rejections that are problems.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The names in the path.
pub(crate) struct ApiPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(path)| Self(path))
            .map_err(|rejection: PathRejection| ApiError::bad_request(rejection.body_text()))
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
            .map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

/// A JSON body.
pub(crate) struct ApiJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, state).await.map_err(|rejection: BytesRejection| {
            too_large_or_bad(rejection.status(), rejection.body_text())
        })?;
        // Serde would take a list for an object whose keys are left out.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(ApiError::bad_request("the body is a JSON object, not a list"));
        }
        axum::Json::<T>::from_request(Request::from_parts(parts, bytes.into()), state)
            .await
            .map(|axum::Json(body)| Self(body))
            .map_err(json_problem)
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
        let body = Bytes::from_request(request, state).await.map_err(|rejection: BytesRejection| {
            too_large_or_bad(rejection.status(), rejection.body_text())
        })?;
        let field = url::form_urlencoded::parse(&body).find(|(name, _)| name == "request");
        let (_, json) = field.ok_or_else(|| ApiError::bad_request("the form has no field `request`"))?;
        let body = serde_json::from_str(&json)
            .map_err(|error| ApiError::bad_request(format!("`request`: {error}")))?;
        Ok(Self(body))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn json_problem(rejection: JsonRejection) -> ApiError {
    too_large_or_bad(rejection.status(), rejection.body_text())
}

fn too_large_or_bad(status: StatusCode, text: String) -> ApiError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let detail =
                "the request's body is larger than 2 MiB, or than 16 MiB where it names rows to change";
            ApiError::new(status, "too_large", detail)
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::new(status, "bad_request", text),
        _ => ApiError::bad_request(text),
    }
}

/// A route that is not there.
pub(crate) async fn not_found() -> Response {
    ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address").into_response()
}

/// A route that is there, asked for in a way that it does not know.
pub(crate) async fn method_not_allowed() -> Response {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this route does not know this method",
    )
    .into_response()
}
