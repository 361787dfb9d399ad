//! How commands fail: one line for people, one exit code for programs.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use rowport_engine::EngineError;

use crate::exit_code::{self, INTERRUPTED, READER_LEFT, exit_code_of};
use crate::terminal::{plain, plain_lines};

/// The exit codes, as `--help` and docs/reference/cli.md list them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    something else went wrong (also: `doctor` found a problem)
  2    the command line cannot be understood
  3    the database cannot be reached, refused, or was lost
  4    there is no such dataset or column, or the filter, sort or options do not fit it
  5    the output cannot be written
  6    the configuration is wrong (also: a source is not prepared for changes)
  7    some rows were not changed, and are listed
  8    the audit is not what was written down
  130  interrupted
  141  the program that reads the output has ended, as `head` does";

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// Something that has no code of its own.
    pub fn other(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None, code: exit_code::OTHER }
    }

    /// Something that cannot be written, listened on or made.
    pub fn output(what: &str, error: &dyn Display) -> Self {
        Self { message: format!("{what}: {error}"), hint: None, code: exit_code::NO_OUTPUT }
    }

    /// Arguments that make no sense together.
    pub fn usage(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None, code: exit_code::BAD_USAGE }
    }

    /// Filters, names and options that do not fit the data.
    pub fn request(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None, code: exit_code::BAD_REQUEST }
    }

    /// A configuration that is wrong.
    pub fn config(message: impl Display) -> Self {
        Self { message: message.to_string(), hint: None, code: exit_code::BAD_CONFIGURATION }
    }

    /// The program that reads the output has ended; there is nothing to say of it.
    pub fn reader_left() -> Self {
        Self { message: "the output is no longer read".to_owned(), hint: None, code: READER_LEFT }
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Adds what to do about it.
    pub fn with_hint(mut self, hint: impl Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Tells the person, and gives the exit code.
    pub fn report(self) -> ExitCode {
        let mut stderr = std::io::stderr().lock();
        // When stderr is gone there is nobody left to tell.
        if !matches!(self.code, INTERRUPTED | READER_LEFT) {
            let _ = writeln!(stderr, "error: {}", plain_lines(&self.message));
            if let Some(hint) = &self.hint {
                let _ = writeln!(stderr, "hint: {}", plain_lines(hint));
            }
        }
        ExitCode::from(self.code)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let code = exit_code_of(error.code());
        // Names of the database stand in it, and a line break in one must not look like a line of ours.
        Self { hint: error.hint().map(str::to_owned), message: plain(&error.to_string()), code }
    }
}

impl From<rowport_drivers::DriverError> for Failure {
    fn from(error: rowport_drivers::DriverError) -> Self {
        EngineError::from(error).into()
    }
}
