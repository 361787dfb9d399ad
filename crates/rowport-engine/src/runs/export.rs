//! Exports in the background: the same way as the other tiers, into an artifact.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use rowport_store::NewArtifact;

use super::kind::{Made, RunKind, Work};
use crate::error::EngineError;
use crate::export::{ExportRequest, Progress, write_beside};
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
        let Work { desk, folder, principal, run, progress, cancel } = work;
        let prepared = desk.prepare_export(&principal, &run.source, &run.dataset, &request).await?;
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
        // Its name in the storage is the same for every file: the one that people see may have anything in it.
        let (storage_key, path) = folder.place(&run.id, run.attempt, "data")?;
        let written_to = path.clone();
        let writing = tokio::task::spawn_blocking(move || {
            let mut report = |now: Progress| progress.done(now.rows, now.bytes);
            write_beside(open, &written_to, &mut report, &cancel)
        });
        let manifest = writing.await.map_err(|error| EngineError::internal(error.to_string()))?;
        counting.abort();
        let manifest = manifest?;
        // What is published is what is there.
        let length = tokio::fs::metadata(&path).await.map(|file| file.len());
        match length {
            Ok(length) if length == manifest.bytes => {}
            Ok(length) => {
                let message = format!("the file has {length} bytes, and {} were written", manifest.bytes);
                return Err(EngineError::internal(message));
            }
            Err(error) => return Err(EngineError::Output { what: "the artifact".to_owned(), error }),
        }
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
        Ok(Made { artifact, rows: manifest.rows })
    }
}
