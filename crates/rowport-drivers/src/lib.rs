//! PostgreSQL, MySQL/MariaDB and SQLite behind one trait.
//!
//! A driver introspects a source into [`Dataset`](rowport_model::Dataset)s and answers
//! [`Query`](rowport_model::Query)s with a stream of Arrow record batches. What every driver promises, and the
//! conformance suite in `tests/conformance` holds each to:
//!
//! - One read, one snapshot: every row of a stream is from the same committed state of the database.
//! - Nothing is altered: a value that its column's Arrow type cannot hold arrives as a *mixed* column
//!   (see [`rowport_model::MIXED_CHILDREN`]), in the database's own notation.
//! - Every value of a query is bound; names are quoted and come only from introspection.
//! - Dropping a stream stops the statement in the database within a second.
//! - Memory is bounded by a few batches, whatever the table's size.
//!
//! A new driver is one folder here and one line in [`registry`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

mod class;
mod columns;
mod driver;
mod error;
pub mod journal;
mod mysql;
mod own;
mod postgres;
mod query;
mod read_options;
pub mod registry;
mod shares;
mod source_url;
mod sqlite;
mod staging;
mod stream;
mod transaction;
mod values;

pub use driver::{Driver, Limits, PoolUse, ServerInfo};
pub use error::{Denied, DriverError, Refusal};
pub use read_options::ReadOptions;
pub use registry::connect;
pub use shares::Shared;
pub use source_url::SourceUrl;
pub use staging::{Merge, MergeMode, Merged, Staging};
pub use stream::BatchStream;
pub use transaction::{JournalRow, JournalValue, Transaction};
