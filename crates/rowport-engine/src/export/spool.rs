//! Between an export and a reader who may be slow.
//!
//! Bytes pass through a small queue in memory. A reader who does not keep up makes the export wait, and the
//! export holds a snapshot meanwhile; so the waiting has a limit, past which everything that follows goes to a
//! file on disk. The export then ends at the database's speed, and the reader takes his time.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rowport_formats::Manifest;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::EngineError;

/// What a spool may hold, and for how long the export may wait for its reader.
#[derive(Debug, Clone)]
pub struct SpoolLimits {
    /// Bytes in memory.
    pub memory: usize,
    /// How long the export waits altogether before it spools to disk.
    pub patience: Duration,
    /// Bytes on disk.
    pub disk: u64,
    /// On which disk: that of this folder.
    pub folder: PathBuf,
}

/// A spool: the end for the export and the end for the reader.
pub fn spool(limits: SpoolLimits) -> (SpoolWriter, SpoolReader) {
    let shared = Arc::new(Shared { state: Mutex::default(), room: Condvar::new(), more: Notify::new() });
    let cancel = CancellationToken::new();
    let writer =
        SpoolWriter { shared: Arc::clone(&shared), limits, cancel: cancel.clone(), waited: Duration::ZERO };
    (writer, SpoolReader { shared, _cancel: cancel.drop_guard() })
}

struct Shared {
    state: Mutex<State>,
    /// Told when the reader took something or left.
    room: Condvar,
    /// Told when there is something to take.
    more: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    queued: usize,
    /// The file on disk, nameless, once there is one; what is in it follows what is queued.
    file: Option<Arc<File>>,
    written: u64,
    read: u64,
    end: Option<Result<Box<Manifest>, EngineError>>,
    reader_left: bool,
}

impl Shared {
    /// A panic while the lock was held cannot leave the state half-changed: every change is one assignment deep.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The export's end. Dropping it without [`SpoolWriter::finish`] breaks the stream off.
pub struct SpoolWriter {
    shared: Arc<Shared>,
    limits: SpoolLimits,
    cancel: CancellationToken,
    waited: Duration,
}

impl SpoolWriter {
    /// Cancelled when the reader leaves.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Says how the export ended. Only now may the reader take what it has for a whole file.
    pub fn finish(self, end: Result<Manifest, EngineError>) {
        self.shared.lock().end = Some(end.map(Box::new));
        self.shared.more.notify_one();
    }

    /// Waits for room in memory; true when there is some, false when it is time for the disk.
    fn wait_for_room(&mut self, length: usize) -> Result<bool, Error> {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.lock();
        loop {
            if state.reader_left {
                return Err(ErrorKind::BrokenPipe.into());
            }
            if state.file.is_some() {
                return Ok(false);
            }
            if state.queued == 0 || state.queued + length <= self.limits.memory {
                return Ok(true);
            }
            let left = self.limits.patience.saturating_sub(self.waited);
            if left.is_zero() {
                state.file = Some(Arc::new(tempfile::tempfile_in(&self.limits.folder)?));
                return Ok(false);
            }
            let began = Instant::now();
            state = shared.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            self.waited += began.elapsed();
        }
    }
}

impl Write for SpoolWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        // Not more at a time than the queue holds, whatever a caller has gathered.
        let bytes = &bytes[..bytes.len().min(self.limits.memory.max(1))];
        let in_memory = self.wait_for_room(bytes.len())?;
        let mut state = self.shared.lock();
        if in_memory {
            state.queue.push_back(Bytes::copy_from_slice(bytes));
            state.queued += bytes.len();
        } else {
            let written = state.written;
            if written + bytes.len() as u64 > self.limits.disk {
                return Err(Error::new(ErrorKind::QuotaExceeded, "the spool has reached its limit"));
            }
            // The disk may be slow, and the reader must not wait for it with the lock.
            let file = state.file.clone();
            drop(state);
            if let Some(file) = file {
                file.write_all_at(bytes, written)?;
            }
            state = self.shared.lock();
            state.written = written + bytes.len() as u64;
        }
        drop(state);
        self.shared.more.notify_one();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if state.end.is_none() {
            state.end = Some(Err(EngineError::internal("the export ended without saying how")));
        }
        drop(state);
        self.shared.more.notify_one();
    }
}

