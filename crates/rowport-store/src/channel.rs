//! Ways to the outside, and what is told over them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::name::{self, UnknownName};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub enum DeliveryEvent {
    /// A run ended well.
    #[serde(rename = "run.completed")]
    RunCompleted,
    /// A run ended badly, and is not tried again.
    #[serde(rename = "run.failed")]
    RunFailed,
    /// A test of the channel.
    #[serde(rename = "test")]
    Test,
}

/// A way to the outside over which the ends of runs are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// `email`, or `webhook:` and its name.
    pub name: String,
    /// What is told over it.
    pub events: Vec<DeliveryEvent>,
    /// Each message is for the person who asked for the run. Runs of programs, and runs without an owner, send nothing.
    pub personal: bool,
}

impl DeliveryEvent {
    const ALL: [Self; 3] = [Self::RunCompleted, Self::RunFailed, Self::Test];

    /// As it is stored, and as messages say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunCompleted => "run.completed",
            Self::RunFailed => "run.failed",
            Self::Test => "test",
        }
    }
}

impl std::str::FromStr for DeliveryEvent {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        name::find("event", &Self::ALL, Self::as_str, name)
    }
}
