//! Files that are complete or not there.

use std::fs::{File, Permissions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rowport_formats::Manifest;
use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;

use super::pipeline::{OpenExport, Progress};
use crate::error::EngineError;

/// Writes an export beside its place and renames it there when it is whole. However it ends otherwise, no partial
/// file stays behind, and what stood there before is untouched.
pub fn write_beside(
    export: OpenExport,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
    cancel: &CancellationToken,
) -> Result<Manifest, EngineError> {
    write_whole(path, cancel, |sink| export.write_to(sink, progress, cancel))
}

/// The same for anything that is written from its beginning to its end.
pub fn write_whole<T>(
    path: &Path,
    cancel: &CancellationToken,
    write: impl FnOnce(&mut dyn Write) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    // A link is followed: what it points to is written, and the link stays.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let failed = |error| EngineError::Output { what: path.display().to_string(), error };
    let file = beside(path)?;
    let mut sink = BufWriter::with_capacity(1 << 20, WritingBack::new(file).map_err(failed)?);
    let written = write(&mut sink).map_err(|error| match error {
        EngineError::Output { error, .. } => failed(error),
        other => other,
    })?;
    let file = sink.into_inner().map_err(|error| failed(error.into_error()))?;
    let file = file.finish().map_err(failed)?;
    if cancel.is_cancelled() {
        return Err(EngineError::Cancelled);
    }
    settle(file, path)?;
    Ok(written)
}

/// Writes a manifest the same way.
pub fn write_manifest(manifest: &Manifest, path: &Path) -> Result<(), EngineError> {
    let failed = |error| EngineError::Output { what: path.display().to_string(), error };
    let file = beside(path)?;
    serde_json::to_writer_pretty(file.as_file(), manifest).map_err(|error| failed(error.into()))?;
    settle(file, path)
}

/// A file that the disk is given while it is written, by a thread of its own: making it durable at the end then has
/// little left to wait for.
struct WritingBack {
    file: NamedTempFile,
    pending: usize,
    disk: SyncSender<()>,
    writer: JoinHandle<std::io::Result<()>>,
}

/// The disk is given so many bytes at a time.
const WRITE_BACK_BYTES: usize = 16 << 20;

impl WritingBack {
    fn new(file: NamedTempFile) -> std::io::Result<Self> {
        let handle = file.as_file().try_clone()?;
        let (disk, asked) = sync_channel(1);
        let writer = std::thread::spawn(move || {
            while asked.recv().is_ok() {
                handle.sync_data()?;
            }
            Ok(())
        });
        Ok(Self { file, pending: 0, disk, writer })
    }

    /// The file, unless the disk could not take a part of it. The system tells such a failure once only, so what the
    /// thread heard would not be said again when the file is settled.
    fn finish(self) -> std::io::Result<NamedTempFile> {
        drop(self.disk);
        let lost = |_| std::io::Error::other("the thread that writes to the disk ended early");
        self.writer.join().map_err(lost)??;
        Ok(self.file)
    }
}

impl Write for WritingBack {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes)?;
        self.pending += written;
        if self.pending >= WRITE_BACK_BYTES {
            self.pending = 0;
            // A thread that is still busy takes what came meanwhile with it the next time.
            let _ = self.disk.try_send(());
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

/// A file beside `path` that goes away unless it is settled.
fn beside(path: &Path) -> Result<NamedTempFile, EngineError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error| EngineError::Output { what: path.display().to_string(), error };
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            return Err(failed(std::io::Error::from(std::io::ErrorKind::IsADirectory)));
        }
        Ok(metadata) if !metadata.is_file() => {
            return Err(failed(std::io::Error::other("it is a device or a pipe, which no file may replace")));
        }
        _ => {}
    }
    tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".part")
        // The person's umask decides, as for any file.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(failed)
}

/// Durable first, then named, then the name durable.
fn settle(file: NamedTempFile, path: &Path) -> Result<(), EngineError> {
    let failed = |error| EngineError::Output { what: path.display().to_string(), error };
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
