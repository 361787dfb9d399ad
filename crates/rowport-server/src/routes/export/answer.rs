//! Answers whose body is a file.

use std::io::{Error, ErrorKind, Seek, SeekFrom, Write};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use rowport_engine::EngineError;
use rowport_engine::export::{ExportMeter, OpenExport, Piece, SpoolLimits, SpoolReader, disposition, spool};
use rowport_formats::Manifest;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

use crate::error::ApiError;

/// What the head says of the file.
pub(super) struct Head {
    pub(super) file_name: String,
    pub(super) media_type: &'static str,
}

/// Up to here a direct export stays in memory; beyond, in a nameless file.
const DIRECT_MEMORY: usize = 8 << 20;

const MANIFEST: HeaderName = HeaderName::from_static("rowport-manifest");

/// The whole file, then the answer.
pub(super) async fn direct(
    head: Head,
    open: OpenExport,
    meter: ExportMeter,
    limits: SpoolLimits,
) -> Result<Response, ApiError> {
    let cancel = CancellationToken::new();
    // The client that leaves drops this future, and with it the guard.
    let _guard = cancel.clone().drop_guard();
    let task = tokio::task::spawn_blocking(move || {
        let file = tempfile::spooled_tempfile_in(DIRECT_MEMORY, limits.folder);
        let mut file = Limited { file, left: limits.disk };
        let manifest = open.write_to(&mut file, &mut |_| {}, &cancel)?;
        let mut file = file.file;
        let rewound = file.seek(SeekFrom::Start(0));
        rewound.map_err(|error| EngineError::Output { what: "the spool".to_owned(), error })?;
        Ok::<_, EngineError>((file, manifest))
    });
    let written =
        task.await.unwrap_or_else(|error| Err(EngineError::Internal { message: error.to_string() }));
    meter.end(written.as_ref().map(|(_, manifest)| manifest));
    let (file, manifest) = written?;
    let body = match file.into_inner() {
        tempfile::SpooledData::InMemory(bytes) => Body::from(bytes.into_inner()),
        tempfile::SpooledData::OnDisk(file) => file_body(tokio::fs::File::from_std(file), u64::MAX),
    };
    let mut response = respond(head, body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, manifest.bytes.into());
    headers.insert(MANIFEST, summary(&manifest));
    Ok(response)
}

/// The head at once, and the file while it is read.
pub(super) fn streamed(
    head: Head,
    open: OpenExport,
    meter: ExportMeter,
    limits: SpoolLimits,
    wants_trailers: bool,
) -> Result<Response, ApiError> {
    let (mut writer, reader) = spool(limits);
    let cancel = writer.cancellation();
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || {
        let _entered = span.entered();
        let end = open.write_to(&mut writer, &mut |_| {}, &cancel);
        meter.end(end.as_ref());
        if let Err(error) = &end {
            // The words of a database may quote a row; its code does not.
            tracing::warn!(code = error.code().as_str(), "a streamed export was broken off");
            tracing::debug!(%error, "this is why");
        }
        writer.finish(end);
    });
    let mut response = respond(head, Body::new(StreamBody::new(frames(reader, wants_trailers))));
    if wants_trailers {
        response.headers_mut().insert(header::TRAILER, HeaderValue::from_static("Rowport-Manifest"));
    }
    Ok(response)
}

/// A file that says so when it has grown too large.
struct Limited {
    file: tempfile::SpooledTempFile,
    left: u64,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            let message = "a direct export has reached the limit of the spool; stream it";
            return Err(Error::new(ErrorKind::QuotaExceeded, message));
        };
        self.left = left;
        self.file.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn respond(head: Head, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(head.media_type));
    headers.insert(header::CONTENT_DISPOSITION, named(&head.file_name));
    response
}

/// An error in the stream makes the server close the connection without ending the body.
fn frames(
    reader: SpoolReader,
    wants_trailers: bool,
) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, EngineError>> {
    stream::unfold(Some(reader), move |reader| async move {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Piece::Bytes(bytes)) => Some((Ok(Frame::data(bytes)), Some(reader))),
            Ok(Piece::End(manifest)) if wants_trailers => {
                let trailers = HeaderMap::from_iter([(MANIFEST, summary(&manifest))]);
                Some((Ok(Frame::trailers(trailers)), None))
            }
            Ok(Piece::End(_)) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}

/// The file from where it stands: so many bytes, or until its end.
pub(crate) fn file_body(file: tokio::fs::File, length: u64) -> Body {
    const PIECE: u64 = 128 << 10;
    Body::from_stream(stream::try_unfold((file, length), |(mut file, left)| async move {
        let wanted = PIECE.min(left);
        let mut bytes = Vec::with_capacity(wanted as usize);
        let read = (&mut file).take(wanted).read_to_end(&mut bytes).await? as u64;
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(bytes), (file, left - read))))
    }))
}

/// The manifest without its lists, which could be longer than a header may be.
fn summary(manifest: &Manifest) -> HeaderValue {
    let summary = serde_json::json!({
        "rows": manifest.rows,
        "bytes": manifest.bytes,
        "sha256": manifest.sha256,
        "snapshot_at": manifest.snapshot_at,
        "snapshot": manifest.snapshot,
        "exported_at": manifest.exported_at,
        "order": manifest.order,
    });
    // Numbers, hexadecimal and timestamps: all of it ASCII.
    HeaderValue::from_str(&summary.to_string()).unwrap_or_else(|_| HeaderValue::from_static("{}"))
}

/// The file's name as a header.
pub(crate) fn named(file_name: &str) -> HeaderValue {
    HeaderValue::from_str(&disposition(file_name)).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}
