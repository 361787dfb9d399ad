//! How long a test waits: for facts, with an end that only a hang reaches.

use std::fmt::Display;
use std::time::{Duration, Instant};

use crate::effort::soak;

/// The end of waiting for a fact. Only what hangs reaches it, however slow or busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The time that something has which promises to take no longer than `promised`. The promise is held against the soak,
/// which runs one test at a time on the release build; elsewhere only a hang breaks it.
pub fn within(promised: Duration) -> Duration {
    if soak() { promised } else { PATIENCE }
}

/// Waits until something is so.
///
/// # Panics
///
/// Panics when it is not so after [`PATIENCE`].
pub fn wait_until(what: impl Display, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "after {PATIENCE:?} still not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
