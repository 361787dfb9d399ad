use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rowport_engine::changes::{Changes, Prepared};
use rowport_store::Ids;

use super::write_out;
use crate::failure::Failure;
use crate::sources::OneSource;

/// Create the undo journal in a database, or upgrade it. It is required before rows can be changed.
///
/// The journal is three tables: in a schema `rowport_journal` on PostgreSQL, beginning with `_rowport_` elsewhere. They hold what
/// it takes to undo changes. Your own tables are not touched. A journal of an earlier version of Rowport is upgraded, with
/// its changes and its trash.
#[derive(Args)]
pub struct Prepare {
    #[command(flatten)]
    source: OneSource,
    /// Only print the statements, for the owner of the database to run.
    #[arg(long)]
    print: bool,
}

impl Prepare {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let (sources, source) = self.source.open()?;
        let ids = Arc::new(Ids::default());
        let changes = Changes::new(Arc::new(sources), ids.secret().to_vec(), ids);
        if self.print {
            write_out(&changes.journal_sql(&source).await?)?;
            return Ok(ExitCode::SUCCESS);
        }
        let done = match changes.prepare(&source).await? {
            Prepared::Made => "created".to_owned(),
            Prepared::Upgraded { from } => format!("upgraded from version {from}"),
            Prepared::Present => "already present".to_owned(),
        };
        write_out(&format!("Journal {done}. Rows of {source} can be changed.\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}
