use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use rowport_model::{Dataset, DatasetKind, Principal};

use crate::failure::Failure;
use crate::sources::OneSource;
use crate::terminal::plain;

/// List the datasets of a source.
#[derive(Args)]
pub struct Datasets {
    #[command(flatten)]
    source: OneSource,
    /// Everything known of each dataset, as JSON.
    #[arg(long)]
    json: bool,
}

impl Datasets {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let (sources, name) = self.source.open()?;
        let catalog = sources.catalog(&Principal::local(), &name).await?;
        let datasets: Vec<Dataset> = catalog.datasets().map(|dataset| dataset.visible()).collect();
        let text = if self.json {
            serde_json::to_string_pretty(&datasets).map_err(Failure::other)? + "\n"
        } else {
            table(&datasets)
        };
        match std::io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::output("the list cannot be written", &error))
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}

fn table(datasets: &[Dataset]) -> String {
    let names: Vec<String> = datasets.iter().map(|dataset| plain(&dataset.name.to_string())).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("DATASET".len());
    let mut text =
        format!("{:width$}  {:5}  {:>7}  {:>12}  KEY\n", "DATASET", "KIND", "COLUMNS", "ROWS (EST.)");
    for (dataset, name) in datasets.iter().zip(names) {
        let kind = if dataset.kind == DatasetKind::Table { "table" } else { "view" };
        let rows = dataset.estimated_rows.map_or_else(|| "-".to_owned(), |rows| rows.to_string());
        let key = if dataset.key.is_empty() { "-".to_owned() } else { plain(&dataset.key.join(", ")) };
        text.push_str(&format!("{name:width$}  {kind:5}  {:>7}  {rows:>12}  {key}\n", dataset.columns.len()));
    }
    text
}
