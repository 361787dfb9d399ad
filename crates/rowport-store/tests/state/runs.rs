//! What a run goes through, and who may write to it.

use std::sync::LazyLock;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use rowport_model::{Clock, ErrorCode, Principal};
use rowport_store::{
    Actor, Claim, Claiming, Failure, MAX_CHECKPOINT_BYTES, NewArtifact, NewRun, Recovered, Run, RunProgress,
    RunState, RunsWanted, Store,
};
use serde_json::json;

on_every_state!(
    a_run_is_asked_for_worked_on_and_completed,
    a_worker_that_lost_its_run_can_write_nothing,
    a_run_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked_to_stop,
    a_failure_is_tried_again_only_where_that_can_help,
    a_worker_that_went_away_costs_a_try,
    a_run_given_back_costs_no_try,
    many_workers_claim_each_run_once,
    one_principal_has_no_more_under_way_than_allowed,
    whoever_watches_misses_no_change,
    only_what_has_ended_can_be_deleted,
    the_history_is_read_in_pages,
    a_secret_is_made_once,
    requests_have_a_length_and_lists_leave_long_ones_out,
    a_text_with_nul_is_nothing_that_is_there,
    a_checkpoint_is_handed_to_the_next_attempt,
    a_checkpoint_goes_when_its_run_has_ended,
    a_checkpoint_of_an_attempt_that_is_over_changes_nothing,
    a_checkpoint_has_a_length,
    a_run_of_an_unknown_kind_stays_in_the_queue_and_is_seen_there,
);

static ME: LazyLock<Principal> = LazyLock::new(Principal::local);
/// The kinds of runs that the workers of these tests know.
const KINDS: [&str; 2] = ["export", "change"];
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// A clock that a test turns by hand.
pub(crate) struct Hand(Mutex<Timestamp>);

impl Hand {
    pub(crate) fn new() -> Self {
        Self(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()))
    }

    pub(crate) fn forward(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub(crate) async fn enqueue(store: &Store, clock: &Hand, tries: u32) -> Run {
    let request = json!({"format": "csv"});
    let new = NewRun {
        id: None,
        kind: rowport_store::RunKind::Export,
        source: "shop",
        dataset: "orders",
        request: &request,
        priority: 0,
        tries,
        rows_expected: Some(10),
        rerun_of: None,
        about: None,
    };
    store.runs().enqueue(&ME, &Actor::system(), clock, new).await.unwrap()
}

pub(crate) async fn claim(store: &Store, clock: &Hand, worker: &str) -> Option<Claim> {
    let claiming = Claiming { worker, lease: LEASE, per_principal: 100, kinds: &KINDS };
    store.runs().claim(clock, claiming).await.unwrap()
}

pub(crate) fn artifact(clock: &Hand, claim: &Claim) -> NewArtifact {
    NewArtifact {
        storage_key: format!("{}/{}/data", claim.run.id, claim.run.attempt),
        file_name: "orders.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        bytes: 100,
        sha256: "0".repeat(64),
        manifest: json!({"rows": 10}),
        scope: String::new(),
        expires_at: clock.now() + SignedDuration::from_hours(24),
    }
}

const HALF: RunProgress = RunProgress { rows: 5, rows_expected: None, bytes: 50 };
const WHOLE: RunProgress = RunProgress { rows: 10, rows_expected: None, bytes: 100 };

async fn a_run_is_asked_for_worked_on_and_completed(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 2).await;
    assert_eq!((run.state, run.attempt, run.principal.as_str()), (RunState::Queued, 0, "local"));
    assert_eq!(run.progress.rows_expected, Some(10));
    let mine = claim(&store, &clock, "a").await.unwrap();
    assert_eq!((mine.run.id.as_str(), mine.run.attempt), (run.id.as_str(), 1));
    assert!(claim(&store, &clock, "b").await.is_none());
    assert_eq!(store.runs().heartbeat(&clock, &mine, LEASE, HALF).await.unwrap(), RunState::Running);
    let half = store.runs().get(&ME, &run.id).await.unwrap();
    assert_eq!((half.state, half.progress.rows, half.progress.bytes), (RunState::Running, 5, 50));
    let id =
        store.runs().complete(&clock, &mine, WHOLE, Some(&artifact(&clock, &mine))).await.unwrap().unwrap();
    let done = store.runs().get(&ME, &run.id).await.unwrap();
    assert_eq!(
        (done.state, done.progress.rows, done.finished_at),
        (RunState::Completed, 10, Some(clock.now()))
    );
    assert_eq!(done.artifact.as_ref().map(|artifact| artifact.id.as_str()), Some(id.as_str()));
    assert_eq!(id.len(), 32, "128 bits in hexadecimal");
    assert!(done.version > half.version);
    assert_eq!(store.artifacts().get(&clock, &id).await.unwrap().file_name, "orders.csv");
    clock.forward(24 * 3600);
    assert_eq!(store.artifacts().get(&clock, &id).await.unwrap_err().code().as_str(), "unknown_artifact");
}

