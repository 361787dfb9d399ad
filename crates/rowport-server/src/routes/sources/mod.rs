//! Sources and their datasets.

pub(crate) mod list;
