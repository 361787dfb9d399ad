//! What a runner does with kinds of the tests' own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use rowport_drivers::Limits;
use rowport_model::{Principal, SystemClock};
use rowport_store::{Actor, Folder, NewRun, Run, RunState, Storage, Store, StoreError};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::kind::{RunKind, RunOutput, Work};
use super::runner::{Runner, RunnerSettings};
use crate::accounts::{Accounts, SignInMode};
use crate::error::EngineError;
use crate::settings::EngineSettings;
use crate::sources::Sources;

/// Does a row with each attempt, and one in all.
struct RowByRow {
    name: &'static str,
    began_at: Arc<Mutex<Vec<u64>>>,
}

#[async_trait]
impl RunKind for RowByRow {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn scope(&self, _: &Sources, _: &Principal, _: &Run) -> Result<String, EngineError> {
        Ok(String::new())
    }

    async fn run(&self, work: Work) -> Result<RunOutput, EngineError> {
        let done: u64 = work.checkpoint.last().unwrap_or(0);
        self.began_at.lock().unwrap().push(done);
        if done == 1 {
            return Ok(RunOutput { artifact: None, rows: done });
        }
        work.checkpoint.save(&(done + 1)).await?;
        // As when the source is away for a moment.
        Err(EngineError::Store(StoreError::Busy { message: "a test".to_owned() }))
    }
}

struct Running {
    store: Arc<Store>,
    stop: CancellationToken,
    _folder: tempfile::TempDir,
}

impl Running {
    async fn start(kinds: Vec<Box<dyn RunKind>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::in_memory().await.unwrap());
        let sources = Arc::new(
            Sources::new(EngineSettings::default(), Limits::default(), Arc::new(SystemClock)).unwrap(),
        );
        let accounts = Accounts::new(Arc::clone(&store), Arc::clone(sources.clock()), SignInMode::Disabled);
        let storage = Storage::Folder(Folder::open(folder.path()).unwrap());
        let settings = RunnerSettings { poll: Duration::from_millis(20), ..RunnerSettings::default() };
        let runner =
            Runner::new(sources, accounts, Arc::clone(&store), storage, "a test".to_owned(), settings);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move { runner.with_kinds(kinds).work(stopped).await });
        Self { store, stop, _folder: folder }
    }

    async fn enqueue(&self) -> String {
        let new = NewRun {
            id: None,
            kind: rowport_store::RunKind::Change,
            source: "shop",
            dataset: "orders",
            request: &json!({}),
            priority: 0,
            tries: 5,
            rows_expected: None,
            rerun_of: None,
            about: None,
        };
        let run = self
            .store
            .runs()
            .enqueue(&Principal::local(), &Actor::system(), &SystemClock, new)
            .await
            .unwrap();
        run.id
    }

    async fn get(&self, id: &str) -> Run {
        self.store.runs().get(&Principal::local(), id).await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_goes_on_where_the_one_before_it_noted() {
    let began_at = Arc::new(Mutex::new(Vec::new()));
    let kind = RowByRow { name: "change", began_at: Arc::clone(&began_at) };
    let running = Running::start(vec![Box::new(kind)]).await;
    let id = running.enqueue().await;
    // Attempts that failed back off: here for two seconds.
    let ended = async {
        loop {
            let run = running.get(&id).await;
            if run.state.is_final() {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let run = tokio::time::timeout(Duration::from_secs(300), ended).await.unwrap();
    assert_eq!((run.state, run.attempt, run.progress.rows), (RunState::Completed, 2, 1));
    assert_eq!(*began_at.lock().unwrap(), [0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_another_kind_is_left_in_the_queue() {
    let began_at = Arc::new(Mutex::new(Vec::new()));
    let kind = RowByRow { name: "export", began_at: Arc::clone(&began_at) };
    let running = Running::start(vec![Box::new(kind)]).await;
    let id = running.enqueue().await;
    // Long enough for some looks at the queue.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let run = running.get(&id).await;
    assert_eq!((run.state, run.attempt, run.error), (RunState::Queued, 0, None));
    assert!(began_at.lock().unwrap().is_empty());
}
