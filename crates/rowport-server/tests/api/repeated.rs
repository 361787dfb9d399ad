//! Changes that are asked for again over HTTP, with the same idempotency key: done once, and answered every time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::Sources;
use rowport_engine::changes::{BulkAction, Changes, IdempotencyKey, Request, Target};
use rowport_engine::settings::{EngineSettings, SourceSettings};
use rowport_model::{Key, Principal, Selection, SourceKind};
use rowport_store::{Actor, Ids};
use rowport_testkit::{Database, cases, seed};
use serde_json::{Value, json};

use crate::desk::{Answer, HandClock, Served, Serving, serve, serve_as};
use crate::runs::wait;

const KINDS: [SourceKind; 3] = [SourceKind::Postgres, SourceKind::Mysql, SourceKind::Sqlite];

/// Rows up to this number are in the state 0, the last one is full.
const ROWS: u32 = 1_500;

fn database(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    database
        .execute("CREATE TABLE items (id integer PRIMARY KEY, state integer NOT NULL, CHECK (state < 1000))");
    let rows: Vec<_> = (1..=ROWS).map(|id| format!("({id}, {})", if id == ROWS { 999 } else { 0 })).collect();
    database.execute(&format!("INSERT INTO items VALUES {}", rows.join(", ")));
    database
}

fn prepared(database: &Database) -> Served {
    let served = serve(database);
    assert_eq!(served.post("/api/v1/sources/db/journal", &json!({})).status, 200);
    served
}

fn send(served: &Served, route: &str, body: &Value, key: &str) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    served.send("POST", &Served::path("items", route), &headers, body.to_string().as_bytes())
}

/// The body that adds one to the state of these rows, with its confirmation.
fn add_one(served: &Served, selection: Value) -> Value {
    let fields = json!([{ "column": "state", "to": { "add": 1 } }]);
    previewed(served, "set", json!({ "selection": selection, "fields": fields }))
}

fn previewed(served: &Served, action: &str, mut body: Value) -> Value {
    let preview = served.post(&Served::path("items", &format!("bulk/{action}/preview")), &body);
    assert_eq!(preview.status, 200, "{preview:?}");
    body["confirmation"] = preview.json()["confirmation"].clone();
    body
}

/// Which actions the audit has about a change set, without those about its rows.
fn actions(served: &Served, change_set: &Value) -> Vec<String> {
    let events = served.get(&format!("/api/v1/audit?search={}", change_set.as_str().unwrap())).json();
    let actions = events["events"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap());
    actions.filter(|action| !action.starts_with("chunk.")).map(str::to_owned).collect()
}

fn state(database: &Database, id: u32) -> String {
    database.text(&format!("SELECT state FROM items WHERE id = {id}"))
}

