use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The sources in which this process has changed rows since somebody asked.
#[derive(Debug, Default)]
pub(crate) struct TouchedSources {
    sources: Mutex<BTreeSet<String>>,
    hint: Notify,
}

impl TouchedSources {
    pub(crate) fn note(&self, source: &str) {
        self.sources().insert(source.to_owned());
        self.hint.notify_one();
    }

    /// Waits until there is one.
    pub(crate) async fn some(&self) {
        self.hint.notified().await;
    }

    pub(crate) fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.sources())
    }

    /// Nothing that is done under this lock can leave a half-made state behind.
    fn sources(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
