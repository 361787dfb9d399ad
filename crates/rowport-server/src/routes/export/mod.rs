//! The rows of a view as a file.

mod answer;
mod body;
pub(crate) mod download;
pub(crate) mod plan;
