use std::process::ExitCode;

use clap::Args;
use rowport_engine::changes::UndoRequest;

use super::{OfDataset, OutputArgs, Repeatable};
use crate::failure::Failure;

/// Take a change back.
///
/// Rows that were changed since are skipped and listed. An undo is a change too, and can be undone.
#[derive(Args)]
pub struct Undo {
    /// The change set.
    change_set: String,
    #[command(flatten)]
    of: OfDataset,
    /// Only the rows with these keys.
    #[arg(long, num_args = 1..)]
    key: Vec<String>,
    /// Rows that somebody has changed since, too.
    #[arg(long, requires = "key")]
    force: bool,
    #[command(flatten)]
    repeatable: Repeatable,
    #[command(flatten)]
    output: OutputArgs,
}

impl Undo {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.of.open()?;
        let keys = match self.key.is_empty() {
            true => None,
            false => Some(session.keys(&self.key).await?),
        };
        let request = UndoRequest { keys, force: self.force };
        session.undo(&self.change_set, &request, &self.repeatable, &self.output).await
    }
}
