use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rowport_store::RunProgress;

/// How far an attempt is, written by its work and read by the task that renews its lease.
#[derive(Debug, Clone, Default)]
pub struct ProgressReport(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    rows: AtomicU64,
    bytes: AtomicU64,
    /// One more than the rows expected; 0 when that is unknown.
    expected: AtomicU64,
}

impl ProgressReport {
    /// So many rows and bytes are done.
    pub fn done(&self, rows: u64, bytes: u64) {
        self.0.rows.store(rows, Ordering::Relaxed);
        self.0.bytes.store(bytes, Ordering::Relaxed);
    }

    /// So many rows are expected.
    pub fn expect(&self, rows: u64) {
        self.0.expected.store(rows.saturating_add(1), Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> RunProgress {
        RunProgress {
            rows: self.0.rows.load(Ordering::Relaxed),
            rows_expected: self.0.expected.load(Ordering::Relaxed).checked_sub(1),
            bytes: self.0.bytes.load(Ordering::Relaxed),
        }
    }
}
