use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::config;
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

impl Check {
    async fn run(self) -> Result<ExitCode, Failure> {
        let loaded = config::load(&self.file).map_err(Failure::config)?;
        if self.offline {
            say(&format!("{}: no mistakes", self.file.display()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let names: Vec<String> = loaded.desk.sources.iter().map(|source| source.name.clone()).collect();
        let desk = sources::desk(loaded.desk.clone())?;
        let mut problems = 0;
        for name in names {
            match desk.setting_problems(&name).await {
                Err(error) => {
                    problems += 1;
                    say(&format!("source {name}: {error}"))?;
                }
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    problems += found.len();
                    say(&loaded.report(&found).to_string())?;
                }
            }
        }
        match problems {
            0 => say(&format!("{}: no mistakes", self.file.display()))?,
            count => say(&format!("{}: {count} found", self.file.display()))?,
        }
        Ok(ExitCode::from(u8::from(problems > 0)))
    }
}

fn say(line: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::output("standard output", &error))
        }
        _ => Ok(()),
    }
}
