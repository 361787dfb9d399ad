use std::any::Any;
use std::sync::Arc;

use rowport_model::{Clock, ErrorCode};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::status::{StatusCell, TaskFailure, TaskStatus};
use super::task::{PeriodicTask, Turn, Wake};
use crate::error::EngineError;

/// Runs periodic tasks, and knows how they do.
#[derive(Clone)]
pub struct Driver {
    clock: Arc<dyn Clock>,
    tasks: Vec<Driven>,
}

/// A task with its status.
#[derive(Clone)]
struct Driven {
    task: Arc<dyn PeriodicTask>,
    status: Arc<StatusCell>,
}

impl Driver {
    /// A driver that has not begun. The clock says what a status says; waiting is by the machine's own.
    pub fn new(clock: Arc<dyn Clock>, tasks: Vec<Arc<dyn PeriodicTask>>) -> Self {
        let driven = |task: Arc<dyn PeriodicTask>| {
            let status = Arc::new(StatusCell::new(task.name(), task.period()));
            Driven { task, status }
        };
        Self { clock, tasks: tasks.into_iter().map(driven).collect() }
    }

    /// What is known of the tasks now, in the order of their list.
    pub fn statuses(&self) -> Vec<TaskStatus> {
        self.tasks.iter().map(|driven| driven.status.get()).collect()
    }

    /// Runs every task, at once and then with each period or signal, until `stop`; bodies that are under way then are
    /// waited for. Those that run last do so once `beside` has ended too.
    pub async fn work(&self, stop: CancellationToken, beside: impl Future<Output = ()>) {
        let mut driving = JoinSet::new();
        for driven in &self.tasks {
            let (driven, clock, stop) = (driven.clone(), Arc::clone(&self.clock), stop.clone());
            driving.spawn(async move { driven.drive(clock.as_ref(), stop).await });
        }
        let driven = async {
            while let Some(ended) = driving.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a periodic task is not driven any more");
                }
            }
        };
        tokio::join!(driven, beside);
        for driven in self.tasks.iter().filter(|driven| driven.task.runs_last()) {
            driven.run(self.clock.as_ref(), Turn { wake: Wake::End, stop: stop.clone() }).await;
        }
    }
}

impl Driven {
    async fn drive(&self, clock: &dyn Clock, stop: CancellationToken) {
        let mut wake = Wake::Period;
        while !stop.is_cancelled() {
            let began = Instant::now();
            self.run(clock, Turn { wake, stop: stop.clone() }).await;
            wake = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(began + self.task.period()) => Wake::Period,
                () = self.task.signalled() => Wake::Signal,
            };
        }
    }

    /// Calls the body once, and notes what came of it.
    async fn run(&self, clock: &dyn Clock, turn: Turn) {
        self.status.begin(clock.now());
        let (began, task) = (Instant::now(), Arc::clone(&self.task));
        // A task of its own, so that a panic ends this call and nothing else.
        let ended = tokio::spawn(async move { task.run(turn).await }).await;
        let failure = match ended {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(failed(&error)),
            Err(error) => Some(panicked(self.task.name(), error)),
        };
        self.status.end(clock.now(), began.elapsed(), failure);
    }
}

fn failed(error: &EngineError) -> TaskFailure {
    TaskFailure { code: error.code(), message: error.to_string() }
}

fn panicked(task: &'static str, error: JoinError) -> TaskFailure {
    let message = match error.try_into_panic() {
        Ok(panic) => format!("the task panicked: {}", words_of(panic.as_ref())),
        Err(error) => error.to_string(),
    };
    tracing::error!(task, message, "a periodic task panicked; it goes on with its next period");
    TaskFailure { code: ErrorCode::Internal, message }
}

/// What `panic!` was called with.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
