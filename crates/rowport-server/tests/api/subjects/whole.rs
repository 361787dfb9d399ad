//! Who gets an archive, and what of it is kept from them.

use std::collections::BTreeMap;

use rowport_engine::accounts::SignInMode;
use rowport_engine::settings::Shared;
use rowport_model::{ColumnEffect, ColumnRule, SourceKind};
use serde_json::{Value, json};

use super::{CUSTOMER, START, database, files, known_by, manifest, serving};
use crate::access::people::{Person, grant, person};
use crate::desk::{Served, Serving, serve_as};

/// Somebody with these permissions on everything but what `only` narrows them to.
fn somebody(
    served: &Served,
    permissions: &[&str],
    only: &[&str],
    rules: &[(&str, &str, ColumnEffect)],
) -> Person {
    let rule = |(dataset, column, effect): &(&str, &str, ColumnEffect)| ColumnRule {
        dataset: (*dataset).to_owned(),
        column: (*column).to_owned(),
        effect: *effect,
    };
    person(served, vec![grant(permissions, only)], rules.iter().map(rule).collect(), None)
}

fn kinds(served: &Served, somebody: &Person) -> usize {
    somebody.get(served, "/api/v1/subjects").json()["subjects"].as_array().unwrap().len()
}

fn theirs(served: &Served, somebody: &Person) -> (Value, BTreeMap<String, Vec<u8>>) {
    let answer = somebody.send(served, "POST", START, &serde_json::from_str(CUSTOMER).unwrap());
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/runs/{id}");
    rowport_testkit::wait_until("the archive is made", || {
        somebody.get(served, &path).json()["state"] == "completed"
    });
    let link = somebody.send(served, "POST", &format!("{path}/link"), &json!({})).json();
    (link.clone(), files(&served.get(link["url"].as_str().unwrap()).body))
}

#[test]
fn whoever_may_not_have_the_whole_gets_nothing_of_it() {
    let database = database(SourceKind::Sqlite);
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..serving() });
    let all = ["records.read", "subjects.export"];
    let hide = |dataset, column| [(dataset, column, ColumnEffect::Hidden)];
    let mask = |dataset, column| [(dataset, column, ColumnEffect::Masked)];
    let refused = [
        somebody(&served, &["records.read", "records.export"], &["*"], &[]),
        somebody(&served, &["subjects.export"], &["*"], &[]),
        somebody(&served, &all, &["db/customers", "db/orders"], &[]),
        somebody(&served, &all, &["*"], &hide("db/orders", "given_to")),
        somebody(&served, &all, &["*"], &mask("db/customers", "id")),
    ];
    let mut details = Vec::new();
    for (index, person) in refused.iter().enumerate() {
        let answer = person.send(&served, "POST", START, &serde_json::from_str(CUSTOMER).unwrap());
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{index}: {answer:?}");
        for word in ["orders", "order_lines", "given_to", "customers"] {
            assert!(!String::from_utf8_lossy(&answer.body).contains(word), "{index}: {answer:?}");
        }
        details.push(answer.json()["detail"].clone());
        assert_eq!(kinds(&served, person), 0, "{index}");
    }
    // Those who have the permission somewhere are told the same, whatever it is that they may not see.
    assert!(details[1..].iter().all(|detail| *detail == details[1]), "{details:?}");
    // What finds rows through another dataset is hidden there, which the list of kinds cannot know.
    let mut through = serving();
    through.datasets.insert("order_lines".to_owned(), known_by(&["order_no.customer"]));
    through.datasets.get_mut("orders").unwrap().subjects.clear();
    let served_through = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..through });
    let blind = somebody(&served_through, &all, &["*"], &hide("db/orders", "customer"));
    assert_eq!(kinds(&served_through, &blind), 1);
    let answer = blind.send(&served_through, "POST", START, &serde_json::from_str(CUSTOMER).unwrap());
    assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{answer:?}");
    assert_eq!(answer.json()["detail"], details[1]);
    // Whoever may have all of it needs no permission for whole tables.
    let officer = somebody(&served, &all, &["*"], &[]);
    assert_eq!(kinds(&served, &officer), 1);
    theirs(&served, &officer);
    let whole = officer.get(&served, &Served::path("orders", "export?format=csv"));
    assert_eq!((whole.status, whole.code().as_str()), (403, "forbidden"));
}

