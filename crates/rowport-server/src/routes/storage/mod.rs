//! Where files are kept.

pub(crate) mod get;
