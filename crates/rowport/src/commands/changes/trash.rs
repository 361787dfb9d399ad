use std::process::ExitCode;

use clap::{Args, Subcommand};
use rowport_engine::changes::{BulkAction, Request, TrashRequest, UndoRequest};
use rowport_model::{Key, Selection, View};

use super::{OfDataset, OutputArgs, Repeatable, plain, shown, write_out};
use crate::failure::Failure;

/// Look at what was deleted, bring it back, or remove it for good.
#[derive(Subcommand)]
pub enum Trash {
    /// List the rows in the trash, the last deleted first.
    List(List),
    /// Bring rows back.
    Restore(Restore),
    /// Remove rows of the trash for good. Nothing brings them back.
    Purge(Purge),
    /// Remove everything in the trash for good. Nothing brings it back.
    Empty(Empty),
}

/// Which dataset.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    of: OfDataset,
    /// Only rows with this text in one of their columns.
    #[arg(long)]
    search: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: u32,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which rows of the trash.
#[derive(Args)]
struct Chosen {
    #[command(flatten)]
    of: OfDataset,
    /// The rows with these keys; of a key of several columns the values, separated by commas, one with a comma in it in double quotes.
    #[arg(long, num_args = 1.., conflicts_with = "search")]
    key: Vec<String>,
    /// The rows with this text in one of their columns.
    #[arg(long)]
    search: Option<String>,
    /// How many rows it must be, instead of being asked.
    #[arg(long, value_name = "ROWS")]
    confirm: Option<u64>,
    #[command(flatten)]
    repeatable: Repeatable,
    #[command(flatten)]
    output: OutputArgs,
}

/// Bring rows back.
#[derive(Args)]
pub struct Restore {
    /// Only rows that this change set deleted.
    #[arg(conflicts_with_all = ["search", "confirm"])]
    change_set: Option<String>,
    #[command(flatten)]
    chosen: Chosen,
}

/// Remove rows of the trash for good. Nothing brings them back.
#[derive(Args)]
pub struct Purge {
    #[command(flatten)]
    chosen: Chosen,
}

/// Remove everything in the trash for good. Nothing brings it back.
#[derive(Args)]
pub struct Empty {
    #[command(flatten)]
    of: OfDataset,
    /// How many rows it must be, instead of being asked.
    #[arg(long, value_name = "ROWS")]
    confirm: Option<u64>,
    #[command(flatten)]
    repeatable: Repeatable,
    #[command(flatten)]
    output: OutputArgs,
}

impl Trash {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::List(list) => list.rows().await,
            Self::Restore(restore) => restore.run().await,
            Self::Purge(purge) if purge.chosen.key.is_empty() && purge.chosen.search.is_none() => {
                let failure = Failure::usage("neither --key nor --search says which rows");
                Err(failure.with_hint("`rowport trash empty` removes all of them"))
            }
            Self::Purge(purge) => purge.chosen.run(BulkAction::Purge).await,
            Self::Empty(Empty { of, confirm, repeatable, output }) => {
                let chosen = Chosen { of, key: Vec::new(), search: None, confirm, repeatable, output };
                chosen.run(BulkAction::Purge).await
            }
        }
    }
}

impl List {
    async fn rows(self) -> Result<ExitCode, Failure> {
        let session = self.of.open()?;
        let request = TrashRequest { search: self.search, cursor: None, limit: self.limit };
        let page = session.changes.trash(session.target(), &request).await?;
        if self.output.json {
            write_out(&(serde_json::to_string_pretty(&page).map_err(Failure::other)? + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut text = String::new();
        for row in &page.rows {
            let values: Vec<String> = row.values.iter().map(shown).collect();
            let known = |text: &Option<String>| text.as_deref().map_or_else(|| "unknown".to_owned(), plain);
            text.push_str(&format!(
                "{}  {}  by {}{}: {}\n",
                known(&row.deleted_at),
                plain(&Key::write(&row.key)),
                known(&row.deleted_by),
                row.change_set.as_ref().map(|set| format!(" in {set}")).unwrap_or_default(),
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
        let Self { change_set, chosen } = self;
        let Some(change_set) = change_set else { return chosen.run(BulkAction::Restore).await };
        let session = chosen.of.open()?;
        let keys = match chosen.key.is_empty() {
            true => None,
            false => Some(session.keys(&chosen.key).await?),
        };
        let request = UndoRequest { keys, force: false };
        session.undo(&change_set, &request, &chosen.repeatable, &chosen.output).await
    }
}

impl Chosen {
    async fn run(self, action: BulkAction) -> Result<ExitCode, Failure> {
        let session = self.of.open()?;
        let selection = match self.key.is_empty() {
            true => {
                Selection::View { view: View { search: self.search, ..View::default() }, except: Vec::new() }
            }
            false => Selection::Keys(session.keys(&self.key).await?),
        };
        let what = match action {
            BulkAction::Purge => "this removes for good",
            _ => "this brings back",
        };
        let request = Request::new(action, selection);
        session.confirm_and_work(&request, what, self.confirm, &self.repeatable, &self.output).await
    }
}
