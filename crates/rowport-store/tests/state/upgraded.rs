//! A state that the version before wrote is whole after it was opened: `tests/older/` has what that program left.

use std::path::Path;

use jiff::SignedDuration;
use rowport_model::{Principal, View};
use rowport_store::{
    AuditKey, Channel, DatasetRef, DeliveryEvent, EventsWanted, Recovered, RowsWanted, RunState, RunsWanted,
    Sealing, StateVersion, Store,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::runs::{Hand, claim};

const OLDER: i64 = 5;
const ORDERS: DatasetRef<'_> = DatasetRef { source: "shop", dataset: "orders" };

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_version_before_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(dump("5.sqlite.sql"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let StateVersion { found, known } = Store::look_at(&path).await.unwrap();
    assert_eq!((found, known), (OLDER, OLDER + 1));
    let store = Store::open(&path).await.unwrap();
    assert_eq!(Store::look_at(&path).await.unwrap().found, known);
    is_whole(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_of_the_version_before_is_whole() {
    let database = rowport_testkit::Postgres::create();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(dump("5.postgres.sql"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let StateVersion { found, known } = Store::look_at_server(database.url()).await.unwrap();
    assert_eq!((found, known), (OLDER, OLDER + 1));
    let store = Store::connect(database.url()).await.unwrap();
    assert_eq!(Store::look_at_server(database.url()).await.unwrap().found, known);
    is_whole(store).await;
}

fn dump(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/older");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

async fn is_whole(store: Store) {
    let key = AuditKey::new(vec![7; 32]).unwrap();
    let verified = store.audit().verify(Some(&key), &[]).await.unwrap();
    assert_eq!((verified.findings.as_slice(), verified.events, verified.rows), (&[][..], 16, 3));
    let (store, sealing) = store.sealing(key.clone()).await.unwrap();
    assert_eq!(sealing, Sealing::GoesOn);
    let channel = Channel {
        name: "webhook:w".to_owned(),
        events: vec![DeliveryEvent::RunCompleted, DeliveryEvent::RunFailed],
        personal: false,
    };
    let store = store.telling(vec![channel]);

    people_are_there(&store).await;
    saved_things_are_there(&store).await;
    runs_go_on(&store).await;
    // What was written since goes on from what was there.
    let verified = store.audit().verify(Some(&key), &[]).await.unwrap();
    assert_eq!(verified.findings, []);
    assert!(verified.events > 16);
}

async fn people_are_there(store: &Store) {
    let users = store.users().list().await.unwrap();
    assert_eq!(users.len(), 1);
    let ada = &users[0];
    assert_eq!((ada.email.as_str(), ada.tenant.as_deref()), ("ada@example.org", Some("acme")));
    assert_eq!((ada.roles.as_slice(), ada.active), (&["viewer".to_owned()][..], true));
    assert_eq!(store.users().password(&ada.id).await.unwrap().as_deref(), Some("a hash"));
    let clock = Hand::new();
    assert_eq!(store.sessions().list(&clock, Some(&ada.id)).await.unwrap().len(), 1);
    let keys = store.api_keys().list(Some(&ada.id)).await.unwrap();
    assert_eq!((keys.len(), keys[0].name.as_str()), (1, "a key"));
    assert!(store.api_keys().get(&clock, &keys[0].id).await.unwrap().is_some());
    let roles = store.roles().list().await.unwrap();
    assert!(roles.iter().any(|role| role.name == "Clerk" && !role.built_in));
    assert_eq!(store.secret("links").await.unwrap().len(), 32);
}

async fn saved_things_are_there(store: &Store) {
    let (me, clock) = (Principal::local(), Hand::new());
    let views = store.views().list(&me, ORDERS).await.unwrap();
    assert_eq!(views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["Paid"]);
    let presets = store.presets().list(&me, ORDERS).await.unwrap();
    assert_eq!(presets[0].columns, ["id"]);
    store.views().update(&me, &clock, ORDERS, &views[0].id, "Unpaid", &View::default()).await.unwrap();
    let keys = ["[\"1\"]".to_owned()];
    let rows = RowsWanted { keys: &keys, dataset: ("shop", "orders"), tenant: None, before: None, limit: 10 };
    let rows = store.audit().rows(rows).await.unwrap();
    assert_eq!((rows.len(), rows[0].event.subject.as_deref()), (1, Some("set-1")));
    let events = EventsWanted { action: Some("run."), limit: 100, ..EventsWanted::default() };
    assert_eq!(store.audit().list(events).await.unwrap().len(), 7);
}

async fn runs_go_on(store: &Store) {
    let (me, clock) = (Principal::local(), Hand::new());
    let wanted = RunsWanted { everyone: true, limit: 100, ..RunsWanted::default() };
    let runs = store.runs().list(&me, wanted).await.unwrap();
    let states: Vec<_> = runs.iter().rev().map(|run| run.state).collect();
    let all = [
        RunState::Completed,
        RunState::Failed,
        RunState::Cancelled,
        RunState::Running,
        RunState::Cancelling,
        RunState::Queued,
    ];
    assert_eq!(states, all);
    let done = &runs[5];
    let file = done.artifact.as_ref().unwrap();
    assert_eq!((file.file_name.as_str(), file.bytes, file.available), ("orders.csv", 100, true));
    assert_eq!(runs[4].error.as_ref().unwrap().message, "no");
    assert_eq!(store.deliveries().list(None, 10).await.unwrap().len(), 2);
    clock.forward(60);
    let due = store.deliveries().claim(&clock, SignedDuration::from_secs(30)).await.unwrap().unwrap();
    assert_eq!(due.run.unwrap().id, done.id);

    // The worker of the version before is not heard of again: its runs are taken over, from their beginning.
    clock.forward(3_600);
    let recovered = store.runs().recover(&clock).await.unwrap();
    assert_eq!(recovered, Recovered { queued: 1, cancelled: 1, failed: 0 });
    let mut taken = Vec::new();
    while let Some(claimed) = claim(store, &clock, "new").await {
        assert_eq!(claimed.checkpoint, None);
        store.runs().checkpoint(&claimed, &serde_json::json!({"rows": 1})).await.unwrap();
        taken.push((claimed.run.id.clone(), claimed.run.attempt));
    }
    taken.sort_unstable();
    assert_eq!(taken, [(runs[2].id.clone(), 2), (runs[0].id.clone(), 1)]);
}
