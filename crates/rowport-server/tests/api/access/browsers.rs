//! What browsers are told, and requests that others make them send.

use rowport_engine::accounts::SignInMode;
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
    assert!(!page.headers.contains_key("strict-transport-security"));

    let host = Some("desk.example.org".to_owned());
    let site = Site { host, secure: true, ..Site::default() };
    let served =
        serve_as(&database, Serving { sign_in_mode: SignInMode::Required, site, ..Serving::default() });
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
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
    assert_eq!(with(&served, &cookie(&answer), "GET", "/api/v1/session", &json!({})).status, 200);
    // Under the other name it is nobody's.
    let other = cookie(&answer).replace("__Host-", "");
    assert_eq!(with(&served, &other, "GET", "/api/v1/session", &json!({})).status, 401);
}

#[test]
fn a_session_s_cookie_is_not_that_of_another_server_on_this_machine() {
    let database = database();
    let at = |port| {
        serve_as(
            &database,
            Serving {
                sign_in_mode: SignInMode::Required,
                site: Site { port: Some(port), ..Site::default() },
                ..Serving::default()
            },
        )
    };
    let (one, other) = (at(7878), at(7879));
    let mine = first_admin(&one);
    assert!(mine.starts_with("rowport-7878="), "{mine}");
    let theirs = first_admin(&other);
    // A browser sends both to both.
    let both = format!("{theirs}; {mine}");
    for served in [&one, &other] {
        assert_eq!(with(served, &both, "GET", "/api/v1/session", &json!({})).status, 200);
    }
}

#[test]
fn a_person_who_comes_by_an_unknown_name_is_told_the_setting_and_a_program_gets_a_problem() {
    let database = database();
    let served = closed(&database);
    let asked = |path: &str, host: &str, accept: &str| {
        served.send("GET", path, &[("host", host), ("accept", accept)], b"")
    };
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    for path in ["/", "/datasets/db/items"] {
        let page = asked(path, "dataserver.lan:7931", browser);
        assert_eq!((page.status, page.headers["content-type"].as_str()), (403, "text/html; charset=utf-8"));
        let text = String::from_utf8_lossy(&page.body).into_owned();
        assert!(text.contains("public_url = \"http://dataserver.lan:7931\""), "{text}");
        assert!(page.headers.contains_key("content-security-policy"));
    }
    for (path, accept) in
        [("/", "*/*"), ("/api/v1/sources", browser), ("/api/v1/session", "application/json")]
    {
        let problem = asked(path, "dataserver.lan:7931", accept);
        assert_eq!((problem.status, problem.code().as_str()), (403, "forbidden_host"), "{path}");
        assert!(
            problem.json()["detail"]
                .as_str()
                .unwrap()
                .contains("public_url = \"http://dataserver.lan:7931\"")
        );
    }
    // What is no address is not said again.
    for host in ["<script>alert(1)</script>", "localhost:evil", "[::1]evil.test", "a\"b"] {
        let page = asked("/", host, browser);
        let text = String::from_utf8_lossy(&page.body).into_owned();
        assert!(
            page.status == 403
                && !text.contains("evil")
                && !text.contains("script")
                && !text.contains("a\"b"),
            "{text}"
        );
    }
}

#[test]
fn metrics_on_loopback_are_not_read_by_a_page_whose_name_leads_there() {
    let database = database();
    let served = closed(&database);
    let stop = tokio_util::sync::CancellationToken::new();
    let address = served.runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(rowport_server::serve_metrics(listener, || async { "up 1\n".to_owned() }, stop.clone()));
        address
    });
    let ask = |host: &str| {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET /metrics HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        crate::desk::parse(&bytes)
    };
    for host in ["localhost", "127.0.0.1:9", "[::1]", "10.0.0.1:9464"] {
        let told = ask(host);
        assert_eq!((told.status, told.body.as_slice()), (200, b"up 1\n".as_slice()), "{host}");
    }
    for host in [
        "rebound.example",
        "rebound.example:9",
        "localhost.evil.test",
        "127.0.0.1.evil.test",
        "",
        "[::1]evil.test",
    ] {
        let told = ask(host);
        assert!(told.status == 403 && !told.body.starts_with(b"up"), "{host}: {told:?}");
    }
    stop.cancel();
}
