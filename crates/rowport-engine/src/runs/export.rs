//! Exports in the background: the same way as the other tiers, into an artifact.

use std::sync::Arc;

use async_trait::async_trait;
use rowport_formats::Manifest;
use rowport_model::Principal;
use rowport_store::{NewArtifact, Run, Served};

use super::fill::{fill, kept_until};
use super::kind::{Made, RunKind, Work};
use crate::desk::Desk;
use crate::error::EngineError;
use crate::export::{ExportMeter, ExportRequest, Tier, disposition};
use crate::pages::CountMode;

/// Writes the rows of a view to a file.
pub(super) struct ExportRun;

#[async_trait]
impl RunKind for ExportRun {
    fn name(&self) -> &'static str {
        "export"
    }

    async fn scope(&self, desk: &Desk, principal: &Principal, run: &Run) -> Result<String, EngineError> {
        let request = ExportRequest::from_json(&run.request)?;
        Ok(desk.prepare_export(principal, &run.source, &run.dataset, &request).await?.scope())
    }

    async fn run(&self, work: Work) -> Result<Made, EngineError> {
        let request = ExportRequest::from_json(&work.run.request)?;
        let meter = ExportMeter::begin(Tier::Background, request.format);
        let outcome = export(work, &request).await;
        meter.end(outcome.as_ref().map(|(manifest, _)| manifest));
        let (manifest, artifact) = outcome?;
        Ok(Made { artifact: Some(artifact), rows: manifest.rows })
    }
}

async fn export(work: Work, request: &ExportRequest) -> Result<(Manifest, NewArtifact), EngineError> {
    let Work { desk, storage, principal, run, progress, cancel, .. } = work;
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
    let stop = cancel.clone();
    let written = fill(
        target,
        cancel,
        |manifest: &Manifest| manifest.bytes,
        move |sink| open.write_to(sink, &mut |now| progress.done(now.rows, now.bytes), &stop),
    );
    let written = written.await;
    counting.abort();
    let (storage_key, manifest) = written?;
    let artifact = NewArtifact {
        storage_key,
        file_name,
        media_type: media_type.to_owned(),
        bytes: manifest.bytes,
        sha256: manifest.sha256.clone(),
        manifest: serde_json::to_value(&manifest).unwrap_or_default(),
        expires_at: kept_until(&desk)?,
        scope,
    };
    Ok((manifest, artifact))
}
