//! What is told when runs end, and by whom.

use std::sync::{Arc, LazyLock};

use jiff::SignedDuration;
use rowport_model::{Access, ErrorCode, Principal};
use rowport_store::{
    Actor, Channel, Delivery, DeliveryEvent, DeliveryState, DueDelivery, EventsWanted, Failure, NewRun,
    RunProgress, Store, Undelivered,
};
use serde_json::json;

use crate::runs::{Hand, LEASE, artifact, claim, enqueue};

on_every_state!(
    the_end_of_a_run_is_put_down_with_it,
    only_ends_are_told_and_only_those_that_a_channel_wants,
    what_is_for_persons_is_not_told_of_runs_of_programs,
    what_fails_waits_and_what_dies_is_tried_again_and_who_comes_late_changes_nothing,
    many_processes_try_each_delivery_once,
    what_a_process_does_not_know_it_leaves_to_others,
    a_test_stands_in_the_audit_and_the_log_is_read_in_pages_and_forgotten,
);

const HOLD: SignedDuration = SignedDuration::from_secs(20);
const BOTH: [DeliveryEvent; 2] = [DeliveryEvent::RunCompleted, DeliveryEvent::RunFailed];

static ADA: LazyLock<Principal> = LazyLock::new(|| principal("user:ada"));

fn principal(id: &str) -> Principal {
    Principal::new(id, "Somebody", Access::new(Vec::new(), Vec::new(), None))
}

fn webhook(name: &str, events: &[DeliveryEvent]) -> Channel {
    Channel { name: format!("webhook:{name}"), events: events.to_vec(), personal: false }
}

fn email() -> Channel {
    Channel { name: "email".to_owned(), events: BOTH.to_vec(), personal: true }
}

async fn log(store: &Store) -> Vec<Delivery> {
    store.deliveries().list(None, 200).await.unwrap()
}

async fn due(store: &Store, clock: &Hand) -> Option<DueDelivery> {
    store.deliveries().claim(clock, HOLD).await.unwrap()
}

fn failure(retry: Option<jiff::Timestamp>) -> Failure {
    Failure { code: ErrorCode::Timeout, message: "too slow".to_owned(), retry_at: retry }
}

async fn the_end_of_a_run_is_put_down_with_it(store: Store) {
    let (store, clock) = (store.telling(vec![webhook("a", &BOTH)]), Hand::new());
    let run = enqueue(&store, &clock, 0).await;
    let mine = claim(&store, &clock, "a").await.unwrap();
    assert!(log(&store).await.is_empty(), "nothing has ended yet");
    let whole = RunProgress { rows: 10, rows_expected: Some(10), bytes: 100 };
    store.runs().complete(&clock, &mine, whole, Some(&artifact(&clock, &mine))).await.unwrap();
    let told = log(&store).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].event, told[0].state), (DeliveryEvent::RunCompleted, DeliveryState::Waiting));
    assert_eq!((told[0].run_id.as_deref(), told[0].attempt), (Some(run.id.as_str()), 0));
    // A worker that lost its run ends nothing, and tells nothing.
    store.runs().complete(&clock, &mine, whole, Some(&artifact(&clock, &mine))).await.unwrap_err();
    assert_eq!(log(&store).await.len(), 1);
    let due = due(&store, &clock).await.unwrap();
    assert_eq!(due.delivery.attempt, 1);
    let run = due.run.unwrap();
    assert_eq!((run.progress.rows, run.artifact.unwrap().bytes), (10, 100));
    assert!(store.deliveries().claim(&clock, HOLD).await.unwrap().is_none(), "it is under way");
}

