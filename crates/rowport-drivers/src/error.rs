use rowport_model::ErrorCode;
use thiserror::Error;

/// What a driver can fail with. The messages are for people; [`DriverError::code`] is for programs.
#[derive(Debug, Error)]
pub enum DriverError {
    /// The URL cannot be read.
    #[error("the source URL is not usable: {message}")]
    BadUrl {
        /// What is wrong with it; never the URL itself, which may hold a password.
        message: String,
    },
    /// The database does not answer.
    #[error("the database cannot be reached: {message}")]
    Unreachable {
        /// The operating system's or the database's words.
        message: String,
    },
    /// The URL asks for an encrypted connection, and none could be made that is to be trusted.
    #[error("no encrypted connection could be made: {message}")]
    Unencrypted {
        /// What is wrong with the certificate, or with the server.
        message: String,
    },
    /// The database answers, but does not let us in or does not accept the statement.
    #[error("the database refused: {message}")]
    Refused {
        /// What it does not accept.
        what: Denied,
        /// The database's words.
        message: String,
        /// The database's own code, such as a SQLSTATE.
        native_code: Option<String>,
    },
    /// Every connection is in use, or the file is locked.
    #[error("the database is busy: {message}")]
    Busy {
        /// What was waited for.
        message: String,
    },
    /// The file of a database cannot be opened, or is none.
    #[error("the database cannot be opened: {message}")]
    FileUnusable {
        /// The operating system's or SQLite's words.
        message: String,
    },
    /// Another program keeps the file locked.
    #[error("the database is busy: {message}")]
    FileLocked {
        /// SQLite's words.
        message: String,
    },
    /// A limit on time was reached.
    #[error("the database took longer than {seconds} s, which is the limit for a statement")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The connection broke while rows were read.
    #[error("the connection to the database was lost: {message}")]
    Lost {
        /// The operating system's or the database's words.
        message: String,
    },
    /// The table or a column is not there any more.
    #[error("the dataset has changed since it was looked at: {message}")]
    Vanished {
        /// The database's words.
        message: String,
    },
    /// The database does not take one of the rows: a constraint, a trigger, or a value that does not fit.
    #[error("the database does not take a row: {message}")]
    RowRefused {
        /// Why.
        reason: Refusal,
        /// The database's words. They may hold values.
        message: String,
    },
    /// Rows that are held at once are too large.
    #[error("the rows are larger than {limit} bytes together")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The database cannot take so much at once: a packet, a statement or a value is larger than its limits allow.
    #[error("the database does not take so much at once: {message}")]
    Oversized {
        /// The database's words.
        message: String,
    },
    /// A trigger rolled the whole transaction back, with all that was done in it before.
    #[error("the database rolled everything back because of a row: {message}")]
    RolledBack {
        /// What is known of it.
        message: String,
    },
    /// The journal is not there, so nothing may be changed.
    #[error("there is no journal in this database, without which nothing is changed")]
    NoJournal,
    /// The journal is of an earlier version, so nothing may be changed until it is upgraded.
    #[error(
        "the journal in this database is of version {found}, and this program needs version {known}, without which \
         nothing is changed"
    )]
    JournalOutdated {
        /// The version that is there.
        found: i64,
        /// The version that this program knows.
        known: i64,
    },
    /// A later version of Rowport has upgraded the journal, so this one may not change anything.
    #[error("the journal in this database is of version {found}, and this program knows only {known}")]
    JournalNewer {
        /// The version that is there.
        found: i64,
        /// The version that this program knows.
        known: i64,
    },
    /// The login may not make, alter, read or write the journal. MySQL says so of tables that are not there, too.
    #[error("this login may not use the journal's tables: {message}")]
    JournalRefused {
        /// The database's words.
        message: String,
    },
    /// A value that the driver cannot carry exactly.
    #[error("row {row} of the answer has a value in `{column}` that cannot be carried exactly: {message}")]
    BadValue {
        /// From 1.
        row: u64,
        /// The column.
        column: String,
        /// What it is and what would do.
        message: String,
    },
    /// The reader went away.
    #[error("the read was cancelled")]
    Cancelled,
    /// The database said something that the driver does not understand.
    #[error("the database answered in an unexpected way: {message}")]
    Protocol {
        /// What.
        message: String,
    },
}

