//! What PostgreSQL's errors mean here.

use sqlx::postgres::PgDatabaseError;

use crate::class::Class;
use crate::error::{Denied, DriverError, Refusal};

/// What sqlx's and PostgreSQL's errors mean here.
pub(super) fn from_sqlx(error: sqlx::Error) -> DriverError {
    meaning(error, |class, _| class)
}

/// The same while rows are written: what is not about the connection, a lock or the whole statement is a row's fault there.
pub(super) fn from_write(error: sqlx::Error) -> DriverError {
    meaning(error, |class, error| {
        let in_trigger = error.is_some_and(|error| is_of_function(error.routine(), error.r#where()));
        class.while_writing(in_trigger)
    })
}

fn meaning(
    error: sqlx::Error,
    classed: impl FnOnce(Class, Option<&PgDatabaseError>) -> Class,
) -> DriverError {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().map(|code| code.into_owned()).unwrap_or_default();
            let message = error.message().to_owned();
            let server = error.try_downcast_ref::<PgDatabaseError>();
            let class = match class(&code, server.and_then(PgDatabaseError::routine)) {
                Class::Cancelled if message.contains("timeout") => Class::Timeout,
                class => class,
            };
            classed(class, server).of_statement(message, code)
        }
        sqlx::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::BrokenPipe
            | std::io::ErrorKind::ConnectionAborted => DriverError::Lost { message: error.to_string() },
            _ => DriverError::while_connecting(&error),
        },
        sqlx::Error::Tls(error) => DriverError::Unencrypted { message: error.to_string() },
        sqlx::Error::Configuration(error) => DriverError::BadUrl { message: error.to_string() },
        sqlx::Error::PoolTimedOut => {
            DriverError::Busy { message: "every connection to this source is in use".to_owned() }
        }
        sqlx::Error::WorkerCrashed | sqlx::Error::PoolClosed => {
            DriverError::Lost { message: error.to_string() }
        }
        other => DriverError::protocol(other.to_string()),
    }
}

/// The table from SQLSTATEs to what they mean. The routine of the server tells two that share one.
fn class(code: &str, routine: Option<&str>) -> Class {
    match code {
        // Row level security does not take the row; any other 42501 is a right that the login lacks.
        "42501" if routine == Some("ExecWithCheckOptions") => Class::Row(Refusal::Other),
        "42501" => Class::Denied(Denied::Right),
        "42P01" | "42703" | "3F000" => Class::Vanished,
        "25006" => Class::Denied(Denied::Change),
        "57014" => Class::Cancelled,
        "53200" => Class::Size,
        "53300" | "55P03" | "40001" | "40P01" => Class::Busy,
        // The server is starting or stopping.
        "57P03" => Class::Unreachable,
        // An admin ended the session, or it waited for too long.
        "57P01" | "57P02" | "57P05" | "25P03" | "25P04" => Class::Lost,
        "23503" | "23001" => Class::Row(Refusal::ForeignKey),
        "23505" | "23P01" => Class::Row(Refusal::Unique),
        "23502" => Class::Row(Refusal::NotNull),
        "23514" | "44000" => Class::Row(Refusal::Check),
        _ => class_of_family(code.get(..2).unwrap_or_default()),
    }
}

/// The meaning of the first two letters.
fn class_of_family(family: &str) -> Class {
    match family {
        "08" => Class::Lost,
        "28" | "3D" => Class::Denied(Denied::Login),
        "22" => Class::Value(Refusal::Unfit),
        "23" => Class::Row(Refusal::Check),
        // A trigger's own words.
        "27" | "P0" => Class::Value(Refusal::Other),
        "54" => Class::Size,
        // What is not supported, not possible in this transaction, not written as it should be, out of resources,
        // or outside of the server.
        "0A" | "25" | "26" | "2D" | "34" | "3B" | "42" | "53" | "55" | "57" | "58" | "72" | "F0" | "HV" => {
            Class::Denied(Denied::Statement)
        }
        _ => Class::Unknown,
    }
}

/// Whether it was said of a function, such as that of a trigger: by RAISE, or somewhere in its statements. A COPY says
/// the line of its input in the same place.
fn is_of_function(routine: Option<&str>, context: Option<&str>) -> bool {
    routine == Some("exec_stmt_raise") || context.is_some_and(|context| !context.starts_with("COPY "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sqlstate_has_one_class() {
        use Denied::{Change, Login, Right, Statement};
        for (code, expected) in [
            ("28P01", Class::Denied(Login)),
            ("28000", Class::Denied(Login)),
            ("3D000", Class::Denied(Login)),
            ("42501", Class::Denied(Right)),
            ("25006", Class::Denied(Change)),
            ("42601", Class::Denied(Statement)),
            ("42883", Class::Denied(Statement)),
            ("0A000", Class::Denied(Statement)),
            ("42P01", Class::Vanished),
            ("23503", Class::Row(Refusal::ForeignKey)),
            ("23P01", Class::Row(Refusal::Unique)),
            ("23502", Class::Row(Refusal::NotNull)),
            ("23514", Class::Row(Refusal::Check)),
            ("22001", Class::Value(Refusal::Unfit)),
            ("22P05", Class::Value(Refusal::Unfit)),
            ("P0001", Class::Value(Refusal::Other)),
            ("54000", Class::Size),
            ("53200", Class::Size),
            ("40P01", Class::Busy),
            ("40001", Class::Busy),
            ("55P03", Class::Busy),
            ("53300", Class::Busy),
            ("08006", Class::Lost),
            ("57P01", Class::Lost),
            ("57P03", Class::Unreachable),
            ("57014", Class::Cancelled),
            ("ZX001", Class::Unknown),
            ("XX000", Class::Unknown),
            ("", Class::Unknown),
        ] {
            assert_eq!(class(code, None), expected, "{code}");
        }
        assert_eq!(class("42501", Some("ExecWithCheckOptions")), Class::Row(Refusal::Other));
        assert_eq!(class("42501", Some("aclcheck_error")), Class::Denied(Right));
    }

    #[test]
    fn what_a_trigger_says_is_of_its_row_and_a_line_of_copy_is_no_trigger() {
        assert!(is_of_function(Some("exec_stmt_raise"), None));
        assert!(is_of_function(
            Some("parserOpenTable"),
            Some("PL/pgSQL function f() line 1 at SQL statement")
        ));
        assert!(!is_of_function(Some("aclcheck_error"), None));
        assert!(!is_of_function(Some("NewExplainState"), Some("COPY orders, line 3, column total: \"x\"")));
        let class = |code| class(code, None);
        assert_eq!(class("42P01").while_writing(true), Class::Row(Refusal::Other));
        assert_eq!(class("42P01").while_writing(false), Class::Vanished);
        assert_eq!(class("ZX001").while_writing(false), Class::Row(Refusal::Other));
        assert_eq!(class("40P01").while_writing(true), Class::Busy);
        assert_eq!(class("57P01").while_writing(true), Class::Lost);
    }
}
