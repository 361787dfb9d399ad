use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use rowport_engine::export::write_whole;
use rowport_engine::settings::EngineSettings;
use rowport_engine::subjects::{ArchiveFormat, SubjectRequest};
use rowport_model::Principal;
use tokio_util::sync::CancellationToken;

use super::export::cancel_on_interrupt;
use crate::failure::Failure;
use crate::sources;

/// Write everything about one person to an archive.
///
/// The configuration says which kinds of person there are and by which columns each dataset knows one. The archive is a
/// ZIP with a file for each of those datasets and `manifest.json`; it appears under its name only once it is whole.
#[derive(Args)]
pub struct SubjectExport {
    /// The kind of person: one of the configuration's `[subjects.NAME]`.
    #[arg(long)]
    subject: String,
    /// What the person is known by.
    #[arg(long, allow_hyphen_values = true)]
    value: String,
    /// The format of the files in it.
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Form,
    /// The archive.
    #[arg(long, short)]
    output: PathBuf,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The format of the files in an archive.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated values.
    Csv,
}

impl SubjectExport {
    fn settings(&self) -> Result<EngineSettings, Failure> {
        let loaded = sources::configured(self.config.as_deref())?;
        loaded.map(|loaded| loaded.engine).ok_or_else(|| {
            let hint = "write a rowport.toml, or name one with --config FILE";
            Failure::usage("there is no configuration that says which kinds of person there are")
                .with_hint(hint)
        })
    }

    pub async fn run(self) -> Result<ExitCode, Failure> {
        let sources = Arc::new(sources::build(self.settings()?)?);
        let format = match self.format {
            Form::Ndjson => ArchiveFormat::Ndjson,
            Form::Csv => ArchiveFormat::Csv,
        };
        let request = SubjectRequest { subject: self.subject, value: self.value, format };
        let cancel = CancellationToken::new();
        cancel_on_interrupt(cancel.clone());
        let prepared = sources.prepare_subject_export(&Principal::local(), &request).await?;
        let writing = tokio::task::spawn_blocking(move || {
            let write = |sink: &mut dyn std::io::Write| prepared.write_to(sink, &mut |_| {}, &cancel);
            write_whole(&self.output, &cancel, write)
        });
        writing.await.map_err(Failure::other)??;
        Ok(ExitCode::SUCCESS)
    }
}