async fn a_worker_that_lost_its_run_can_write_nothing(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 2).await;
    let old = claim(&store, &clock, "old").await.unwrap();
    clock.forward(31);
    assert_eq!(store.runs().recover(&clock).await.unwrap(), Recovered { queued: 1, ..Recovered::default() });
    let runs = store.runs();
    // Queued again, claimed by another, completed by it: at each of these the old one is refused.
    for stage in 0..3 {
        let failure =
            Failure { code: ErrorCode::Internal, message: "late".to_owned(), retry_at: Some(clock.now()) };
        assert_eq!(runs.heartbeat(&clock, &old, LEASE, WHOLE).await.unwrap_err().code().as_str(), "run_lost");
        let file = artifact(&clock, &old);
        assert_eq!(
            runs.complete(&clock, &old, WHOLE, Some(&file)).await.unwrap_err().code().as_str(),
            "run_lost"
        );
        assert_eq!(runs.fail(&clock, &old, &failure).await.unwrap_err().code().as_str(), "run_lost");
        assert_eq!(runs.cancelled(&clock, &old).await.unwrap_err().code().as_str(), "run_lost");
        assert_eq!(runs.release(&clock, &old).await.unwrap_err().code().as_str(), "run_lost");
        let now = runs.get(&ME, &run.id).await.unwrap();
        match stage {
            0 => {
                assert_eq!((now.state, now.attempt), (RunState::Queued, 1));
                assert_eq!(claim(&store, &clock, "new").await.unwrap().run.attempt, 2);
            }
            1 => {
                assert_eq!((now.state, now.attempt, now.progress.rows), (RunState::Running, 2, 0));
                let new = Claim::clone(&again(&store, &clock, &run.id).await);
                runs.complete(&clock, &new, WHOLE, Some(&artifact(&clock, &new))).await.unwrap();
            }
            _ => assert_eq!((now.state, now.attempt), (RunState::Completed, 3)),
        }
    }
}

/// Lets the present attempt lapse and claims the next one.
async fn again(store: &Store, clock: &Hand, id: &str) -> Claim {
    clock.forward(31);
    store.runs().recover(clock).await.unwrap();
    let claim = claim(store, clock, "again").await.unwrap();
    assert_eq!(claim.run.id, id);
    claim
}

async fn a_run_that_waits_is_cancelled_at_once_and_one_that_runs_is_asked_to_stop(store: Store) {
    let clock = Hand::new();
    let runs = store.runs();
    let waiting = enqueue(&store, &clock, 2).await;
    assert_eq!(
        runs.cancel(&ME, &Actor::system(), &clock, &waiting.id).await.unwrap().state,
        RunState::Cancelled
    );
    assert!(claim(&store, &clock, "a").await.is_none());
    let running = enqueue(&store, &clock, 2).await;
    let mine = claim(&store, &clock, "a").await.unwrap();
    assert_eq!(
        runs.cancel(&ME, &Actor::system(), &clock, &running.id).await.unwrap().state,
        RunState::Cancelling
    );
    assert_eq!(runs.heartbeat(&clock, &mine, LEASE, HALF).await.unwrap(), RunState::Cancelling);
    // What was to be cancelled is not completed behind the person's back.
    let file = artifact(&clock, &mine);
    assert_eq!(
        runs.complete(&clock, &mine, WHOLE, Some(&file)).await.unwrap_err().code().as_str(),
        "run_lost"
    );
    runs.cancelled(&clock, &mine).await.unwrap();
    assert_eq!(runs.get(&ME, &running.id).await.unwrap().state, RunState::Cancelled);
    assert_eq!(
        runs.cancel(&ME, &Actor::system(), &clock, &running.id).await.unwrap().state,
        RunState::Cancelled
    );
    assert_eq!(
        runs.cancel(&ME, &Actor::system(), &clock, "nothing").await.unwrap_err().code().as_str(),
        "unknown_run"
    );
}

