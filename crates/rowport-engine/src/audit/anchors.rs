use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rowport_model::Clock;
use rowport_store::{Anchor, Store};
use tokio::sync::Mutex;

use crate::error::EngineError;

/// Drops anchors: a line of a file, and one of the log, which can be shipped elsewhere. An audit that is
/// set back to an older state does not fit the anchors that were dropped since.
pub struct Anchors {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    file: PathBuf,
    /// The last anchor of this process, or of the file; none before it was looked for.
    last: Mutex<Option<Option<Anchor>>>,
}

impl Anchors {
    /// Anchors into this file.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, file: PathBuf) -> Self {
        Self { store, clock, file, last: Mutex::new(None) }
    }

    /// The last anchor of the file.
    async fn last_of_file(&self) -> Option<Anchor> {
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || read_anchors(&file)).await;
        match read.map_err(io::Error::other).and_then(|anchors| anchors) {
            Ok(anchors) => anchors.into_iter().last(),
            Err(error) => {
                tracing::warn!(%error, "the anchors of the audit cannot be read");
                None
            }
        }
    }

    /// Drops an anchor if something has happened since the last one.
    pub(crate) async fn drop_one(&self) -> Result<(), EngineError> {
        let mut last = self.last.lock().await;
        if last.is_none() {
            *last = Some(self.last_of_file().await);
        }
        let last = last.get_or_insert_default();
        let anchor = self.store.audit().anchor(self.clock.as_ref()).await;
        let anchor =
            anchor.inspect_err(|error| tracing::warn!(%error, "no anchor of the audit can be made"))?;
        let known = last.as_ref().map_or(0, |last| last.seq);
        if anchor.seq < known {
            tracing::error!(
                seq = anchor.seq,
                known,
                "the audit has fewer events than its last anchor knows of: it was set back"
            );
        }
        if anchor.seq == known {
            return Ok(());
        }
        let (file, dropped) = (self.file.clone(), anchor.clone());
        let written = tokio::task::spawn_blocking(move || append(&file, &dropped)).await;
        let written = written.map_err(io::Error::other).and_then(|written| written);
        let signature = anchor.signature.as_deref();
        tracing::info!(at = %anchor.at, seq = anchor.seq, heads = anchor.heads, signature, "an anchor of the audit");
        *last = Some(anchor);
        written.map_err(|error| {
            tracing::warn!(%error, "an anchor of the audit cannot be written");
            EngineError::Output { what: "the anchors of the audit".to_owned(), error }
        })
    }
}

/// The anchors of a file, one on each line; none where there is no file.
pub fn read_anchors(file: &Path) -> io::Result<Vec<Anchor>> {
    let file = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut anchors = Vec::new();
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line?;
        let unreadable = || io::Error::new(io::ErrorKind::InvalidData, format!("line {number} is no anchor"));
        if !line.trim().is_empty() {
            anchors.push(serde_json::from_str(&line).map_err(|_| unreadable())?);
        }
    }
    Ok(anchors)
}

/// Adds an anchor, on a line of its own even where the one before was cut off.
fn append(file: &Path, anchor: &Anchor) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(file)?;
    let mut line = String::new();
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut end = [0];
        file.read_exact(&mut end)?;
        line.push_str(if end == *b"\n" { "" } else { "\n" });
    }
    line.push_str(&serde_json::to_string(anchor)?);
    line.push('\n');
    // At once: others may add theirs at the same moment.
    file.write_all(line.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_read_back_and_what_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("anchors.ndjson");
        assert_eq!(read_anchors(&file).unwrap(), []);
        let anchor = |seq| Anchor {
            at: "2026-03-01T12:00:00Z".parse().unwrap(),
            seq,
            heads: "0".repeat(64),
            signature: Some("1".repeat(64)),
        };
        append(&file, &anchor(1)).unwrap();
        append(&file, &anchor(2)).unwrap();
        assert_eq!(read_anchors(&file).unwrap(), [anchor(1), anchor(2)]);
        OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"at\":").unwrap();
        append(&file, &anchor(3)).unwrap();
        assert!(read_anchors(&file).unwrap_err().to_string().contains("line 3"));
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 4);
    }
}
