use crate::error::{DriverError, Refusal};

/// What sqlx's and PostgreSQL's errors mean here.
pub(super) fn from_sqlx(error: sqlx::Error) -> DriverError {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().map(|code| code.into_owned()).unwrap_or_default();
            let message = error.message().to_owned();
            match code.as_str() {
                "42P01" | "42703" | "3F000" => DriverError::Vanished { message },
                "57014" if message.contains("timeout") => DriverError::Timeout { seconds: 0 },
                "57014" => DriverError::Cancelled,
                "53300" => DriverError::Busy { message },
                "55P03" => DriverError::Busy { message },
                // The server is starting, stopping, or an admin ended the session.
                "57P03" => DriverError::Unreachable { message },
                "57P01" | "57P02" | "25P03" => DriverError::Lost { message },
                "40001" | "40P01" => DriverError::Busy { message },
                "23503" | "23001" => refused(Refusal::ForeignKey, message),
                "23505" | "23P01" => refused(Refusal::Unique, message),
                "23502" => refused(Refusal::NotNull, message),
                "23514" | "44000" => refused(Refusal::Check, message),
                "P0001" | "27000" => refused(Refusal::Other, message),
                _ => DriverError::Refused { message, native_code: Some(code) },
            }
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

fn refused(reason: Refusal, message: String) -> DriverError {
    DriverError::RowRefused { reason, message }
}

/// The same while rows are written: what does not fit is the row's fault there.
pub(super) fn from_write(error: sqlx::Error) -> DriverError {
    match from_sqlx(error) {
        DriverError::Refused { message, native_code: Some(code) } if code.starts_with("22") => {
            refused(Refusal::Unfit, message)
        }
        other => other,
    }
}
