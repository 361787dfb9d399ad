use rowport_drivers::DriverError;
use rowport_formats::EncodeError;
use rowport_model::{ErrorCode, QueryError};
use rowport_store::StoreError;
use thiserror::Error;

use crate::hints::hint_of;

/// What a use case can fail with. [`EngineError::code`] is stable.
#[derive(Debug, Error)]
pub enum EngineError {
    /// There is no source of that name.
    #[error("there is no source `{name}`")]
    UnknownSource {
        /// The name asked for.
        name: String,
    },
    /// There is no dataset of that name, or not for this principal.
    #[error("there is no dataset `{name}` in `{source_name}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// In this source.
        source_name: String,
        /// A dataset with a similar name.
        suggestion: Option<String>,
    },
    /// The dataset is there for this principal, and what they want to do with it is not allowed.
    #[error("`{permission}` of `{dataset}` is not allowed")]
    Forbidden {
        /// The permission that is missing.
        permission: &'static str,
        /// The dataset.
        dataset: String,
    },
    /// People of a tenant would change rows that all tenants see.
    #[error("`{dataset}` is shared by all tenants, and people of one of them only read it")]
    SharedForReading {
        /// The dataset.
        dataset: String,
    },
    /// The change set wrote columns that the principal may not write. Which they are may not be for them to know.
    #[error("this changed columns that are not yours to change")]
    ColumnsForbidden,
    /// There is no kind of person of that name.
    #[error("there is no kind of person `{name}`{}", suggestion.as_ref().map(|s| format!("; did you mean `{s}`?")).unwrap_or_default())]
    UnknownSubject {
        /// The name asked for.
        name: String,
        /// One with a similar name.
        suggestion: Option<String>,
    },
    /// Something about the person is not for this principal. What it is, is not for them either.
    #[error("an archive about a `{subject}` would not be whole: it would leave out what you may not export")]
    NotTheWhole {
        /// The kind of person.
        subject: String,
    },
    /// The owner has been suspended or removed, or their key was revoked.
    #[error("whoever asked for this may not do anything any more")]
    NotAllowedAnyMore,
    /// The view does not fit the dataset.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The database failed.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The rows cannot be written in this format.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Rowport's own state or its artifacts failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The request does not make sense.
    #[error("{message}")]
    BadExport {
        /// Why.
        message: String,
    },
    /// The change does not make sense.
    #[error("{message}")]
    BadChange {
        /// Why.
        message: String,
    },
    /// The confirmation is not one for this.
    #[error("the confirmation cannot be used: {message}")]
    BadConfirmation {
        /// Why.
        message: String,
    },
    /// The confirmation was for other rows than there are now.
    #[error("{shown} rows were confirmed, and these are not the {found} that there are now")]
    SelectionChanged {
        /// How many were shown.
        shown: u64,
        /// How many there are.
        found: u64,
    },
    /// The dependents of the confirmed rows are not those of the preview.
    #[error("other rows hang on these now than when they were shown: look at it again")]
    DependentsChanged,
    /// The principal may not see or change rows of the cascade.
    #[error("rows that hang on these go along with them, and are not yours to change")]
    CascadeForbidden,
    /// The change set was confirmed already.
    #[error("this was confirmed before: it is the change set {change_set}")]
    ConfirmedBefore {
        /// Its id.
        change_set: String,
    },
    /// The idempotency key is not one.
    #[error("an idempotency key has 1 to 255 visible ASCII characters")]
    BadIdempotencyKey,
    /// The idempotency key came with another request before.
    #[error("this idempotency key came with another request before, which made the change set {change_set}")]
    IdempotencyKeyReused {
        /// Its change set.
        change_set: String,
    },
    /// There is no such change set, or not for this principal.
    #[error("there is no change set {id}")]
    UnknownChangeSet {
        /// The id asked for.
        id: String,
    },
    /// It is too late to undo the change set, or nothing of it is left to undo.
    #[error("the change set {id} cannot be taken back: {message}")]
    NotUndoable {
        /// Its id.
        id: String,
        /// Why.
        message: &'static str,
    },
    /// Another worker has the change set.
    #[error("another worker has this change set")]
    Overtaken,
    /// The file, pipe or spool cannot be written.
    #[error("{what} cannot be written: {error}")]
    Output {
        /// Which.
        what: String,
        /// The operating system's words.
        error: std::io::Error,
    },
    /// The caller went away, or pressed a key.
    #[error("cancelled")]
    Cancelled,
    /// A mistake of ours.
    #[error("internal error: {message}")]
    Internal {
        /// What went wrong.
        message: String,
    },
}

impl EngineError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnknownSource { .. } => ErrorCode::UnknownSource,
            Self::UnknownDataset { .. } => ErrorCode::UnknownDataset,
            Self::UnknownSubject { .. } => ErrorCode::UnknownSubject,
            Self::Forbidden { .. } | Self::NotTheWhole { .. } | Self::NotAllowedAnyMore => {
                ErrorCode::Forbidden
            }
            Self::SharedForReading { .. } | Self::ColumnsForbidden => ErrorCode::Forbidden,
            Self::Query(error) => error.code(),
            Self::Driver(error) => error.code(),
            Self::Encode(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::BadExport { .. } => ErrorCode::BadExport,
            Self::BadChange { .. } => ErrorCode::BadChange,
            Self::BadConfirmation { .. } => ErrorCode::BadConfirmation,
            Self::SelectionChanged { .. } => ErrorCode::SelectionChanged,
            Self::DependentsChanged => ErrorCode::DependentsChanged,
            Self::CascadeForbidden => ErrorCode::Forbidden,
            Self::ConfirmedBefore { .. } => ErrorCode::ConfirmedBefore,
            Self::BadIdempotencyKey => ErrorCode::BadIdempotencyKey,
            Self::IdempotencyKeyReused { .. } => ErrorCode::IdempotencyKeyReused,
            Self::UnknownChangeSet { .. } => ErrorCode::UnknownChangeSet,
            Self::NotUndoable { .. } => ErrorCode::NotUndoable,
            Self::Overtaken => ErrorCode::Overtaken,
            Self::Output { error, .. } => match error.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::StorageFull,
                _ => ErrorCode::OutputFailed,
            },
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Internal { .. } => ErrorCode::Internal,
        }
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<&'static str> {
        if let Self::Driver(error) = self {
            return error.hint();
        }
        if let Self::SharedForReading { .. } = self {
            return Some("`shared = \"write\"` in the configuration lets people of tenants change it");
        }
        hint_of(self.code())
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::Internal { message: message.into() }
    }
}
