//! The audit: one row for each action. A row is written in the transaction of what it tells of, or before it.
//!
//! Events hang together (`chain`), somebody with a key has seen them (`seal`), and what they came to at a moment is
//! kept elsewhere (`anchor`): so [`Audit::verify`] finds what was altered, removed or put in. Rows that were changed in a
//! source have events of their own (`rows`), which an event of the chain sums up.

mod anchor;
mod chain;
mod events;
mod record;
mod rows;
mod seal;
mod state;
#[cfg(test)]
mod tests;
mod verify;

pub use anchor::Anchor;
pub use events::{AuditEvent, EventsWanted};
pub use record::NewEvent;
pub use rows::{FoundRow, RelayedChunk, RowEvent, RowsWanted};
pub use seal::Sealing;
pub use verify::{Finding, SealCheck, SealCompared, Verified, Wrong};

use crate::context::Context;

/// The audit of a [`Store`](crate::Store).
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    pub(crate) context: &'a Context,
}
