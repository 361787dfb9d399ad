//! What SQLite's errors mean here.

use rusqlite::{Error, ErrorCode, ffi};

use crate::class::Class;
use crate::error::{Denied, DriverError, Refusal};

/// What an error means while a statement is prepared, or while rows are read.
pub(super) fn from_sqlite(error: Error) -> DriverError {
    meaning(&error, |class| class)
}

/// The same while a prepared statement writes rows: what is not about the file or a lock is a row's fault there.
pub(super) fn from_write(error: Error) -> DriverError {
    meaning(&error, |class| match class {
        // What the statement names was there when it was prepared.
        Class::Denied(Denied::Statement) | Class::Vanished => class.while_writing(true),
        _ => class.while_writing(false),
    })
}

/// The same while a statement is prepared that changes rows of a table. SQLite prepares with it what follows from its
/// references and triggers, and these may name tables that are gone while the table itself is there.
pub(super) fn while_preparing(error: Error, table: &str) -> DriverError {
    match from_sqlite(error) {
        DriverError::Vanished { message } if !names(&message, table) => DriverError::Refused {
            what: Denied::Statement,
            message: format!("a reference or a trigger of `{table}` leads to what is not there: {message}"),
            native_code: None,
        },
        other => other,
    }
}

/// Whether a message about what is not there is about this table or, without a table's name, about a column.
fn names(message: &str, table: &str) -> bool {
    let name = message.split("no such table: ").nth(1).map(|name| name.split(" in ").next().unwrap_or(name));
    name.is_none_or(|name| {
        let name = name.trim();
        name.eq_ignore_ascii_case(table)
            || name.split_once('.').is_some_and(|(_, name)| name.eq_ignore_ascii_case(table))
    })
}

fn meaning(error: &Error, classed: impl FnOnce(Class) -> Class) -> DriverError {
    let message = match error {
        // In full it would quote the statement, which has the names of columns that are hidden from those who ask.
        Error::SqlInputError { msg, .. } => msg.clone(),
        error => error.to_string(),
    };
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            return DriverError::FileLocked {
                message: format!("another program keeps the file locked ({message})"),
            };
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => {
            return DriverError::FileUnusable { message };
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            let message = format!("the file is not a usable SQLite database ({message})");
            return DriverError::FileUnusable { message };
        }
        _ => {}
    }
    let extended = match error {
        Error::SqliteFailure(failure, _) => failure.extended_code,
        Error::SqlInputError { error, .. } => error.extended_code,
        _ => ffi::SQLITE_ERROR,
    };
    classed(class(extended, &message)).of_statement(message, extended.to_string())
}

/// The table from SQLite's codes, extended where that tells more, to what they mean. Its general error has no code of its
/// own for what is not there.
fn class(extended: i32, message: &str) -> Class {
    match extended {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Class::Row(Refusal::ForeignKey),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return Class::Row(Refusal::Unique);
        }
        ffi::SQLITE_CONSTRAINT_NOTNULL => return Class::Row(Refusal::NotNull),
        ffi::SQLITE_CONSTRAINT_CHECK => return Class::Row(Refusal::Check),
        ffi::SQLITE_CONSTRAINT_DATATYPE => return Class::Row(Refusal::Unfit),
        _ => {}
    }
    match extended & 0xff {
        ffi::SQLITE_CONSTRAINT => Class::Row(Refusal::Other),
        ffi::SQLITE_MISMATCH => Class::Row(Refusal::Unfit),
        ffi::SQLITE_TOOBIG | ffi::SQLITE_NOMEM => Class::Size,
        ffi::SQLITE_READONLY => Class::Denied(Denied::Change),
        ffi::SQLITE_PERM | ffi::SQLITE_AUTH => Class::Denied(Denied::Right),
        ffi::SQLITE_INTERRUPT => Class::Cancelled,
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Class::Busy,
        ffi::SQLITE_SCHEMA => Class::Vanished,
        ffi::SQLITE_FULL | ffi::SQLITE_PROTOCOL | ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE => {
            Class::Denied(Denied::Statement)
        }
        ffi::SQLITE_ERROR if message.contains("no such table") || message.contains("no such column") => {
            Class::Vanished
        }
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_one_class() {
        for (code, expected) in [
            (ffi::SQLITE_CONSTRAINT_FOREIGNKEY, Class::Row(Refusal::ForeignKey)),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, Class::Row(Refusal::Unique)),
            (ffi::SQLITE_CONSTRAINT_PRIMARYKEY, Class::Row(Refusal::Unique)),
            (ffi::SQLITE_CONSTRAINT_NOTNULL, Class::Row(Refusal::NotNull)),
            (ffi::SQLITE_CONSTRAINT_CHECK, Class::Row(Refusal::Check)),
            (ffi::SQLITE_CONSTRAINT_TRIGGER, Class::Row(Refusal::Other)),
            (ffi::SQLITE_CONSTRAINT_DATATYPE, Class::Row(Refusal::Unfit)),
            (ffi::SQLITE_MISMATCH, Class::Row(Refusal::Unfit)),
            (ffi::SQLITE_TOOBIG, Class::Size),
            (ffi::SQLITE_READONLY, Class::Denied(Denied::Change)),
            (ffi::SQLITE_READONLY_DIRECTORY, Class::Denied(Denied::Change)),
            (ffi::SQLITE_AUTH, Class::Denied(Denied::Right)),
            (ffi::SQLITE_INTERRUPT, Class::Cancelled),
            (ffi::SQLITE_FULL, Class::Denied(Denied::Statement)),
            (ffi::SQLITE_ERROR, Class::Unknown),
        ] {
            assert_eq!(class(code, "words"), expected, "{code}");
        }
        assert_eq!(class(ffi::SQLITE_ERROR, "no such table: t"), Class::Vanished);
        assert!(
            names("no such table: t in SELECT 1 at offset 2", "T") && names("no such table: main.t", "t")
        );
        assert!(names("no such column: t0.b", "t") && !names("no such table: main.gone", "t"));
        assert_eq!(
            class(ffi::SQLITE_ERROR, "integer overflow").while_writing(false),
            Class::Row(Refusal::Other)
        );
    }
}
