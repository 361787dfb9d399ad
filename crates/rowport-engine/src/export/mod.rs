//! Exports: principal + dataset + view → query → batches → encoder → sink.
//!
//! Every tier goes the same way and so sends the same bytes; a tier only chooses the sink and who waits for it.
//! A file is named only once it is complete, and a stream that fails is broken off.

mod file;
mod meter;
mod name;
mod pipeline;
mod plan;
mod request;
mod spool;
mod stored;

pub use file::{write_beside, write_manifest, write_whole};
pub use meter::ExportMeter;
pub(crate) use name::archive_name;
pub use name::{disposition, file_name};
pub(crate) use pipeline::output_error;
pub use pipeline::{OpenExport, Progress};
pub use plan::{ExportPlan, Tier};
pub use request::{ExportOptions, ExportRequest, HeaderStyle, PreparedExport};
pub use spool::{Piece, SpoolLimits, SpoolReader, SpoolWriter, spool};
