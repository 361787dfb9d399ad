//! Passwords, links, sessions and keys.

use std::time::{Duration, Instant};

use rowport_engine::accounts::SignInMode;
use rowport_server::Site;
use rowport_store::{Actor, UserChange};
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) fn database() -> Database {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, name text);
         INSERT INTO items VALUES (1, 'one'), (2, 'two'), (3, 'three');",
    );
    database
}

pub(super) fn closed(database: &Database) -> Served {
    serve_as(database, Serving { sign_in_mode: SignInMode::Required, ..Serving::default() })
}

/// The secret of a link for the first administrator.
pub(super) fn first_link(served: &Served) -> String {
    let token = served.runtime.block_on(served.accounts.first_admin()).unwrap().unwrap();
    token.secret().to_owned()
}

pub(super) fn first_admin(served: &Served) -> String {
    let body = json!({ "token": first_link(served), "password": PASSWORD, "email": "ada@example.org", "name": "Ada" });
    let answer = served.post("/api/v1/invitations/accept", &body);
    assert_eq!(answer.status, 200, "{answer:?}");
    cookie(&answer)
}

pub(super) fn cookie(answer: &Answer) -> String {
    answer.headers["set-cookie"].split(';').next().unwrap().to_owned()
}

pub(super) fn sign_in(served: &Served, email: &str, password: &str) -> Answer {
    served.post("/api/v1/session", &json!({ "email": email, "password": password }))
}

pub(super) fn with(served: &Served, cookie: &str, method: &str, path: &str, body: &Value) -> Answer {
    let headers = [("cookie", cookie), ("content-type", "application/json")];
    served.send(method, path, &headers, body.to_string().as_bytes())
}

#[test]
fn the_first_link_makes_the_administrator_once() {
    let database = database();
    let served = closed(&database);
    let link = first_link(&served);
    assert_eq!(
        served.post("/api/v1/invitations/find", &json!({ "token": link })).json()["first_admin"],
        true
    );
    let accept = |password: &str| {
        let body = json!({ "token": link, "password": password, "email": "ada@example.org", "name": "Ada" });
        served.post("/api/v1/invitations/accept", &body)
    };
    assert_eq!(accept("short").code(), "bad_password");
    // Of all who follow it at once, one is the administrator.
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| accept(PASSWORD))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    assert_eq!(accept(PASSWORD).code(), "unknown_invitation");
    assert!(served.runtime.block_on(served.accounts.first_admin()).unwrap().is_none());
    let me = sign_in(&served, "ADA@example.org ", PASSWORD);
    assert_eq!(me.status, 200, "{me:?}");
    assert!(me.json()["permissions"].as_array().unwrap().contains(&json!("admin")));
    assert_eq!(with(&served, &cookie(&me), "GET", "/api/v1/users", &json!({})).status, 200);
}

