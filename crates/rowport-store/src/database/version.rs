/// The version of a state, before anything is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateVersion {
    /// What was found; 0 when there is nothing yet.
    pub found: i64,
    /// What this program makes of it.
    pub known: i64,
}
