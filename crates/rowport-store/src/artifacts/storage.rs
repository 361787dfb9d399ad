use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::bucket::{Bucket, Upload};
use super::expected::Expected;
use super::folder::Folder;
use super::object::{AttemptFiles, ObjectMetadata};
use crate::error::StoreError;

/// Where artifacts are. In every storage an attempt has a place of its own, `RUN/ATTEMPT/`, and writes nowhere else.
#[derive(Debug, Clone)]
pub enum Storage {
    /// A folder of this machine, or one that is mounted.
    Folder(Folder),
    /// A bucket of an S3-compatible server.
    Bucket(Bucket),
}

/// What an attempt's file is written to.
#[derive(Debug)]
pub enum Target {
    /// A file. Its folder is there; the file itself is for the caller to make whole, durable and then named.
    File {
        /// Its key.
        key: String,
        /// Where it goes.
        path: PathBuf,
    },
    /// An object, which is there once the upload is finished.
    Object(Box<Upload>),
}

impl Storage {
    /// The place for the file of an attempt. A bucket gives it out itself later, so it has to know how; it chooses the
    /// length of parts by what is expected; and what is sent to it stops soon after `cancel`. Within a runtime.
    pub fn target(
        &self,
        run: &str,
        attempt: u32,
        metadata: &ObjectMetadata,
        expected: Expected,
        cancel: &CancellationToken,
    ) -> Result<Target, StoreError> {
        match self {
            Self::Folder(folder) => {
                folder.make_attempt(run, attempt).map(|(key, path)| Target::File { key, path })
            }
            Self::Bucket(bucket) => {
                let upload = bucket.upload(run, attempt, metadata, expected, cancel);
                upload.map(|upload| Target::Object(Box::new(upload)))
            }
        }
    }

    /// `folder` or `bucket`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Bucket(_) => "bucket",
        }
    }

    /// The folder, or the bucket and what comes before all keys.
    pub fn location(&self) -> String {
        match self {
            Self::Folder(folder) => folder.location(),
            Self::Bucket(bucket) => bucket.name().to_owned(),
        }
    }

    /// Writes a little, reads it back and removes it.
    pub async fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Folder(folder) => folder.check().await,
            Self::Bucket(bucket) => bucket.check().await,
        }
    }

    /// Whether this belongs to the state that `owner` names. A place that is nobody's is taken, and answers `false` that
    /// once: only what is read back later is certain.
    pub(super) async fn belongs_to(&self, owner: &str) -> Result<bool, StoreError> {
        match self {
            Self::Folder(folder) => folder.belongs_to(owner).await,
            Self::Bucket(bucket) => bucket.belongs_to(owner).await,
        }
    }

    /// Every attempt that has a place, whether or not it is anybody's.
    pub(super) async fn attempts(&self) -> Result<Vec<AttemptFiles>, StoreError> {
        match self {
            Self::Folder(folder) => folder.attempts().await,
            Self::Bucket(bucket) => bucket.attempts().await,
        }
    }

    /// Removes what stayed beside the file of a place that is somebody's.
    pub(super) async fn tidy_attempt(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
        match self {
            // Nothing does.
            Self::Folder(_) => Ok(()),
            Self::Bucket(bucket) => bucket.tidy_attempt(run, attempt).await,
        }
    }

    /// Removes the place with everything in it, uploads that were never finished included.
    pub(super) async fn remove_attempt(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
        match self {
            Self::Folder(folder) => folder.remove_attempt(run, attempt).await,
            Self::Bucket(bucket) => bucket.remove_attempt(run, attempt).await,
        }
    }
}
