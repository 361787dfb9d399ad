//! What keeps the audit honest while the process runs: see `docs/decisions/audit.md`.

mod anchors;
mod verify;

pub use anchors::{Anchors, read_anchors};
pub use verify::verify;
