//! A storage of each kind, and a look at what is in it that does not go through it.

use std::io::Write;
use std::time::Duration;

use rowport_store::{Bucket, BucketSettings, Expected, Folder, ObjectMetadata, Storage, StoreError, Target};
use rowport_testkit::S3;
use tokio_util::sync::CancellationToken;

pub(crate) enum Depot {
    Folder(tempfile::TempDir),
    Bucket(S3),
}

impl Depot {
    pub(crate) fn folder() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn bucket() -> Self {
        Self::Bucket(S3::start())
    }

    pub(crate) fn storage(&self) -> Storage {
        match self {
            Self::Folder(root) => Storage::Folder(Folder::open(root.path()).unwrap()),
            Self::Bucket(s3) => Storage::Bucket(Bucket::open(&settings(s3)).unwrap()),
        }
    }

    /// The keys of all files, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        match self {
            Self::Folder(root) => {
                let mut found = Vec::new();
                for run in entries(root.path()) {
                    for attempt in entries(&run) {
                        found.extend(entries(&attempt));
                    }
                }
                let key =
                    |path: &std::path::PathBuf| path.strip_prefix(root.path()).unwrap().display().to_string();
                let mut keys: Vec<_> = found.iter().map(key).collect();
                keys.sort();
                keys
            }
            Self::Bucket(s3) => s3
                .objects()
                .iter()
                .filter_map(|key| key.strip_prefix("some/where/").map(str::to_owned))
                .filter(|key| key != "owner")
                .collect(),
        }
    }

    /// Writes a file as an attempt does.
    pub(crate) async fn write(&self, run: &str, attempt: u32, bytes: Vec<u8>) -> Result<String, StoreError> {
        write(&self.storage(), run, attempt, bytes, &CancellationToken::new()).await
    }
}

/// What tests use of a bucket: parts as short as they may be, and little patience.
pub(crate) fn settings(s3: &S3) -> BucketSettings {
    BucketSettings {
        endpoint: Some(s3.endpoint()),
        public_endpoint: None,
        bucket: S3::BUCKET.to_owned(),
        region: "us-east-1".to_owned(),
        prefix: "some/where".to_owned(),
        access_key: S3::ACCESS_KEY.to_owned(),
        secret_key: S3::SECRET_KEY.to_owned(),
        session_token: None,
        path_style: true,
        allow_http: true,
        presign: true,
        part_bytes: PART,
        timeout: Duration::from_secs(1),
    }
}

/// The shortest part that S3 takes.
pub(crate) const PART: usize = 5 << 20;

pub(crate) async fn write(
    storage: &Storage,
    run: &str,
    attempt: u32,
    bytes: Vec<u8>,
    cancel: &CancellationToken,
) -> Result<String, StoreError> {
    let metadata = ObjectMetadata { media_type: "text/csv".to_owned(), disposition: "attachment".to_owned() };
    match storage.target(run, attempt, &metadata, Expected::unknown(), cancel)? {
        Target::File { key, path } => {
            std::fs::write(path, bytes).unwrap();
            Ok(key)
        }
        Target::Object(mut upload) => {
            let (mut upload, sent) = tokio::task::spawn_blocking(move || {
                let sent = bytes.chunks(100_000).try_for_each(|chunk| upload.write_all(chunk));
                (upload, sent)
            })
            .await
            .unwrap();
            let finished = match sent {
                Ok(()) => upload.finish().await,
                Err(error) => Err(error.downcast::<StoreError>().unwrap()),
            };
            match finished {
                Ok(()) => Ok(upload.key().to_owned()),
                Err(error) => {
                    upload.abandon().await;
                    Err(error)
                }
            }
        }
    }
}

fn entries(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
}
