//! The rows of a view as a file.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod download;
mod file;
pub(crate) mod plan;
