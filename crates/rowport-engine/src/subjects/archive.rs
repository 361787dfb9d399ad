use std::cell::Cell;
use std::io::Write;

use rowport_formats::{Archive, Digest, Manifest};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::prepare::{Part, PreparedSubjectExport};
use crate::error::EngineError;
use crate::export::{Progress, output_error};

/// An archive that is whole.
#[derive(Debug, Clone)]
pub struct SubjectArchive {
    /// What is in it; the archive has it too.
    pub manifest: SubjectManifest,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// What an archive says of itself, in its file `manifest.json`.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectManifest {
    /// The kind of person.
    pub subject: String,
    /// The same for people.
    pub label: String,
    /// What the person is known by.
    pub value: String,
    /// The tenant whose rows these are; those of all where there is none.
    pub tenant: Option<String>,
    /// When the archive was asked for, as RFC 3339.
    pub exported_at: String,
    /// How many rows all files have together; 0 where nobody knows the person.
    pub rows: u64,
    /// The files, one for each dataset. Each is a snapshot of its own.
    pub files: Vec<SubjectFile>,
}

/// A file of an archive.
#[derive(Debug, Clone, Serialize)]
pub struct SubjectFile {
    /// Its name.
    pub file: String,
    /// The source.
    pub source: String,
    /// The columns of which any has what the person is known by.
    pub found_by: Vec<String>,
    /// How many columns of the dataset are not in the file, because they do not exist for whoever asked.
    pub hidden_columns: usize,
    /// The columns whose values are masks.
    pub masked_columns: Vec<String>,
    /// Whether rows that are marked as deleted are left out.
    pub leaves_out_deleted: bool,
    /// Rows, bytes, SHA-256, snapshot, columns and the rest of what every export says.
    #[serde(flatten)]
    pub manifest: Manifest,
}

/// The file of the archive that says what is in it.
const MANIFEST: &str = "manifest.json";

impl PreparedSubjectExport {
    /// Reads, packs and writes everything, one dataset after another. For a thread that may block, within a runtime. An
    /// error means that what the sink has is not a whole archive.
    pub fn write_to(
        self,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancellationToken,
    ) -> Result<SubjectArchive, EngineError> {
        let written = Cell::new(0);
        let mut packing = Packing {
            archive: Archive::new(),
            packed: Vec::new(),
            sink,
            digest: Digest::new(),
            written: &written,
        };
        let mut manifest = SubjectManifest {
            subject: self.request.subject,
            label: self.label,
            value: self.request.value,
            tenant: self.tenant,
            exported_at: self.exported_at.to_string(),
            rows: 0,
            files: Vec::with_capacity(self.parts.len()),
        };
        for part in self.parts {
            let before = manifest.rows;
            let mut report =
                |now: Progress| progress(Progress { rows: before + now.rows, bytes: written.get() });
            let file = packing.pack(part, &mut report, cancel)?;
            manifest.rows += file.manifest.rows;
            manifest.files.push(file);
        }
        let said =
            serde_json::to_vec_pretty(&manifest).map_err(|error| EngineError::internal(error.to_string()))?;
        packing.file(MANIFEST, |packing| packing.write_all(&said).map_err(output_error))?;
        let digest = packing.finish()?;
        let sum = digest.sum();
        progress(Progress { rows: manifest.rows, bytes: sum.bytes });
        Ok(SubjectArchive { manifest, bytes: sum.bytes, sha256: sum.sha256 })
    }
}

/// An archive on its way to where it goes.
struct Packing<'a> {
    archive: Archive,
    /// What the archive has given and the sink not yet taken.
    packed: Vec<u8>,
    sink: &'a mut dyn Write,
    digest: Digest,
    /// How many bytes the sink has, for whoever watches.
    written: &'a Cell<u64>,
}

impl Packing<'_> {
    fn pack(
        &mut self,
        part: Part,
        progress: &mut dyn FnMut(Progress),
        cancel: &CancellationToken,
    ) -> Result<SubjectFile, EngineError> {
        let Part { source, found_by, file, export } = part;
        let (hidden_columns, leaves_out_deleted) = (export.hidden_columns, export.leaves_out_deleted);
        let masked_columns = export.masked_columns();
        let open = Handle::current().block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Err(EngineError::Cancelled),
                open = export.open() => open,
            }
        })?;
        let manifest = self.file(&file, |packing| open.write_to(packing, progress, cancel))?;
        Ok(SubjectFile {
            file,
            source,
            found_by,
            hidden_columns,
            masked_columns,
            leaves_out_deleted,
            manifest,
        })
    }

    /// One file of the archive, with what `write` writes.
    fn file<T>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.archive.begin(name, &mut self.packed);
        let written = write(self)?;
        self.archive.end(&mut self.packed)?;
        self.pass().map_err(output_error)?;
        Ok(written)
    }

    fn finish(mut self) -> Result<Digest, EngineError> {
        std::mem::take(&mut self.archive).finish(&mut self.packed);
        self.pass().map_err(output_error)?;
        self.sink.flush().map_err(output_error)?;
        Ok(self.digest)
    }

    fn pass(&mut self) -> std::io::Result<()> {
        self.digest.update(&self.packed);
        self.sink.write_all(&self.packed)?;
        self.packed.clear();
        self.written.set(self.digest.bytes());
        Ok(())
    }
}

/// What is written goes into the file that was begun.
impl Write for Packing<'_> {
    fn write(&mut self, plain: &[u8]) -> std::io::Result<usize> {
        self.archive.write(plain, &mut self.packed).map_err(std::io::Error::other)?;
        self.pass()?;
        Ok(plain.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
