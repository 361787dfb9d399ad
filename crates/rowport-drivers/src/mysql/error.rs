//! What MySQL's errors mean here.

use sqlx::Error;
use sqlx::mysql::MySqlDatabaseError;

use crate::class::Class;
use crate::error::{Denied, DriverError, Refusal};

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
    meaning(error, |class| class)
}

/// The same while rows are written: what is not about the connection, a lock or the whole statement is a row's fault
/// there. A table that is not there may be one that a trigger asks for: reading the rows tells, which comes first when
/// they are tried one by one.
pub(super) fn from_write(error: Error) -> DriverError {
    meaning(error, |class| match class {
        Class::Vanished => class.while_writing(true),
        _ => class.while_writing(false),
    })
}

fn meaning(error: Error, classed: impl FnOnce(Class) -> Class) -> DriverError {
    match error {
        Error::Database(error) => match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => {
                let (number, state) = (error.number(), error.code().unwrap_or_default());
                let class = classed(class(number, state));
                let words = match number {
                    // From there on the message quotes the statement, which the caller has not written.
                    1064 => error.message().split(" near '").next().unwrap_or_default(),
                    _ => error.message(),
                };
                let message = match class {
                    // The code is kept beside it.
                    Class::Denied(_) | Class::Value(_) | Class::Unknown => words.to_owned(),
                    _ => format!("{words} (error {number})"),
                };
                class.of_statement(message, number.to_string())
            }
            None => DriverError::protocol(error.to_string()),
        },
        Error::Io(error) => DriverError::Lost { message: error.to_string() },
        other => DriverError::protocol(other.to_string()),
    }
}

/// Whether the server itself ended the statement because it took too long. A statement that was interrupted
/// by hand gets another number, and so does one that another user's limit ended.
pub(super) fn is_statement_limit(error: &Error) -> bool {
    number(error).is_some_and(|number| matches!(number, 1969 | 3024))
}

fn number(error: &Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// The table from the server's numbers to what they mean. Statements of a trigger or a routine can choose any number,
/// and then the SQLSTATE tells: 45000 is for them alone.
fn class(number: u16, state: &str) -> Class {
    if state == "45000" {
        return Class::Row(Refusal::Other);
    }
    match number {
        // Access denied to the server or the database, which may not be there; the host, the account or the way to sign in.
        1044 | 1045 | 1049 | 1129 | 1130 | 1251 | 1275 | 1524 | 1698 | 1820 | 1862 | 3118 | 4151 => {
            Class::Denied(Denied::Login)
        }
        1142 | 1143 | 1227 | 1345 | 1370 => Class::Denied(Denied::Right),
        1036 | 1290 | 1792 | 1836 => Class::Denied(Denied::Change),
        // Too many connections, of all or of one user; a lock not granted in time, or a deadlock; a table that was altered.
        1040 | 1203 | 1205 | 1226 | 1213 | 1020 | 1412 | 1615 | 3572 => Class::Busy,
        // A packet, a result, what a transaction changes, or its locks.
        1153 | 1162 | 1197 | 1206 | 1301 => Class::Size,
        1216 | 1217 | 1451 | 1452 => Class::Row(Refusal::ForeignKey),
        1022 | 1062 | 1169 | 1586 => Class::Row(Refusal::Unique),
        1048 | 1263 | 1364 => Class::Row(Refusal::NotNull),
        3819 | 4025 => Class::Row(Refusal::Check),
        1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1416 | 1690 | 3140 => Class::Row(Refusal::Unfit),
        1118 | 1139 | 1365 | 1526 | 1748 | 4038 => Class::Value(Refusal::Unfit),
        1442 | 1643 | 1644 => Class::Row(Refusal::Other),
        // No such column, table, or a view whose tables have changed.
        1054 | 1109 | 1146 | 1356 => Class::Vanished,
        // Not written as it should be, or not possible.
        1064 | 1149 | 1235 | 1288 | 1295 | 1390 => Class::Denied(Denied::Statement),
        // A limit on the statement's time.
        1969 | 3024 => Class::Timeout,
        // The server shuts down, the network failed, or another client killed the connection or its statement.
        1053 | 1152 | 1158..=1161 | 1184 | 1317 | 1927 | 2006 | 2013 | 4031 => Class::Lost,
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_the_server_has_one_class() {
        use Denied::{Change, Login, Right, Statement};
        for (number, expected) in [
            (1045, Class::Denied(Login)),
            (1044, Class::Denied(Login)),
            (1049, Class::Denied(Login)),
            (1142, Class::Denied(Right)),
            (1143, Class::Denied(Right)),
            (1290, Class::Denied(Change)),
            (1064, Class::Denied(Statement)),
            (1146, Class::Vanished),
            (1054, Class::Vanished),
            (1451, Class::Row(Refusal::ForeignKey)),
            (1062, Class::Row(Refusal::Unique)),
            (1048, Class::Row(Refusal::NotNull)),
            (4025, Class::Row(Refusal::Check)),
            (1406, Class::Row(Refusal::Unfit)),
            (1526, Class::Value(Refusal::Unfit)),
            (1644, Class::Row(Refusal::Other)),
            (1153, Class::Size),
            (1040, Class::Busy),
            (1205, Class::Busy),
            (1213, Class::Busy),
            (1927, Class::Lost),
            (31001, Class::Unknown),
        ] {
            assert_eq!(class(number, "HY000"), expected, "{number}");
        }
    }

    #[test]
    fn what_a_trigger_signals_is_of_its_row_whatever_its_number() {
        for number in [1045, 1064, 1142, 1205, 1644, 31001] {
            assert_eq!(class(number, "45000"), Class::Row(Refusal::Other), "{number}");
        }
        assert_eq!(class(31001, "HY000").while_writing(true), Class::Row(Refusal::Other));
        assert_eq!(class(1146, "42S02").while_writing(true), Class::Row(Refusal::Other));
        assert_eq!(class(1205, "HY000").while_writing(true), Class::Busy);
    }
}
