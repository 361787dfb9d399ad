//! What is forgotten, and when.

use std::sync::LazyLock;

use jiff::SignedDuration;
use rowport_model::{Clock, Principal};
use rowport_store::{Actor, EventsWanted, RunProgress, RunState, RunsWanted, Store};

use crate::runs::{Hand, artifact, claim, enqueue};

on_every_state!(
    what_ended_long_ago_is_forgotten_and_nothing_else,
    a_thousand_old_runs_go_in_several_short_steps,
);

static ME: LazyLock<Principal> = LazyLock::new(Principal::local);
const DAY: i64 = 24 * 3600;

async fn forget(store: &Store, clock: &Hand, days: i64) -> (u64, bool) {
    let before = clock.now() - SignedDuration::from_hours(24 * days);
    store.runs().forget(clock, before).await.unwrap()
}

async fn left(store: &Store) -> Vec<String> {
    let wanted = RunsWanted { limit: 2_000, ..RunsWanted::default() };
    let runs = store.runs().list(&ME, wanted).await.unwrap();
    sorted(runs.into_iter().map(|run| run.id))
}

/// Ids of one instant have no order.
fn sorted(ids: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort();
    ids
}

async fn what_ended_long_ago_is_forgotten_and_nothing_else(store: Store) {
    let clock = Hand::new();
    let system = Actor::system();
    let completed = enqueue(&store, &clock, 2).await;
    let working = claim(&store, &clock, "a").await.unwrap();
    let file = artifact(&clock, &working);
    store.runs().complete(&clock, &working, RunProgress::default(), Some(&file)).await.unwrap();
    let deleted = enqueue(&store, &clock, 2).await;
    store.runs().cancel(&ME, &system, &clock, &deleted.id).await.unwrap();
    store.runs().delete(&ME, &system, &clock, &deleted.id).await.unwrap();
    let waiting = enqueue(&store, &clock, 2).await;
    clock.forward(10 * DAY);
    // Asked for as long ago, and ended today.
    let late = claim(&store, &clock, "a").await.unwrap();
    assert_eq!(late.run.id, waiting.id);
    store.runs().cancel(&ME, &system, &clock, &late.run.id).await.unwrap();
    store.runs().cancelled(&clock, &late).await.unwrap();
    let long = enqueue(&store, &clock, 2).await;
    let working = claim(&store, &clock, "a").await.unwrap();
    let mut file = artifact(&clock, &working);
    file.expires_at = clock.now() + SignedDuration::from_hours(24 * 400);
    store.runs().complete(&clock, &working, RunProgress::default(), Some(&file)).await.unwrap();
    let queued = enqueue(&store, &clock, 2).await;
    let running = claim(&store, &clock, "b").await.unwrap();
    assert_eq!(running.run.id, queued.id);

    assert_eq!(forget(&store, &clock, 11).await, (0, false));
    assert_eq!(forget(&store, &clock, 9).await, (2, false));
    assert_eq!(left(&store).await, sorted([&queued.id, &long.id, &waiting.id].map(Clone::clone)));
    assert_eq!(store.runs().get(&ME, &completed.id).await.unwrap_err().code().as_str(), "unknown_run");
    let version = store.runs().version().await.unwrap();
    // Who replays changes is not told of what is no more.
    let replayed = store.runs().changed_since(0, 100).await.unwrap();
    assert!(replayed.iter().all(|run| run.id != deleted.id));

    // However old: what has not ended stays, and so does what has a file that is given out.
    clock.forward(100 * DAY);
    assert_eq!(forget(&store, &clock, 9).await, (1, false));
    assert_eq!(left(&store).await, sorted([&queued.id, &long.id].map(Clone::clone)));
    assert_eq!(store.runs().get(&ME, &queued.id).await.unwrap().state, RunState::Running);
    clock.forward(400 * DAY);
    assert_eq!(forget(&store, &clock, 9).await, (1, false));
    assert_eq!(left(&store).await, [queued.id]);
    assert_eq!(store.runs().version().await.unwrap(), version);
    // The audit keeps what it said of them.
    let wanted = EventsWanted { limit: 100, ..EventsWanted::default() };
    let events = store.audit().list(wanted).await.unwrap();
    assert!(events.iter().any(|event| event.subject.as_deref() == Some(completed.id.as_str())));
}

async fn a_thousand_old_runs_go_in_several_short_steps(store: Store) {
    let clock = Hand::new();
    for _ in 0..1_001 {
        let run = enqueue(&store, &clock, 0).await;
        store.runs().cancel(&ME, &Actor::system(), &clock, &run.id).await.unwrap();
    }
    clock.forward(2 * DAY);
    assert_eq!(forget(&store, &clock, 1).await, (500, true));
    assert_eq!(left(&store).await.len(), 501);
    assert_eq!(forget(&store, &clock, 1).await, (500, true));
    assert_eq!(forget(&store, &clock, 1).await, (1, false));
    assert_eq!(forget(&store, &clock, 1).await, (0, false));
}
