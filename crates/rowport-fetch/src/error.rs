use rowport_model::ErrorCode;
use thiserror::Error;

/// Why there is no answer. No message has more of the address than its host.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The address cannot be asked.
    #[error("the address cannot be used: {message}")]
    BadAddress {
        /// What is wrong with it.
        message: &'static str,
    },
    /// It leads to where requests may not go.
    #[error("{host} is not a public address, and others are not allowed")]
    NotPublic {
        /// The name or address asked for.
        host: String,
    },
    /// Nobody knows the name.
    #[error("{host} cannot be found: {message}")]
    Unknown {
        /// The name asked for.
        host: String,
        /// The resolver's words.
        message: String,
    },
    /// Nobody answers there.
    #[error("{host} cannot be reached: {message}")]
    Unreachable {
        /// The name or address asked for.
        host: String,
        /// The operating system's words.
        message: String,
    },
    /// Whoever answers cannot prove to be the one asked for.
    #[error("{host} cannot prove who it is: {message}")]
    Untrusted {
        /// The name or address asked for.
        host: String,
        /// What the proof lacks.
        message: String,
    },
    /// The answer took too long.
    #[error("there was no whole answer within {seconds} s")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The answer is longer than allowed.
    #[error("the answer is longer than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("the answer was broken off: {message}")]
    Broken {
        /// What happened.
        message: String,
    },
}

impl FetchError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::BadAddress { .. } => ErrorCode::BadAddress,
            Self::NotPublic { .. } => ErrorCode::AddressNotPublic,
            Self::Unknown { .. } => ErrorCode::HostUnknown,
            Self::Unreachable { .. } => ErrorCode::HostUnreachable,
            Self::Untrusted { .. } => ErrorCode::HostUntrusted,
            Self::Timeout { .. } => ErrorCode::NoAnswer,
            Self::TooLarge { .. } => ErrorCode::AnswerTooLarge,
            Self::Broken { .. } => ErrorCode::AnswerBroken,
        }
    }
}
