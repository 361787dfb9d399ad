use rowport_model::ErrorCode;
use thiserror::Error;

/// What the store can fail with. The messages are for people; [`StoreError::code`] is for programs.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another view or preset of the dataset has that name, perhaps in other capitals.
    #[error("there already is a {what} named `{name}`")]
    NameTaken {
        /// `view` or `preset`.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The name cannot be used.
    #[error("the name cannot be used: {message}")]
    BadName {
        /// What would be right.
        message: String,
    },
    /// The columns of a preset cannot be used.
    #[error("the columns cannot be used: {message}")]
    BadPreset {
        /// What would be right.
        message: String,
    },
    /// The dataset has as many as it may have.
    #[error("a dataset has at most {limit} saved {what}s; delete one that is not needed")]
    TooMany {
        /// `view` or `preset`.
        what: &'static str,
        /// The limit.
        limit: u32,
    },
    /// The principal has as many in the dataset as one may have.
    #[error(
        "you have {limit} saved {what}s of this dataset, which is as many as one may have; delete one first"
    )]
    TooManyOfOne {
        /// `view` or `preset`.
        what: &'static str,
        /// The limit.
        limit: u32,
    },
    /// What is saved of the dataset would be larger than it may be together.
    #[error(
        "the saved {what}s of a dataset are at most {limit} bytes together; delete one that is not needed"
    )]
    NoRoom {
        /// `view` or `preset`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Another one saved it first, who alone may change it, or an administrator.
    #[error("this {what} was saved by another person: they change or delete it, or an administrator does")]
    NotTheOwner {
        /// `view` or `preset`.
        what: &'static str,
    },
    /// The view or the columns are larger than may be saved.
    #[error("the {what} is larger than the {limit} bytes that may be saved")]
    TooLarge {
        /// `view` or `preset`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The dataset has no such view.
    #[error("there is no saved view `{id}` of this dataset")]
    UnknownView {
        /// The id asked for.
        id: String,
    },
    /// The dataset has no such preset.
    #[error("there is no preset `{id}` of this dataset")]
    UnknownPreset {
        /// The id asked for.
        id: String,
    },
    /// There is no such run, or it is somebody else's.
    #[error("there is no run `{id}`")]
    UnknownRun {
        /// The id asked for.
        id: String,
    },
    /// The run has not ended, and only what has ended can be deleted.
    #[error("run `{id}` has not ended yet; cancel it first")]
    StillRunning {
        /// The run.
        id: String,
    },
    /// The run is no longer this worker's: another has claimed it, or it has ended.
    #[error("attempt {attempt} of run `{id}` is over: another worker has the run, or it has ended")]
    Lost {
        /// The run.
        id: String,
        /// The attempt that is over.
        attempt: u32,
    },
    /// There is no such person.
    #[error("there is no user `{id}`")]
    UnknownUser {
        /// The id asked for.
        id: String,
    },
    /// There is no such role.
    #[error("there is no role `{id}`")]
    UnknownRole {
        /// The id asked for.
        id: String,
    },
    /// The role or the scopes of a key cannot be used so.
    #[error("this cannot be: {message}")]
    BadRole {
        /// What would be right.
        message: String,
    },
    /// Nobody would be left to manage Rowport.
    #[error("nobody would be left who administers Rowport; make somebody else an administrator first")]
    LastAdmin,
    /// There is no such session, or it is over, or it is somebody else's.
    #[error("there is no session `{id}`")]
    UnknownSession {
        /// The id asked for.
        id: String,
    },
    /// There is no such API key, or it is revoked, or it is somebody else's.
    #[error("there is no API key `{id}`")]
    UnknownKey {
        /// The id asked for.
        id: String,
    },
    /// The one-time link is no longer good, or never was.
    #[error("this link is no longer good; ask for another one")]
    UnknownInvitation,
    /// There is no such file, or it is not given out any more.
    #[error("there is no such file, or its link is no longer good")]
    UnknownArtifact {
        /// The id asked for.
        id: String,
    },
    /// The storage of the artifacts cannot be used now.
    #[error("the storage in {location} cannot be used: {message}")]
    Storage {
        /// The folder, or the bucket.
        location: String,
        /// What the operating system or the server said.
        message: String,
    },
    /// The storage of the artifacts does not let Rowport in, or has no such bucket.
    #[error("the storage in {location} refuses: {message}")]
    StorageRefused {
        /// The bucket.
        location: String,
        /// What the server said.
        message: String,
    },
    /// The storage of the artifacts has no room.
    #[error("the storage in {location} is full")]
    StorageFull {
        /// The folder, or the bucket.
        location: String,
    },
    /// The file is longer than an upload in parts of this size can be.
    #[error(
        "the file is longer than the {limit} bytes that {parts} parts hold; raise `part_size` in `[storage]`"
    )]
    TooManyParts {
        /// Bytes.
        limit: u64,
        /// How many parts an upload may have.
        parts: usize,
    },
    /// The settings of the storage make no sense together.
    #[error("the storage cannot be set up: {message}")]
    BadStorage {
        /// What is wrong.
        message: String,
    },
    /// The request of a run has too much in it.
    #[error(
        "the request has {bytes} bytes, and one that is kept until it is done has at most {most}: filter by fewer values"
    )]
    LongRequest {
        /// How long it is as JSON.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// The checkpoint of a run is too long.
    #[error("the checkpoint of the run has {bytes} bytes, and at most {max} can be noted")]
    LongCheckpoint {
        /// How long it is as JSON.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A text that cannot be kept.
    #[error("a text has the character NUL in it, which cannot be stored")]
    BadText,
    /// The storage belongs to another Rowport.
    #[error(
        "{location} belongs to another Rowport: take another place, or remove `owner` there if that one is gone"
    )]
    StorageForeign {
        /// The folder, or the bucket and prefix.
        location: String,
    },
    /// The file cannot be opened, read or written.
    #[error("Rowport's own state in {location} cannot be used: {message}")]
    Unavailable {
        /// The file, or the server and database.
        location: String,
        /// The operating system's or the database's words.
        message: String,
    },
    /// Another process holds the file for longer than is waited.
    #[error("Rowport's own state is busy: {message}")]
    Busy {
        /// The database's words.
        message: String,
    },
    /// The file is something else.
    #[error("{location} is not Rowport's: {message}; it was left as it is")]
    Foreign {
        /// The file, or the server and database.
        location: String,
        /// How that can be seen.
        message: String,
    },
    /// A newer Rowport wrote the file.
    #[error("{location} was written by a newer Rowport (its version is {found}, this program knows {known})")]
    Newer {
        /// The file, or the server and database.
        location: String,
        /// The version of the file.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A saved row cannot be read back.
    #[error("the saved {what} `{id}` cannot be read: {message}")]
    Damaged {
        /// `view` or `preset`.
        what: &'static str,
        /// Which.
        id: String,
        /// What is wrong with it.
        message: String,
    },
}

