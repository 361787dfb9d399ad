//! What the driver promises, with tasks of the tests' own and a clock that stands still until it is waited for.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rowport_model::{Clock, ErrorCode};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Driver, PeriodicTask, Turn, Wake};
use crate::error::EngineError;

const PERIOD: Duration = Duration::from_secs(10);

/// Tells the time since it was made by the clock that tests turn.
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.0.elapsed()).unwrap();
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + since
    }
}

/// A task that notes when it was called, takes its time, and ends as it is told to.
#[derive(Default)]
struct Noting {
    name: &'static str,
    calls: Mutex<Vec<(u64, Wake)>>,
    takes: Duration,
    hint: Notify,
    at_once: AtomicU32,
    most_at_once: AtomicU32,
    ended: AtomicU32,
    last: bool,
    body: Option<fn(usize) -> Result<(), EngineError>>,
    began: Option<Instant>,
}

impl Noting {
    fn named(name: &'static str) -> Self {
        Self { name, began: Some(Instant::now()), ..Self::default() }
    }

    fn calls(&self) -> Vec<(u64, Wake)> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl PeriodicTask for Arc<Noting> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn period(&self) -> Duration {
        PERIOD
    }

    async fn signalled(&self) {
        self.hint.notified().await;
    }

    fn runs_last(&self) -> bool {
        self.last
    }

    async fn run(&self, turn: Turn) -> Result<(), EngineError> {
        let count = {
            let mut calls = self.calls.lock().unwrap();
            calls.push((self.began.unwrap().elapsed().as_secs(), turn.wake));
            calls.len()
        };
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.body.map_or(Ok(()), |body| body(count))
    }
}

