//! What browsers are told, and requests that others make them send.

use rowport_engine::accounts::Door;
use rowport_server::Site;
use serde_json::json;

use super::signing_in::{PASSWORD, closed, cookie, database, first_admin, first_link, with};
use crate::desk::{Serving, serve_as};

#[test]
fn requests_from_elsewhere_change_nothing() {
    let database = database();
    let served = closed(&database);
    let admin = first_admin(&served);
    let count = || {
        with(&served, &admin, "GET", "/api/v1/users", &json!({})).json()["users"].as_array().unwrap().len()
    };
    let before = count();
    let body = json!({ "email": "eve@example.org", "name": "Eve", "roles": ["admin"] }).to_string();
    let post = |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", admin.as_str())];
        all.extend(headers);
        served.send("POST", "/api/v1/users", &all, body.as_bytes()).status
    };
    let json = ("content-type", "application/json");
    assert_eq!(post(&[json, ("origin", "https://elsewhere.example")]), 403);
    assert_eq!(post(&[json, ("origin", "null")]), 403);
    assert_eq!(post(&[json, ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(post(&[json, ("sec-fetch-site", "same-site")]), 403);
    // What a form elsewhere could send without asking.
    assert_eq!(post(&[("content-type", "text/plain")]), 415);
    assert_eq!(post(&[("content-type", "application/x-www-form-urlencoded")]), 415);
    assert_eq!(post(&[]), 415);
    assert_eq!(post(&[json, ("host", "elsewhere.example")]), 403);
    assert_eq!(count(), before);
    assert_eq!(post(&[json]), 201);
}

#[test]
fn cookies_and_answers_carry_what_browsers_need() {
    let database = database();
    let served = closed(&database);
    let plain = served.post(
        "/api/v1/invitations/accept",
        &json!({
            "token": first_link(&served), "password": PASSWORD, "email": "ada@example.org", "name": "Ada"
        }),
    );
    let set = &plain.headers["set-cookie"];
    for part in ["rowport=", "; Path=/", "; HttpOnly", "; SameSite=Lax"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure") && !set.contains("Domain"), "{set}");
    let policy = &plain.headers["content-security-policy"];
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(plain.headers["x-content-type-options"], "nosniff");
    assert_eq!(plain.headers["cache-control"], "no-store");
    let page = served.get("/");
    assert_eq!(page.headers["content-security-policy"], *policy);

    let host = Some("desk.example.org".to_owned());
    let site = Site { host, secure: true, ..Site::default() };
    let served = serve_as(&database, Serving { door: Door::Closed, site, ..Serving::default() });
    let body = json!({ "token": first_link(&served), "password": PASSWORD, "email": "a@b", "name": "A" })
        .to_string();
    let headers = [
        ("host", "desk.example.org"),
        ("origin", "https://desk.example.org"),
        ("content-type", "application/json"),
    ];
    let answer = served.send("POST", "/api/v1/invitations/accept", &headers, body.as_bytes());
    let set = &answer.headers["set-cookie"];
    assert!(set.starts_with("__Host-rowport=") && set.ends_with("; Secure"), "{set}");
    assert_eq!(with(&served, &cookie(&answer), "GET", "/api/v1/session", &json!({})).status, 200);
    // Under the other name it is nobody's.
    let other = cookie(&answer).replace("__Host-", "");
    assert_eq!(with(&served, &other, "GET", "/api/v1/session", &json!({})).status, 401);
}
