//! Rowport's own state, and the key that its audit is sealed with.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rowport_store::{AuditKey, Ids, Sealing, StateVersion, Store, StoreError};

use crate::failure::Failure;

/// Where the state is, and what it is sealed with.
pub struct Place<'a> {
    /// The folder of everything that is not elsewhere.
    pub data_dir: &'a Path,
    /// The URL of the database, where it is not a file in the folder.
    pub url: Option<&'a str>,
    /// The file of the audit's key, where it was named.
    pub key: Option<&'a Path>,
}

impl Place<'_> {
    /// Opens the state, and seals its audit from now on where there is a key.
    pub async fn open(&self) -> Result<(Store, Option<Sealing>), Failure> {
        let store = match self.url {
            Some(url) => Store::connect(url).await.map_err(in_store)?,
            None => Store::open(&self.file()).await.map_err(in_store)?,
        };
        if self.key.is_none() && self.url.is_none() {
            make(&self.key_file()).map_err(|error| self.no_key(&error))?;
        }
        match self.key()? {
            None => Ok((store, None)),
            Some(key) => {
                let (store, sealing) = store.sealing(key).await.map_err(in_store)?;
                Ok((store, Some(sealing)))
            }
        }
    }

    /// The state, if it is there and needs no step to the present version: a command beside a process that serves makes and
    /// upgrades none. `missing` is what is said where there is none.
    pub async fn present(&self, missing: &str) -> Result<Store, Failure> {
        let version = match self.url {
            Some(url) => Store::look_at_server(url).await,
            None => Store::look_at(&self.file()).await,
        };
        match version.map_err(in_store)? {
            StateVersion { found: 0, .. } => {
                Err(Failure::other(missing).with_hint("say where it is with --data-dir or --state"))
            }
            StateVersion { found, known } if found != known => {
                Err(Failure::other(format!("the state is of version {found}, and {known} is needed"))
                    .with_hint("`rowport serve` brings it there"))
            }
            _ => match self.url {
                Some(url) => Store::connect(url).await.map_err(in_store),
                None => Store::open(&self.file()).await.map_err(in_store),
            },
        }
    }

    /// The key that is there. Several processes that share a database would each have another one in its folder, so there
    /// it has to be named.
    pub fn key(&self) -> Result<Option<AuditKey>, Failure> {
        let file = self.key_file();
        if self.key.is_none() && (self.url.is_some() || !file.exists()) {
            return Ok(None);
        }
        let mut bytes = std::fs::read(&file).map_err(|error| self.no_key(&error))?;
        while bytes.last().is_some_and(u8::is_ascii_whitespace) {
            bytes.pop();
        }
        let key = AuditKey::new(bytes);
        key.map(Some).ok_or_else(|| self.no_key(&"it has fewer than 32 bytes"))
    }

    /// The file of a state that is not on a server.
    pub fn file(&self) -> PathBuf {
        self.data_dir.join("rowport.sqlite")
    }

    /// Where anchors of the audit are dropped.
    pub fn anchors(&self) -> PathBuf {
        self.data_dir.join("audit-anchors.ndjson")
    }

    /// The file of the audit's key.
    pub fn key_file(&self) -> PathBuf {
        self.key.map_or_else(|| self.data_dir.join("audit.key"), Path::to_owned)
    }

    fn no_key(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::output(&format!("the audit's key in {}", self.key_file().display()), error)
            .with_hint("any 32 bytes or more will do that nobody can guess, and that stay the same")
    }
}

/// A failure of the state.
pub fn in_store(error: StoreError) -> Failure {
    Failure::output("the store", &error)
}

/// Says what became of the seal.
pub fn tell(sealing: Option<Sealing>) {
    match sealing {
        Some(Sealing::Begun) => tracing::info!("the audit is sealed from now on"),
        Some(Sealing::GoesOn) => {}
        Some(Sealing::OtherKey) => tracing::error!(
            "the audit is sealed with another key than this process has: what happens now is not sealed, and \
             `rowport audit verify` will say so"
        ),
        None => tracing::info!(
            "the audit is not sealed: name the file of a key, the same for all processes, with --audit-key"
        ),
    }
}

/// Makes a key, unless there is one. Another process may do the same at this moment: one of the two keys is everybody's.
fn make(file: &Path) -> io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let key: String = Ids::default().secret().iter().map(|byte| format!("{byte:02x}")).collect();
    let fresh = file.with_extension(format!("key.{}", std::process::id()));
    write(&fresh, &key)?;
    let linked = std::fs::hard_link(&fresh, file);
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file that its owner alone may read.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut opening = OpenOptions::new();
    opening.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut opening, 0o600);
    let mut file: File = opening.open(file)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_where_the_state_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { data_dir: folder.path(), url: None, key: None };
        assert!(place.key().unwrap().is_none());
        make(&place.key_file()).unwrap();
        let first = std::fs::read(place.key_file()).unwrap();
        make(&place.key_file()).unwrap();
        assert_eq!(std::fs::read(place.key_file()).unwrap(), first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(place.key().unwrap().is_some());
        let on_server = Place { url: Some("postgres://somewhere"), ..place };
        assert!(on_server.key().unwrap().is_none());
        let named = folder.path().join("audit.key");
        assert!(Place { key: Some(&named), ..on_server }.key().unwrap().is_some());
        std::fs::write(&named, "short\n").unwrap();
        assert!(Place { data_dir: folder.path(), url: None, key: None }.key().is_err());
    }
}
