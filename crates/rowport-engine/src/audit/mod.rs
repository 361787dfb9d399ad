//! What keeps the audit honest while the process runs: see `docs/decisions/audit.md`.

mod anchors;

pub use anchors::{Anchors, read_anchors};
