use std::sync::Arc;
use std::time::Duration;

use rowport_model::Clock;
use rowport_store::{Claiming, Storage, Store};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::kind::{RunKind, kinds};
use super::work::{signed, work_on};
use crate::accounts::Accounts;
use crate::sources::Sources;

/// Works on runs, in as many processes as there are.
#[derive(Clone)]
pub struct Runner {
    parts: Arc<Parts>,
}

/// What every attempt needs.
pub(super) struct Parts {
    pub(super) sources: Arc<Sources>,
    pub(super) accounts: Accounts,
    pub(super) store: Arc<Store>,
    pub(super) storage: Storage,
    pub(super) kinds: Arc<Vec<Box<dyn RunKind>>>,
    pub(super) settings: RunnerSettings,
    /// Unique among all processes that ever were.
    worker: String,
    /// Something may be waiting in the queue.
    hint: Notify,
}

/// How a runner works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunnerSettings {
    /// How many runs this process works on at once.
    pub concurrency: u32,
    /// How many runs of one principal are worked on at once, in all processes together.
    pub per_principal: u32,
    /// How long a run stays its worker's without a word from it.
    pub lease: Duration,
    /// How often a worker says that it is alive and how far it is. Cancelling takes about as long.
    pub heartbeat: Duration,
    /// How often the queue is looked at without a signal.
    pub poll: Duration,
    /// How long runs may go on once the process is asked to end; then they are given back.
    pub drain: Duration,
    /// How often files that belong to no run are looked for.
    pub sweep: Duration,
    /// How long a run is remembered after it has ended.
    pub keep: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self {
            concurrency: 2,
            per_principal: 2,
            lease: Duration::from_secs(30),
            heartbeat: Duration::from_secs(1),
            poll: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            sweep: Duration::from_secs(60),
            keep: Duration::from_secs(90 * 24 * 60 * 60),
        }
    }
}

impl Runner {
    /// A runner that has not begun. `worker` names this process and no other that ever was.
    pub fn new(
        sources: Arc<Sources>,
        accounts: Accounts,
        store: Arc<Store>,
        storage: Storage,
        worker: String,
        settings: RunnerSettings,
    ) -> Self {
        let parts = Parts {
            sources,
            accounts,
            store,
            storage,
            kinds: Arc::new(kinds()),
            settings,
            worker,
            hint: Notify::new(),
        };
        Self { parts: Arc::new(parts) }
    }

    /// The same runner, which knows these kinds only.
    #[cfg(test)]
    pub(super) fn with_kinds(self, kinds: Vec<Box<dyn RunKind>>) -> Self {
        let parts = Arc::into_inner(self.parts).expect("a runner that has not begun");
        Self { parts: Arc::new(Parts { kinds: Arc::new(kinds), ..parts }) }
    }

    /// Says that a run was just put in the queue, so that it need not wait for the next look.
    pub fn hint(&self) {
        self.parts.hint.notify_one();
    }

    /// Where the files are.
    pub fn storage(&self) -> &Storage {
        &self.parts.storage
    }

    /// Where the runs are.
    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.parts.clock()
    }

    pub(crate) fn settings(&self) -> &RunnerSettings {
        &self.parts.settings
    }

    /// Works until `stop`. Runs that are under way then have the time for draining to end, and are given back
    /// after it.
    pub async fn work(&self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.parts.settings.concurrency.max(1) as usize));
        let drain = CancellationToken::new();
        let mut attempts = JoinSet::new();
        loop {
            while attempts.try_join_next().is_some() {}
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot,
                () = stop.cancelled() => break,
            };
            // It is never closed.
            let Ok(slot) = slot else { break };
            // Claiming is not interrupted: a lost claim would lie idle for a whole lease.
            match self.claim().await {
                Some(claim) => {
                    let (parts, drain) = (Arc::clone(&self.parts), drain.clone());
                    attempts.spawn(async move {
                        work_on(&parts, claim, drain).await;
                        drop(slot);
                    });
                }
                None => {
                    drop(slot);
                    tokio::select! {
                        () = self.parts.hint.notified() => {}
                        () = tokio::time::sleep(self.parts.settings.poll) => {}
                        () = stop.cancelled() => break,
                    }
                }
            }
            if stop.is_cancelled() {
                break;
            }
        }
        let ending = async { while attempts.join_next().await.is_some() {} };
        if tokio::time::timeout(self.parts.settings.drain, ending).await.is_err() {
            drain.cancel();
            while attempts.join_next().await.is_some() {}
        }
    }

    async fn claim(&self) -> Option<rowport_store::Claim> {
        let settings = self.parts.settings;
        let kinds: Vec<_> = self.parts.kinds.iter().map(|kind| kind.name()).collect();
        let claiming = Claiming {
            worker: &self.parts.worker,
            lease: signed(settings.lease),
            per_principal: settings.per_principal,
            kinds: &kinds,
        };
        match self.parts.store.runs().claim(self.parts.clock(), claiming).await {
            Ok(claim) => claim,
            Err(error) => {
                tracing::warn!(%error, "the queue cannot be read");
                None
            }
        }
    }
}

impl Parts {
    pub(super) fn clock(&self) -> &dyn Clock {
        self.sources.clock().as_ref()
    }
}