async fn only_ends_are_told_and_only_those_that_a_channel_wants(store: Store) {
    let bad = [DeliveryEvent::RunFailed];
    let (store, clock) = (store.telling(vec![webhook("all", &BOTH), webhook("bad", &bad)]), Hand::new());
    let told = async || {
        let log = log(&store).await;
        let mut told: Vec<_> = log.into_iter().map(|it| (it.channel, it.event.as_str())).collect();
        told.sort_unstable();
        told
    };
    // Cancelled before it was begun, and while it was worked on.
    let run = enqueue(&store, &clock, 1).await;
    store.runs().cancel(&Principal::local(), &Actor::system(), &clock, &run.id).await.unwrap();
    enqueue(&store, &clock, 1).await;
    let mine = claim(&store, &clock, "a").await.unwrap();
    store.runs().cancelled(&clock, &mine).await.unwrap();
    // Given back, then failed with a try left.
    enqueue(&store, &clock, 1).await;
    let mine = claim(&store, &clock, "a").await.unwrap();
    store.runs().release(&clock, &mine).await.unwrap();
    let mine = claim(&store, &clock, "a").await.unwrap();
    store.runs().fail(&clock, &mine, &failure(Some(rowport_model::Clock::now(&clock)))).await.unwrap();
    assert_eq!(told().await, []);
    // The try after that is the last one, and its worker goes away.
    claim(&store, &clock, "a").await.unwrap();
    clock.forward(LEASE.as_secs() + 1);
    assert_eq!(store.runs().recover(&clock).await.unwrap().failed, 1);
    let failed = [("webhook:all".to_owned(), "run.failed"), ("webhook:bad".to_owned(), "run.failed")];
    assert_eq!(told().await, failed);
    // One that cannot be tried again.
    enqueue(&store, &clock, 5).await;
    let mine = claim(&store, &clock, "a").await.unwrap();
    store.runs().fail(&clock, &mine, &failure(None)).await.unwrap();
    assert_eq!(told().await, [&failed[..1], &failed[..1], &failed[1..], &failed[1..]].concat());
}

async fn what_is_for_persons_is_not_told_of_runs_of_programs(store: Store) {
    let (store, clock) = (store.telling(vec![email(), webhook("a", &BOTH)]), Hand::new());
    for principal in [&*ADA, &principal("key:1"), &Principal::local()] {
        let request = json!({});
        let new = NewRun {
            id: None,
            kind: rowport_store::RunKind::Export,
            source: "shop",
            dataset: "orders",
            request: &request,
            priority: 0,
            tries: 0,
            rows_expected: None,
            rerun_of: None,
            about: None,
        };
        store.runs().enqueue(principal, &Actor::system(), &clock, new).await.unwrap();
        let mine = claim(&store, &clock, "a").await.unwrap();
        store.runs().fail(&clock, &mine, &failure(None)).await.unwrap();
    }
    let told = log(&store).await;
    assert_eq!(told.iter().filter(|it| it.channel == "webhook:a").count(), 3);
    let personal: Vec<_> = told.iter().filter(|it| it.channel == "email").map(|it| &it.recipient).collect();
    assert_eq!(personal, [&Some("user:ada".to_owned())]);
    assert!(told.iter().filter(|it| it.channel == "webhook:a").all(|it| it.recipient.is_none()));
}

async fn what_fails_waits_and_what_dies_is_tried_again_and_who_comes_late_changes_nothing(store: Store) {
    let (store, clock) = (store.telling(vec![webhook("a", &BOTH)]), Hand::new());
    let deliveries = store.deliveries();
    deliveries.test(&clock, &Actor::system(), "webhook:a", None).await.unwrap();
    let first = due(&store, &clock).await.unwrap().delivery;
    let retry_at = Some(rowport_model::Clock::now(&clock) + SignedDuration::from_secs(5));
    let why = Undelivered { code: ErrorCode::NoAnswer, message: "it hangs".to_owned(), retry_at };
    deliveries.failed(&clock, &first, &why).await.unwrap();
    assert!(due(&store, &clock).await.is_none(), "its pause is not over");
    clock.forward(6);
    let second = due(&store, &clock).await.unwrap().delivery;
    assert_eq!((&second.id, second.attempt), (&first.id, 2));
    assert_eq!(second.error_code, Some(ErrorCode::NoAnswer));
    // Its process dies: after the lease another one takes it over.
    clock.forward(HOLD.as_secs() + 1);
    let third = due(&store, &clock).await.unwrap().delivery;
    assert_eq!((&third.id, third.attempt), (&first.id, 3));
    // The second was only stopped, and wakes up.
    deliveries.failed(&clock, &second, &Undelivered { retry_at: None, ..why.clone() }).await.unwrap();
    assert_eq!(log(&store).await[0].state, DeliveryState::Sending);
    deliveries.sent(&clock, &third).await.unwrap();
    deliveries.failed(&clock, &third, &why).await.unwrap();
    let told = log(&store).await.remove(0);
    assert_eq!((told.state, told.error_code, told.error_message), (DeliveryState::Sent, None, None));
    assert!(told.finished_at.is_some());
}

