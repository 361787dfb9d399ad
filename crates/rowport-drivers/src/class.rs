use crate::error::{Denied, DriverError, Refusal};

/// What a database means by one of its codes. Each kind of database has one table that says it, in its `errors` module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// The login, a right, any change or the statement is not accepted.
    Denied(Denied),
    /// A row is not taken, whatever is done with it.
    Row(Refusal),
    /// A value is wrong: that of a row where rows are written, one of the statement's elsewhere.
    Value(Refusal),
    /// More than the database takes at once.
    Size,
    /// Locks or connections that others hold, for now.
    Busy,
    /// The connection is gone.
    Lost,
    /// The server does not let anybody in yet, or any more.
    Unreachable,
    /// A table or a column is not there.
    Vanished,
    /// A limit on time was reached.
    Timeout,
    /// The statement was cancelled.
    Cancelled,
    /// A code that the table does not have.
    Unknown,
}

impl Class {
    /// The error, for a statement that is not about certain rows.
    pub(crate) fn of_statement(self, message: String, native_code: String) -> DriverError {
        let refused = |what, message| DriverError::Refused { what, message, native_code: Some(native_code) };
        match self {
            Self::Denied(what) => refused(what, message),
            Self::Value(_) | Self::Unknown => refused(Denied::Statement, message),
            Self::Row(reason) => DriverError::RowRefused { reason, message },
            Self::Size => DriverError::Oversized { message },
            Self::Busy => DriverError::Busy { message },
            Self::Lost => DriverError::Lost { message },
            Self::Unreachable => DriverError::Unreachable { message },
            Self::Vanished => DriverError::Vanished { message },
            Self::Timeout => DriverError::Timeout { seconds: 0 },
            Self::Cancelled => DriverError::Cancelled,
        }
    }

    /// The class while rows are written: what is not about the connection, a lock or the statement as a whole is the
    /// fault of one of the rows. `in_trigger` is whether the database said it of something that ran because of a row.
    pub(crate) fn while_writing(self, in_trigger: bool) -> Self {
        match self {
            Self::Value(reason) => Self::Row(reason),
            Self::Unknown => Self::Row(Refusal::Other),
            Self::Denied(_) | Self::Vanished if in_trigger => Self::Row(Refusal::Other),
            other => other,
        }
    }
}
