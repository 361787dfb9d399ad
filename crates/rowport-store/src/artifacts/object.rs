//! What every storage says and is told of the files in it.

/// What a browser is told of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMetadata {
    /// `Content-Type`.
    pub media_type: String,
    /// `Content-Disposition`, which has the name in it.
    pub disposition: String,
}

/// A place that was found.
#[derive(Debug)]
pub(super) struct AttemptFiles {
    pub(super) run: String,
    pub(super) attempt: u32,
    /// Whether it has the mark of an upload that may not have been finished.
    pub(super) unfinished: bool,
}
