//! Which failures are worth another attempt.

#![deny(clippy::wildcard_enum_match_arm)]

use rowport_model::ErrorCode as Code;

/// Whether the cause may pass by itself. A request that makes no sense fails the same way every time.
pub(super) fn may_pass(code: Code) -> bool {
    match code {
        Code::Overtaken
        | Code::SourceUnreachable
        | Code::SourceBusy
        | Code::SourceLost
        | Code::Timeout
        | Code::StorageFull
        | Code::StorageUnavailable
        | Code::StoreBusy => true,
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
        | Code::SourceRefused
        | Code::SourceProtocol
        | Code::DatasetChanged
        | Code::BadValue
        | Code::UnsupportedType
        | Code::SchemaMismatch
        | Code::InvalidOption
        | Code::TooManyColumns
        | Code::TooManySheets
        | Code::CellTooLong
        | Code::MixedColumn
        | Code::EncoderFailed
        | Code::FileTooLong
        | Code::OutputFailed
        | Code::StorageRefused
        | Code::StorageForeign
        | Code::StoreUnavailable
        | Code::StoreForeign
        | Code::StoreNewer
        | Code::StoreDamaged
        | Code::StillRunning
        | Code::RunLost
        | Code::WorkerLost
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
        | Code::AnswerBroken => false,
    }
}
