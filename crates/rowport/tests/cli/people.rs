//! People who sign in, as the operator of the server manages them while it serves.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::binary::{Answer, finished, rowport};
use crate::runs::served::{Served, Site, State};

const PASSWORD: &str = "correct horse battery";

fn user(site: &Site, arguments: &[&str], stdin: &str) -> Answer {
    let mut command = rowport();
    command.arg("user").args(arguments).arg("--config").arg(site.folder.path().join("rowport.toml"));
    command.arg("--data-dir").arg(site.folder.path().join("data"));
    if site.has_state() {
        command.args(["--state", site.state().url()]);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    finished(child.wait_with_output().unwrap())
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.stdout).unwrap()
}

fn post(served: &Served, path: &str, body: &Value) -> (String, String) {
    served.exchange("POST", path, &["content-type: application/json"], &body.to_string())
}

fn sign_in(served: &Served, email: &str, password: &str) -> Option<String> {
    let (head, _) = post(served, "/api/v1/session", &json!({ "email": email, "password": password }));
    head.starts_with("http/1.0 200").then(|| cookie(&head))
}

fn cookie(head: &str) -> String {
    let set = head.split("set-cookie: ").nth(1).unwrap_or_else(|| panic!("{head}"));
    format!("cookie: {}", set.split(';').next().unwrap())
}

fn is_signed_in(served: &Served, cookie: &str) -> bool {
    served.exchange("GET", "/api/v1/session", &[cookie], "").0.starts_with("http/1.0 200")
}

/// A server with an administrator.
fn with_admin(site: &Site) -> (Served, String) {
    let served = site.serve();
    let token = served.wait_to_hear("/join#").split("/join#").nth(1).unwrap().trim().to_owned();
    let body = json!({ "token": token, "name": "Ada", "email": "ada@example.org", "password": PASSWORD });
    let (head, body) = post(&served, "/api/v1/invitations/accept", &body);
    assert!(head.starts_with("http/1.0 200"), "{head}\n{body}");
    let session = cookie(&head);
    (served, session)
}

fn the_only_administrator_comes_back(state: State) {
    let mut site = Site::new(state, 1, "5s");
    site.people_sign_in();
    let (served, session) = with_admin(&site);
    assert!(is_signed_in(&served, &session));

    // By a password on standard input: at once, and everywhere.
    let answer =
        user(&site, &["reset-password", "ADA@example.org", "--password-stdin"], "a new long phrase\n");
    assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""), "{answer:?}");
    assert!(text(&answer).contains("Ada <ada@example.org>"), "{answer:?}");
    assert!(!is_signed_in(&served, &session), "the session outlived the password");
    assert!(sign_in(&served, "ada@example.org", PASSWORD).is_none());
    let session = sign_in(&served, "ada@example.org", "a new long phrase").unwrap();

    // By a link, which works once.
    let answer = user(&site, &["reset-password", "ada@example.org", "--json"], "");
    assert_eq!(answer.code, Some(0), "{answer:?}");
    let outcome: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(outcome["user"]["email"], "ada@example.org");
    assert!(!is_signed_in(&served, &session));
    let link = outcome["link"].as_str().unwrap();
    assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    let token = link.split("/join#").nth(1).unwrap();
    let accept = json!({ "token": token, "password": "yet another phrase" });
    assert!(post(&served, "/api/v1/invitations/accept", &accept).0.starts_with("http/1.0 200"));
    assert!(post(&served, "/api/v1/invitations/accept", &accept).0.starts_with("http/1.0 404"));
    let session = sign_in(&served, "ada@example.org", "yet another phrase").unwrap();

    // All of it is in the audit, under the seal of the process that serves.
    let (_, events) = served.exchange("GET", "/api/v1/audit?action=user.&limit=100", &[&session], "");
    let events: Value = serde_json::from_str(&events).unwrap();
    let done: Vec<(&str, &str)> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["action"].as_str().unwrap(), event["principal_name"].as_str().unwrap()))
        .collect();
    for action in ["user.password_reset", "user.sessions_ended", "user.invited"] {
        assert!(done.contains(&(action, "Command line")), "{action} is not in {done:?}");
    }
    let mut verify = rowport();
    verify.args(["audit", "verify", "--data-dir"]).arg(site.folder.path().join("data"));
    if site.has_state() {
        verify.args(["--state", site.state().url()]);
    }
    assert_eq!(finished(verify.output().unwrap()).code, Some(0));
}

#[test]
fn a_lost_administrator_s_password_is_reset_while_the_server_runs() {
    the_only_administrator_comes_back(State::Sqlite);
}

#[test]
fn a_lost_administrator_s_password_is_reset_while_the_server_runs_on_postgres() {
    the_only_administrator_comes_back(State::Postgres);
}

