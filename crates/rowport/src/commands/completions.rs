use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::failure::Failure;

/// Print completions for a shell.
#[derive(Args)]
pub struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut command = crate::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "rowport", &mut std::io::stdout());
        Ok(ExitCode::SUCCESS)
    }
}
