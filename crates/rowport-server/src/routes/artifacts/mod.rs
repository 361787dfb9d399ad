//! Files that runs made, over links.

pub(crate) mod download;
mod range;
