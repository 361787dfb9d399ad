//! Every route of the document against every permission: who is let through is what the route declares, no more and no
//! less.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::{DatasetSettings, SubjectSettings};
use rowport_model::{ColumnEffect, ColumnRule, Grant, Permission};
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
        "CREATE TABLE items (id integer PRIMARY KEY, owner text, note text);
         CREATE TABLE others (id integer PRIMARY KEY);
         INSERT INTO items VALUES (1, 'acme', NULL), (2, 'other', NULL); INSERT INTO others VALUES (1);",
    );
    database
}

/// Persons are known by the dataset that is asked for, and tenants have rows in it.
fn with_subjects() -> Serving {
    let known = DatasetSettings {
        tenant: Some("owner".to_owned()),
        subjects: BTreeMap::from([("person".to_owned(), vec!["owner".to_owned()])]),
        ..DatasetSettings::default()
    };
    Serving {
        datasets: BTreeMap::from([("items".to_owned(), known)]),
        subjects: vec![SubjectSettings { name: "person".to_owned(), label: "Person".to_owned() }],
        ..Serving::default()
    }
}

fn ask(served: &Served, route: &Route, as_whom: Option<(&str, &str)>) -> Answer {
    ask_of(served, route, "items", as_whom)
}

/// Asks a route about a dataset, whose name is as it stands in addresses, with a header that says who asks.
pub fn ask_of(served: &Served, route: &Route, dataset: &str, as_whom: Option<(&str, &str)>) -> Answer {
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
            let fields = path.contains("/set").then(|| json!([{ "column": "note", "to": "clear" }]));
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
    headers.extend(as_whom);
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
#[derive(Clone, Default)]
struct Has {
    /// Permissions, and on which datasets.
    grants: Vec<(Vec<Permission>, &'static str)>,
    /// What an API key is narrowed to, where one asks.
    scopes: Option<Vec<(Vec<Permission>, &'static str)>>,
    tenant: Option<&'static str>,
    /// Columns that are kept from them.
    rules: Vec<ColumnRule>,
}

impl Has {
    fn may(&self, needs: &str, path: &str) -> bool {
        let Some(permission) = Permission::ALL.into_iter().find(|it| it.word() == needs) else {
            // Nothing of sessions, keys and what administrators do is for a key.
            return matches!(needs, "nothing" | "sign-in");
        };
        let layers = || std::iter::once(&self.grants).chain(&self.scopes);
        let on = |permission: Permission, where_to: &[&str]| {
            layers()
                .all(|layer| layer.iter().any(|(has, on)| has.contains(&permission) && where_to.contains(on)))
        };
        if permission.is_of_datasets() {
            // An archive without what is kept from them would not be whole.
            let is_kept = path.contains("subject-exports") && !self.rules.is_empty();
            // Nothing can be done with a dataset that one may not see.
            let here = [HERE, EVERYWHERE];
            return on(permission, &here) && on(Permission::RecordsRead, &here) && !is_kept;
        }
        // What is about Rowport itself is more than any dataset.
        on(permission, &[EVERYWHERE]) && !(self.tenant.is_some() && permission == Permission::Admin)
    }
}

fn everyone() -> Vec<Has> {
    use Permission::RecordsRead;
    let of = |permissions: &[Permission], on| vec![(permissions.to_vec(), on)];
    let granted = |grants| Has { grants, ..Has::default() };
    let all = || of(&Permission::ALL, EVERYWHERE);
    let mut everyone = vec![granted(Vec::new()), granted(all()), granted(of(&Permission::ALL, HERE))];
    for permission in Permission::ALL {
        everyone.push(granted(of(&[permission], EVERYWHERE)));
        for on in [HERE, ELSEWHERE, EVERYWHERE] {
            everyone.push(granted(of(&[permission, RecordsRead], on)));
        }
        // All that is here may be read, and this be done with another dataset only.
        everyone.push(granted([of(&[RecordsRead], EVERYWHERE), of(&[permission], ELSEWHERE)].concat()));
        everyone.push(granted([of(&[RecordsRead], HERE), of(&[permission], ELSEWHERE)].concat()));
        let scopes = Some(of(&[permission], EVERYWHERE));
        everyone.push(Has { grants: all(), scopes, ..Has::default() });
        let scopes = Some([of(&[RecordsRead], EVERYWHERE), of(&[permission], ELSEWHERE)].concat());
        everyone.push(Has { grants: all(), scopes, ..Has::default() });
    }
    for tenant in ["acme", "globex"] {
        everyone.push(Has { grants: all(), tenant: Some(tenant), ..Has::default() });
    }
    for effect in [ColumnEffect::Hidden, ColumnEffect::Masked] {
        let rules = vec![ColumnRule { dataset: HERE.to_owned(), column: "owner".to_owned(), effect }];
        everyone.push(Has { grants: all(), rules, ..Has::default() });
    }
    everyone
}

fn granted(grants: &[(Vec<Permission>, &'static str)]) -> Vec<Grant> {
    let words = |permissions: &[Permission]| permissions.iter().map(|it| it.word()).collect::<Vec<_>>();
    grants.iter().map(|(permissions, on)| grant(&words(permissions), &[on])).collect()
}

/// The header by which one of the matrix is known: of a new session, or of their key.
fn shown(served: &Served, has: &Has, somebody: &Person, number: usize) -> (&'static str, String) {
    let cookie = somebody.again(served);
    let Some(scopes) = &has.scopes else { return ("cookie", cookie) };
    let body = json!({ "name": format!("key {number}"), "scopes": granted(scopes) }).to_string();
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let key = served.send("POST", "/api/v1/keys", &headers, body.as_bytes()).json();
    ("authorization", format!("Bearer {}", key["secret"].as_str().unwrap()))
}

/// A principal of the matrix, with the header of their key where they have one.
type Asking = (Has, Person, Option<(&'static str, String)>);

#[test]
fn every_route_lets_through_whom_it_declares_and_nobody_else() {
    let database = database();
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..with_subjects() });
    let principals: Vec<Asking> = everyone()
        .into_iter()
        .enumerate()
        .map(|(number, has)| {
            let somebody = person(&served, granted(&has.grants), has.rules.clone(), has.tenant);
            // A key stays good; a session may be ended by the route that it asks.
            let key = has.scopes.is_some().then(|| shown(&served, &has, &somebody, number));
            (has, somebody, key)
        })
        .collect();
    let (mut through, mut refused, mut elsewhere) = (0, 0, 0);
    let routes = routes();
    for route in &routes {
        for (has, somebody, key) in &principals {
            let cookie = || ("cookie", somebody.again(&served));
            let (name, value) = key.clone().unwrap_or_else(cookie);
            let answer = ask(&served, route, Some((name, &value)));
            // Sessions and keys are those of people.
            if has.scopes.is_some() && answer.status == 403 && is_of_people(route) {
                refused += 1;
                continue;
            }
            // Whoever is signed in gets as far as to hear that there is no such source for them.
            let is = was_let_through(&answer) || (route.needs == "sign-in" && answer.status == 404);
            let should = has.may(&route.needs, &route.path);
            let who = format!(
                "{:?}, key {:?}, tenant {:?}, rules {:?}",
                has.grants, has.scopes, has.tenant, has.rules
            );
            assert_eq!(is, should, "{} {} for {who}: {answer:?}", route.method, route.path);
            if is {
                through += 1
            } else {
                refused += 1
            }
            let has_elsewhere =
                has.grants.iter().chain(has.scopes.iter().flatten()).any(|it| it.1 == ELSEWHERE);
            elsewhere += usize::from(has_elsewhere && !is && route.path.contains("{dataset}"));
        }
        let answer = ask(&served, route, None);
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
    eprintln!(
        "{} routes, {} principals: {through} requests let through, {refused} refused, {elsewhere} of them of those who \
         hold the permission on another dataset",
        routes.len(),
        principals.len()
    );
    assert!(through > 2000 && refused > 2000 && elsewhere > 500, "{through} {refused} {elsewhere}");
}

fn is_of_people(route: &Route) -> bool {
    let of_people = ["/keys", "/sessions", "/invitation"].iter().any(|part| route.path.contains(part));
    of_people || (route.method == "POST" && route.path.ends_with("/users"))
}

#[test]
fn whoever_is_suspended_signed_out_or_unknown_is_nobody() {
    let database = database();
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..Serving::default() });
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
            let answer = ask(&served, route, Some(("cookie", cookie)));
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
