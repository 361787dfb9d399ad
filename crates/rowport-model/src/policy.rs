use serde::{Deserialize, Serialize};

/// Who asks: later a user, an API key or an embedded token; until there are accounts, the person at this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principal {
    /// The person at the machine that Rowport runs on: the command line, or the page on loopback.
    Local,
}

impl Principal {
    /// A short name for manifests and logs.
    pub fn name(&self) -> &str {
        match self {
            Self::Local => "local",
        }
    }
}

/// What a principal may see of one dataset. Obtaining a [`ResolvedDataset`](crate::ResolvedDataset) takes one, so
/// that no path to rows can leave it out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetPolicy {
    /// Columns that for this principal do not exist: neither read, filtered, sorted, searched nor counted by.
    pub hidden_columns: Vec<String>,
    /// The soft-delete column, if the dataset has one: rows where it is not NULL do not exist.
    pub deleted_at: Option<String>,
}
