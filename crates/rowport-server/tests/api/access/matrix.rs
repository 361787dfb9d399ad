//! Every route of the document against every permission: who is let through is what the route declares, no more and no
//! less.

use std::collections::BTreeMap;

use rowport_engine::accounts::Door;
use rowport_engine::settings::{DatasetSettings, SubjectSettings};
use rowport_model::Permission;
use rowport_store::UserChange;
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};

use super::people::{Person, grant, person};
use crate::desk::{Answer, Served, Serving, serve_as};

/// A route as the document has it.
pub struct Route {
    pub method: String,
    pub path: String,
    needs: String,
}

pub fn routes() -> Vec<Route> {
    let document = serde_json::to_value(rowport_server::document()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let needs = operation["x-permission"].as_str();
            let needs =
                needs.unwrap_or_else(|| panic!("{method} {path} says nothing of what it needs")).to_owned();
            routes.push(Route { method: method.to_uppercase(), path: path.clone(), needs });
        }
    }
    assert!(routes.len() >= 45, "only {} routes", routes.len());
    routes
}

fn database() -> Database {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, owner text);
         CREATE TABLE others (id integer PRIMARY KEY);
         INSERT INTO items VALUES (1, 'acme'), (2, 'other'); INSERT INTO others VALUES (1);",
    );
    database
}

/// Persons are known by the dataset that is asked for.
fn with_subjects() -> Serving {
    let known = DatasetSettings {
        subjects: BTreeMap::from([("person".to_owned(), vec!["owner".to_owned()])]),
        ..DatasetSettings::default()
    };
    Serving {
        datasets: BTreeMap::from([("items".to_owned(), known)]),
        subjects: vec![SubjectSettings { name: "person".to_owned(), label: "Person".to_owned() }],
        ..Serving::default()
    }
}

fn ask(served: &Served, route: &Route, cookie: Option<&str>) -> Answer {
    ask_of(served, route, "items", cookie)
}

/// Asks a route about a dataset, whose name is as it stands in addresses.
pub fn ask_of(served: &Served, route: &Route, dataset: &str, cookie: Option<&str>) -> Answer {
    let path = route.path.replace("{source}", "db").replace("{dataset}", dataset);
    let path = path.replace("{id}", "none").replace("{name}", "none");
    let path = match path {
        path if path.contains("/artifacts/") => path + "?expires=1&signature=00",
        path if path.ends_with("/history") => path + "?key=1",
        path => path,
    };
    // A body that cannot be read is refused whoever sends it, so these can be.
    let body = match &route.path {
        path if path.contains("/subject-exports") => json!({ "subject": "person", "value": "acme" }),
        path if path.ends_with("/undo") => json!({}),
        path if path.contains("/bulk/") => {
            let fields = path.contains("/set").then(|| json!([{ "column": "owner", "to": "clear" }]));
            let mut body = json!({ "selection": { "keys": [1] }, "confirmation": "none" });
            if let Some(fields) = fields {
                body["fields"] = fields;
            }
            body
        }
        path if path.contains("/export") => json!({ "format": "csv" }),
        path if path.contains("/views") => json!({ "name": "mine", "view": {} }),
        path if path.contains("/presets") => json!({ "name": "mine", "columns": ["id"] }),
        _ => json!({}),
    };
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(cookie.map(|cookie| ("cookie", cookie)));
    let body = body.to_string();
    let body = if route.method == "GET" { b"".as_slice() } else { body.as_bytes() };
    // The stream of events has no end; its head is all that is wanted.
    if route.path.ends_with("/events") {
        let mut stream = served.open(&route.method, &path, &headers, body);
        let mut head = [0; 4096];
        let read = std::io::Read::read(&mut stream, &mut head).unwrap();
        let status = std::str::from_utf8(&head[9..12]).unwrap().parse().unwrap();
        let code = if head[..read].starts_with(b"HTTP/1.1 401") {
            json!({"code": "not_signed_in"})
        } else {
            json!({})
        };
        return Answer {
            status,
            headers: Default::default(),
            body: code.to_string().into_bytes(),
            trailers: Default::default(),
            complete: true,
        };
    }
    served.send(&route.method, &path, &headers, body)
}

/// Whether the answer is that of somebody who was let through, whatever came of it then.
fn was_let_through(answer: &Answer) -> bool {
    let code = || {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    };
    match answer.status {
        // A wrong password is an answer to somebody who may try.
        401 => code() == "wrong_password",
        403 => false,
        404 => !["unknown_dataset", "unknown_source"].contains(&code().as_str()),
        status => {
            assert!(status < 500, "{answer:?}");
            true
        }
    }
}

const HERE: &str = "db/items";
const ELSEWHERE: &str = "db/others";
const EVERYWHERE: &str = "*";

/// What a principal of the matrix has.
struct Has {
    what: String,
    permissions: Vec<Permission>,
    /// On which datasets.
    on: &'static str,
    tenant: bool,
}

