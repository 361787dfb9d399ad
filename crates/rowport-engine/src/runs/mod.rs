//! Background work: a [`Runner`] in each process claims runs and works on them.
//!
//! - What is asked for is in the store before anybody is told that it was taken; a process that dies then loses
//!   nothing.
//! - A run is claimed for a lease, which the worker renews while it works. A worker that cannot renew it stops by
//!   itself; one that was stopped and wakes up finds that the store refuses what it writes.
//! - A file is published in the transaction that completes its run. Until then it cannot be seen.
//! - A worker claims only the kinds that it knows; a run of another kind waits for a program that does.
//! - What an attempt notes as its checkpoint is handed to the attempt that follows.
//! - Each kind of run is one file, and one line in [`kinds`].

mod change;
mod checkpoint;
mod export;
mod fill;
mod kind;
mod meter;
mod progress;
mod retry;
mod runner;
mod subject_export;
#[cfg(test)]
mod tests;
mod watch;
mod work;

pub use checkpoint::Checkpoint;
pub use kind::{RunKind, RunOutput, Work, kinds, scope_of};
pub use progress::ProgressReport;
pub use runner::{Runner, RunnerSettings};
pub use watch::Watcher;