/// The reader's end. Dropping it cancels the export.
pub struct SpoolReader {
    shared: Arc<Shared>,
    _cancel: DropGuard,
}

/// What a reader gets next.
pub enum Piece {
    /// Bytes.
    Bytes(Bytes),
    /// The end: the file is whole, and this is its manifest.
    End(Box<Manifest>),
}

/// How much of the file is read at once.
const FILE_PIECE: usize = 256 << 10;

impl SpoolReader {
    /// The next bytes, the end, or why there will be none.
    pub async fn next(&mut self) -> Result<Piece, EngineError> {
        loop {
            if let Some(piece) = self.take()? {
                self.shared.room.notify_one();
                return Ok(piece);
            }
            self.shared.more.notified().await;
        }
    }

    fn take(&self) -> Result<Option<Piece>, EngineError> {
        let mut state = self.shared.lock();
        if let Some(bytes) = state.queue.pop_front() {
            state.queued -= bytes.len();
            return Ok(Some(Piece::Bytes(bytes)));
        }
        if state.read < state.written {
            let length = FILE_PIECE.min(usize::try_from(state.written - state.read).unwrap_or(FILE_PIECE));
            let mut bytes = vec![0; length];
            let read = state.read;
            let result = state.file.as_ref().map(|file| file.read_exact_at(&mut bytes, read));
            if let Some(Err(error)) = result {
                return Err(EngineError::Output { what: "the spool".to_owned(), error });
            }
            state.read += length as u64;
            return Ok(Some(Piece::Bytes(bytes.into())));
        }
        state.end.take().transpose().map(|end| end.map(Piece::End))
    }
}

impl Drop for SpoolReader {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.reader_left = true;
        state.queue.clear();
        drop(state);
        self.shared.room.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use rowport_model::ErrorCode;

    use super::*;

    fn limits(patience: Duration) -> SpoolLimits {
        SpoolLimits { memory: 8, patience, disk: 1_000, folder: std::env::temp_dir() }
    }

    async fn read_all(mut reader: SpoolReader) -> (Vec<u8>, EngineError) {
        let mut bytes = Vec::new();
        loop {
            match reader.next().await {
                Ok(Piece::Bytes(piece)) => bytes.extend_from_slice(&piece),
                Ok(Piece::End(_)) => panic!("the writer said that it failed"),
                Err(error) => return (bytes, error),
            }
        }
    }

    #[tokio::test]
    async fn a_writer_that_goes_away_breaks_the_stream_off() {
        let (mut writer, reader) = spool(limits(Duration::from_secs(5)));
        writer.write_all(b"abc").unwrap();
        drop(writer);
        let (bytes, error) = read_all(reader).await;
        assert_eq!((bytes.as_slice(), error.code()), (b"abc".as_slice(), ErrorCode::Internal));
    }

    #[tokio::test]
    async fn past_its_patience_the_export_goes_on_to_disk_and_nothing_is_lost() {
        let (mut writer, reader) = spool(limits(Duration::from_millis(20)));
        let all: Vec<u8> = (0..200_u8).collect();
        let copy = all.clone();
        let began = Instant::now();
        tokio::task::spawn_blocking(move || writer.write_all(&copy)).await.unwrap().unwrap();
        assert!(began.elapsed() < Duration::from_secs(300), "the waiting has a limit");
        assert_eq!(read_all(reader).await.0, all);
    }

    #[tokio::test]
    async fn the_disk_has_a_limit_too() {
        let (mut writer, _reader) = spool(limits(Duration::ZERO));
        let error =
            tokio::task::spawn_blocking(move || writer.write_all(&[0; 2_000])).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    }

    #[tokio::test]
    async fn the_disk_is_that_of_the_folder() {
        let limits = SpoolLimits { folder: PathBuf::from("/nowhere/at/all"), ..limits(Duration::ZERO) };
        let (mut writer, _reader) = spool(limits);
        let error =
            tokio::task::spawn_blocking(move || writer.write_all(&[0; 2_000])).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn a_reader_that_leaves_stops_the_export() {
        let (mut writer, reader) = spool(limits(Duration::from_secs(60)));
        let cancel = writer.cancellation();
        let writing = tokio::task::spawn_blocking(move || writer.write_all(&[0; 100]));
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(reader);
        assert_eq!(writing.await.unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
        assert!(cancel.is_cancelled());
    }
}
