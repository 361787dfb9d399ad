//! What can be saved, changed, listed and deleted, and what is refused.

use std::sync::LazyLock;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};
use rowport_model::{Access, Clock, Filter, Grant, Principal, Sort, View};
use rowport_store::{
    DatasetRef, EventsWanted, Ids, MAX_BODY_BYTES, MAX_PER_DATASET, MAX_PER_OWNER, MAX_TOTAL_BYTES, Store,
    StoreError,
};

on_every_state!(
    a_view_is_saved_changed_and_deleted,
    a_preset_is_saved_changed_and_deleted,
    names_are_unique_within_a_dataset_in_any_capitals,
    a_view_of_another_dataset_cannot_be_touched,
    views_are_listed_by_name_whatever_their_capitals,
    a_name_too_long_or_a_view_too_large_is_refused,
    a_dataset_has_at_most_500_views,
    rows_read_back_from_their_json,
    what_is_saved_is_its_owners_alone_and_stands_in_the_audit,
    one_person_and_one_dataset_have_a_bounded_part_of_what_is_loaded,
);

/// Goes on by a second with each look at it.
struct Ticking(Mutex<Timestamp>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let mut moment = self.0.lock().unwrap();
        *moment += SignedDuration::from_secs(1);
        *moment
    }
}

fn clock() -> Ticking {
    Ticking(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()))
}

const ORDERS: DatasetRef<'_> = DatasetRef { source: "shop", dataset: "orders" };
const CUSTOMERS: DatasetRef<'_> = DatasetRef { source: "shop", dataset: "customers" };
static ME: LazyLock<Principal> = LazyLock::new(Principal::local);

