//! What is told to the outside when runs end: over which channels, a test of each, and what became of the messages.

pub(crate) mod deliveries;
pub(crate) mod list;
pub(crate) mod test;
