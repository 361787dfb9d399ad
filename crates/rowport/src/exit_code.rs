//! The exit code of each error code, as `--help` and docs/reference/cli.md list them.

#![deny(clippy::wildcard_enum_match_arm)]

use rowport_model::ErrorCode as Code;

/// Something that has no exit code of its own.
pub const OTHER: u8 = 1;
/// The command line cannot be understood.
pub const BAD_USAGE: u8 = 2;
/// The database cannot be reached, refused, or was lost.
pub const NO_DATABASE: u8 = 3;
/// Names, filters or options do not fit the data.
pub const BAD_REQUEST: u8 = 4;
/// The output cannot be written.
pub const NO_OUTPUT: u8 = 5;
/// The configuration is wrong, or a source is not prepared.
pub const BAD_CONFIGURATION: u8 = 6;
/// The person pressed Ctrl+C.
pub const INTERRUPTED: u8 = 130;
/// What a program that SIGPIPE ends is reported as by shells.
pub const READER_LEFT: u8 = 141;

/// The exit code of a command that failed with this code.
pub fn exit_code_of(code: Code) -> u8 {
    match code {
        Code::BadSourceUrl => BAD_USAGE,
        Code::JournalRefused
        | Code::SourceUnreachable
        | Code::SourceRefused
        | Code::SourceBusy
        | Code::SourceLost
        | Code::SourceProtocol
        | Code::Timeout
        | Code::DatasetChanged
        | Code::BadValue => NO_DATABASE,
        Code::OutputFailed | Code::StorageFull => NO_OUTPUT,
        Code::NoJournal | Code::JournalOutdated | Code::JournalNewer => BAD_CONFIGURATION,
        Code::Cancelled => INTERRUPTED,
        Code::Internal => OTHER,
        Code::BadRequest
        | Code::NotFound
        | Code::MethodNotAllowed
        | Code::UnsupportedMediaType
        | Code::BodyTooSlow
        | Code::BadFilter
        | Code::BadView
        | Code::BadCursor
        | Code::BadExport
        | Code::BadChange
        | Code::BadKey
        | Code::BadConfirmation
        | Code::BadIdempotencyKey
        | Code::BadText
        | Code::BadName
        | Code::BadPreset
        | Code::BadRole
        | Code::BadPassword
        | Code::NotWritable
        | Code::MaskedColumn
        | Code::TooLarge
        | Code::NotSignedIn
        | Code::WrongPassword
        | Code::Suspended
        | Code::Forbidden
        | Code::ForbiddenHost
        | Code::ForbiddenOrigin
        | Code::TooManyTries
        | Code::TooManyExports
        | Code::TooManyStreams
        | Code::TooManyConnections
        | Code::Busy
        | Code::LastAdmin
        | Code::UnknownSource
        | Code::UnknownDataset
        | Code::UnknownColumn
        | Code::UnknownSubject
        | Code::UnknownView
        | Code::UnknownPreset
        | Code::UnknownRun
        | Code::UnknownArtifact
        | Code::UnknownUser
        | Code::UnknownRole
        | Code::UnknownSession
        | Code::UnknownKey
        | Code::UnknownInvitation
        | Code::UnknownChannel
        | Code::UnknownChangeSet
        | Code::NameTaken
        | Code::TooManySaved
        | Code::NoKey
        | Code::NoTransactions
        | Code::Inherited
        | Code::SelectionChanged
        | Code::DependentsChanged
        | Code::ConfirmedBefore
        | Code::NotUndoable
        | Code::Overtaken
        | Code::IdempotencyKeyReused
        | Code::ForeignKey
        | Code::NotUnique
        | Code::ValueMissing
        | Code::CheckFailed
        | Code::ValueUnfit
        | Code::RowRefused
        | Code::LeftOut
        | Code::HasDependents
        | Code::ChangedSince
        | Code::Gone
        | Code::KeyTaken
        | Code::TakenBack
        | Code::Purged
        | Code::ColumnChanged
        | Code::Altered
        | Code::UnsupportedType
        | Code::SchemaMismatch
        | Code::InvalidOption
        | Code::TooManyColumns
        | Code::TooManySheets
        | Code::CellTooLong
        | Code::MixedColumn
        | Code::EncoderFailed
        | Code::FileTooLong
        | Code::StorageUnavailable
        | Code::StorageRefused
        | Code::StorageForeign
        | Code::StoreUnavailable
        | Code::StoreBusy
        | Code::StoreForeign
        | Code::StoreNewer
        | Code::StoreDamaged
        | Code::StillRunning
        | Code::RunLost
        | Code::WorkerLost
        | Code::RunDeleted
        | Code::NobodyToTell
        | Code::ChannelGone
        | Code::BadMessage
        | Code::MailUnreachable
        | Code::MailUntrusted
        | Code::MailRefused
        | Code::WebhookRefused
        | Code::BadAddress
        | Code::AddressNotPublic
        | Code::HostUnknown
        | Code::HostUnreachable
        | Code::HostUntrusted
        | Code::NoAnswer
        | Code::AnswerTooLarge
        | Code::AnswerBroken => BAD_REQUEST,
    }
}