/// What a database does not accept, where it is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The login: its name, its password, or the database that it asks for.
    Login,
    /// A right that the login lacks.
    Right,
    /// A temporary table, for rows on their way.
    Staging,
    /// Any change: it is a replica, or read-only for another reason.
    Change,
    /// The statement.
    Statement,
}

/// Why a database does not take a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It refers to a row that is not there, or another row refers to it.
    ForeignKey,
    /// Another row has the same value.
    Unique,
    /// A value must be there.
    NotNull,
    /// A check does not hold.
    Check,
    /// A value does not fit its column's type.
    Unfit,
    /// It is larger than the database takes.
    Size,
    /// A trigger or a rule let the statement pass and left the row out.
    Skipped,
    /// A trigger or a rule of the database's own.
    Other,
}

impl Refusal {
    const ALL: [Self; 8] = [
        Self::ForeignKey,
        Self::Unique,
        Self::NotNull,
        Self::Check,
        Self::Unfit,
        Self::Size,
        Self::Skipped,
        Self::Other,
    ];

    /// The reason that has the code.
    pub fn from_code(code: ErrorCode) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The stable code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::ForeignKey => ErrorCode::ForeignKey,
            Self::Unique => ErrorCode::NotUnique,
            Self::NotNull => ErrorCode::ValueMissing,
            Self::Check => ErrorCode::CheckFailed,
            Self::Unfit => ErrorCode::ValueUnfit,
            Self::Size => ErrorCode::TooLarge,
            Self::Skipped => ErrorCode::LeftOut,
            Self::Other => ErrorCode::RowRefused,
        }
    }
}

impl Refusal {
    /// What to do about it.
    fn hint(self) -> &'static str {
        match self {
            Self::ForeignKey => {
                "change the rows at the other end of the reference first, or leave this one out"
            }
            Self::Unique => "another row has the value: change that one first, or leave this one out",
            Self::NotNull | Self::Check | Self::Unfit => {
                "choose a value that the column and the checks of the table allow"
            }
            Self::Size => "raise the limit that the database names, or leave the row out",
            Self::Skipped | Self::Other => {
                "a trigger or a rule of the table decides this; its owner can say why, and the other rows can be \
                 changed without this one"
            }
        }
    }
}

impl Denied {
    /// What to do about it, where that can be said.
    fn hint(self) -> Option<&'static str> {
        match self {
            Self::Login => Some("check the user name, the password and the name of the database"),
            Self::Right => Some(
                "grant the login what it lacks: SELECT to read; SELECT, INSERT, UPDATE and DELETE on the table and \
                 on the journal to change rows and to undo that",
            ),
            Self::Staging => Some(
                "grant the login temporary tables: GRANT TEMPORARY ON DATABASE … (PostgreSQL), \
                 GRANT CREATE TEMPORARY TABLES ON … (MySQL, MariaDB)",
            ),
            Self::Change => Some(
                "the database takes no changes: connect to the primary server, or make the file and its folder \
                 writable",
            ),
            Self::Statement => None,
        }
    }
}

