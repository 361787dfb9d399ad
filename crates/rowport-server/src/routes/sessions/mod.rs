//! The browsers that people are signed in with.

pub(crate) mod end;
pub(crate) mod list;