async fn a_failure_is_tried_again_only_where_that_can_help(store: Store) {
    let clock = Hand::new();
    let runs = store.runs();
    let run = enqueue(&store, &clock, 1).await;
    let failure = |retry_at| Failure { code: ErrorCode::SourceLost, message: "gone".to_owned(), retry_at };
    let first = claim(&store, &clock, "a").await.unwrap();
    let later = clock.now() + SignedDuration::from_secs(10);
    runs.fail(&clock, &first, &failure(Some(later))).await.unwrap();
    let waiting = runs.get(&ME, &run.id).await.unwrap();
    assert_eq!((waiting.state, waiting.finished_at), (RunState::Queued, None));
    assert_eq!(waiting.error.unwrap().code.as_str(), "source_lost");
    assert!(claim(&store, &clock, "a").await.is_none(), "not before its moment");
    clock.forward(10);
    let second = claim(&store, &clock, "a").await.unwrap();
    runs.fail(&clock, &second, &failure(Some(later))).await.unwrap();
    let failed = runs.get(&ME, &run.id).await.unwrap();
    assert_eq!((failed.state, failed.finished_at), (RunState::Failed, Some(clock.now())));
    let hopeless = enqueue(&store, &clock, 5).await;
    let only = claim(&store, &clock, "a").await.unwrap();
    runs.fail(&clock, &only, &failure(None)).await.unwrap();
    assert_eq!(runs.get(&ME, &hopeless.id).await.unwrap().state, RunState::Failed);
}

async fn a_worker_that_went_away_costs_a_try(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 1).await;
    claim(&store, &clock, "a").await.unwrap();
    assert_eq!(store.runs().recover(&clock).await.unwrap(), Recovered::default());
    clock.forward(31);
    assert_eq!(store.runs().recover(&clock).await.unwrap().queued, 1);
    claim(&store, &clock, "b").await.unwrap();
    clock.forward(31);
    assert_eq!(store.runs().recover(&clock).await.unwrap().failed, 1);
    let failed = store.runs().get(&ME, &run.id).await.unwrap();
    assert_eq!((failed.state, failed.error.unwrap().code.as_str()), (RunState::Failed, "worker_lost"));
    let other = enqueue(&store, &clock, 1).await;
    claim(&store, &clock, "c").await.unwrap();
    store.runs().cancel(&ME, &Actor::system(), &clock, &other.id).await.unwrap();
    clock.forward(31);
    assert_eq!(store.runs().recover(&clock).await.unwrap().cancelled, 1);
}

async fn a_run_given_back_costs_no_try(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 0).await;
    for attempt in 1..5 {
        let mine = claim(&store, &clock, "a").await.unwrap();
        assert_eq!(mine.run.attempt, attempt);
        store.runs().release(&clock, &mine).await.unwrap();
    }
    assert_eq!(store.runs().get(&ME, &run.id).await.unwrap().state, RunState::Queued);
}

async fn many_workers_claim_each_run_once(store: Store) {
    let (store, clock) = (Arc::new(store), Arc::new(Hand::new()));
    let mut asked = Vec::new();
    for _ in 0..40 {
        asked.push(enqueue(&store, &clock, 0).await.id);
    }
    let workers: Vec<_> = (0..8)
        .map(|number| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            tokio::spawn(async move {
                let mut had = Vec::new();
                while let Some(mine) = claim(&store, &clock, &number.to_string()).await {
                    had.push(mine.run.id);
                }
                had
            })
        })
        .collect();
    let mut had = Vec::new();
    for worker in workers {
        had.extend(worker.await.unwrap());
    }
    had.sort();
    asked.sort();
    assert_eq!(had, asked);
}

