//! Asking for an archive: what is refused, how often, and what is written down.

use std::collections::BTreeMap;

use rowport_engine::settings::{DatasetSettings, SubjectSettings};
use rowport_model::SourceKind;
use rowport_server::LimitSettings;
use serde_json::{Value, json};

use super::{CUSTOMER, START, archive, database, names, serving};
use crate::desk::{Served, Serving, serve_as};

#[test]
fn what_cannot_work_is_said_at_once() {
    let database = database(SourceKind::Sqlite);
    let mut serving = serving();
    serving.subjects.push(SubjectSettings { name: "ghost".to_owned(), label: "Ghost".to_owned() });
    let stock = DatasetSettings {
        subjects: BTreeMap::from([("ghost".to_owned(), names(&["idd"]))]),
        ..DatasetSettings::default()
    };
    serving.datasets.insert("stock".to_owned(), stock);
    let served = serve_as(&database, serving);
    let said = |body: &Value| {
        let answer = served.post(START, body);
        (answer.status, answer.code(), answer.json()["detail"].as_str().unwrap().to_owned())
    };
    for (body, status, code, words) in [
        (json!({ "subject": "custmer", "value": "1" }), 404, "unknown_subject", "did you mean `customer`?"),
        (json!({ "subject": "customer", "value": "Bob" }), 400, "bad_filter", "`Bob` is not a number"),
        (json!({ "subject": "customer", "value": " " }), 400, "bad_export", "1 to 1000 characters"),
        (
            json!({ "subject": "customer", "value": "1".repeat(1_001) }),
            400,
            "bad_export",
            "1 to 1000 characters",
        ),
        (json!({ "subject": "customer", "value": "1", "format": "xlsx" }), 400, "bad_request", "xlsx"),
        (json!({ "subject": "customer" }), 400, "bad_request", "value"),
        // Whoever may see everything is told what the configuration has wrong.
        (json!({ "subject": "ghost", "value": "1" }), 400, "unknown_column", "there is no column `idd`"),
    ] {
        let said = said(&body);
        assert_eq!((said.0, said.1.as_str()), (status, code), "{body} {said:?}");
        assert!(said.2.contains(words), "{said:?}");
    }
    assert_eq!(served.get("/api/v1/runs").json()["runs"], json!([]));
}

#[test]
fn subject_exports_have_a_limit_of_their_own() {
    let database = database(SourceKind::Sqlite);
    let limits = LimitSettings {
        exports_per_day: Some(1),
        subject_exports_per_day: Some(3),
        ..LimitSettings::default()
    };
    let served = serve_as(&database, Serving { limits, ..serving() });
    let body = serde_json::from_str(CUSTOMER).unwrap();
    let ask = || served.post(START, &body);
    let first = ask();
    assert_eq!((first.status, first.headers["ratelimit-remaining"].as_str()), (202, "2"));
    // A slip of the hand costs nothing, and doing it again costs as much as the first time.
    assert_eq!(served.post(START, &json!({ "subject": "customer", "value": "x" })).status, 400);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let again = served.post(&format!("/api/v1/runs/{id}/rerun"), &json!({}));
    assert_eq!((again.status, again.headers["ratelimit-remaining"].as_str()), (202, "1"));
    assert_eq!(ask().headers["ratelimit-remaining"], "0");
    let refused = ask();
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_exports"));
    assert_eq!(refused.headers["retry-after"], "86401");
    assert!(refused.json()["detail"].as_str().unwrap().starts_with("3 subject exports within a day"));
    // Other exports are counted apart.
    let export = served.get(&Served::path("orders", "export?format=csv"));
    assert_eq!((export.status, export.headers["ratelimit-remaining"].as_str()), (200, "0"));
    let limits = served.get("/api/v1/limits").json();
    assert_eq!(
        (&limits["subject_exports"][0]["left"], &limits["exports"][0]["left"]),
        (&json!(0), &json!(0))
    );
    served.clock.turn(jiff::SignedDuration::from_secs(86_401));
    assert_eq!(ask().status, 202);
}

#[test]
fn the_audit_says_that_it_was_asked_for_and_not_about_whom() {
    let database = database(SourceKind::Sqlite);
    let served = serve_as(&database, serving());
    archive(&served, &json!({ "subject": "customer", "value": "41" }));
    let events = served.get("/api/v1/audit").json();
    let asked =
        events["events"].as_array().unwrap().iter().find(|event| event["action"] == "run.asked").unwrap();
    assert_eq!(
        (&asked["detail"]["kind"], &asked["detail"]["about"]),
        (&json!("subject_export"), &json!("customer"))
    );
    assert_eq!((&asked["source"], &asked["dataset"]), (&Value::Null, &Value::Null));
    assert!(!asked["detail"].to_string().contains("41"), "{asked}");
}
