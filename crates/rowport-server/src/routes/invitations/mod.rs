//! One-time links.

pub(crate) mod accept;
pub(crate) mod find;
