use std::sync::Arc;
use std::time::Duration;

use rowport_store::{Run, Store, StoreError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Tells this process of every change to any run, whichever process made it.
///
/// It asks the store twice a second, once for all who listen. A listener that is too slow is told that it missed
/// something, and asks the store itself.
#[derive(Debug, Clone)]
pub struct Watcher {
    changes: broadcast::Sender<Arc<Run>>,
    stop: CancellationToken,
}

const POLL: Duration = Duration::from_millis(500);
/// Changes at most in one look, and as many may wait for a listener.
const AT_ONCE: u32 = 256;

impl Watcher {
    /// Watches until `stop`, from the present state on: a later listener misses nothing after it.
    pub async fn start(store: Arc<Store>, stop: CancellationToken) -> Result<Self, StoreError> {
        let seen = store.runs().version().await?;
        let (changes, _) = broadcast::channel(AT_ONCE as usize);
        let watcher = Self { changes, stop };
        tokio::spawn(watcher.clone().watch(store, seen));
        Ok(watcher)
    }

    /// Every change from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Run>> {
        self.changes.subscribe()
    }

    /// Ends when this process is about to: its listeners should reconnect.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    async fn watch(self, store: Arc<Store>, mut seen: i64) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                () = self.stopped() => return,
            }
            // What is more than can be told at once waits for the next look: listeners get the time to take it.
            match store.runs().changed_since(seen, AT_ONCE).await {
                Ok(changed) => {
                    for run in changed {
                        seen = run.version;
                        // Without listeners nothing is lost.
                        let _ = self.changes.send(Arc::new(run));
                    }
                }
                Err(error) => tracing::warn!(%error, "changes to runs cannot be read"),
            }
        }
    }
}
