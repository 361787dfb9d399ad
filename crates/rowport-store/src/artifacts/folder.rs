use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::key;
use super::object::AttemptFiles;
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
    pub fn make_attempt(&self, run: &str, attempt: u32) -> Result<(String, PathBuf), StoreError> {
        let key = key::key(run, attempt, key::FILE)?;
        let path = self.path(&key)?;
        let folder = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).map_err(|error| storage(folder, &error))?;
        Ok((key, path))
    }

    /// Where a key's file is.
    pub fn path(&self, key: &str) -> Result<PathBuf, StoreError> {
        key::check(key)?;
        Ok(self.root.join(key))
    }

    /// Where it is, for people.
    pub(super) fn location(&self) -> String {
        self.root.display().to_string()
    }

    /// Whether files can be made here. Leaves nothing behind.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        let path = self.root.join(format!(".check-{}", std::process::id()));
        self.blocking(move || {
            std::fs::write(&path, CHECK)?;
            let read = std::fs::read(&path);
            std::fs::remove_file(&path)?;
            match read? == CHECK {
                true => Ok(()),
                false => Err(std::io::Error::other("what was written is not what is read")),
            }
        })
        .await
    }

    /// Whether this folder is that of the state which `owner` names; one that is nobody's becomes it, and answers `false`
    /// that once.
    pub(super) async fn belongs_to(&self, owner: &str) -> Result<bool, StoreError> {
        let (path, owner) = (self.root.join(OWNER), owner.to_owned());
        let found = self.blocking(move || match File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(owner.as_bytes())?;
                file.sync_all()?;
                Ok(None)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => match std::fs::read(&path)? {
                // Whoever made it had no room for more than its name, or was killed.
                empty if empty.is_empty() => std::fs::write(&path, &owner).map(|()| None),
                found => Ok(Some(found == owner.as_bytes())),
            },
            Err(error) => Err(error),
        });
        match found.await? {
            None => Ok(false),
            Some(true) => Ok(true),
            Some(false) => Err(StoreError::StorageForeign { location: self.root.display().to_string() }),
        }
    }

    /// Every attempt that has a place, whether or not it is anybody's.
    pub(super) async fn attempts(&self) -> Result<Vec<AttemptFiles>, StoreError> {
        let root = self.root.clone();
        self.blocking(move || {
            let mut attempts = Vec::new();
            for run in std::fs::read_dir(&root)? {
                let run = run?;
                if !run.file_type()?.is_dir() {
                    continue;
                }
                for attempt in std::fs::read_dir(run.path())? {
                    // What has another name was not made here.
                    if let Ok(attempt) = attempt?.file_name().to_string_lossy().parse() {
                        let run = run.file_name().to_string_lossy().into_owned();
                        attempts.push(AttemptFiles { run, attempt, unfinished: false });
                    }
                }
            }
            Ok(attempts)
        })
        .await
    }

    pub(super) async fn remove_attempt(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
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
        done.unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|error| storage(&self.root, &error))
    }
}

/// The file that says whose the folder is.
const OWNER: &str = "owner";

const CHECK: &[u8] = b"rowport doctor was here";

fn storage(path: &Path, error: &std::io::Error) -> StoreError {
    let location = path.display().to_string();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::StorageFull { location },
        _ => StoreError::Storage { location, message: error.to_string() },
    }
}
