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
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAddress { .. } => "bad_address",
            Self::NotPublic { .. } => "address_not_public",
            Self::Unknown { .. } => "host_unknown",
            Self::Unreachable { .. } => "host_unreachable",
            Self::Untrusted { .. } => "host_untrusted",
            Self::Timeout { .. } => "no_answer",
            Self::TooLarge { .. } => "answer_too_large",
            Self::Broken { .. } => "answer_broken",
        }
    }
}
