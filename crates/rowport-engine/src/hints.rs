//! What helps against an error, as far as its code says it.

#![deny(clippy::wildcard_enum_match_arm)]

use rowport_model::ErrorCode as Code;

/// The hint that goes with the code.
pub(crate) fn hint_of(code: Code) -> Option<&'static str> {
    match code {
        Code::StorageFull => Some("free some space on the disk, or write to another one"),
        Code::Forbidden => Some("an administrator can give a role that allows it"),
        Code::StorageRefused => Some("`rowport doctor` looks at the storage and says what is missing"),
        Code::SelectionChanged => Some("look at the rows again and confirm what there is now"),
        Code::BadConfirmation => Some("ask for a preview again, and confirm with what it answers"),
        Code::IdempotencyKeyReused => Some("send a new key with each new request"),
        Code::BadCursor => Some("start again from the first page of this view"),
        Code::BadRequest
        | Code::NotFound
        | Code::MethodNotAllowed
        | Code::UnsupportedMediaType
        | Code::BodyTooSlow
        | Code::BadFilter
        | Code::BadView
        | Code::BadExport
        | Code::BadChange
        | Code::BadKey
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
        | Code::DependentsChanged
        | Code::ConfirmedBefore
        | Code::NotUndoable
        | Code::Overtaken
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
        | Code::SourceUnreachable
        | Code::SourceRefused
        | Code::SourceBusy
        | Code::SourceLost
        | Code::SourceProtocol
        | Code::Timeout
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
        | Code::StorageUnavailable
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
        | Code::AnswerBroken => None,
    }
}