/// Drives the tasks for so long, and waits until everything has ended.
async fn drive(tasks: &[Arc<Noting>], time: Duration) -> Driver {
    let tasks = tasks.iter().map(|task| Arc::new(Arc::clone(task)) as Arc<dyn PeriodicTask>).collect();
    let driver = Driver::new(Arc::new(Paused(Instant::now())), tasks);
    let stop = CancellationToken::new();
    let stopping = async {
        tokio::time::sleep(time).await;
        stop.cancel();
    };
    driver.work(stop.clone(), stopping).await;
    driver
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_at_once_and_then_with_each_period() {
    let task = Arc::new(Noting::named("a"));
    drive(&[Arc::clone(&task)], Duration::from_secs(35)).await;
    let wake = Wake::Period;
    assert_eq!(task.calls(), [(0, wake), (10, wake), (20, wake), (30, wake)]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_wakes_a_task_before_its_period_is_over_even_one_that_came_while_it_ran() {
    let task = Arc::new(Noting { takes: Duration::from_secs(3), ..Noting::named("a") });
    let hinting = Arc::clone(&task);
    tokio::spawn(async move {
        for pause in [2, 3] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            hinting.hint.notify_one();
        }
    });
    drive(&[Arc::clone(&task)], Duration::from_secs(15)).await;
    // At 2 s it was at work until 3 s, at 5 s until 6 s; the period counts from the last beginning.
    assert_eq!(task.calls(), [(0, Wake::Period), (3, Wake::Signal), (6, Wake::Signal)]);
    assert_eq!(task.ended.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_task_never_overlaps_with_itself() {
    let task = Arc::new(Noting { takes: Duration::from_secs(25), ..Noting::named("slow") });
    let other = Arc::new(Noting::named("quick"));
    for _ in 0..3 {
        task.hint.notify_one();
    }
    let driver = drive(&[Arc::clone(&task), Arc::clone(&other)], Duration::from_secs(60)).await;
    assert_eq!(task.most_at_once.load(Ordering::SeqCst), 1);
    let began: Vec<_> = task.calls().into_iter().map(|(at, _)| at).collect();
    assert_eq!(began, [0, 25, 50]);
    assert_eq!(other.calls().len(), 6, "the others do not wait for it");
    let status = &driver.statuses()[0];
    assert_eq!((status.runs, status.last_duration), (3, Some(Duration::from_secs(25))));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_reported_and_stops_nothing() {
    let body = |count| if count == 2 { panic!("the second time") } else { Ok(()) };
    let task = Arc::new(Noting { body: Some(body), ..Noting::named("a") });
    let other = Arc::new(Noting::named("b"));
    let driver = drive(&[Arc::clone(&task), Arc::clone(&other)], Duration::from_secs(15)).await;
    let [status, of_other] = &driver.statuses()[..] else { panic!() };
    let error = status.last_error.as_ref().unwrap();
    assert_eq!(error.code, ErrorCode::Internal);
    assert!(error.message.contains("the second time"), "{}", error.message);
    assert_eq!((status.runs, status.failures, status.running), (2, 1, false));
    assert_eq!((of_other.runs, of_other.failures), (2, 0));
    // With the next period it goes on.
    let task = Arc::new(Noting { body: Some(body), ..Noting::named("a") });
    let driver = drive(&[Arc::clone(&task)], Duration::from_secs(25)).await;
    let status = &driver.statuses()[0];
    assert_eq!((status.runs, status.failures, status.last_error.as_ref()), (3, 1, None));
}

#[tokio::test(start_paused = true)]
async fn a_status_has_the_last_error_and_the_times_of_the_clock() {
    let body = |_| Err(EngineError::Cancelled);
    let task = Arc::new(Noting { body: Some(body), takes: Duration::from_secs(2), ..Noting::named("a") });
    let driver = Driver::new(
        Arc::new(Paused(Instant::now())),
        vec![Arc::new(Arc::clone(&task)) as Arc<dyn PeriodicTask>],
    );
    let before = driver.statuses().remove(0);
    assert_eq!((before.runs, before.last_started_at, before.last_ended_at), (0, None, None));
    let stop = CancellationToken::new();
    let looking = async {
        tokio::time::sleep(Duration::from_secs(11)).await;
        let status = driver.statuses().remove(0);
        stop.cancel();
        status
    };
    let (status, ()) = {
        let seen = Mutex::new(None);
        let ended = driver.work(stop.clone(), async {
            *seen.lock().unwrap() = Some(looking.await);
        });
        ended.await;
        (seen.into_inner().unwrap().unwrap(), ())
    };
    let at = |second: i64| {
        let began: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        Some(began + SignedDuration::from_secs(second))
    };
    // The second call is at work.
    assert!(status.running);
    assert_eq!((status.name, status.period, status.runs, status.failures), ("a", PERIOD, 1, 1));
    assert_eq!((status.last_started_at, status.last_ended_at), (at(10), at(2)));
    assert_eq!(status.last_duration, Some(Duration::from_secs(2)));
    assert_eq!(status.last_error.unwrap().code, EngineError::Cancelled.code());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_under_way_is_waited_for_and_none_is_begun_after() {
    let task = Arc::new(Noting { takes: Duration::from_secs(8), ..Noting::named("a") });
    task.hint.notify_one();
    let began = Instant::now();
    drive(&[Arc::clone(&task)], Duration::from_secs(3)).await;
    assert_eq!(began.elapsed().as_secs(), 8);
    assert_eq!(task.calls().len(), 1);
    assert_eq!(task.ended.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_runs_last_does_so_after_everything_else_has_ended() {
    let last = Arc::new(Noting { last: true, ..Noting::named("last") });
    let slow = Arc::new(Noting { takes: Duration::from_secs(7), ..Noting::named("slow") });
    // What works beside the tasks ends last of all, at 9 s.
    let driver = Driver::new(
        Arc::new(Paused(Instant::now())),
        vec![Arc::new(Arc::clone(&last)), Arc::new(Arc::clone(&slow))],
    );
    let stop = CancellationToken::new();
    let beside = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
        tokio::time::sleep(Duration::from_secs(8)).await;
    };
    driver.work(stop.clone(), beside).await;
    assert_eq!(last.calls(), [(0, Wake::Period), (9, Wake::End)]);
    assert_eq!(slow.calls(), [(0, Wake::Period)]);
}
