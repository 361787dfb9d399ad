//! The use cases of Rowport: what people and programs do with datasets, from the page, the API and the command line.
//!
//! A [`Desk`] holds the sources. Everything begins with a principal and a source, which yield a
//! [`Catalog`](rowport_model::Catalog) of what that principal may see; a page, a count or an export is then a view
//! resolved against one of its datasets. Formats, drivers and the store meet only here.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod accounts;
pub mod audit;
mod blocking;
mod caller;
mod cells;
pub mod changes;
mod checks;
mod error;
pub mod export;
mod hints;
mod marks;
pub mod notify;
mod pages;
pub mod periodic;
pub mod runs;
pub mod settings;
mod sources;
pub mod subjects;

pub use caller::{carried_over, on_behalf_of};
pub use checks::SecretColumns;
pub use error::EngineError;
pub use pages::{Count, CountMode, Incomplete, Landmarks, Page, PageColumn, PageRequest};
pub use sources::{RuleProblem, SourceStatus, Sources};