async fn many_processes_try_each_delivery_once(store: Store) {
    let clock = Arc::new(Hand::new());
    let store = Arc::new(store.telling(vec![webhook("a", &BOTH)]));
    for _ in 0..40 {
        store.deliveries().test(clock.as_ref(), &Actor::system(), "webhook:a", None).await.unwrap();
    }
    let processes: Vec<_> = (0..8)
        .map(|_| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            tokio::spawn(async move {
                let (mut had, mut idle) = (Vec::new(), 0);
                // Whoever comes second to one lets go, and looks again.
                while idle < 20 {
                    match due(&store, &clock).await {
                        Some(due) => had.push(due.delivery.id),
                        None => idle += 1,
                    }
                }
                had
            })
        })
        .collect();
    let mut had = Vec::new();
    for process in processes {
        had.extend(process.await.unwrap());
    }
    had.sort_unstable();
    let mut asked: Vec<_> = log(&store).await.into_iter().map(|it| it.id).collect();
    asked.sort_unstable();
    assert_eq!(had, asked);
}

async fn what_a_process_does_not_know_it_leaves_to_others(store: Store) {
    let (store, clock) = (store.telling(vec![webhook("old", &BOTH)]), Hand::new());
    store.deliveries().test(&clock, &Actor::system(), "webhook:new", None).await.unwrap();
    assert!(due(&store, &clock).await.is_none());
    let store = store.telling(vec![webhook("old", &BOTH), webhook("new", &BOTH)]);
    assert_eq!(due(&store, &clock).await.unwrap().delivery.channel, "webhook:new");
    let store = store.telling(Vec::new());
    clock.forward(100);
    assert!(due(&store, &clock).await.is_none());
}

async fn a_test_stands_in_the_audit_and_the_log_is_read_in_pages_and_forgotten(store: Store) {
    let (store, clock) = (store.telling(vec![email()]), Hand::new());
    let deliveries = store.deliveries();
    let mut asked = Vec::new();
    for _ in 0..5 {
        clock.forward(1);
        let test = deliveries.test(&clock, &Actor::system(), "email", Some("user:ada")).await.unwrap();
        assert_eq!((test.event, test.recipient.as_deref()), (DeliveryEvent::Test, Some("user:ada")));
        asked.insert(0, test.id);
    }
    let ids = |page: Vec<Delivery>| page.into_iter().map(|it| it.id).collect::<Vec<_>>();
    let first = ids(deliveries.list(None, 2).await.unwrap());
    let rest = ids(deliveries.list(first.last().map(String::as_str), 9).await.unwrap());
    assert_eq!([first, rest].concat(), asked);
    let wanted = EventsWanted { action: Some("notification.tested"), limit: 9, ..EventsWanted::default() };
    let events = store.audit().list(wanted).await.unwrap();
    assert_eq!((events.len(), events[0].subject.as_deref()), (5, Some("email")));
    let now = rowport_model::Clock::now(&clock);
    assert_eq!(deliveries.forget(now).await.unwrap(), 4);
    assert_eq!(log(&store).await.len(), 1);
}