impl StoreError {
    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NameTaken { .. } => ErrorCode::NameTaken,
            Self::BadName { .. } => ErrorCode::BadName,
            Self::BadPreset { .. } => ErrorCode::BadPreset,
            Self::TooMany { .. } | Self::TooManyOfOne { .. } | Self::NoRoom { .. } => ErrorCode::TooManySaved,
            Self::NotTheOwner { .. } => ErrorCode::Forbidden,
            Self::TooLarge { .. } => ErrorCode::TooLarge,
            Self::UnknownView { .. } => ErrorCode::UnknownView,
            Self::UnknownPreset { .. } => ErrorCode::UnknownPreset,
            Self::UnknownRun { .. } => ErrorCode::UnknownRun,
            Self::StillRunning { .. } => ErrorCode::StillRunning,
            Self::Lost { .. } => ErrorCode::RunLost,
            Self::UnknownUser { .. } => ErrorCode::UnknownUser,
            Self::UnknownRole { .. } => ErrorCode::UnknownRole,
            Self::BadRole { .. } => ErrorCode::BadRole,
            Self::LastAdmin => ErrorCode::LastAdmin,
            Self::UnknownSession { .. } => ErrorCode::UnknownSession,
            Self::UnknownKey { .. } => ErrorCode::UnknownKey,
            Self::UnknownInvitation => ErrorCode::UnknownInvitation,
            Self::UnknownArtifact { .. } => ErrorCode::UnknownArtifact,
            Self::Storage { .. } => ErrorCode::StorageUnavailable,
            Self::StorageRefused { .. } | Self::BadStorage { .. } => ErrorCode::StorageRefused,
            Self::LongRequest { .. } | Self::LongCheckpoint { .. } => ErrorCode::TooLarge,
            Self::BadText => ErrorCode::BadText,
            Self::StorageFull { .. } => ErrorCode::StorageFull,
            Self::TooManyParts { .. } => ErrorCode::FileTooLong,
            Self::StorageForeign { .. } => ErrorCode::StorageForeign,
            Self::Unavailable { .. } => ErrorCode::StoreUnavailable,
            Self::Busy { .. } => ErrorCode::StoreBusy,
            Self::Foreign { .. } => ErrorCode::StoreForeign,
            Self::Newer { .. } => ErrorCode::StoreNewer,
            Self::Damaged { .. } => ErrorCode::StoreDamaged,
        }
    }
}
