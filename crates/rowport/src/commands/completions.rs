use std::io::Write;
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
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "rowport", &mut script);
        // Written by us, because the generator panics when its reader leaves.
        match std::io::stdout().write_all(&script) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::output("the completions cannot be written", &error))
            }
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}
