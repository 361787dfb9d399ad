//! A page that shows the API's document to people. It is plain HTML: the document is all there is to it, and a
//! viewer from elsewhere would be larger than the whole rest of the page.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// The page at `/api/docs` and its style sheet.
pub(crate) fn router(document: &OpenApi) -> Router {
    let page = render(&serde_json::to_value(document).unwrap_or_default());
    let html = move || async move { typed("text/html; charset=utf-8", page) };
    let css = || async { typed("text/css; charset=utf-8", include_str!("docs_page.css").to_owned()) };
    Router::new().route("/api/docs", get(html)).route("/api/docs.css", get(css))
}

fn typed(kind: &'static str, body: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body)
}

fn render(document: &Value) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rowport API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main><h1>Rowport API</h1>\
         <p>The machine-readable document is <a href=\"/api/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>",
    );
    for (path, methods) in object(&document["paths"]) {
        for (method, operation) in object(methods) {
            operation_section(&mut html, path, method, operation);
        }
    }
    html.push_str("<h2>Schemas</h2>");
    for (name, schema) in object(&document["components"]["schemas"]) {
        let body = serde_json::to_string_pretty(schema).unwrap_or_default();
        html.push_str(&format!(
            "<details id=\"schema-{0}\"><summary><code>{0}</code> {1}</summary><pre>{2}</pre></details>",
            escape(name),
            escape(first_line(schema)),
            escape(&body)
        ));
    }
    html.push_str("</main></body></html>");
    html
}

fn operation_section(html: &mut String, path: &str, method: &str, operation: &Value) {
    html.push_str(&format!(
        "<section><h2><span class=\"method {0}\">{0}</span> <code>{1}</code></h2><p>{2}</p>",
        escape(method),
        escape(path),
        escape(text(&operation["summary"])),
    ));
    if let Some(parameters) = operation["parameters"].as_array() {
        html.push_str("<table><thead><tr><th>parameter</th><th>in</th><th>meaning</th></tr></thead><tbody>");
        for parameter in parameters {
            html.push_str(&format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                escape(text(&parameter["name"])),
                escape(text(&parameter["in"])),
                escape(text(&parameter["description"])),
            ));
        }
        html.push_str("</tbody></table>");
    }
    for (label, schema) in [
        ("Body", &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]),
        ("Answer", &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]),
    ] {
        if let Some(name) = schema.as_str().and_then(|reference| reference.rsplit('/').next()) {
            html.push_str(&format!(
                "<p>{label}: <a href=\"#schema-{0}\"><code>{0}</code></a></p>",
                escape(name)
            ));
        }
    }
    html.push_str("</section>");
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn first_line(schema: &Value) -> &str {
    text(&schema["description"]).lines().next().unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
