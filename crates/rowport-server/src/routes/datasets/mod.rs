//! One dataset.

pub(crate) mod get;