#[test]
fn the_answer_of_the_first_time_comes_again() {
    for kind in KINDS {
        let database = database(kind);
        let served = prepared(&database);
        let both = |route: &str, body: &Value, key: &str, status: u16| -> Value {
            let (first, again) = (send(&served, route, body, key), send(&served, route, body, key));
            assert_eq!(first.status, status, "{kind:?} {route}: {first:?}");
            assert_eq!((again.status, again.json()), (status, first.json()), "{kind:?} {route}");
            first.json()
        };
        let partly = add_one(&served, json!({ "keys": [1, ROWS] }));
        let partly = both("bulk/set", &partly, "partly", 207);
        assert_eq!((&partly["done"], &partly["failed"]), (&json!(1), &json!(1)));
        let wholly = both("bulk/delete", &previewed(&served, "delete", rows(&[2])), "wholly", 200);
        let id = wholly["change_set"].as_str().unwrap();
        assert_eq!(actions(&served, &wholly["change_set"]), ["rows.deleted"]);
        let back = both(&format!("changes/{id}/undo"), &json!({}), "undo", 200);
        assert_eq!(
            (back["done"].clone(), actions(&served, &back["change_set"])),
            (json!(1), vec!["change.undone".to_owned()])
        );
        both("bulk/delete", &previewed(&served, "delete", rows(&[3])), "third", 200);
        both("bulk/restore", &previewed(&served, "restore", rows(&[3])), "restored", 200);
        both("bulk/delete", &previewed(&served, "delete", rows(&[3])), "fourth", 200);
        both("bulk/purge", &previewed(&served, "purge", rows(&[3])), "purged", 200);
        // What was refused as a whole has ended, and nothing of it was done.
        let mut whole = json!({ "selection": { "keys": [4, ROWS] }, "all_or_nothing": true });
        whole["fields"] = json!([{ "column": "state", "to": { "add": 1 } }]);
        let whole = previewed(&served, "set", whole);
        let refused = send(&served, "bulk/set", &whole, "whole");
        assert_eq!((refused.status, refused.code().as_str()), (422, "check_failed"));
        let again = both("bulk/set", &whole, "whole", 207);
        assert_eq!((&again["state"], &again["done"]), (&json!("cancelled"), &json!(0)));
        for (id, expected) in [(1, "1"), (2, "0"), (4, "0"), (ROWS, "999")] {
            assert_eq!(state(&database, id), expected, "{kind:?} {id}");
        }
        let other = previewed(&served, "delete", rows(&[5]));
        let reused = send(&served, "bulk/delete", &other, "wholly");
        assert_eq!((reused.status, reused.code().as_str()), (422, "idempotency_key_reused"), "{kind:?}");
        assert_eq!(send(&served, "bulk/delete", &other, "new").status, 200);
    }
}

fn rows(keys: &[u32]) -> Value {
    json!({ "selection": { "keys": keys } })
}

#[test]
fn a_change_whose_answer_was_lost_is_done_once() {
    let seed = seed().unwrap_or(42);
    let mut dice = seed;
    for kind in KINDS {
        let database = database(kind);
        let served = prepared(&database);
        let rounds = cases(300) / 3;
        let mut answered = 0;
        for round in 1..=rounds {
            let body = add_one(&served, json!({ "keys": [1] }));
            let key = format!("lost-{round}");
            let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
            let path = Served::path("items", "bulk/set");
            let stream = served.open("POST", &path, &headers, body.to_string().as_bytes());
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_micros((dice >> 33) % 20_000));
            drop(stream);
            // Nobody read the answer; whether it was done, nobody knows.
            let again = send(&served, "bulk/set", &body, &key);
            assert_eq!(
                (again.status, &again.json()["done"]),
                (200, &json!(1)),
                "{kind:?} {round}: {again:?}"
            );
            assert_eq!(state(&database, 1), round.to_string(), "{kind:?}, seed {seed}");
            answered += 1;
        }
        eprintln!("{kind:?}, seed {seed}: {answered} requests sent again after their answer was lost");
    }
}

/// Somebody who confirms and is ended before anything is done: the request as the server has it, without the server.
fn put_down_only(database: &Database, keys: Vec<u32>, confirmation: &str, key: &str) -> String {
    let source = SourceSettings {
        name: "db".to_owned(),
        label: "Database".to_owned(),
        url: SourceUrl::parse(database.url()).unwrap(),
        datasets: std::collections::BTreeMap::new(),
    };
    let settings = EngineSettings { sources: vec![source], ..EngineSettings::default() };
    let keys = keys.into_iter().map(|key| Key::Single(key.into())).collect();
    let request = Request::new(BulkAction::Delete, Selection::Keys(keys));
    let me = Principal::local();
    let target = Target { principal: &me, source: "db", dataset: "items" };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let desk =
            Arc::new(Sources::new(settings, Limits::default(), Arc::new(HandClock::default())).unwrap());
        let changes = Changes::new(desk, vec![7; 32], Arc::new(Ids::default()));
        let key = IdempotencyKey::new(target, key, &(&request, confirmation)).unwrap();
        let confirmed = changes.confirm(target, &Actor::default(), &request, confirmation, Some(&key)).await;
        confirmed.unwrap().change_set
    })
}

