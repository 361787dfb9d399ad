use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use rowport_engine::SecretColumns;
use rowport_model::ErrorCode;
use serde::Serialize;

use crate::config::{self, Loaded, Problem};
use crate::failure::Failure;
use crate::sources;

/// Work with the configuration.
#[derive(Subcommand)]
pub enum Config {
    /// Check the configuration, by itself and against the databases.
    Check(Check),
    /// Print the JSON Schema of rowport.toml, for editors.
    Schema,
}

/// Check the configuration.
#[derive(Args)]
pub struct Check {
    /// The file.
    #[arg(default_value = "rowport.toml")]
    file: PathBuf,
    /// Only by itself: do not connect to the databases.
    #[arg(long)]
    offline: bool,
    /// What was found as JSON.
    #[arg(long)]
    json: bool,
}

impl Config {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Check(check) => check.run().await,
            Self::Schema => {
                let schema = serde_json::to_string_pretty(&config::json_schema()).map_err(Failure::other)?;
                say(&schema)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// What the check comes to, as `--json` writes it.
#[derive(Serialize)]
struct Report {
    file: String,
    mistakes: Vec<Problem>,
    /// Sources that did not answer, so that nothing is known of their settings.
    unreachable: Vec<Unreachable>,
    /// What is no mistake and worth a look.
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct Unreachable {
    source: String,
    code: ErrorCode,
    message: String,
    hint: Option<String>,
}

#[derive(Serialize)]
struct Note {
    source: String,
    dataset: String,
    columns: Vec<String>,
    message: String,
}

impl Check {
    async fn run(self) -> Result<ExitCode, Failure> {
        let file = self.file.display().to_string();
        let mut report = Report { file, mistakes: Vec::new(), unreachable: Vec::new(), notes: Vec::new() };
        match config::load(&self.file) {
            Err(error) if self.json => report.mistakes = error.problems,
            Err(error) => return Err(Failure::config(error)),
            Ok(loaded) if !self.offline => self.ask_databases(&loaded, &mut report).await?,
            Ok(_) => {}
        }
        match self.json {
            true => say(&serde_json::to_string_pretty(&report).map_err(Failure::other)?)?,
            false => report.say()?,
        }
        Ok(report.exit_code())
    }

    async fn ask_databases(&self, loaded: &Loaded, report: &mut Report) -> Result<(), Failure> {
        let names: Vec<String> = loaded.engine.sources.iter().map(|source| source.name.clone()).collect();
        let sources = sources::build(loaded.engine.clone())?;
        for source in names {
            match sources.check_settings(&source).await {
                Err(error) => report.unreachable.push(Unreachable {
                    code: error.code(),
                    message: error.to_string(),
                    hint: error.hint().map(str::to_owned),
                    source,
                }),
                Ok(found) => {
                    report.mistakes.extend(loaded.report(&found).problems);
                    let secrets = sources.secret_columns(&source).await.unwrap_or_default();
                    report.notes.extend(secrets.into_iter().map(|secrets| Note::of(&source, secrets)));
                }
            }
        }
        Ok(())
    }
}

impl Report {
    /// A mistake has one exit code, wherever it was found.
    fn exit_code(&self) -> ExitCode {
        match (self.mistakes.is_empty(), self.unreachable.is_empty()) {
            (false, _) => ExitCode::from(6),
            (true, false) => ExitCode::from(3),
            (true, true) => ExitCode::SUCCESS,
        }
    }

    fn say(&self) -> Result<(), Failure> {
        for mistake in &self.mistakes {
            say(&format!("{mistake}\n"))?;
        }
        for Unreachable { source, message, hint, .. } in &self.unreachable {
            say(&format!("source {source}: {message}"))?;
            if let Some(hint) = hint {
                say(&format!("hint: {hint}"))?;
            }
        }
        for note in &self.notes {
            say(&format!("note: source {}: {}", note.source, note.message))?;
        }
        let file = &self.file;
        match (self.mistakes.len(), self.unreachable.len()) {
            (0, 0) => say(&format!("{file}: no mistakes")),
            (0, _) => say(&format!("{file}: not all sources could be asked")),
            (1, _) => say(&format!("{file}: 1 mistake")),
            (mistakes, _) => say(&format!("{file}: {mistakes} mistakes")),
        }
    }
}

impl Note {
    fn of(source: &str, secrets: SecretColumns) -> Self {
        let message = secret_words(&secrets);
        Self { source: source.to_owned(), dataset: secrets.dataset, columns: secrets.columns, message }
    }
}

/// What is said of columns that are named like secrets.
pub fn secret_words(secrets: &SecretColumns) -> String {
    let (verb, whom) = if secrets.columns.len() == 1 { ("is", "it") } else { ("are", "them") };
    format!(
        "{} of {} {verb} named like a secret and shown to everyone who may read the dataset: set `sensitive` or `hidden`, or \
         `sensitive = false` to keep {whom} as it is",
        secrets.columns.join(", "),
        secrets.dataset
    )
}

fn say(line: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::output("standard output", &error))
        }
        _ => Ok(()),
    }
}
