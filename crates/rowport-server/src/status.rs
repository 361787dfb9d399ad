//! The HTTP status of each code.

#![deny(clippy::wildcard_enum_match_arm)]

use axum::http::StatusCode;
use rowport_model::ErrorCode as Code;

/// The status that an answer with the code has. Codes of rows, runs and messages, which answer no request, have that of a
/// mistake of ours, as has what a caller cannot help.
pub(crate) fn status_of(code: Code) -> StatusCode {
    match code {
        Code::BadRequest
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
        | Code::UnknownColumn => StatusCode::BAD_REQUEST,
        Code::NotSignedIn | Code::WrongPassword => StatusCode::UNAUTHORIZED,
        Code::Suspended | Code::Forbidden | Code::ForbiddenHost | Code::ForbiddenOrigin => {
            StatusCode::FORBIDDEN
        }
        Code::NotFound
        | Code::UnknownSource
        | Code::UnknownDataset
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
        | Code::UnknownChangeSet => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Code::LastAdmin
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
        | Code::DatasetChanged
        | Code::StillRunning
        | Code::RunLost
        | Code::NobodyToTell => StatusCode::CONFLICT,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::IdempotencyKeyReused
        | Code::ForeignKey
        | Code::NotUnique
        | Code::ValueMissing
        | Code::CheckFailed
        | Code::ValueUnfit
        | Code::RowRefused
        | Code::LeftOut
        | Code::UnsupportedType
        | Code::SchemaMismatch
        | Code::InvalidOption
        | Code::TooManyColumns
        | Code::TooManySheets
        | Code::CellTooLong
        | Code::MixedColumn
        | Code::EncoderFailed => StatusCode::UNPROCESSABLE_ENTITY,
        Code::TooManyTries | Code::TooManyExports | Code::TooManyStreams => StatusCode::TOO_MANY_REQUESTS,
        Code::BadSourceUrl
        | Code::SourceRefused
        | Code::SourceLost
        | Code::SourceProtocol
        | Code::BadValue
        | Code::StorageRefused => StatusCode::BAD_GATEWAY,
        Code::TooManyConnections
        | Code::Busy
        | Code::SourceUnreachable
        | Code::SourceBusy
        | Code::StorageUnavailable
        | Code::StoreBusy => StatusCode::SERVICE_UNAVAILABLE,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::HasDependents
        | Code::ChangedSince
        | Code::Gone
        | Code::KeyTaken
        | Code::TakenBack
        | Code::Purged
        | Code::ColumnChanged
        | Code::Altered
        | Code::FileTooLong
        | Code::OutputFailed
        | Code::StorageForeign
        | Code::StoreUnavailable
        | Code::StoreForeign
        | Code::StoreNewer
        | Code::StoreDamaged
        | Code::WorkerLost
        | Code::RunDeleted
        | Code::Cancelled
        | Code::Internal
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
        | Code::AnswerBroken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the document's tables of codes: the codes, and the status where there is one.
    fn documented() -> Vec<(Code, Option<u16>)> {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/API-DESIGN.md"));
        let text = text.unwrap();
        let (_, problems) = text.split_once("## Problems").unwrap();
        let (problems, _) = problems.split_once("\n## ").unwrap();
        let rows = problems.lines().filter(|line| line.starts_with("| `"));
        rows.flat_map(|row| {
            let mut cells = row.split('|').skip(1).map(str::trim);
            let (codes, status) = (cells.next().unwrap(), cells.next().unwrap().parse().ok());
            codes.split(", ").map(move |code| (code.trim_matches('`').parse().unwrap(), status))
        })
        .collect()
    }

    #[test]
    fn the_document_lists_every_code_with_its_status() {
        let documented = documented();
        for code in Code::ALL.iter().copied() {
            let listed: Vec<_> = documented.iter().filter(|(listed, _)| *listed == code).collect();
            assert!(!listed.is_empty(), "`{code}` is not in docs/API-DESIGN.md");
            let said: Vec<u16> = listed.iter().filter_map(|(_, status)| *status).collect();
            assert!(said.len() < 2, "`{code}` has two rows with a status");
            if let Some(said) = said.first() {
                assert_eq!(status_of(code).as_u16(), *said, "`{code}`");
            }
        }
    }
}