async fn one_principal_has_no_more_under_way_than_allowed(store: Store) {
    let clock = Hand::new();
    for _ in 0..3 {
        enqueue(&store, &clock, 0).await;
    }
    let claiming = Claiming { worker: "a", lease: LEASE, per_principal: 2, kinds: &KINDS };
    let first = store.runs().claim(&clock, claiming).await.unwrap().unwrap();
    assert!(store.runs().claim(&clock, claiming).await.unwrap().is_some());
    assert!(store.runs().claim(&clock, claiming).await.unwrap().is_none());
    store.runs().cancelled(&clock, &first).await.unwrap();
    assert!(store.runs().claim(&clock, claiming).await.unwrap().is_some());
}

async fn whoever_watches_misses_no_change(store: Store) {
    let (store, clock) = (Arc::new(store), Arc::new(Hand::new()));
    let writers: Vec<_> = (0..6)
        .map(|_| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for _ in 0..15 {
                    ids.push(enqueue(&store, &clock, 0).await.id);
                }
                ids
            })
        })
        .collect();
    let mut seen = Vec::new();
    let mut version = 0;
    let mut made = Vec::new();
    let mut look = async |version: &mut i64| {
        for run in store.runs().changed_since(*version, 7).await.unwrap() {
            assert!(run.version > *version, "in order");
            *version = run.version;
            seen.push(run.id);
        }
    };
    for writer in writers {
        while !writer.is_finished() {
            look(&mut version).await;
        }
        made.extend(writer.await.unwrap());
    }
    while version < store.runs().version().await.unwrap() {
        look(&mut version).await;
    }
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
}

async fn only_what_has_ended_can_be_deleted(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 0).await;
    let runs = store.runs();
    assert_eq!(
        runs.delete(&ME, &Actor::system(), &clock, &run.id).await.unwrap_err().code().as_str(),
        "still_running"
    );
    let mine = claim(&store, &clock, "a").await.unwrap();
    assert_eq!(
        runs.delete(&ME, &Actor::system(), &clock, &run.id).await.unwrap_err().code().as_str(),
        "still_running"
    );
    let id = runs.complete(&clock, &mine, WHOLE, Some(&artifact(&clock, &mine))).await.unwrap().unwrap();
    let version = runs.version().await.unwrap();
    runs.delete(&ME, &Actor::system(), &clock, &run.id).await.unwrap();
    assert_eq!(runs.get(&ME, &run.id).await.unwrap_err().code().as_str(), "unknown_run");
    assert_eq!(
        runs.delete(&ME, &Actor::system(), &clock, &run.id).await.unwrap_err().code().as_str(),
        "unknown_run"
    );
    assert_eq!(store.artifacts().get(&clock, &id).await.unwrap_err().code().as_str(), "unknown_artifact");
    let told = runs.changed_since(version, 10).await.unwrap();
    assert_eq!(told.iter().map(|run| run.deleted).collect::<Vec<_>>(), [true]);
}

async fn the_history_is_read_in_pages(store: Store) {
    let clock = Hand::new();
    let mut asked = Vec::new();
    for _ in 0..5 {
        clock.forward(1);
        asked.insert(0, enqueue(&store, &clock, 0).await.id);
    }
    let runs = store.runs();
    let ids = |runs: Vec<Run>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
    let first = ids(runs.list(&ME, RunsWanted { limit: 3, ..RunsWanted::default() }).await.unwrap());
    let before = first.last().map(String::as_str);
    let rest = ids(runs.list(&ME, RunsWanted { limit: 3, before, ..RunsWanted::default() }).await.unwrap());
    assert_eq!([first, rest].concat(), asked);
    runs.cancel(&ME, &Actor::system(), &clock, &asked[1]).await.unwrap();
    let wanted = RunsWanted { state: Some(RunState::Cancelled), limit: 9, ..RunsWanted::default() };
    assert_eq!(ids(runs.list(&ME, wanted).await.unwrap()), [asked[1].clone()]);
    let wanted = RunsWanted { dataset: Some(("shop", "customers")), limit: 9, ..RunsWanted::default() };
    assert!(runs.list(&ME, wanted).await.unwrap().is_empty());
}

