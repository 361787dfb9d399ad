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
pub(crate) use chain::Said;
pub use events::{AuditEvent, EventsWanted, NewEvent};
pub(crate) use record::{BEFORE, Before, LINK, NEXT, RECORD, SEAL, record, record_as};
pub use rows::{FoundRow, RelayedChunk, RowEvent, RowsWanted};
pub use seal::{AuditKey, Sealing};
pub use verify::{Finding, SealCheck, SealCompared, Verified, Wrong};

use crate::store::Store;

/// The audit of a [`Store`].
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    pub(crate) store: &'a Store,
}
