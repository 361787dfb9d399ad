use serde::{Deserialize, Deserializer};

use crate::named::named_enum;

// Each consequence of a code is a `match` over all of them, which stands where the consequence belongs: the HTTP status in
// the server, the exit code in the command line, another attempt, the hint and the words of a message in the engine. The
// compiler asks for each of them when a code is added; `docs/API-DESIGN.md` lists the codes, held against this list by a test.
named_enum! {
    /// The stable code of an error: what programs may rely on, in answers, runs, rows that were not changed, and messages.
    pub enum ErrorCode ("an error code") {
        /// The request cannot be read.
        BadRequest = "bad_request",
        /// There is nothing at the address.
        NotFound = "not_found",
        /// The route does not know the method.
        MethodNotAllowed = "method_not_allowed",
        /// The body is not said to be JSON.
        UnsupportedMediaType = "unsupported_media_type",
        /// The body did not arrive in time.
        BodyTooSlow = "body_too_slow",
        /// The filter cannot be understood.
        BadFilter = "bad_filter",
        /// The view cannot be understood.
        BadView = "bad_view",
        /// The cursor is none, or belongs to another view.
        BadCursor = "bad_cursor",
        /// The request for an export cannot be understood.
        BadExport = "bad_export",
        /// The change makes no sense.
        BadChange = "bad_change",
        /// The key is not one of the dataset's.
        BadKey = "bad_key",
        /// The confirmation is forged, too old, another caller's, or for another action.
        BadConfirmation = "bad_confirmation",
        /// The idempotency key is not 1 to 255 visible ASCII characters.
        BadIdempotencyKey = "bad_idempotency_key",
        /// A text has the character NUL in it.
        BadText = "bad_text",
        /// The name cannot be given to a view or a preset.
        BadName = "bad_name",
        /// The columns cannot be saved as a preset.
        BadPreset = "bad_preset",
        /// The role or the scopes cannot be granted so.
        BadRole = "bad_role",
        /// The password cannot be chosen.
        BadPassword = "bad_password",
        /// The column is not set in this way.
        NotWritable = "not_writable",
        /// The column is masked for the principal.
        MaskedColumn = "masked_column",
        /// The request, its values or its rows are larger than is allowed.
        TooLarge = "too_large",
        /// The caller is not signed in, or the key is not valid any more.
        NotSignedIn = "not_signed_in",
        /// The e-mail address and the password do not belong together.
        WrongPassword = "wrong_password",
        /// The account is suspended.
        Suspended = "suspended",
        /// The principal's roles do not allow it.
        Forbidden = "forbidden",
        /// The request names a host that this server is not.
        ForbiddenHost = "forbidden_host",
        /// The request came from another site.
        ForbiddenOrigin = "forbidden_origin",
        /// The caller has tried to sign in too often.
        TooManyTries = "too_many_tries",
        /// The principal has asked for too many exports.
        TooManyExports = "too_many_exports",
        /// The principal has too many streams open.
        TooManyStreams = "too_many_streams",
        /// The address, or all together, have too many connections open.
        TooManyConnections = "too_many_connections",
        /// Too many long requests are being worked on.
        Busy = "busy",
        /// The last administrator would go.
        LastAdmin = "last_admin",
        /// The source does not exist.
        UnknownSource = "unknown_source",
        /// The dataset does not exist, or not for the principal.
        UnknownDataset = "unknown_dataset",
        /// The column does not exist, or not for the principal.
        UnknownColumn = "unknown_column",
        /// The kind of person does not exist.
        UnknownSubject = "unknown_subject",
        /// The saved view does not exist.
        UnknownView = "unknown_view",
        /// The preset does not exist.
        UnknownPreset = "unknown_preset",
        /// The run does not exist, or not for the principal.
        UnknownRun = "unknown_run",
        /// The file does not exist, or its link is not good any more.
        UnknownArtifact = "unknown_artifact",
        /// The user does not exist.
        UnknownUser = "unknown_user",
        /// The role does not exist.
        UnknownRole = "unknown_role",
        /// The session does not exist, or not for the principal.
        UnknownSession = "unknown_session",
        /// The API key does not exist, or not for the principal.
        UnknownKey = "unknown_key",
        /// The one-time link is not good any more.
        UnknownInvitation = "unknown_invitation",
        /// The configuration has no such channel.
        UnknownChannel = "unknown_channel",
        /// The change set does not exist, or not for the principal.
        UnknownChangeSet = "unknown_change_set",
        /// Another view or preset of the dataset has the name.
        NameTaken = "name_taken",
        /// The dataset, or the principal in it, has as many or as large ones as it may.
        TooManySaved = "too_many_saved",
        /// The source is not prepared for changes.
        NoJournal = "no_journal",
        /// The journal is of an earlier version.
        JournalOutdated = "journal_outdated",
        /// The journal is of a later version.
        JournalNewer = "journal_newer",
        /// The login may not make or use the journal's tables.
        JournalRefused = "journal_refused",
        /// The dataset's rows have no key to tell them apart by.
        NoKey = "no_key",
        /// The table's engine has no transactions.
        NoTransactions = "no_transactions",
        /// Other tables inherit from the table.
        Inherited = "inherited",
        /// The confirmation was for other rows than there are now.
        SelectionChanged = "selection_changed",
        /// The confirmation was for other related rows than there are now.
        DependentsChanged = "dependents_changed",
        /// The confirmation was used before.
        ConfirmedBefore = "confirmed_before",
        /// The change set cannot be undone any more.
        NotUndoable = "not_undoable",
        /// Another worker has the change set.
        Overtaken = "overtaken",
        /// The idempotency key came with another request before.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// The row is referred to, or would refer to a row that is not there.
        ForeignKey = "foreign_key",
        /// Another row has a value that may be there only once.
        NotUnique = "not_unique",
        /// A value is missing that every row must have.
        ValueMissing = "value_missing",
        /// A check of the database does not hold.
        CheckFailed = "check_failed",
        /// A value does not fit its column.
        ValueUnfit = "value_unfit",
        /// A rule of the database refuses the row.
        RowRefused = "row_refused",
        /// The row is not there, does not fit what was confirmed, or was left as it is by a trigger.
        LeftOut = "left_out",
        /// Other rows refer to the row, and would be deleted or changed with it.
        HasDependents = "has_dependents",
        /// The row was changed by another client since.
        ChangedSince = "changed_since",
        /// The row was deleted by another client since.
        Gone = "gone",
        /// Another row has the key by now.
        KeyTaken = "key_taken",
        /// The row's change was undone before.
        TakenBack = "taken_back",
        /// The row was removed for good.
        Purged = "purged",
        /// The table's columns are not what they were.
        ColumnChanged = "column_changed",
        /// The row came back, and a trigger changed some of its values.
        Altered = "altered",
        /// The source's URL cannot be used.
        BadSourceUrl = "bad_source_url",
        /// The database does not answer.
        SourceUnreachable = "source_unreachable",
        /// The database refused the login, a right, or the statement.
        SourceRefused = "source_refused",
        /// The database has no connection free, or is locked.
        SourceBusy = "source_busy",
        /// The connection to the database broke.
        SourceLost = "source_lost",
        /// The database answered in an unexpected way.
        SourceProtocol = "source_protocol",
        /// The database took longer than the limit for a statement.
        Timeout = "timeout",
        /// The table or a column went away since it was looked at.
        DatasetChanged = "dataset_changed",
        /// The database holds a value that cannot be carried exactly.
        BadValue = "bad_value",
        /// The column has an Arrow type that no format writes.
        UnsupportedType = "unsupported_type",
        /// The rows do not have the columns that the file was begun with.
        SchemaMismatch = "schema_mismatch",
        /// The option has a value that the format cannot use.
        InvalidOption = "invalid_option",
        /// The format has fewer columns than the export.
        TooManyColumns = "too_many_columns",
        /// The workbook would have too many sheets.
        TooManySheets = "too_many_sheets",
        /// The text is longer than a cell of the format.
        CellTooLong = "cell_too_long",
        /// The column holds values of several types, and the format's columns have one.
        MixedColumn = "mixed_column",
        /// The library that writes the format failed.
        EncoderFailed = "encoder_failed",
        /// The file has more parts than an upload may have.
        FileTooLong = "file_too_long",
        /// The file, pipe or spool cannot be written.
        OutputFailed = "output_failed",
        /// The disk or the bucket has no room.
        StorageFull = "storage_full",
        /// The folder or bucket of the artifacts cannot be used now.
        StorageUnavailable = "storage_unavailable",
        /// The bucket refuses Rowport's key, or is not there.
        StorageRefused = "storage_refused",
        /// The folder or bucket belongs to another Rowport.
        StorageForeign = "storage_foreign",
        /// Rowport's own state cannot be opened, read or written.
        StoreUnavailable = "store_unavailable",
        /// Rowport's own state is locked.
        StoreBusy = "store_busy",
        /// The state's file or database is not Rowport's.
        StoreForeign = "store_foreign",
        /// The state was written by a later version.
        StoreNewer = "store_newer",
        /// The state has a row that cannot be read.
        StoreDamaged = "store_damaged",
        /// The run has not ended.
        StillRunning = "still_running",
        /// The run belongs to another attempt by now.
        RunLost = "run_lost",
        /// The process that worked on the run went away.
        WorkerLost = "worker_lost",
        /// The run was deleted before its end was told.
        RunDeleted = "run_deleted",
        /// The work was cancelled.
        Cancelled = "cancelled",
        /// Rowport made a mistake.
        Internal = "internal",
        /// The message has no recipient who can be written to.
        NobodyToTell = "nobody_to_tell",
        /// The channel is not configured any more.
        ChannelGone = "channel_gone",
        /// The message cannot be put into an e-mail.
        BadMessage = "bad_message",
        /// The mail server does not answer.
        MailUnreachable = "mail_unreachable",
        /// The mail server cannot prove who it is.
        MailUntrusted = "mail_untrusted",
        /// The mail server refused the login or the message.
        MailRefused = "mail_refused",
        /// The webhook's server answered with something other than success.
        WebhookRefused = "webhook_refused",
        /// The address cannot be asked or written to.
        BadAddress = "bad_address",
        /// The address leads to where requests may not go.
        AddressNotPublic = "address_not_public",
        /// The host's name cannot be resolved.
        HostUnknown = "host_unknown",
        /// The host does not answer.
        HostUnreachable = "host_unreachable",
        /// The host cannot prove who it is.
        HostUntrusted = "host_untrusted",
        /// The answer was not whole within its time.
        NoAnswer = "no_answer",
        /// The answer is longer than allowed.
        AnswerTooLarge = "answer_too_large",
        /// The answer was broken off.
        AnswerBroken = "answer_broken",
    }
}

impl ErrorCode {
    /// The code that a stored text names. One that a later version has written, and this one does not know, is
    /// [`ErrorCode::Internal`].
    pub fn from_stored(text: &str) -> Self {
        match text {
            // The names before cascades were called so.
            "has_dependants" => Self::HasDependents,
            "dependants_changed" => Self::DependentsChanged,
            text => text.parse().unwrap_or(Self::Internal),
        }
    }

    /// The same for a field: `#[serde(deserialize_with = "ErrorCode::deserialize_stored")]`.
    pub fn deserialize_stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_stored(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_written() {
        for code in ErrorCode::ALL.iter().copied() {
            assert_eq!(code.as_str().parse(), Ok(code));
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<ErrorCode>(&json).unwrap(), code);
        }
        assert_eq!(ErrorCode::from_stored("of_a_later_version"), ErrorCode::Internal);
    }

    #[test]
    fn a_code_that_was_stored_under_its_earlier_name_is_read() {
        assert_eq!(ErrorCode::from_stored("has_dependants"), ErrorCode::HasDependents);
        assert_eq!(ErrorCode::from_stored("dependants_changed"), ErrorCode::DependentsChanged);
    }
}
