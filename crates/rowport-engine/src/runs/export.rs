//! Exports in the background: the same way as the other tiers, into an artifact.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use rowport_formats::Manifest;
use rowport_store::{NewArtifact, Served, Target, Upload};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use super::kind::{Made, RunKind, Work};
use super::progress::ProgressReport;
use crate::error::EngineError;
use crate::export::{ExportMeter, ExportRequest, OpenExport, Progress, Tier, disposition, write_beside};
use crate::pages::CountMode;

/// Writes the rows of a view to a file.
pub(super) struct ExportRun;

#[async_trait]
impl RunKind for ExportRun {
    fn name(&self) -> &'static str {
        "export"
    }

    async fn run(&self, work: Work) -> Result<Made, EngineError> {
        let request = ExportRequest::from_json(&work.run.request)?;
        let meter = ExportMeter::begin(Tier::Background, request.format);
        let outcome = export(work, &request).await;
        meter.end(outcome.as_ref().map(|(manifest, _)| manifest));
        let (manifest, artifact) = outcome?;
        Ok(Made { artifact, rows: manifest.rows })
    }
}

async fn export(work: Work, request: &ExportRequest) -> Result<(Manifest, NewArtifact), EngineError> {
    let Work { desk, storage, principal, run, progress, cancel } = work;
    let prepared = desk.prepare_export(&principal, &run.source, &run.dataset, request).await?;
    let (file_name, media_type) = (prepared.file_name.clone(), prepared.media_type);
    let scope = prepared.scope();
    // Counted beside the export: only the time left needs it.
    let counting = {
        let (desk, source, query) = (Arc::clone(&desk), run.source.clone(), prepared.query().clone());
        let progress = progress.clone();
        tokio::spawn(async move {
            if let Ok(count) = desk.count_query(&source, query, CountMode::Quick).await {
                progress.expect(count.count);
            }
        })
    };
    let open = tokio::select! {
        open = prepared.open() => open?,
        () = cancel.cancelled() => return Err(EngineError::Cancelled),
    };
    let served = Served { media_type: media_type.to_owned(), disposition: disposition(&file_name) };
    let target = storage.target(&run.id, run.attempt, &served, &cancel)?;
    let written = write(open, target, progress, cancel).await;
    counting.abort();
    let (storage_key, manifest) = written?;
    let retention = SignedDuration::try_from(desk.exports.retention)
        .map_err(|error| EngineError::internal(error.to_string()))?;
    let artifact = NewArtifact {
        storage_key,
        file_name,
        media_type: media_type.to_owned(),
        bytes: manifest.bytes,
        sha256: manifest.sha256.clone(),
        manifest: serde_json::to_value(&manifest).unwrap_or_default(),
        expires_at: desk.clock().now() + retention,
        scope,
    };
    Ok((manifest, artifact))
}

/// Writes the rows to where they go. What comes back is whole, and nothing else is left there.
async fn write(
    open: OpenExport,
    target: Target,
    progress: ProgressReport,
    cancel: CancellationToken,
) -> Result<(String, Manifest), EngineError> {
    let span = Span::current();
    let mut report = move |now: Progress| progress.done(now.rows, now.bytes);
    match target {
        Target::File { key, path } => {
            let written_to = path.clone();
            let writing = tokio::task::spawn_blocking(move || {
                let _entered = span.entered();
                write_beside(open, &written_to, &mut report, &cancel)
            });
            let manifest = writing.await.map_err(|error| EngineError::internal(error.to_string()))??;
            // What is published is what is there.
            match tokio::fs::metadata(&path).await.map(|file| file.len()) {
                Ok(length) if length == manifest.bytes => Ok((key, manifest)),
                Ok(length) => {
                    let message = format!("the file has {length} bytes, and {} were written", manifest.bytes);
                    Err(EngineError::internal(message))
                }
                Err(error) => Err(EngineError::Output { what: "the artifact".to_owned(), error }),
            }
        }
        Target::Object(mut upload) => {
            let stop = cancel.clone();
            let writing = tokio::task::spawn_blocking(move || {
                let _entered = span.entered();
                let manifest = open.write_to(&mut upload, &mut report, &cancel);
                (upload, manifest)
            });
            let (mut upload, manifest) =
                writing.await.map_err(|error| EngineError::internal(error.to_string()))?;
            match finish(&mut upload, manifest, &stop).await {
                Ok(manifest) => Ok((upload.key().to_owned(), manifest)),
                Err(error) => {
                    upload.abandon().await;
                    Err(error)
                }
            }
        }
    }
}

async fn finish(
    upload: &mut Upload,
    manifest: Result<Manifest, EngineError>,
    cancel: &CancellationToken,
) -> Result<Manifest, EngineError> {
    let manifest = manifest?;
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(EngineError::Cancelled),
        finished = upload.finish() => Ok(finished.map(|()| manifest)?),
    }
}