async fn a_secret_is_made_once(store: Store) {
    let first = store.secret("links").await.unwrap();
    assert_eq!(first.len(), 32);
    assert_eq!(store.secret("links").await.unwrap(), first);
    assert_ne!(store.secret("other").await.unwrap(), first);
}

async fn requests_have_a_length_and_lists_leave_long_ones_out(store: Store) {
    let clock = Hand::new();
    let ask = async |length: usize| {
        let request = json!({"format": "csv", "keys": "k".repeat(length)});
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
        store.runs().enqueue(&ME, &Actor::system(), &clock, new).await
    };
    assert_eq!(ask(600 * 1024).await.unwrap_err().code().as_str(), "too_large");
    let (long, short) = (ask(10_000).await.unwrap(), ask(10).await.unwrap());
    let wanted = RunsWanted { limit: 10, ..RunsWanted::default() };
    let listed = store.runs().list(&ME, wanted).await.unwrap();
    let told = store.runs().changed_since(0, 10).await.unwrap();
    for runs in [listed, told] {
        assert_eq!(runs.len(), 2);
        let request = |id: &str| runs.iter().find(|run| run.id == id).unwrap().request.clone();
        assert_eq!((request(&long.id), request(&short.id)), (json!({}), short.request.clone()));
    }
    assert_eq!(store.runs().get(&ME, &long.id).await.unwrap().request, long.request);
    assert_eq!(store.runs().count_changed_since(0, 1).await.unwrap(), 1);
    assert_eq!(store.runs().count_changed_since(0, 10).await.unwrap(), 2);
}

async fn a_text_with_nul_is_nothing_that_is_there(store: Store) {
    // SQLite compares with it, PostgreSQL refuses it; neither is a state that cannot be used.
    let code = store.runs().get(&ME, "a\0b").await.unwrap_err().code().as_str();
    assert!(["unknown_run", "bad_text"].contains(&code), "{code}");
}

async fn a_checkpoint_is_handed_to_the_next_attempt(store: Store) {
    let clock = Hand::new();
    enqueue(&store, &clock, 5).await;
    let runs = store.runs();
    let first = claim(&store, &clock, "a").await.unwrap();
    assert_eq!(first.checkpoint, None);
    runs.checkpoint(&first, &json!({"rows": 3})).await.unwrap();
    runs.checkpoint(&first, &json!({"rows": 5, "after": ["x"]})).await.unwrap();
    // Whichever way an attempt ends that another one follows, the last checkpoint is there.
    runs.release(&clock, &first).await.unwrap();
    let second = claim(&store, &clock, "b").await.unwrap();
    assert_eq!(second.checkpoint, Some(json!({"rows": 5, "after": ["x"]})));
    let failure =
        Failure { code: ErrorCode::Timeout, message: "later".to_owned(), retry_at: Some(clock.now()) };
    runs.fail(&clock, &second, &failure).await.unwrap();
    let third = claim(&store, &clock, "c").await.unwrap();
    assert_eq!(third.checkpoint, second.checkpoint);
    runs.checkpoint(&third, &json!(7)).await.unwrap();
    clock.forward(31);
    runs.recover(&clock).await.unwrap();
    assert_eq!(claim(&store, &clock, "d").await.unwrap().checkpoint, Some(json!(7)));
}

