//! The API's document, gathered from the routes themselves.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};

use crate::AppState;
use crate::access::Routes;
use crate::extract::{method_not_allowed, not_found};
use crate::{problems, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rowport",
        description = "Browse, count and export the tables of your databases. docs/API-DESIGN.md states the rules \
                       that hold across routes.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(crate::error::Problem)),
    tags(
        (name = "datasets", description = "Sources and their tables and views"),
        (name = "rows", description = "Pages, counts and landmarks of a view"),
        (name = "exports", description = "Views as files"),
        (name = "runs", description = "Work in the background, and the files that it makes"),
        (name = "views", description = "Views that people saved"),
        (name = "presets", description = "Lists of columns that people saved, or that the configuration names"),
        (name = "access", description = "People, what they may do, and how they sign in"),
        (name = "notifications", description = "What is told to the outside when runs have ended"),
        (name = "audit", description = "Who did what"),
        (name = "health", description = "Rowport itself")
    )
)]
struct Document;

/// The document of the whole API: OpenAPI 3.1.
pub fn document() -> utoipa::openapi::OpenApi {
    described().split().1
}

/// The routes, ready to serve, and their document.
pub(crate) fn routes(state: AppState) -> (Router, utoipa::openapi::OpenApi) {
    let (router, document) = described().split();
    let json = document.to_json().unwrap_or_default();
    let router = router
        .route(
            "/api/v1/openapi.json",
            get(move || async move {
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], json).into_response()
            }),
        )
        .route("/api/{*rest}", axum::routing::any(not_found))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state);
    (router, document)
}

fn described() -> Routes {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_default();
    components.responses.extend(problems::answers());
    let cookie =
        "The cookie that signing in sets: `__Host-rowport` with TLS, `rowport-` and the port without";
    let cookie = ApiKeyValue::with_description("rowport", cookie);
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.add_security_scheme("api_key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let none: [&str; 0] = [];
    document.security =
        Some(vec![SecurityRequirement::new("session", none), SecurityRequirement::new("api_key", none)]);
    routes::all(Routes::new(document))
}
