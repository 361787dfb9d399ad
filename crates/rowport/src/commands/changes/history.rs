use std::process::ExitCode;

use clap::Args;

use super::{OfDataset, OutputArgs, plain, write_out};
use crate::failure::Failure;

/// List the changes of a dataset, the last first.
#[derive(Args)]
pub struct History {
    #[command(flatten)]
    of: OfDataset,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    output: OutputArgs,
}

impl History {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let session = self.of.open()?;
        let sets = session.changes.history(session.target(), None, self.limit).await?;
        if self.output.json {
            write_out(&(serde_json::to_string_pretty(&sets).map_err(Failure::other)? + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut text = String::new();
        for set in &sets {
            text.push_str(&format!(
                "{}  {}  {} by {}: {} of {} rows\n",
                set.created_at,
                set.id,
                set.action,
                plain(&set.actor_name),
                set.done,
                set.rows
            ));
        }
        write_out(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}