fn view(search: &str) -> View {
    View {
        columns: Some(vec!["id".to_owned(), "customer_id.name".to_owned()]),
        filter: Some(Filter::parse("status = \"paid\" and price > 100.10").unwrap()),
        sort: vec![Sort { column: "id".to_owned(), descending: true }],
        search: Some(search.to_owned()),
    }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn a_view_is_saved_changed_and_deleted(store: Store) {
    let store = store.with_ids(Ids::seeded(1));
    let (views, clock) = (store.views(), clock());

    let made = views.create(&ME, &clock, ORDERS, "  Paid ", &view("😀")).await.unwrap();
    assert_eq!((made.name.as_str(), made.saved_by.as_str()), ("Paid", "local"));
    assert_eq!((made.source.as_str(), made.dataset.as_str()), ("shop", "orders"));
    assert_eq!(made.view, view("😀"));
    assert_eq!(made.created_at.to_string(), "2026-03-01T12:00:01Z");
    assert_eq!(made.created_at, made.updated_at);
    assert_eq!(views.list(&ME, ORDERS).await.unwrap(), std::slice::from_ref(&made));
    assert_eq!(views.list(&ME, CUSTOMERS).await.unwrap(), []);

    let changed = views.update(&ME, &clock, ORDERS, &made.id, "PAID", &view("")).await.unwrap();
    assert_eq!((changed.id.as_str(), changed.name.as_str()), (made.id.as_str(), "PAID"));
    assert_eq!((changed.created_at, changed.view.clone()), (made.created_at, view("")));
    assert!(changed.updated_at > made.updated_at);
    assert_eq!(views.list(&ME, ORDERS).await.unwrap(), [changed]);

    views.delete(&ME, &clock, ORDERS, &made.id).await.unwrap();
    assert_eq!(views.list(&ME, ORDERS).await.unwrap(), []);
    assert_eq!(
        views.delete(&ME, &clock, ORDERS, &made.id).await.unwrap_err().code().as_str(),
        "unknown_view"
    );
}

async fn a_preset_is_saved_changed_and_deleted(store: Store) {
    let (presets, clock) = (store.presets(), clock());

    let made = presets.create(&ME, &clock, ORDERS, "Essential", &columns(&["id", "total"])).await.unwrap();
    let changed = presets.update(&ME, &clock, ORDERS, &made.id, "Short", &columns(&["id"])).await.unwrap();
    assert_eq!(presets.list(&ME, ORDERS).await.unwrap(), [changed]);
    // A view and a preset have nothing to do with each other, not even by id.
    assert_eq!(
        store.views().delete(&ME, &clock, ORDERS, &made.id).await.unwrap_err().code().as_str(),
        "unknown_view"
    );
    presets.delete(&ME, &clock, ORDERS, &made.id).await.unwrap();
    let gone = presets.update(&ME, &clock, ORDERS, &made.id, "Short", &columns(&["id"])).await;
    assert_eq!(gone.unwrap_err().code().as_str(), "unknown_preset");

    for wrong in [columns(&[]), columns(&["id", "total", "id"])] {
        let refused = presets.create(&ME, &clock, ORDERS, "Wrong", &wrong).await;
        assert_eq!(refused.unwrap_err().code().as_str(), "bad_preset", "{wrong:?}");
    }
}

async fn names_are_unique_within_a_dataset_in_any_capitals(store: Store) {
    let (views, clock) = (store.views(), clock());

    let first = views.create(&ME, &clock, ORDERS, "Öffentlich", &view("")).await.unwrap();
    let other = views.create(&ME, &clock, ORDERS, "Other", &view("")).await.unwrap();
    let taken = views.create(&ME, &clock, ORDERS, " öFFENTLICH", &view("")).await.unwrap_err();
    assert_eq!(taken.code().as_str(), "name_taken");
    assert_eq!(taken.to_string(), "there already is a view named `öFFENTLICH`");
    let taken = views.update(&ME, &clock, ORDERS, &other.id, "öffentlich", &view("")).await.unwrap_err();
    assert_eq!(taken.code().as_str(), "name_taken");

    // The same name elsewhere is another one, and so is a preset's.
    views.create(&ME, &clock, CUSTOMERS, "Öffentlich", &view("")).await.unwrap();
    store.presets().create(&ME, &clock, ORDERS, "Öffentlich", &columns(&["id"])).await.unwrap();
    views.delete(&ME, &clock, ORDERS, &first.id).await.unwrap();
    views.create(&ME, &clock, ORDERS, "öffentlich", &view("")).await.unwrap();
}

async fn a_view_of_another_dataset_cannot_be_touched(store: Store) {
    let (views, clock) = (store.views(), clock());
    let made = views.create(&ME, &clock, ORDERS, "Mine", &view("")).await.unwrap();

    let other_source = DatasetRef { source: "other", dataset: "orders" };
    for place in [CUSTOMERS, other_source] {
        assert_eq!(
            views.delete(&ME, &clock, place, &made.id).await.unwrap_err().code().as_str(),
            "unknown_view"
        );
        let refused = views.update(&ME, &clock, place, &made.id, "Stolen", &view("")).await;
        assert_eq!(refused.unwrap_err().code().as_str(), "unknown_view");
    }
    assert_eq!(views.list(&ME, ORDERS).await.unwrap(), [made]);
}

async fn views_are_listed_by_name_whatever_their_capitals(store: Store) {
    let (views, clock) = (store.views(), clock());
    for name in ["beta", "Gamma", "ALPHA", "b", "'; DROP TABLE saved; --", "%_\\"] {
        views.create(&ME, &clock, ORDERS, name, &view(name)).await.unwrap();
    }
    let names: Vec<_> = views.list(&ME, ORDERS).await.unwrap().into_iter().map(|view| view.name).collect();
    assert_eq!(names, ["%_\\", "'; DROP TABLE saved; --", "ALPHA", "b", "beta", "Gamma"]);
}

async fn a_name_too_long_or_a_view_too_large_is_refused(store: Store) {
    let (views, clock) = (store.views(), clock());
    for name in ["", "  ", "two\nlines", &"x".repeat(81)] {
        let refused = views.create(&ME, &clock, ORDERS, name, &view("")).await;
        assert_eq!(refused.unwrap_err().code().as_str(), "bad_name", "{name:?}");
    }
    views.create(&ME, &clock, ORDERS, &"x".repeat(80), &view("")).await.unwrap();
    let refused = views.create(&ME, &clock, ORDERS, "large", &view(&"x".repeat(MAX_BODY_BYTES))).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "too_large");
}

async fn a_dataset_has_at_most_500_views(store: Store) {
    let (views, clock) = (store.views(), clock());
    for number in 0..MAX_PER_DATASET {
        views.create(&ME, &clock, ORDERS, &format!("view {number}"), &View::default()).await.unwrap();
    }
    let full = views.create(&ME, &clock, ORDERS, "one more", &View::default()).await.unwrap_err();
    assert!(matches!(full, StoreError::TooMany { what: "view", limit: 500 }), "{full}");
    assert_eq!(full.code().as_str(), "too_many_saved");

    // Others are not affected, and neither is changing what is there.
    views.create(&ME, &clock, CUSTOMERS, "first", &View::default()).await.unwrap();
    store.presets().create(&ME, &clock, ORDERS, "first", &columns(&["id"])).await.unwrap();
    let list = views.list(&ME, ORDERS).await.unwrap();
    views.update(&ME, &clock, ORDERS, &list[0].id, "renamed", &View::default()).await.unwrap();
    views.delete(&ME, &clock, ORDERS, &list[1].id).await.unwrap();
    views.create(&ME, &clock, ORDERS, "one more", &View::default()).await.unwrap();
}

