use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rowport_engine::changes::Changes;
use rowport_store::Ids;

use super::write_out;
use crate::failure::Failure;
use crate::sources;

/// Make the journal in a source, without which nothing in it can be changed.
///
/// The journal is three tables: in a schema `rowport_journal` on PostgreSQL, beginning with `_rowport_` elsewhere. They hold what
/// it takes to take changes back. The tables that are there are not touched.
#[derive(Args)]
pub struct Prepare {
    /// `postgres://…`, `mysql://…`, `sqlite:PATH`, or the name of a configured source.
    #[arg(long, env = "ROWPORT_SOURCE", hide_env_values = true)]
    source: String,
    /// A configuration that refines the source.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Only print the statements, for somebody who may run them.
    #[arg(long)]
    print: bool,
}

impl Prepare {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let (desk, source) = sources::one(&self.source, self.config.as_deref())?;
        let ids = Arc::new(Ids::default());
        let changes = Changes::new(Arc::new(desk), ids.secret().to_vec(), ids);
        if self.print {
            write_out(&changes.journal_sql(&source)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        changes.prepare(&source).await?;
        write_out("The journal is there: rows can be changed.\n")?;
        Ok(ExitCode::SUCCESS)
    }
}