#[test]
fn hidden_columns_are_absent_masked_ones_are_masks_and_the_manifest_says_so() {
    let database = database(SourceKind::Sqlite);
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..serving() });
    let rules =
        [("db/orders", "note", ColumnEffect::Hidden), ("db/order_lines", "item", ColumnEffect::Masked)];
    let me = somebody(&served, &["records.read", "subjects.export"], &["*"], &rules);
    let (link, files) = theirs(&served, &me);
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    assert_eq!(text("db/customers.csv"), "id,name,card,firm\n42,Bob \u{1f600},•••,acme\n");
    assert!(
        text("db/orders.csv").starts_with("id,customer,given_to,gone,firm\n2,42"),
        "{}",
        text("db/orders.csv")
    );
    assert!(text("db/order_lines.csv").contains("2,1,•••\n"), "{}", text("db/order_lines.csv"));
    let manifest = manifest(&files);
    let said: BTreeMap<&str, (&Value, &Value)> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["dataset"].as_str().unwrap(), (&it["hidden_columns"], &it["masked_columns"])))
        .collect();
    assert_eq!(said["customers"], (&json!(1), &json!(["card"])));
    assert_eq!(said["orders"], (&json!(1), &json!([])));
    assert_eq!(said["order_lines"], (&json!(0), &json!(["item"])));
    // What is hidden is counted and not named.
    assert!(!manifest.to_string().contains("note") && !manifest.to_string().contains("score"), "{manifest}");

    // Once more is hidden from them, the archive that shows it is not theirs any more.
    let hide = ColumnRule {
        dataset: "db/customers".to_owned(),
        column: "name".to_owned(),
        effect: ColumnEffect::Hidden,
    };
    served.runtime.block_on(async {
        let (store, clock, system) = (&served.store, served.clock.as_ref(), rowport_store::Actor::system());
        let body = rowport_store::RoleBody { grants: Vec::new(), columns: vec![hide] };
        let role = store.roles().create(clock, &system, "Less", &body).await.unwrap();
        let mut roles: Vec<String> = me.user.roles.clone();
        roles.push(role.id);
        let change = rowport_store::UserChange { roles: Some(&roles), ..Default::default() };
        store.users().change(clock, &system, &me.user.id, change).await.unwrap();
    });
    let answer = served.get(link["url"].as_str().unwrap());
    assert_eq!((answer.status, answer.code().as_str()), (404, "unknown_artifact"));
}

#[test]
fn somebody_of_a_tenant_gets_the_rows_of_the_tenant_and_the_manifest_names_it() {
    let database = database(SourceKind::Sqlite);
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..serving() });
    let grants = || vec![grant(&["records.read", "subjects.export"], &["*"])];
    let acme = person(&served, grants(), Vec::new(), Some("acme"));
    let (_, files) = theirs(&served, &acme);
    let orders = String::from_utf8(files["db/orders.csv"].clone()).unwrap();
    let ids: Vec<_> = orders.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["2", "3", "4"], "{orders}");
    assert_eq!(manifest(&files)["tenant"], "acme");
    // Found through an order that is another tenant's, a line is nobody's.
    let lines = String::from_utf8(files["db/order_lines.csv"].clone()).unwrap();
    assert!(lines.contains("2,1,b") && !lines.contains("6,1"), "{lines}");
    let other = person(&served, grants(), Vec::new(), Some("other"));
    let (_, files) = theirs(&served, &other);
    assert_eq!(String::from_utf8(files["db/orders.csv"].clone()).unwrap().lines().count(), 2);

    // Where a dataset names no tenant, theirs would not be the whole.
    let mut open = serving();
    open.datasets.get_mut("order_lines").unwrap().shared = Shared::No;
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..open });
    let acme = person(&served, grants(), Vec::new(), Some("acme"));
    let answer = acme.send(&served, "POST", START, &serde_json::from_str(CUSTOMER).unwrap());
    assert_eq!((answer.status, answer.code().as_str(), kinds(&served, &acme)), (403, "forbidden", 0));
}