async fn rows_read_back_from_their_json(store: Store) {
    let store = store.with_ids(Ids::seeded(1));
    let made = store.views().create(&ME, &clock(), ORDERS, "Paid", &view("x")).await.unwrap();
    let json = serde_json::to_value(&made).unwrap();
    assert_eq!(json["created_at"], "2026-03-01T12:00:01Z");
    assert_eq!(serde_json::from_value::<rowport_store::SavedView>(json).unwrap(), made);
}

fn reader(id: &str) -> Principal {
    let reads = Grant { permissions: vec!["records.read".to_owned()], datasets: vec!["*".to_owned()] };
    Principal::new(id, id, Access::new(vec![reads], Vec::new(), None))
}

async fn what_is_saved_is_its_owners_alone_and_stands_in_the_audit(store: Store) {
    let clock = clock();
    let (ann, bob) = (reader("user:ann"), reader("user:bob"));
    let key = reader("key:1").on_account_of("user:ann");
    let (views, presets) = (store.views(), store.presets());
    let view_of = views.create(&ann, &clock, ORDERS, "Ann's", &view("")).await.unwrap();
    let preset_of = presets.create(&ann, &clock, ORDERS, "Ann's", &columns(&["id"])).await.unwrap();
    let refused = views.update(&bob, &clock, ORDERS, &view_of.id, "Bob's", &view("x")).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "forbidden");
    assert_eq!(
        views.delete(&bob, &clock, ORDERS, &view_of.id).await.unwrap_err().code().as_str(),
        "forbidden"
    );
    let refused = presets.update(&bob, &clock, ORDERS, &preset_of.id, "Bob's", &columns(&["a"])).await;
    assert_eq!(refused.unwrap_err().code().as_str(), "forbidden");
    assert_eq!(
        presets.delete(&bob, &clock, ORDERS, &preset_of.id).await.unwrap_err().code().as_str(),
        "forbidden"
    );
    assert_eq!(
        views.list(&bob, ORDERS).await.unwrap(),
        std::slice::from_ref(&view_of),
        "it is there for all"
    );
    // Their key and an administrator do.
    views.update(&key, &clock, ORDERS, &view_of.id, "Hers", &view("")).await.unwrap();
    views.delete(&ME, &clock, ORDERS, &view_of.id).await.unwrap();
    presets.delete(&ann, &clock, ORDERS, &preset_of.id).await.unwrap();
    let wanted = EventsWanted { limit: 100, ..EventsWanted::default() };
    let events = store.audit().list(wanted).await.unwrap();
    let mut said: Vec<_> =
        events.iter().map(|event| (event.action.as_str(), event.principal.as_str())).collect();
    said.reverse();
    assert_eq!(
        said,
        [
            ("view.created", "user:ann"),
            ("preset.created", "user:ann"),
            ("view.changed", "key:1"),
            ("view.deleted", "local"),
            ("preset.deleted", "user:ann"),
        ]
    );
}

async fn one_person_and_one_dataset_have_a_bounded_part_of_what_is_loaded(store: Store) {
    let (views, clock) = (store.views(), clock());
    let ann = reader("user:ann");
    for number in 0..MAX_PER_OWNER {
        views.create(&ann, &clock, CUSTOMERS, &format!("view {number}"), &View::default()).await.unwrap();
    }
    let full = views.create(&ann, &clock, CUSTOMERS, "one more", &View::default()).await.unwrap_err();
    assert!(matches!(full, StoreError::TooManyOfOne { .. }), "{full}");
    views.create(&reader("user:bob"), &clock, CUSTOMERS, "another's", &View::default()).await.unwrap();

    let large = view(&"x".repeat(MAX_BODY_BYTES - 1_000));
    let mut saved = Vec::new();
    let full = loop {
        match views.create(&ME, &clock, ORDERS, &format!("large {}", saved.len()), &large).await {
            Ok(view) => saved.push(view),
            Err(full) => break full,
        }
    };
    assert_eq!(full.code().as_str(), "too_many_saved");
    assert!(matches!(full, StoreError::NoRoom { .. }), "{full}");
    assert_eq!(saved.len(), MAX_TOTAL_BYTES / MAX_BODY_BYTES);
    // What is there may be replaced by as much, and less makes room.
    views.update(&ME, &clock, ORDERS, &saved[0].id, "large 0", &large).await.unwrap();
    views.update(&ME, &clock, ORDERS, &saved[0].id, "large 0", &View::default()).await.unwrap();
    views.create(&ME, &clock, ORDERS, "large again", &view(&"x".repeat(1_000))).await.unwrap();
}
