//! What a message says of a run that failed.

#![deny(clippy::wildcard_enum_match_arm)]

use rowport_model::ErrorCode as Code;

/// The code in words. The run's own words may come from a database, and quote a row.
pub(super) fn reason_of(code: Code) -> &'static str {
    match code {
        Code::SourceUnreachable | Code::SourceBusy | Code::Timeout => "the database did not answer in time",
        Code::SourceLost => "the connection to the database broke",
        Code::SourceRefused => "the database refused",
        Code::StorageFull => "there is no room for the file",
        Code::StorageUnavailable | Code::StorageRefused => "the file could not be stored",
        Code::MaskedColumn
        | Code::UnknownSource
        | Code::UnknownDataset
        | Code::UnknownColumn
        | Code::DatasetChanged => "the table or one of its columns is not there any more, or not for you",
        Code::Forbidden => "you may not do this any more",
        Code::TooManyColumns
        | Code::TooManySheets
        | Code::CellTooLong
        | Code::MixedColumn
        | Code::FileTooLong => "the rows do not go into a file of this format",
        Code::WorkerLost => "the process that worked on it went away, and so did those after it",
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
        | Code::TooLarge
        | Code::NotSignedIn
        | Code::WrongPassword
        | Code::Suspended
        | Code::ForbiddenHost
        | Code::ForbiddenOrigin
        | Code::TooManyTries
        | Code::TooManyExports
        | Code::TooManyStreams
        | Code::TooManyConnections
        | Code::Busy
        | Code::LastAdmin
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
        | Code::NoJournal
        | Code::JournalOutdated
        | Code::JournalNewer
        | Code::JournalRefused
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
        | Code::BadSourceUrl
        | Code::SourceProtocol
        | Code::BadValue
        | Code::UnsupportedType
        | Code::SchemaMismatch
        | Code::InvalidOption
        | Code::EncoderFailed
        | Code::OutputFailed
        | Code::StorageForeign
        | Code::StoreUnavailable
        | Code::StoreBusy
        | Code::StoreForeign
        | Code::StoreNewer
        | Code::StoreDamaged
        | Code::StillRunning
        | Code::RunLost
        | Code::RunDeleted
        | Code::Cancelled
        | Code::Internal
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
        | Code::AnswerBroken => "something went wrong",
    }
}