#[test]
fn a_change_whose_process_ended_after_its_commit_is_gone_on_with() {
    for kind in KINDS {
        let database = database(kind);
        let served = prepared(&database);
        for (key, keys) in [("few", (1..=3).collect::<Vec<u32>>()), ("many", (100..1_300).collect())] {
            let body = previewed(&served, "delete", rows(&keys));
            let rows = keys.len();
            let change_set = put_down_only(&database, keys, body["confirmation"].as_str().unwrap(), key);
            let again = send(&served, "bulk/delete", &body, key);
            assert_eq!((again.status, &again.json()["change_set"]), (202, &json!(change_set)), "{again:?}");
            let run = again.json()["run"]["id"].as_str().unwrap().to_owned();
            wait(&served, &run, "completed");
            let after = send(&served, "bulk/delete", &body, key);
            assert_eq!((after.status, &after.json()["run"]["id"]), (202, &json!(run)), "{after:?}");
            let outcome = served.get(&Served::path("items", &format!("changes/{change_set}"))).json();
            assert_eq!((&outcome["state"], &outcome["done"]), (&json!("done"), &json!(rows)), "{kind:?}");
            let acts = actions(&served, &json!(change_set));
            for action in ["rows.deleted", "run.asked"] {
                assert_eq!(acts.iter().filter(|known| *known == action).count(), 1, "{acts:?}");
            }
        }
        assert_eq!(database.text("SELECT count(*) FROM items"), (ROWS - 1_203).to_string());
    }
}

#[test]
fn a_large_change_has_one_run() {
    for kind in KINDS {
        let database = database(kind);
        let served = prepared(&database);
        let body = previewed(&served, "delete", json!({ "selection": { "view": {} } }));
        let first = send(&served, "bulk/delete", &body, "all");
        let again = send(&served, "bulk/delete", &body, "all");
        let run = |answer: &Answer| answer.json()["run"]["id"].as_str().unwrap().to_owned();
        assert_eq!((first.status, again.status), (202, 202), "{kind:?}: {first:?} {again:?}");
        assert_eq!((run(&first), &first.headers["location"]), (run(&again), &again.headers["location"]));
        wait(&served, &run(&first), "completed");
        let after = send(&served, "bulk/delete", &body, "all");
        assert_eq!((after.status, &after.json()["run"]["state"]), (202, &json!("completed")), "{kind:?}");
        // Once the run is gone from the history, there is what came of it.
        assert_eq!(served.send("DELETE", &format!("/api/v1/runs/{}", run(&first)), &[], b"").status, 204);
        let after = send(&served, "bulk/delete", &body, "all");
        assert_eq!((after.status, &after.json()["done"]), (200, &json!(ROWS)), "{kind:?}: {after:?}");
        assert_eq!(served.get("/api/v1/runs").json()["runs"], json!([]));
    }
}

