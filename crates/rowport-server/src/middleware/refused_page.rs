//! What a person sees who came by a name that the server does not answer to.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The page. `host` is the name that they came by, where it is one.
pub(super) fn answer(host: Option<&str>) -> Response {
    // Letters, digits, points and colons: nothing in it is HTML.
    let name = host.unwrap_or("desk.example.org");
    let came = host.map_or_else(String::new, |host| format!(" as <code>{host}</code>"));
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Rowport: unknown host name</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body>\
         <h1>Rowport is here, but does not know this name</h1>\
         <p>You opened it{came}. So that no other web site can use it behind your back, Rowport answers only to the names \
         that its configuration lists.</p>\
         <p>If you run this server, put this line at the top of <code>rowport.toml</code> and restart it:</p>\
         <pre>public_url = \"http://{name}\"</pre>\
         <p>Use <code>https://</code> where a proxy with TLS stands before it. On the machine itself, \
         <code>http://localhost</code> with the port of Rowport works without it.</p>\
         <p>Otherwise, ask an administrator for the right address.</p></body></html>\n"
    );
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::FORBIDDEN, headers, page).into_response()
}