impl DriverError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::BadUrl { .. } => ErrorCode::BadSourceUrl,
            Self::Unreachable { .. } | Self::Unencrypted { .. } | Self::FileUnusable { .. } => {
                ErrorCode::SourceUnreachable
            }
            Self::Refused { .. } => ErrorCode::SourceRefused,
            Self::Busy { .. } | Self::FileLocked { .. } => ErrorCode::SourceBusy,
            Self::Timeout { .. } => ErrorCode::Timeout,
            Self::Lost { .. } => ErrorCode::SourceLost,
            Self::Vanished { .. } => ErrorCode::DatasetChanged,
            Self::RowRefused { reason, .. } => reason.code(),
            Self::RolledBack { .. } => Refusal::Other.code(),
            Self::TooLarge { .. } | Self::Oversized { .. } => ErrorCode::TooLarge,
            Self::NoJournal => ErrorCode::NoJournal,
            Self::JournalOutdated { .. } => ErrorCode::JournalOutdated,
            Self::JournalNewer { .. } => ErrorCode::JournalNewer,
            Self::JournalRefused { .. } => ErrorCode::JournalRefused,
            Self::BadValue { .. } => ErrorCode::BadValue,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Protocol { .. } => ErrorCode::SourceProtocol,
        }
    }

    /// Whether it is the journal's state that keeps rows from being changed: an admin has to prepare the source.
    pub fn is_unprepared(&self) -> bool {
        matches!(
            self,
            Self::NoJournal
                | Self::JournalOutdated { .. }
                | Self::JournalNewer { .. }
                | Self::JournalRefused { .. }
        )
    }

    /// Whether a value that it was asked for is one that the database could not even compare: a moment that the calendar
    /// does not have, a letter that its texts cannot hold.
    pub fn is_of_a_value(&self) -> bool {
        match self {
            Self::RowRefused { reason, .. } => *reason == Refusal::Unfit,
            Self::Refused { native_code: Some(code), .. } => {
                // SQLSTATE's class for data; MySQL has numbers for a wrong date, a wrong value and a cut one.
                (code.len() == 5 && code.starts_with("22"))
                    || matches!(code.as_str(), "1292" | "1366" | "1525")
            }
            _ => false,
        }
    }

    /// What to do about it, where that can be said. A file has no host, no port and no password.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreachable { .. } => {
                "check that the database is running and that host, port and network are right"
            }
            Self::Unencrypted { .. } => {
                "check that the server speaks TLS, that its certificate names this host, and that the URL names the \
                 authority which signed it (`sslrootcert`, or `ssl-ca` for MySQL)"
            }
            Self::FileUnusable { .. } => {
                "check that the path is right, and that the file is a database which this user may read"
            }
            Self::Refused { what, .. } => return what.hint(),
            Self::RowRefused { reason, .. } => reason.hint(),
            Self::Oversized { .. } => "choose fewer rows, or raise the limit that the database names",
            Self::Busy { .. } => "wait a moment and try again, or allow more connections",
            Self::FileLocked { .. } => "wait until the other program has finished, and try again",
            Self::Timeout { .. } => "narrow the filter, add an index for it, or raise the limit",
            Self::Lost { .. } => "the file was not finished; start again once the database answers",
            Self::Vanished { .. } => {
                "reload the datasets: a table or column was dropped or renamed meanwhile"
            }
            Self::NoJournal => "an admin prepares the source: `rowport prepare`",
            Self::JournalOutdated { .. } => {
                "an admin upgrades it, which keeps all changes and the trash: `rowport prepare`"
            }
            Self::JournalNewer { .. } => "use the version of Rowport that upgraded it, or a later one",
            Self::JournalRefused { .. } => {
                "give the statements of `rowport prepare --print` to the owner of the database"
            }
            _ => return None,
        })
    }

    /// Whether rows or values were too large together, so that fewer may do.
    pub fn is_of_size(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::Oversized { .. })
    }

    /// What the operating system or TLS said while a connection was made.
    pub(crate) fn while_connecting(error: &std::io::Error) -> Self {
        let message = error.to_string();
        // TLS has no kind of its own: what it does not accept is data to it.
        match error.kind() {
            std::io::ErrorKind::InvalidData => Self::Unencrypted { message },
            _ => Self::Unreachable { message },
        }
    }

    /// What a database said of the journal: a right that is missing is the owner's to give.
    pub(crate) fn of_journal(self) -> Self {
        match self {
            Self::Refused { message, .. } => Self::JournalRefused { message },
            other => other,
        }
    }

    pub(crate) fn protocol(message: impl Into<String>) -> Self {
        Self::Protocol { message: message.into() }
    }

    /// An Arrow error here means that a builder broke its own rules.
    pub(crate) fn arrow(error: arrow_schema::ArrowError) -> Self {
        Self::protocol(error.to_string())
    }
}