impl Has {
    fn may(&self, needs: &str) -> bool {
        let Some(permission) = Permission::ALL.into_iter().find(|it| it.word() == needs) else {
            return matches!(needs, "nothing" | "sign-in");
        };
        let has = self.permissions.contains(&permission);
        if permission.is_of_datasets() {
            // Nothing can be done with a dataset that one may not see, and a tenant sees none that names no tenant.
            return has
                && self.on != ELSEWHERE
                && self.permissions.contains(&Permission::RecordsRead)
                && !self.tenant;
        }
        // What is about Rowport itself is more than any dataset.
        has && self.on == EVERYWHERE && !(self.tenant && permission == Permission::Admin)
    }
}

#[test]
fn every_route_lets_through_whom_it_declares_and_nobody_else() {
    let database = database();
    let served = serve_as(&database, Serving { door: Door::Closed, ..with_subjects() });
    let mut principals: Vec<(Has, Person)> = Vec::new();
    let mut add = |permissions: Vec<Permission>, on: &'static str, tenant: bool| {
        let words: Vec<_> = permissions.iter().map(|it| it.word()).collect();
        let what = format!("{words:?} on {on}, of a tenant: {tenant}");
        let grants = if words.is_empty() { Vec::new() } else { vec![grant(&words, &[on])] };
        let somebody = person(&served, grants, Vec::new(), tenant.then_some("acme"));
        principals.push((Has { what, permissions, on, tenant }, somebody));
    };
    add(Vec::new(), EVERYWHERE, false);
    for permission in Permission::ALL {
        add(vec![permission], EVERYWHERE, false);
        for on in [HERE, ELSEWHERE, EVERYWHERE] {
            add(vec![permission, Permission::RecordsRead], on, false);
        }
    }
    add(Permission::ALL.to_vec(), HERE, false);
    add(Permission::ALL.to_vec(), EVERYWHERE, false);
    add(Permission::ALL.to_vec(), EVERYWHERE, true);

    let (mut through, mut refused) = (0, 0);
    for route in routes() {
        for (has, somebody) in &principals {
            // Some routes end the session that asks.
            let cookie = somebody.again(&served);
            let answer = ask(&served, &route, Some(&cookie));
            // Whoever is signed in gets as far as to hear that there is no such source for them.
            let is = was_let_through(&answer) || (route.needs == "sign-in" && answer.status == 404);
            let should = has.may(&route.needs);
            assert_eq!(is, should, "{} {} for {}: {answer:?}", route.method, route.path, has.what);
            if is { through += 1 } else { refused += 1 }
        }
        let answer = ask(&served, &route, None);
        assert_eq!(
            was_let_through(&answer),
            route.needs == "nothing",
            "{} {}: {answer:?}",
            route.method,
            route.path
        );
        if route.needs != "nothing" {
            assert_eq!(answer.code(), "not_signed_in");
        }
    }
    assert!(through > 500 && refused > 500, "{through} let through, {refused} refused");
}

#[test]
fn whoever_is_suspended_signed_out_or_unknown_is_nobody() {
    let database = database();
    let served = serve_as(&database, Serving { door: Door::Closed, ..Serving::default() });
    let everything = || vec![grant(&["*"], &["*"])];
    let suspended = person(&served, everything(), Vec::new(), None);
    let cookie = suspended.again(&served);
    let key = suspended
        .send(&served, "POST", "/api/v1/keys", &json!({ "name": "k", "scopes": everything() }))
        .json();
    let bearer = format!("Bearer {}", key["secret"].as_str().unwrap());
    assert_eq!(served.send("GET", "/api/v1/sources", &[("authorization", &bearer)], b"").status, 200);
    let change = UserChange { suspended: Some(true), ..UserChange::default() };
    let system = rowport_store::Actor::system();
    let users = served.store.users();
    served
        .runtime
        .block_on(users.change(served.clock.as_ref(), &system, &suspended.user.id, change))
        .unwrap();
    let signed_out = person(&served, everything(), Vec::new(), None);
    assert_eq!(signed_out.send(&served, "DELETE", "/api/v1/session", &json!({})).status, 204);
    for route in routes().iter().filter(|route| route.needs != "nothing") {
        for cookie in
            [cookie.as_str(), &suspended.cookie, &signed_out.cookie, "rowport=00", "rowport=", "rowport=out"]
        {
            let answer = ask(&served, route, Some(cookie));
            assert_eq!((answer.status, answer.code().as_str()), (401, "not_signed_in"), "{}", route.path);
        }
        let path = route.path.replace("{source}", "db").replace("{dataset}", "items").replace("{id}", "none");
        for authorization in [bearer.as_str(), "Bearer rpk_00", "Bearer", "Basic YTpi", ""] {
            let headers = [("authorization", authorization), ("content-type", "application/json")];
            let answer = served.send(&route.method, &path, &headers, b"{}");
            assert_eq!((answer.status, answer.code().as_str()), (401, "not_signed_in"), "{authorization}");
        }
    }
}
