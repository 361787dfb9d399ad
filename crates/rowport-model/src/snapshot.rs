use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Of how many states the rows of one read are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Snapshot {
    /// One committed state of the whole source.
    #[default]
    One,
    /// One state of each node of a distributed source. Between two nodes a transaction may be missing in one of them.
    PerNode,
}

impl Snapshot {
    /// Whether it is one state of the whole.
    pub fn is_one(&self) -> bool {
        *self == Self::One
    }
}