/// The same request at the same moment, to two servers over one state.
#[test]
fn of_two_servers_one_does_it() {
    let seed = seed().unwrap_or(42);
    let mut dice = seed;
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let database = database(kind);
        let servers = [folder.path(), folder.path()].map(|folder| beside(&database, folder));
        assert_eq!(servers[0].post("/api/v1/sources/db/journal", &json!({})).status, 200);
        let rounds = cases(150) / 3;
        for round in 1..=rounds {
            // One in five is so large that it becomes a run.
            let many = round % 5 == 0;
            let selection = if many { json!({ "view": {} }) } else { json!({ "keys": [1] }) };
            let body = add_one(&servers[0], selection);
            let pauses = [0; 2].map(|_| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Duration::from_micros((dice >> 33) % 10_000)
            });
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let asked: Vec<_> = servers
                    .iter()
                    .zip(pauses)
                    .map(|(server, pause)| {
                        let body = &body;
                        scope.spawn(move || {
                            std::thread::sleep(pause);
                            send(server, "bulk/set", body, &format!("round-{round}"))
                        })
                    })
                    .collect();
                asked.into_iter().map(|asked| asked.join().unwrap()).collect()
            });
            let told = format!("{kind:?}, seed {seed}, round {round}: {answers:?}");
            let [one, other] = [answers[0].json(), answers[1].json()];
            assert_eq!(one["change_set"], other["change_set"], "{told}");
            let expected = if many { 202 } else { 200 };
            assert_eq!((answers[0].status, answers[1].status), (expected, expected), "{told}");
            let acts = actions(&servers[0], &one["change_set"]);
            if many {
                let run = one["run"]["id"].as_str().unwrap();
                assert_eq!(one["run"]["id"], other["run"]["id"], "{told}");
                wait(&servers[0], run, "completed");
                let asked = acts.iter().filter(|action| *action == "run.asked").count();
                assert_eq!(asked, 1, "{acts:?} {told}");
            } else {
                assert_eq!(one, other, "{told}");
            }
            assert_eq!(acts.iter().filter(|action| *action == "rows.set").count(), 1, "{acts:?} {told}");
            assert_eq!(state(&database, 1), round.to_string(), "{told}");
        }
        eprintln!("{kind:?}, seed {seed}: {rounds} pairs of requests to two servers");
    }
}

/// A server whose state is in this folder.
fn beside(database: &Database, folder: &Path) -> Served {
    serve_as(database, Serving { state: Some(folder.join("state.db")), ..Serving::default() })
}

/// What is sent to a dataset and changes none of its rows.
const OF_NO_ROWS: [&str; 11] = [
    "rows",
    "count",
    "landmarks",
    "export/plan",
    "export",
    "exports",
    "views",
    "views/{id}",
    "presets",
    "presets/{id}",
    "preview",
];

#[test]
fn every_route_that_changes_rows_takes_a_key() {
    let database = database(SourceKind::Sqlite);
    let served = prepared(&database);
    let document = serde_json::to_value(rowport_server::document()).unwrap();
    let mut taking = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some((_, route)) = path.split_once("/{dataset}/") else { continue };
        if OF_NO_ROWS.contains(&route) || route.starts_with("bulk/") && route.ends_with("/preview") {
            continue;
        }
        for (method, operation) in item.as_object().unwrap().iter().filter(|(method, _)| *method != "get") {
            let parameters = operation["parameters"].as_array().unwrap();
            let takes =
                |parameter: &&Value| parameter["name"] == "Idempotency-Key" && parameter["in"] == "header";
            let parameter = parameters.iter().find(takes);
            let parameter = parameter.unwrap_or_else(|| panic!("{method} {path} takes no idempotency key"));
            assert_eq!(parameter["required"], json!(false), "{method} {path}");
            let path = path.replace("{source}", "db").replace("{dataset}", "items").replace("{id}", "none");
            let body = json!({ "selection": { "keys": [1] }, "fields": [], "confirmation": "none" });
            let body = if route.starts_with("bulk/set") { body } else { rows(&[1]) };
            let body =
                if route.ends_with("undo") { json!({}) } else { with(body, "confirmation", json!("none")) };
            let json = ("content-type", "application/json");
            for bad in [
                &[json, ("idempotency-key", "")][..],
                &[json, ("idempotency-key", "a b")],
                &[json, ("idempotency-key", "\u{e9}")],
                &[json, ("idempotency-key", "a"), ("idempotency-key", "b")],
            ] {
                let refused = served.send(&method.to_uppercase(), &path, bad, body.to_string().as_bytes());
                assert_eq!(
                    (refused.status, refused.code().as_str()),
                    (400, "bad_idempotency_key"),
                    "{path} {bad:?}"
                );
            }
            taking += 1;
        }
    }
    assert!(taking >= 5, "{taking} routes");
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}
