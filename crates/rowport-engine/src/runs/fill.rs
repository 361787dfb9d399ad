//! Writing what an attempt makes to its place in the storage, whatever that is.

use std::io::Write;

use jiff::{SignedDuration, Timestamp};
use rowport_store::{Target, Upload};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::error::EngineError;
use crate::export::write_whole;
use crate::sources::Sources;

/// Has `write` fill the place. What comes back is whole and durable, with its key; otherwise nothing is left there.
/// `length` is how many bytes were written, as the writer counted them.
pub(super) async fn fill<T: Send + 'static>(
    target: Target,
    cancel: CancellationToken,
    length: fn(&T) -> u64,
    write: impl FnOnce(&mut dyn Write) -> Result<T, EngineError> + Send + 'static,
) -> Result<(String, T), EngineError> {
    let span = Span::current();
    match target {
        Target::File { key, path } => {
            let written_to = path.clone();
            let writing = tokio::task::spawn_blocking(move || {
                let _entered = span.entered();
                write_whole(&written_to, &cancel, write)
            });
            let written = writing.await.map_err(|error| EngineError::internal(error.to_string()))??;
            // What is published is what is there.
            match tokio::fs::metadata(&path).await.map(|file| file.len()) {
                Ok(found) if found == length(&written) => Ok((key, written)),
                Ok(found) => {
                    let message =
                        format!("the file has {found} bytes, and {} were written", length(&written));
                    Err(EngineError::internal(message))
                }
                Err(error) => Err(EngineError::Output { what: "the artifact".to_owned(), error }),
            }
        }
        Target::Object(mut upload) => {
            let writing = tokio::task::spawn_blocking(move || {
                let _entered = span.entered();
                let written = write(&mut upload);
                (upload, written)
            });
            let (mut upload, written) =
                writing.await.map_err(|error| EngineError::internal(error.to_string()))?;
            match finish(&mut upload, written, &cancel).await {
                Ok(written) => Ok((upload.key().to_owned(), written)),
                Err(error) => {
                    upload.abandon().await;
                    Err(error)
                }
            }
        }
    }
}

async fn finish<T>(
    upload: &mut Upload,
    written: Result<T, EngineError>,
    cancel: &CancellationToken,
) -> Result<T, EngineError> {
    let written = written?;
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(EngineError::Cancelled),
        finished = upload.finish() => Ok(finished.map(|()| written)?),
    }
}

/// Until when a file that is published now is there.
pub(super) fn kept_until(sources: &Sources) -> Result<Timestamp, EngineError> {
    let retention = SignedDuration::try_from(sources.exports.retention);
    Ok(sources.clock().now() + retention.map_err(|error| EngineError::internal(error.to_string()))?)
}
