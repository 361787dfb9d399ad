//! Everything about one person, as an archive.

use async_trait::async_trait;
use rowport_model::Principal;
use rowport_store::{Expected, NewArtifact, ObjectMetadata, Run};

use super::fill::{fill, kept_until};
use super::kind::{RunKind, RunOutput, Work};
use crate::error::EngineError;
use crate::export::disposition;
use crate::sources::Sources;
use crate::subjects::{SubjectArchive, SubjectRequest};

/// Writes the archive.
pub(super) struct SubjectExportRun;

const MEDIA_TYPE: &str = "application/zip";

#[async_trait]
impl RunKind for SubjectExportRun {
    fn name(&self) -> &'static str {
        rowport_store::RunKind::SubjectExport.as_str()
    }

    async fn scope(
        &self,
        sources: &Sources,
        principal: &Principal,
        run: &Run,
    ) -> Result<String, EngineError> {
        let request = SubjectRequest::from_json(&run.request)?;
        Ok(sources.prepare_subject_export(principal, &request).await?.scope())
    }

    async fn run(&self, work: Work) -> Result<RunOutput, EngineError> {
        let Work { sources, storage, principal, run, progress, cancel, .. } = work;
        let request = SubjectRequest::from_json(&run.request)?;
        let prepared = sources.prepare_subject_export(&principal, &request).await?;
        let (file_name, scope) = (prepared.file_name.clone(), prepared.scope());
        let metadata =
            ObjectMetadata { media_type: MEDIA_TYPE.to_owned(), disposition: disposition(&file_name) };
        let target = storage.target(&run.id, run.attempt, &metadata, Expected::unknown(), &cancel)?;
        let stop = cancel.clone();
        let written = fill(
            target,
            cancel,
            |archive: &SubjectArchive| archive.bytes,
            move |sink| prepared.write_to(sink, &mut |now| progress.done(now.rows, now.bytes), &stop),
        );
        let (storage_key, archive) = written.await?;
        let artifact = NewArtifact {
            storage_key,
            file_name,
            media_type: MEDIA_TYPE.to_owned(),
            bytes: archive.bytes,
            sha256: archive.sha256,
            manifest: serde_json::to_value(&archive.manifest).unwrap_or_default(),
            expires_at: kept_until(&sources)?,
            scope,
        };
        Ok(RunOutput { artifact: Some(artifact), rows: archive.manifest.rows })
    }
}
