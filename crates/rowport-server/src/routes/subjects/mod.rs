//! Everything about one person, as an archive.

pub(crate) mod export;
pub(crate) mod list;
