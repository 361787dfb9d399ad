use std::process::ExitCode;

use clap::{Args, Subcommand};
use rowport_engine::changes::ReverseRequest;

use super::{OfDataset, Told, key, plain, write_out};
use crate::failure::Failure;

/// Look at what was deleted, and bring it back.
#[derive(Subcommand)]
pub enum Trash {
    /// List the rows in the trash, the last deleted first.
    List(List),
    /// Bring rows back that one change set deleted.
    Restore(Restore),
}

/// Which dataset.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    of: OfDataset,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    told: Told,
}

/// Bring rows back that one change set deleted.
#[derive(Args)]
pub struct Restore {
    /// The change set that deleted them.
    change_set: String,
    #[command(flatten)]
    of: OfDataset,
    /// Only the rows with these keys.
    #[arg(long, num_args = 1..)]
    key: Vec<String>,
    #[command(flatten)]
    told: Told,
}

impl Trash {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::List(list) => list.rows().await,
            Self::Restore(restore) => restore.run().await,
        }
    }
}

impl List {
    async fn rows(self) -> Result<ExitCode, Failure> {
        let hands = self.of.open()?;
        let page = hands.changes.trash(hands.target(), None, self.limit).await?;
        if self.told.json {
            write_out(&(serde_json::to_string_pretty(&page).map_err(Failure::other)? + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut text = String::new();
        for row in &page.rows {
            let key: Vec<String> = row.key.iter().map(plain).collect();
            let values: Vec<String> = row.values.iter().map(plain).collect();
            text.push_str(&format!(
                "{}  {}  by {} in {}: {}\n",
                row.deleted_at,
                key.join(", "),
                row.deleted_by,
                row.change_set,
                values.join(" | ")
            ));
        }
        if page.cursor.is_some() {
            text.push_str("There are more: raise --limit.\n");
        }
        write_out(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    async fn run(self) -> Result<ExitCode, Failure> {
        let hands = self.of.open()?;
        let keys = (!self.key.is_empty()).then(|| self.key.iter().map(|text| key(text)).collect());
        let request = ReverseRequest { keys, force: false };
        let actor = hands.actor();
        let put_down = hands.changes.reverse(hands.target(), &actor, &self.change_set, &request).await?;
        hands.work(&put_down, 1, &self.told).await
    }
}
