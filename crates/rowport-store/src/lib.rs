//! Rowport's own state: today the views and column presets that people saved.
//!
//! - One file, `Store::open`'s: SQLite in WAL mode, readable by its owner only. It is never one of the sources.
//! - A file that is not Rowport's, or that a newer Rowport wrote, is refused untouched.
//! - Every change is one statement, so a process killed at any instant leaves the state before it or after it, and
//!   writers at the same time cannot break a limit or save a name twice.
//! - Whatever differs between databases stands in one folder per dialect: `src/sqlite/` and `migrations/sqlite/`.
//! - The clock is passed in, and so is who asks: every call takes a [`Principal`](rowport_model::Principal), so that
//!   access can be decided here once there are accounts.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod error;
mod ids;
mod moment;
mod names;
mod presets;
mod sqlite;
mod store;
mod views;

pub use error::StoreError;
pub use ids::Ids;
pub use names::{MAX_BODY_BYTES, MAX_NAME_CHARACTERS, MAX_PER_DATASET};
pub use presets::{Preset, Presets};
pub use store::{Place, Store};
pub use views::{SavedView, SavedViews};
