//! One file for each command.

mod audit;
mod changes;
mod completions;
mod config;
mod datasets;
mod demo;
mod doctor;
mod export;
mod serve;
mod subject_export;
mod user;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What `rowport` can do.
#[derive(Subcommand)]
pub enum Command {
    /// Write a dataset to a file or a pipe.
    Export(Box<export::Export>),
    /// Write everything about one person to an archive.
    SubjectExport(subject_export::SubjectExport),
    /// Create or upgrade the undo journal in a database (required before rows can be changed).
    Prepare(changes::prepare::Prepare),
    /// Change many rows at once.
    #[command(subcommand)]
    Bulk(changes::bulk::Bulk),
    /// List the changes of a dataset.
    Changes(changes::history::History),
    /// Take a change back.
    Undo(changes::undo::Undo),
    /// Look at what was deleted, and bring it back.
    #[command(subcommand)]
    Trash(changes::trash::Trash),
    /// List the datasets of a source.
    Datasets(datasets::Datasets),
    /// Serve the page and the API.
    Serve(serve::Serve),
    /// Make the example workspace and serve it.
    Demo(demo::Demo),
    /// Look whether everything that Rowport needs is there.
    Doctor(doctor::Doctor),
    /// Manage who can sign in, also while Rowport serves.
    #[command(subcommand)]
    User(user::User),
    /// Work with the audit.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Work with the configuration.
    #[command(subcommand)]
    Config(config::Config),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

impl Command {
    /// Whether it goes on until it is asked to end.
    pub fn serves(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Demo(_))
    }

    /// Runs the command.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Export(command) => command.run().await,
            Self::SubjectExport(command) => command.run().await,
            Self::Prepare(command) => command.run().await,
            Self::Bulk(command) => command.run().await,
            Self::Changes(command) => command.run().await,
            Self::Undo(command) => command.run().await,
            Self::Trash(command) => command.run().await,
            Self::Datasets(command) => command.run().await,
            Self::Serve(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Doctor(command) => command.run().await,
            Self::User(command) => command.run().await,
            Self::Audit(command) => command.run().await,
            Self::Config(command) => command.run().await,
            Self::Completions(command) => command.run(),
        }
    }
}