#[test]
fn somebody_is_added_joins_by_link_and_gets_a_new_one() {
    let database = database();
    let served = closed(&database);
    let admin = first_admin(&served);
    let body = json!({ "email": "bob@example.org", "name": "Bob", "roles": ["viewer"] });
    let added = with(&served, &admin, "POST", "/api/v1/users", &body);
    assert_eq!(added.status, 201, "{added:?}");
    let (id, path) = (added.json()["user"]["id"].clone(), added.json()["path"].clone());
    let old = path.as_str().unwrap().split_once('#').unwrap().1.to_owned();
    assert_eq!(with(&served, &admin, "POST", "/api/v1/users", &body).code(), "name_taken");
    let again = format!("/api/v1/users/{}/invitation", id.as_str().unwrap());
    let fresh = with(&served, &admin, "POST", &again, &json!({})).json();
    let fresh = fresh["path"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let accept = |token: &str| {
        served.post("/api/v1/invitations/accept", &json!({ "token": token, "password": PASSWORD }))
    };
    assert_eq!(accept(&old).code(), "unknown_invitation");
    assert_eq!(sign_in(&served, "bob@example.org", PASSWORD).code(), "wrong_password");
    let joined = accept(&fresh);
    assert_eq!(joined.status, 200);
    assert_eq!(accept(&fresh).code(), "unknown_invitation");
    let bob = cookie(&joined);
    assert_eq!(with(&served, &bob, "GET", "/api/v1/users", &json!({})).code(), "forbidden");
    assert_eq!(with(&served, &bob, "GET", &Served::path("items", "rows"), &json!({})).status, 200);
    // A day after the links were good for, another is not.
    let late = with(&served, &admin, "POST", &again, &json!({})).json();
    served.clock.turn(jiff::SignedDuration::from_hours(73));
    let late = late["path"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    assert_eq!(accept(&late).code(), "unknown_invitation");
    // The last administrator stays.
    let me = with(&served, &admin, "GET", "/api/v1/session", &json!({})).json();
    let ada = format!("/api/v1/users/{}", me["principal"].as_str().unwrap().trim_start_matches("user:"));
    assert_eq!(with(&served, &admin, "PATCH", &ada, &json!({ "roles": ["viewer"] })).code(), "last_admin");
    assert_eq!(with(&served, &admin, "PATCH", &ada, &json!({ "suspended": true })).code(), "last_admin");
    assert_eq!(with(&served, &admin, "DELETE", &ada, &json!({})).code(), "last_admin");
    assert_eq!(with(&served, &admin, "PATCH", &ada, &json!({ "tenant": "acme" })).code(), "last_admin");
}

#[test]
fn signing_in_is_slowed_down_by_account_and_by_address() {
    let database = database();
    let site = Site { behind_proxy: true, ..Site::default() };
    let served =
        serve_as(&database, Serving { sign_in_mode: SignInMode::Required, site, ..Serving::default() });
    first_admin(&served);
    let from = |address: &str, email: &str, password: &str| {
        let headers = [("x-forwarded-for", address), ("content-type", "application/json")];
        let body = json!({ "email": email, "password": password }).to_string();
        served.send("POST", "/api/v1/session", &headers, body.as_bytes())
    };
    let wrong = |address: &str| {
        let answer = from(&format!("9.9.9.9, {address}"), "ada@example.org", "wrong");
        assert_eq!((answer.status, answer.code().as_str()), (401, "wrong_password"), "from {address}");
    };
    // From where it was tried too often the right password does not help any more; elsewhere it does.
    (0..10).for_each(|_| wrong("10.0.1.1"));
    let answer = from("10.0.1.1", "ada@example.org", PASSWORD);
    assert_eq!((answer.status, answer.code().as_str()), (429, "too_many_tries"));
    assert_eq!(answer.headers["retry-after"], "901");
    assert_eq!(from("10.0.1.2", "ada@example.org", PASSWORD).status, 200);
    // Many who guess together are slowed down as well.
    (0..90).for_each(|number| wrong(&format!("10.0.3.{}", number / 5)));
    assert_eq!(from("10.0.1.2", "ada@example.org", PASSWORD).code(), "too_many_tries");
    served.clock.turn(jiff::SignedDuration::from_mins(16));
    for _ in 0..60 {
        assert_eq!(from("10.0.1.1", "ada@example.org", PASSWORD).status, 200, "a right one does not count");
    }
    // One address, many accounts. What a client itself says of its address does not count.
    let codes: Vec<String> = (0..52)
        .map(|number| {
            from(&format!("1.2.3.{number}, 10.0.2.2"), &format!("a{number}@example.org"), "wrong").code()
        })
        .collect();
    assert_eq!(codes.iter().filter(|code| *code == "wrong_password").count(), 50);
    assert_eq!(codes.iter().filter(|code| *code == "too_many_tries").count(), 2);
    assert_eq!(from("10.0.2.3", "b@example.org", "wrong").code(), "wrong_password");
}

#[test]
fn an_unknown_account_takes_as_long_as_a_known_one() {
    let database = database();
    let served = closed(&database);
    first_admin(&served);
    let time = |email: &str| {
        let started = Instant::now();
        assert_eq!(sign_in(&served, email, "wrong").code(), "wrong_password");
        started.elapsed()
    };
    // Hashing takes tens of milliseconds and everything else a few. The shortest of several tries counts, in turns, and
    // more of them where the machine is busy: an account for which nothing is hashed stays the faster one throughout.
    let (mut known, mut unknown) = (Duration::MAX, Duration::MAX);
    let alike = (0..40).any(|_| {
        for _ in 0..4 {
            known = known.min(time("ada@example.org"));
            unknown = unknown.min(time("nobody@example.org"));
        }
        served.clock.turn(jiff::SignedDuration::from_mins(16));
        unknown > known / 4 && known > unknown / 4
    });
    assert!(alike, "{known:?} and {unknown:?}");
    for time in [known, unknown] {
        assert!(time > Duration::from_millis(5), "{time:?} is too short for a hash");
    }
}

#[test]
fn sessions_are_listed_ended_and_over_when_they_are_not_used() {
    let database = database();
    let served = closed(&database);
    let first = first_admin(&served);
    let second = cookie(&sign_in(&served, "ada@example.org", PASSWORD));
    let list = |cookie: &str| with(&served, cookie, "GET", "/api/v1/sessions", &json!({}));
    let sessions = list(&second).json()["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    assert!(!list(&second).json().to_string().contains(second.split('=').nth(1).unwrap()));
    let mine = with(&served, &second, "GET", "/api/v1/session", &json!({})).json()["session"].clone();
    let other = sessions.iter().find(|session| session["id"] != mine).unwrap()["id"].as_str().unwrap();
    assert_eq!(
        with(&served, &second, "DELETE", &format!("/api/v1/sessions/{other}"), &json!({})).status,
        204
    );
    assert_eq!(list(&first).status, 401);
    served.clock.turn(jiff::SignedDuration::from_hours(24 * 13));
    assert_eq!(list(&second).status, 200);
    served.clock.turn(jiff::SignedDuration::from_hours(24 * 13));
    assert_eq!(list(&second).status, 200, "it was used a fortnight ago at most");
    served.clock.turn(jiff::SignedDuration::from_hours(24 * 15));
    assert_eq!(list(&second).status, 401);
}

#[test]
fn a_key_is_shown_once_and_narrower_than_its_owner() {
    let database = database();
    let served = closed(&database);
    let admin = first_admin(&served);
    let body = json!({
        "name": "report", "scopes": [{ "permissions": ["records.read"], "datasets": ["db/*"] }],
        "expires_at": "2026-02-07T12:00:00Z"
    });
    let made = with(&served, &admin, "POST", "/api/v1/keys", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {secret}");
    let by_key = |method: &str, path: &str| {
        served.send(method, path, &[("authorization", &bearer), ("content-type", "application/json")], b"{}")
    };
    assert_eq!(by_key("GET", &Served::path("items", "rows")).status, 200);
    assert_eq!(by_key("GET", &Served::path("items", "export?format=csv")).code(), "forbidden");
    assert_eq!(by_key("GET", "/api/v1/users").code(), "forbidden");
    let another = served.send(
        "POST",
        "/api/v1/keys",
        &[("authorization", &bearer), ("content-type", "application/json")],
        body.to_string().as_bytes(),
    );
    assert_eq!(another.code(), "forbidden", "a key makes no keys");
    for path in ["/api/v1/keys", "/api/v1/sessions"] {
        assert_eq!(by_key("GET", path).code(), "forbidden", "a key has nothing to do with {path}");
        assert_eq!(by_key("DELETE", &format!("{path}/1")).code(), "forbidden");
    }
    let listed = with(&served, &admin, "GET", "/api/v1/keys", &json!({}));
    assert!(!String::from_utf8_lossy(&listed.body).contains(&secret));
    let id = listed.json()["keys"][0]["id"].as_str().unwrap().to_owned();
    // A cookie beside it changes nothing: whoever shows a key means it.
    let both = [("authorization", bearer.as_str()), ("cookie", admin.as_str())];
    assert_eq!(served.send("GET", "/api/v1/users", &both, b"").code(), "forbidden");
    assert_eq!(with(&served, &admin, "DELETE", &format!("/api/v1/keys/{id}"), &json!({})).status, 204);
    assert_eq!(by_key("GET", &Served::path("items", "rows")).status, 401);
    let made = with(&served, &admin, "POST", "/api/v1/keys", &body).json();
    served.clock.turn(jiff::SignedDuration::from_hours(24 * 8));
    let late = format!("Bearer {}", made["secret"].as_str().unwrap());
    assert_eq!(served.send("GET", "/api/v1/sources", &[("authorization", &late)], b"").status, 401);
}

#[test]
fn a_suspended_person_s_runs_keys_and_links_stop() {
    let database = database();
    let served = closed(&database);
    let me = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let done =
        me.send(&served, "POST", &Served::path("items", "exports"), &json!({ "format": "csv" })).json();
    let id = done["id"].as_str().unwrap().to_owned();
    rowport_testkit::wait_until("the export is made", || {
        me.get(&served, &format!("/api/v1/runs/{id}")).json()["state"] == "completed"
    });
    let link = me.send(&served, "POST", &format!("/api/v1/runs/{id}/link"), &json!({})).json();
    let url = link["url"].as_str().unwrap().to_owned();
    let file = served.get(&url);
    assert_eq!(file.status, 200, "a link needs no sign-in");
    // An administrator sees it in everybody's history, and others do not.
    let admin = person(&served, vec![grant(&["*"], &["*"])], Vec::new(), None);
    let other = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let everybodys = admin.get(&served, "/api/v1/runs?everyone=true").json();
    assert_eq!(everybodys["runs"][0]["id"], id.as_str());
    assert_eq!(other.get(&served, "/api/v1/runs?everyone=true").code(), "forbidden");
    assert_eq!(other.get(&served, &format!("/api/v1/runs/{id}")).code(), "unknown_run");
    for (method, path) in [
        ("POST", format!("/api/v1/runs/{id}/cancel")),
        ("POST", format!("/api/v1/runs/{id}/link")),
        ("POST", format!("/api/v1/runs/{id}/rerun")),
        ("DELETE", format!("/api/v1/runs/{id}")),
    ] {
        assert_eq!(other.send(&served, method, &path, &json!({})).code(), "unknown_run", "{path}");
    }
    // Somebody who may see less of the table by now may not have the file, and with it back they may.
    let role = &me.user.roles[0];
    let less = rowport_store::RoleBody {
        grants: vec![grant(&["records.*"], &["*"])],
        columns: vec![rowport_model::ColumnRule {
            dataset: "db/items".to_owned(),
            column: "name".to_owned(),
            effect: rowport_model::ColumnEffect::Masked,
        }],
    };
    let change = |body: &rowport_store::RoleBody| {
        let system = Actor::system();
        let roles = served.store.roles();
        served.runtime.block_on(roles.update(served.clock.as_ref(), &system, role, "Changed", body)).unwrap();
    };
    change(&less);
    assert_eq!(served.get(&url).code(), "unknown_artifact");
    change(&rowport_store::RoleBody { columns: Vec::new(), ..less });
    assert_eq!(served.get(&url).status, 200);
    // One that waits is cancelled with its owner, and what they made is out of reach.
    let path = format!("/api/v1/users/{}", me.user.id);
    assert_eq!(admin.send(&served, "PATCH", &path, &json!({ "suspended": true })).status, 200);
    assert_eq!(served.get(&url).code(), "unknown_artifact");
    let back = UserChange { suspended: Some(false), ..UserChange::default() };
    let system = Actor::system();
    let users = served.store.users();
    served.runtime.block_on(users.change(served.clock.as_ref(), &system, &me.user.id, back)).unwrap();
    assert_eq!(served.get(&url).status, 200);
    assert_eq!(me.get(&served, "/api/v1/session").status, 401, "the session ended with the suspension");
}

#[test]
fn an_account_and_a_network_never_share_a_count_with_others() {
    let database = database();
    let site = Site { behind_proxy: true, ..Site::default() };
    let served =
        serve_as(&database, Serving { sign_in_mode: SignInMode::Required, site, ..Serving::default() });
    first_admin(&served);
    let from = |address: &str, email: &str, password: &str| {
        let headers = [("x-forwarded-for", address), ("content-type", "application/json")];
        let body = json!({ "email": email, "password": password }).to_string();
        served.send("POST", "/api/v1/session", &headers, body.as_bytes())
    };
    // Accounts that would name the bucket of a person at another address, if the parts ran into each other.
    let forged = [
        "ada@example.org 9.9.9.9",
        "ada@example.org\t9.9.9.9",
        "ada@example.org\",\"9.9.9.9",
        "ada@example.org\u{a0}9.9.9.9",
    ];
    for email in forged {
        for number in 0..12 {
            let answer = from(&format!("6.6.6.{number}"), email, "wrong");
            assert!(["wrong_password", "too_many_tries"].contains(&answer.code().as_str()), "{answer:?}");
        }
    }
    let victim = from("9.9.9.9", "ada@example.org", PASSWORD);
    assert_eq!(victim.status, 200, "{victim:?}");
    // What is no address counts for nothing at all: there is no account to guess.
    for _ in 0..60 {
        assert_eq!(from("7.7.7.7", "ada@example.org 9.9.9.9", "wrong").code(), "wrong_password");
    }
    assert_eq!(from("7.7.7.7", "ada@example.org", PASSWORD).status, 200);
}

#[test]
fn people_change_their_own_password_and_every_other_session_ends() {
    let database = database();
    let served = closed(&database);
    let here = first_admin(&served);
    let elsewhere = cookie(&sign_in(&served, "ada@example.org", PASSWORD));
    let change = |cookie: &str, old: &str, new: &str| {
        with(&served, cookie, "PUT", "/api/v1/session/password", &json!({ "old": old, "new": new }))
    };
    let new = "another long phrase";
    assert_eq!(change(&here, "wrong", new).code(), "wrong_password");
    for weak in ["short", "password1234", "ada@example.org1", "123456789012"] {
        assert_eq!(change(&here, PASSWORD, weak).code(), "bad_password", "{weak}");
    }
    assert_eq!(with(&served, &elsewhere, "GET", "/api/v1/session", &json!({})).status, 200);
    let changed = change(&here, PASSWORD, new);
    assert_eq!(changed.status, 204, "{changed:?}");
    assert_eq!(with(&served, &here, "GET", "/api/v1/session", &json!({})).status, 200);
    assert_eq!(with(&served, &elsewhere, "GET", "/api/v1/session", &json!({})).status, 401);
    assert_eq!(sign_in(&served, "ada@example.org", PASSWORD).code(), "wrong_password");
    assert_eq!(sign_in(&served, "ada@example.org", new).status, 200);
    let wanted = rowport_store::EventsWanted {
        action: Some("user.password_changed"),
        limit: 10,
        ..Default::default()
    };
    let events = served.runtime.block_on(served.store.audit().list(wanted)).unwrap();
    assert_eq!(events.len(), 1);
    assert!(events[0].principal.starts_with("user:") && events[0].address.is_some(), "{events:?}");
    // A key has no password, and whoever guesses at an open browser is slowed down.
    let body = json!({ "name": "k", "scopes": [{ "permissions": ["*"], "datasets": ["*"] }] });
    let key = with(&served, &here, "POST", "/api/v1/keys", &body).json();
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = json!({ "old": new, "new": "yet another phrase" }).to_string();
    assert_eq!(served.send("PUT", "/api/v1/session/password", &headers, body.as_bytes()).code(), "forbidden");
    let codes: Vec<_> = (0..11).map(|_| change(&here, "wrong", new).code()).collect();
    assert_eq!(codes.iter().filter(|code| *code == "wrong_password").count(), 10, "{codes:?}");
    assert_eq!(change(&here, new, "yet another phrase").code(), "too_many_tries");
}

#[test]
fn passwords_that_are_guessed_first_are_refused_on_a_one_time_link_too() {
    let database = database();
    let served = closed(&database);
    let link = first_link(&served);
    for weak in ["password1234", "Ada@example.org1", "qwertyuiop12", "aaaaaaaaaaaa"] {
        let body = json!({ "token": link, "password": weak, "email": "ada@example.org", "name": "Ada" });
        assert_eq!(served.post("/api/v1/invitations/accept", &body).code(), "bad_password", "{weak}");
    }
}

#[test]
fn people_whose_addresses_look_alike_are_one_person_or_refused() {
    let database = database();
    let served = closed(&database);
    let admin = first_admin(&served);
    let add = |email: &str, tenant: Value| {
        let body = json!({ "email": email, "name": "X", "roles": ["viewer"], "tenant": tenant });
        with(&served, &admin, "POST", "/api/v1/users", &body)
    };
    assert_eq!(add("zo\u{eb}@example.org", json!(null)).status, 201);
    assert_eq!(add("zoe\u{308}@example.org", json!(null)).code(), "name_taken");
    for hidden in
        ["ada\u{200b}@example.org", "\u{202e}ada@example.org", "ada\u{ad}@example.org", "a da@example.org"]
    {
        assert_eq!(add(hidden, json!(null)).code(), "bad_name", "{hidden:?}");
    }
    // A tenant is what the data says, byte by byte.
    assert_eq!(add("t@example.org", json!("acme ")).json()["user"]["tenant"], "acme ");
    assert_eq!(add("u@example.org", json!("  ")).code(), "bad_name");
}

#[test]
fn the_audit_has_who_did_what() {
    let database = database();
    let served = closed(&database);
    let admin = first_admin(&served);
    let wrong = json!({ "email": "ada@example.org", "password": "wrong" }).to_string();
    let headers = [("content-type", "application/json"), ("x-request-id", "Lovelace <ada@example.org>")];
    assert_eq!(served.send("POST", "/api/v1/session", &headers, wrong.as_bytes()).status, 401);
    let role = json!({ "name": "R", "grants": [{ "permissions": ["records.read"], "datasets": ["*"] }] });
    let role = with(&served, &admin, "POST", "/api/v1/roles", &role).json();
    let path = format!("/api/v1/roles/{}", role["id"].as_str().unwrap());
    assert_eq!(with(&served, &admin, "DELETE", &path, &json!({})).status, 204);
    assert_eq!(
        with(&served, &admin, "GET", &Served::path("items", "export?format=csv"), &json!({})).status,
        200
    );
    let run =
        with(&served, &admin, "POST", &Served::path("items", "exports"), &json!({ "format": "csv" })).json();
    let run = run["id"].as_str().unwrap();
    let page = with(&served, &admin, "GET", "/api/v1/audit", &json!({})).json();
    let events = page["events"].as_array().unwrap();
    let actions: Vec<&str> = events.iter().rev().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "user.first_admin",
            "session.began",
            "session.refused",
            "role.created",
            "role.deleted",
            "export.started",
            "run.asked"
        ]
    );
    let numbers: Vec<i64> = events.iter().rev().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(events[0]["subject"], run);
    assert_eq!(
        (&events[1]["source"], &events[1]["dataset"], &events[1]["address"]),
        (&json!("db"), &json!("items"), &json!("127.0.0.1"))
    );
    // A request has the name that the log has, and none that says more than it should.
    assert!(events.iter().all(|event| event["request"].is_string()), "{events:?}");
    assert!(
        !page.to_string().contains("Lovelace")
            && !page.to_string().contains("wrong")
            && !page.to_string().contains(PASSWORD)
    );
    let only = |query: &str| {
        let page = with(&served, &admin, "GET", &format!("/api/v1/audit?{query}"), &json!({})).json();
        page["events"].as_array().unwrap().len()
    };
    assert_eq!(only("action=role"), 2);
    assert_eq!(only("source=db&dataset=items"), 2);
    assert_eq!(only("search=ada"), 5);
    assert_eq!(only("search=a%25"), 0);
    assert_eq!(only("from=2026-02-01T00:00:00Z"), 0);
    assert_eq!(only("before=4&limit=2"), 2);
    let whole = with(&served, &admin, "GET", "/api/v1/audit/export?action=role", &json!({}));
    assert_eq!(String::from_utf8_lossy(&whole.body).lines().count(), 2);
    assert!(whole.complete);
}

#[test]
fn whoever_comes_to_the_demo_is_its_administrator_until_they_sign_out() {
    let database = database();
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Demo, ..Serving::default() });
    assert_eq!(served.get("/api/v1/session").status, 401, "there is no administrator yet");
    served.runtime.block_on(served.accounts.prepare_demo()).unwrap();
    served.runtime.block_on(served.accounts.prepare_demo()).unwrap();
    let me = served.get("/api/v1/session");
    assert_eq!((me.status, &me.json()["name"]), (200, &json!("Demo admin")));
    let stale = [("cookie", "rowport=00")];
    assert_eq!(served.send("GET", "/api/v1/session", &stale, b"").status, 200);
    let out = served.send("DELETE", "/api/v1/session", &[], b"");
    assert_eq!(out.status, 204);
    let cookie = cookie(&out);
    assert_eq!(served.send("GET", "/api/v1/session", &[("cookie", &cookie)], b"").status, 401);
}