async fn a_checkpoint_goes_when_its_run_has_ended(store: Store) {
    let clock = Hand::new();
    let runs = store.runs();
    let failure = Failure { code: ErrorCode::Internal, message: "no".to_owned(), retry_at: None };
    for end in 0..6 {
        let run = enqueue(&store, &clock, 0).await;
        let claimed = claim(&store, &clock, "a").await.unwrap();
        runs.checkpoint(&claimed, &json!({"end": end})).await.unwrap();
        let cancel = async || {
            runs.cancel(&ME, &Actor::system(), &clock, &run.id).await.unwrap();
        };
        match end {
            0 => drop(runs.complete(&clock, &claimed, WHOLE, None).await.unwrap()),
            1 => drop(runs.fail(&clock, &claimed, &failure).await.unwrap()),
            2 => {
                cancel().await;
                runs.cancelled(&clock, &claimed).await.unwrap();
            }
            3 => {
                cancel().await;
                runs.release(&clock, &claimed).await.unwrap();
            }
            4 => {
                clock.forward(31);
                assert_eq!(runs.recover(&clock).await.unwrap().failed, 1);
            }
            _ => {
                runs.release(&clock, &claimed).await.unwrap();
                cancel().await;
            }
        }
        assert!(runs.get(&ME, &run.id).await.unwrap().state.is_final(), "{end}");
        assert_eq!(runs.checkpoint_of(&run.id).await.unwrap(), None, "{end}");
    }
}

async fn a_checkpoint_of_an_attempt_that_is_over_changes_nothing(store: Store) {
    let clock = Hand::new();
    let run = enqueue(&store, &clock, 2).await;
    let runs = store.runs();
    let old = claim(&store, &clock, "old").await.unwrap();
    runs.checkpoint(&old, &json!("old")).await.unwrap();
    clock.forward(31);
    runs.recover(&clock).await.unwrap();
    assert_eq!(runs.checkpoint(&old, &json!("late")).await.unwrap_err().code().as_str(), "run_lost");
    let new = claim(&store, &clock, "new").await.unwrap();
    assert_eq!(runs.checkpoint(&old, &json!("late")).await.unwrap_err().code().as_str(), "run_lost");
    runs.checkpoint(&new, &json!("new")).await.unwrap();
    assert_eq!(runs.checkpoint_of(&run.id).await.unwrap(), Some(json!("new")));
    // Nobody goes on with what is to be cancelled.
    runs.cancel(&ME, &Actor::system(), &clock, &run.id).await.unwrap();
    assert_eq!(runs.checkpoint(&new, &json!("more")).await.unwrap_err().code().as_str(), "run_lost");
}

async fn a_checkpoint_has_a_length(store: Store) {
    let clock = Hand::new();
    enqueue(&store, &clock, 2).await;
    let runs = store.runs();
    let mine = claim(&store, &clock, "a").await.unwrap();
    let longest = json!("x".repeat(MAX_CHECKPOINT_BYTES - 2));
    runs.checkpoint(&mine, &longest).await.unwrap();
    let longer = json!("x".repeat(MAX_CHECKPOINT_BYTES - 1));
    let error = runs.checkpoint(&mine, &longer).await.unwrap_err();
    assert_eq!(error.code().as_str(), "too_large", "{error}");
    runs.release(&clock, &mine).await.unwrap();
    assert_eq!(claim(&store, &clock, "b").await.unwrap().checkpoint, Some(longest));
}

async fn a_run_of_an_unknown_kind_stays_in_the_queue_and_is_seen_there(store: Store) {
    let clock = Hand::new();
    let unknown = enqueue(&store, &clock, 2).await;
    clock.forward(5);
    let claiming = |kinds| Claiming { worker: "a", lease: LEASE, per_principal: 2, kinds };
    let runs = store.runs();
    for kinds in [&[][..], &["change"], &["change", "subject_export"]] {
        assert!(runs.claim(&clock, claiming(kinds)).await.unwrap().is_none());
    }
    let seen = runs.get(&ME, &unknown.id).await.unwrap();
    assert_eq!((seen.state, seen.attempt, seen.kind.as_str()), (RunState::Queued, 0, "export"));
    let census = runs.under_way(&clock).await.unwrap();
    assert_eq!((census[0].kind.as_str(), census[0].runs, census[0].waiting.as_secs()), ("export", 1, 5));
    // A program that knows it takes it.
    let claimed = runs.claim(&clock, claiming(&["import", "export"])).await.unwrap().unwrap();
    assert_eq!(claimed.run.id, unknown.id);
}
