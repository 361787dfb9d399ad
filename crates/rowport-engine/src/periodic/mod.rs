//! Periodic work: one [`Driver`] for everything that comes up again and again.
//!
//! - A task is a name, a period, perhaps a signal that wakes it earlier, and a body. The driver calls the body, never twice
//!   at once, and notes when it began and ended, how long it took and what went wrong.
//! - A body that panics is noted like one that fails: its task goes on with the next period, and all others are not touched.
//! - Once the process is to end no body is begun any more, and those under way are waited for; they are told, and should
//!   end soon. Tasks that close what others wrote run once more after everything else.
//! - Several processes run the same tasks on the same state: a body claims what it works on, or does what may be done twice.
//!
//! How to add one: a file in `tasks/` with a struct that implements [`PeriodicTask`], and one line in [`tasks`]. Its status
//! is then in `/metrics` (`rowport_task_…`) and in what `rowport doctor --metrics` says.

mod driver;
mod status;
mod task;
mod tasks;
#[cfg(test)]
mod tests;

pub use driver::Driver;
pub use status::{TaskFailure, TaskStatus};
pub use task::{PeriodicTask, Turn, Wake};
pub use tasks::{Background, run_tasks, tasks};
