//! The rows of a view.

pub(crate) mod count;
pub(crate) mod landmarks;
pub(crate) mod page;
