//! What a server's refusals and silences mean.

use std::error::Error as StdError;

use object_store::client::{HttpError, HttpErrorKind};

use super::Bucket;
use crate::error::StoreError;

impl Bucket {
    /// The failure of a request, without its address and without the server's document: both are nobody's business who
    /// only sees that a run failed.
    pub(super) fn failure(&self, error: &object_store::Error) -> StoreError {
        tracing::debug!(%error, "a request to the bucket failed");
        let text = error.to_string();
        let location = self.inner.name.clone();
        let code = between(&text, "<Code>", "</Code>").unwrap_or_default();
        let status = between(&text, "status code: ", ":").unwrap_or_default().trim();
        if status.starts_with("507")
            || matches!(code, "QuotaExceeded" | "XMinioStorageFull" | "InsufficientCapacity")
        {
            return StoreError::StorageFull { location };
        }
        let said = match (status, code) {
            ("", "") => transport(error).to_owned(),
            (status, "") => format!("the server answered {status}"),
            (status, code) => format!("the server answered {status} ({code})"),
        };
        let refused = matches!(
            error,
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
        );
        match refused
            || ["400", "401", "403", "501"].iter().any(|no| status.starts_with(no))
            || code == "NoSuchBucket"
        {
            true => StoreError::StorageRefused { location, message: said },
            false => StoreError::Storage { location, message: said },
        }
    }

    /// A failure that no request reports.
    pub(super) fn unfit(&self, message: impl Into<String>) -> StoreError {
        StoreError::Storage { location: self.inner.name.clone(), message: message.into() }
    }
}

/// What happened on the way.
pub(super) fn transport(error: &(dyn StdError + 'static)) -> &'static str {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return match http.kind() {
                HttpErrorKind::Connect => "the server cannot be connected to",
                HttpErrorKind::Timeout => "the server does not answer in time",
                HttpErrorKind::Decode => "the server's answer cannot be read",
                _ => "the connection to the server broke",
            };
        }
        source = error.source();
    }
    "the server's answer cannot be understood"
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