#[test]
fn people_are_listed_resumed_and_refused_by_command() {
    let mut site = Site::new(State::Sqlite, 1, "5s");
    site.people_sign_in();
    let missing = user(&site, &["list"], "");
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stderr.contains("--data-dir"), "{missing:?}");
    let (served, session) = with_admin(&site);
    let created =
        user(&site, &["create-admin", "root@example.org", "--password-stdin"], "an unattended phrase");
    assert_eq!(created.code, Some(0), "{created:?}");
    let second = sign_in(&served, "root@example.org", "an unattended phrase").unwrap();
    assert!(served.exchange("GET", "/api/v1/users", &[&second], "").0.starts_with("http/1.0 200"));

    // One administrator suspends the other, who comes back by command.
    let (_, users) = served.exchange("GET", "/api/v1/users", &[&second], "");
    let users: Value = serde_json::from_str(&users).unwrap();
    let ada =
        users["users"].as_array().unwrap().iter().find(|user| user["email"] == "ada@example.org").unwrap();
    let path = format!("/api/v1/users/{}", ada["id"].as_str().unwrap());
    let headers = ["content-type: application/json", second.as_str()];
    assert!(served.exchange("PATCH", &path, &headers, "{\"suspended\": true}").0.starts_with("http/1.0 200"));
    assert!(!is_signed_in(&served, &session));
    let listed = user(&site, &["list"], "");
    let line = text(&listed).lines().find(|line| line.contains("ada@example.org")).unwrap().to_owned();
    assert!(line.contains("administrator") && line.contains("suspended"), "{line}");
    assert_eq!(user(&site, &["resume", "ada@example.org"], "").code, Some(0));
    assert!(sign_in(&served, "ada@example.org", PASSWORD).is_some());
    let listed: Value = serde_json::from_slice(&user(&site, &["list", "--json"], "").stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 2);

    for (arguments, stdin, said) in [
        (&["reset-password", "nobody@example.org"][..], "", "nobody@example.org"),
        (&["resume", "nobody@example.org"], "", "nobody@example.org"),
        (&["reset-password", "ada@example.org", "--password-stdin"], "short\n", "12 characters"),
        (&["reset-password", "ada@example.org", "--password-stdin"], "", "12 characters"),
        (&["reset-password", "ada@example.org", "--password-stdin"], "password1234", "guessed"),
        (&["create-admin", "root@example.org"], "", "root@example.org"),
        (&["create-admin", "no address"], "", "address"),
        (&["create-admin", "new@example.org", "--password-stdin"], "short", "12 characters"),
    ] {
        let refused = user(&site, arguments, stdin);
        assert_eq!(refused.code, Some(4), "{arguments:?}: {refused:?}");
        assert!(refused.stderr.contains(said), "{arguments:?}: {refused:?}");
    }
    assert!(sign_in(&served, "ada@example.org", PASSWORD).is_some(), "what was refused changed nothing");
}

#[test]
fn a_server_that_others_reach_says_what_they_need_and_links_can_be_opened() {
    let mut site = Site::new(State::Sqlite, 1, "5s");
    site.people_sign_in();
    let served = site.serve_with(&["--listen", "0.0.0.0:0"]);
    assert!(served.address().ip().is_loopback(), "{}", served.address());
    served.wait_to_hear("public_url");
    let link = served.wait_to_hear("/join#");
    assert!(link.contains(&format!("http://{}/join#", served.address())), "{link}");
    let (head, _) = served.exchange("GET", "/healthz", &[], "");
    assert!(head.starts_with("http/1.0 200"));
    let page = served.exchange("GET", "/", &["host: dataserver.lan:7931", "accept: text/html"], "").1;
    assert!(page.contains("public_url = \"http://dataserver.lan:7931\""), "{page}");
    served.signal("TERM");
    assert_eq!(served.wait().0, Some(0));
    // Where it is known by a name there is nothing to warn of.
    site.configure("public_url = \"https://desk.example.org\"");
    let served = site.serve_with(&["--listen", "0.0.0.0:0"]);
    let link = served.wait_to_hear("/join#");
    assert!(link.contains("https://desk.example.org/join#"), "{link}");
    assert!(!served.said().contains("public_url"), "{}", served.said());
}

#[test]
fn an_address_to_listen_on_is_a_port_or_gets_a_hint() {
    let mut site = Site::new(State::Sqlite, 1, "5s");
    site.people_sign_in();
    for listen in ["0", "localhost:0"] {
        let served = site.serve_with(&["--listen", listen]);
        assert!(served.address().ip().is_loopback());
    }
    for (listen, said) in [
        (":7878", "0.0.0.0:7878"),
        ("localhost", "127.0.0.1:7878"),
        ("desk.example.org:80", "127.0.0.1:7878"),
    ] {
        let refused = rowport().args(["serve", "--listen", listen]).output().unwrap();
        let refused = finished(refused);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains(said), "{listen}: {refused:?}");
    }
}
