//! What MySQL's errors mean here.

use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

use crate::error::{DriverError, Refusal};

/// An error while connecting.
pub(super) fn while_connecting(error: Error) -> DriverError {
    match error {
        Error::Database(_) => from_sqlx(error),
        Error::Configuration(error) => DriverError::BadUrl { message: error.to_string() },
        Error::Io(error) => DriverError::while_connecting(&error),
        Error::Tls(error) => DriverError::Unencrypted { message: error.to_string() },
        other => DriverError::Unreachable { message: other.to_string() },
    }
}

/// An error on a connection that stood.
pub(super) fn from_sqlx(error: Error) -> DriverError {
    match error {
        Error::Database(error) => match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => from_server(error.number(), error.message()),
            None => DriverError::protocol(error.to_string()),
        },
        Error::Io(error) => DriverError::Lost { message: error.to_string() },
        other => DriverError::protocol(other.to_string()),
    }
}

/// Whether the server itself ended the statement because it took too long. A statement that somebody interrupted
/// by hand gets another number, and so does one that another user's limit ended.
pub(super) fn is_statement_limit(error: &Error) -> bool {
    number(error).is_some_and(|number| matches!(number, 1969 | 3024))
}

fn number(error: &Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

fn from_server(number: u16, words: &str) -> DriverError {
    let message = format!("{words} (error {number})");
    match number {
        // Too many connections, of all or of one user; a lock not granted in time.
        1040 | 1203 | 1205 | 1226 => DriverError::Busy { message },
        1213 | 1020 => DriverError::Busy { message },
        1216 | 1217 | 1451 | 1452 => refused(Refusal::ForeignKey, message),
        1062 | 1586 => refused(Refusal::Unique, message),
        1048 | 1364 => refused(Refusal::NotNull, message),
        3819 | 4025 => refused(Refusal::Check, message),
        1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1416 | 1690 | 3140 => refused(Refusal::Unfit, message),
        1644 => refused(Refusal::Other, message),
        // No such column, table, or a view whose tables have changed.
        1054 | 1109 | 1146 | 1356 => DriverError::Vanished { message },
        // The server shuts down, or somebody killed the connection or its statement.
        1053 | 1317 | 1927 | 2006 | 2013 | 4031 => DriverError::Lost { message },
        _ => DriverError::Refused { message: words.to_owned(), native_code: Some(number.to_string()) },
    }
}

fn refused(reason: Refusal, message: String) -> DriverError {
    DriverError::RowRefused { reason, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_server_have_one_meaning_each() {
        for (number, code) in [
            (1045, "source_refused"),
            (1044, "source_refused"),
            (1049, "source_refused"),
            (1146, "dataset_changed"),
            (1054, "dataset_changed"),
            (1040, "source_busy"),
            (1205, "source_busy"),
            (1927, "source_lost"),
        ] {
            assert_eq!(from_server(number, "words").code(), code, "{number}");
        }
    }
}
