//! Exports in the background: the same way as the other tiers, into an artifact.

use std::sync::Arc;

use async_trait::async_trait;
use rowport_formats::Manifest;
use rowport_model::Principal;
use rowport_store::{Forecast, NewArtifact, ObjectMetadata, Run};

use super::fill::{fill, kept_until};
use super::kind::{RunKind, RunOutput, Work};
use super::progress::ProgressReport;
use crate::caller::carried_over;
use crate::error::EngineError;
use crate::export::{ExportMeter, ExportRequest, Tier, disposition};
use crate::pages::CountMode;
use crate::sources::Sources;

/// Writes the rows of a view to a file.
pub(super) struct ExportRun;

#[async_trait]
impl RunKind for ExportRun {
    fn name(&self) -> &'static str {
        rowport_store::RunKind::Export.as_str()
    }

    async fn scope(
        &self,
        sources: &Sources,
        principal: &Principal,
        run: &Run,
    ) -> Result<String, EngineError> {
        let request = ExportRequest::from_json(&run.request)?;
        Ok(sources.prepare_export(principal, &run.source, &run.dataset, &request).await?.scope())
    }

    async fn run(&self, work: Work) -> Result<RunOutput, EngineError> {
        let request = ExportRequest::from_json(&work.run.request)?;
        let meter = ExportMeter::begin(Tier::Background, request.format);
        let outcome = export(work, &request).await;
        meter.end(outcome.as_ref().map(|(manifest, _)| manifest));
        let (manifest, artifact) = outcome?;
        Ok(RunOutput { artifact: Some(artifact), rows: manifest.rows })
    }
}

/// Who is told how far an export is, and how long its file will probably be.
struct ForecastProgress {
    progress: ProgressReport,
    forecast: Forecast,
}

impl ForecastProgress {
    fn done(&self, rows: u64, bytes: u64) {
        self.progress.done(rows, bytes);
        self.foresee();
    }

    fn expect(&self, rows: u64) {
        self.progress.expect(rows);
        self.foresee();
    }

    /// The rows that are left will probably be as long as those that were written.
    fn foresee(&self) {
        let now = self.progress.now();
        if let (Some(expected), 1..) = (now.rows_expected, now.rows) {
            let bytes = u128::from(now.bytes) * u128::from(expected) / u128::from(now.rows);
            self.forecast.expect(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }
}

async fn export(work: Work, request: &ExportRequest) -> Result<(Manifest, NewArtifact), EngineError> {
    let Work { sources, storage, principal, run, progress, cancel, .. } = work;
    let prepared = sources.prepare_export(&principal, &run.source, &run.dataset, request).await?;
    let (file_name, media_type) = (prepared.file_name.clone(), prepared.media_type);
    let scope = prepared.scope();
    let (forecast, expected) = Forecast::new();
    let forecast = Arc::new(ForecastProgress { progress, forecast });
    // Counted beside the export: only the time left needs it, and the upload of a long file.
    let counting = {
        let (sources, source, query) = (Arc::clone(&sources), run.source.clone(), prepared.query().clone());
        let told = Arc::clone(&forecast);
        tokio::spawn(carried_over(async move {
            match sources.count_query(&source, query, CountMode::Quick).await {
                Ok(count) => told.expect(count.count),
                Err(_) => told.forecast.never(),
            }
        }))
    };
    let open = tokio::select! {
        open = prepared.open() => open?,
        () = cancel.cancelled() => return Err(EngineError::Cancelled),
    };
    let metadata = ObjectMetadata { media_type: media_type.to_owned(), disposition: disposition(&file_name) };
    let target = storage.target(&run.id, run.attempt, &metadata, expected, &cancel)?;
    let stop = cancel.clone();
    let written = fill(
        target,
        cancel,
        |manifest: &Manifest| manifest.bytes,
        move |sink| open.write_to(sink, &mut |now| forecast.done(now.rows, now.bytes), &stop),
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
        expires_at: kept_until(&sources)?,
        scope,
    };
    Ok((manifest, artifact))
}
