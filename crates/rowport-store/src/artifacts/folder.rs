use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Artifacts in a local folder: `RUN/ATTEMPT/file`. An attempt only ever writes to its own place.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Artifacts below this folder, which is made if it is missing, for its owner only.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(root).map_err(|error| storage(root, &error))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The key of an attempt's file, and where that is. The place is made.
    pub fn place(&self, run: &str, attempt: u32, file: &str) -> Result<(String, PathBuf), StoreError> {
        let key = format!("{run}/{attempt}/{file}");
        let path = self.path(&key)?;
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).map_err(|error| storage(folder, &error))?;
        Ok((key, path))
    }

    /// Where a key's file is. Keys are Rowport's own; one that leaves the folder is refused all the same.
    pub fn path(&self, key: &str) -> Result<PathBuf, StoreError> {
        let plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if key.split('/').count() != 3 || !key.split('/').all(plain) {
            return Err(StoreError::UnknownArtifact { id: key.to_owned() });
        }
        Ok(self.root.join(key))
    }

    /// Every attempt that has a place, whether or not it is anybody's.
    pub(super) async fn places(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let root = self.root.clone();
        self.blocking(move || {
            let mut places = Vec::new();
            for run in std::fs::read_dir(&root)? {
                let run = run?;
                if !run.file_type()?.is_dir() {
                    continue;
                }
                for attempt in std::fs::read_dir(run.path())? {
                    // What has another name was not made here.
                    if let Ok(number) = attempt?.file_name().to_string_lossy().parse() {
                        places.push((run.file_name().to_string_lossy().into_owned(), number));
                    }
                }
            }
            Ok(places)
        })
        .await
    }

    pub(super) async fn remove_place(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
        let run = self.root.join(run);
        self.blocking(move || {
            match std::fs::remove_dir_all(run.join(attempt.to_string())) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            // Empty only when no other attempt has a place.
            let _ = std::fs::remove_dir(&run);
            Ok(())
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| storage(&self.root, &error))?.map_err(|error| storage(&self.root, &error))
    }
}

fn storage(path: &Path, error: &(dyn std::error::Error + 'static)) -> StoreError {
    let place = path.display().to_string();
    match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => StoreError::StorageFull { place },
        _ => StoreError::Storage { place, message: error.to_string() },
    }
}
