//! The cookie of a session.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::AppState;

/// As long as the longest session; the server ends it sooner.
const DAYS_90: u32 = 90 * 24 * 60 * 60;

/// The cookie's value after signing out where sign-in is not required.
const OUT: &str = "out";

/// The secret that the browser shows, if any.
pub(super) fn shown<'a>(headers: &'a HeaderMap, state: &AppState) -> Option<&'a str> {
    let name = name(state);
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(known, _)| *known == name.as_str())
        .map(|(_, value)| value)
}

/// Whether the caller signed out where sign-in is not required.
pub(super) fn is_out(secret: &str) -> bool {
    secret == OUT
}

/// Has the browser keep the secret: for no script, and for no request that another site makes.
pub(crate) fn session(state: &AppState, secret: &str) -> HeaderValue {
    cookie(state, secret, DAYS_90)
}

/// Has the browser forget it.
pub(crate) fn ended(state: &AppState) -> HeaderValue {
    cookie(state, "", 0)
}

/// Has the browser say that its owner signed out, where the desk would otherwise let them in again.
pub(crate) fn refused(state: &AppState) -> HeaderValue {
    cookie(state, OUT, DAYS_90)
}

fn cookie(state: &AppState, value: &str, age: u32) -> HeaderValue {
    let (name, secure) = (name(state), if state.site.secure { "; Secure" } else { "" });
    let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    // Hexadecimal digits in a text of our own.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The prefix has browsers take the cookie only over TLS and from no other name in the domain. Without TLS the port tells
/// it from those of other servers on the same machine.
fn name(state: &AppState) -> String {
    match (state.site.secure, state.site.port) {
        (true, _) => "__Host-rowport".to_owned(),
        (false, Some(port)) => format!("rowport-{port}"),
        (false, None) => "rowport".to_owned(),
    }
}
