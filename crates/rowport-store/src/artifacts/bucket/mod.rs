//! Artifacts in a bucket: `PREFIX/RUN/ATTEMPT/data`.
//!
//! - An object is there once it is whole: S3 shows an upload when it is completed, and not before. Each part is signed
//!   with its SHA-256, so that a server refuses one that changed on its way; at the end the object's length is asked for.
//! - A request has a time limit and is repeated a few times. What counts after a reply that was lost is what is there.
//! - Before an upload begins, an empty object `unfinished` is put beside its place. So the sweep finds the place of an
//!   attempt that was killed by listing objects, which all servers do alike, and then asks for the uploads of that one key.

mod failure;
mod lengths;
mod read;
mod settings;
mod unfinished;
mod upload;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use http::Method;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector, ReqwestConnector};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use tokio_util::sync::CancellationToken;

use super::expected::Expected;
use super::key;
use super::object::{AttemptFiles, ObjectMetadata};
use crate::error::StoreError;

pub use self::read::Bytes;
pub use self::settings::BucketSettings;
pub use self::upload::Upload;

/// Artifacts in a bucket of an S3-compatible server.
#[derive(Debug, Clone)]
pub struct Bucket {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// For everything that is over soon: a request as a whole has a time limit.
    s3: AmazonS3,
    /// For reading at the pace of whoever downloads: only silence has a limit.
    reader: AmazonS3,
    /// Signs links for the address by which browsers reach the bucket.
    signer: AmazonS3,
    /// For the one request that `object_store` does not know.
    http: HttpClient,
    prefix: Path,
    part_bytes: usize,
    presign: bool,
    /// What messages call it.
    name: String,
}

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);

/// The object that says whose the bucket, or the prefix, is.
const OWNER: &str = "owner";

/// The mark of a place where an upload may not have been finished.
const UNFINISHED: &str = "unfinished";

impl Bucket {
    /// A bucket, which is not asked anything yet.
    pub fn open(settings: &BucketSettings) -> Result<Self, StoreError> {
        let bad = |error: object_store::Error| StoreError::BadStorage { message: error.to_string() };
        // Whoever installed one before has chosen the same: there is only ring in the tree.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = ClientOptions::new().with_allow_http(settings.allow_http).with_connect_timeout(CONNECT);
        let quick = options.clone().with_timeout(settings.timeout);
        let patient = options.with_timeout_disabled().with_read_timeout(settings.timeout);
        let client = |options: &ClientOptions, endpoint: &Option<String>| {
            builder(settings, endpoint).with_client_options(options.clone()).build().map_err(bad)
        };
        let public =
            if settings.public_endpoint.is_some() { &settings.public_endpoint } else { &settings.endpoint };
        let inner = Inner {
            s3: client(&quick, &settings.endpoint)?,
            reader: client(&patient, &settings.endpoint)?,
            signer: client(&quick, public)?,
            http: ReqwestConnector::default().connect(&quick).map_err(bad)?,
            prefix: Path::parse(&settings.prefix).map_err(|error| bad(error.into()))?,
            part_bytes: settings.part_bytes,
            presign: settings.presign,
            name: settings.name(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What messages call it.
    pub(super) fn name(&self) -> &str {
        &self.inner.name
    }

    /// Whether downloads are sent to the bucket by a signed address, rather than passed on.
    pub fn presigns(&self) -> bool {
        self.inner.presign
    }

    /// An address at which anybody may read the object for a short time, by GET or HEAD. It has to be `length` bytes
    /// long; one that is not is not the file that was published.
    pub async fn link(
        &self,
        key: &str,
        length: u64,
        method: Method,
        lasting: Duration,
    ) -> Result<String, StoreError> {
        match self.length(key).await? {
            Some(found) if found == length => {}
            Some(found) => {
                return Err(self.unfit(format!("the object has {found} bytes instead of {length}")));
            }
            None => return Err(StoreError::UnknownArtifact { id: key.to_owned() }),
        }
        let signed = self.inner.signer.signed_url(method, &self.path(key)?, lasting).await;
        signed.map(|url| url.to_string()).map_err(|error| self.failure(&error))
    }

    /// The object's length; `None` where there is none.
    async fn length(&self, key: &str) -> Result<Option<u64>, StoreError> {
        match self.inner.s3.head(&self.path(key)?).await {
            Ok(object) => Ok(Some(object.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failure(&error)),
        }
    }

    pub(super) fn upload(
        &self,
        run: &str,
        attempt: u32,
        metadata: &ObjectMetadata,
        expected: Expected,
        cancel: &CancellationToken,
    ) -> Result<Upload, StoreError> {
        Upload::new(self.clone(), run, attempt, metadata, expected, cancel.clone())
    }

    /// Does everything once that exports and the sweep do, so that a missing permission is seen before it hurts.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        const WRITTEN: &str = "rowport doctor was here";
        // Of no shape that the sweep knows, and always the same, so that what is left behind cannot become more.
        let path = self.inner.prefix.clone().join("doctor");
        let wrong = |error: object_store::Error| self.failure(&error);
        self.inner.s3.put(&path, PutPayload::from_static(WRITTEN.as_bytes())).await.map_err(wrong)?;
        let read = self.inner.s3.get(&path).await.map_err(wrong)?.bytes().await.map_err(wrong)?;
        if read != WRITTEN.as_bytes() {
            return Err(self.unfit("what was written is not what is read"));
        }
        self.try_an_upload(&path).await?;
        self.inner.s3.delete(&path).await.map_err(wrong)
    }

    pub(super) async fn belongs_to(&self, owner: &str) -> Result<bool, StoreError> {
        let path = self.inner.prefix.clone().join(OWNER);
        let wrong = |error: object_store::Error| self.failure(&error);
        match self.inner.s3.get(&path).await {
            Ok(found) => match found.bytes().await.map_err(wrong)? == owner.as_bytes() {
                true => Ok(true),
                false => Err(StoreError::StorageForeign { location: self.inner.name.clone() }),
            },
            Err(object_store::Error::NotFound { .. }) => {
                self.inner.s3.put(&path, owner.to_owned().into()).await.map(|_| false).map_err(wrong)
            }
            Err(error) => Err(wrong(error)),
        }
    }

    pub(super) async fn attempts(&self) -> Result<Vec<AttemptFiles>, StoreError> {
        let mut attempts = BTreeMap::new();
        let mut objects = self.inner.s3.list(Some(&self.inner.prefix));
        while let Some(object) = objects.try_next().await.map_err(|error| self.failure(&error))? {
            let Some(parts) = object.location.prefix_match(&self.inner.prefix) else { continue };
            let parts: Vec<_> = parts.collect();
            // What has another shape was not made here.
            if let [run, attempt, file] = parts.as_slice()
                && let Ok(attempt) = attempt.as_ref().parse::<u32>()
            {
                *attempts.entry((run.as_ref().to_owned(), attempt)).or_default() |=
                    file.as_ref() == UNFINISHED;
            }
        }
        Ok(attempts
            .into_iter()
            .map(|((run, attempt), unfinished)| AttemptFiles { run, attempt, unfinished })
            .collect())
    }

    pub(super) async fn remove_attempt(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
        let mark = key::key(run, attempt, UNFINISHED)?;
        // First what no list of objects shows; the mark goes last, so that a removal that fails is begun again.
        self.abandon_uploads(&key::key(run, attempt, key::FILE)?).await?;
        let location = self.inner.prefix.clone().join(run).join(attempt.to_string());
        let objects: Vec<_> =
            self.inner.s3.list(Some(&location)).try_collect().await.map_err(|error| self.failure(&error))?;
        for object in objects.into_iter().filter(|object| object.location.filename() != Some(UNFINISHED)) {
            self.delete(&object.location).await?;
        }
        self.delete(&self.path(&mark)?).await
    }

    /// Removes what a lost reply may have left of an upload that was begun twice, and then the mark.
    pub(super) async fn tidy_attempt(&self, run: &str, attempt: u32) -> Result<(), StoreError> {
        self.abandon_uploads(&key::key(run, attempt, key::FILE)?).await?;
        self.delete(&self.path(&key::key(run, attempt, UNFINISHED)?)?).await
    }

    async fn delete(&self, path: &Path) -> Result<(), StoreError> {
        match self.inner.s3.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// Where a key's object is.
    fn path(&self, key: &str) -> Result<Path, StoreError> {
        key::check(key)?;
        Ok(key.split('/').fold(self.inner.prefix.clone(), |path, part| path.join(part)))
    }
}

fn builder(settings: &BucketSettings, endpoint: &Option<String>) -> AmazonS3Builder {
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: 2.,
        },
        max_retries: 8,
        // What is repeated is repeated within the limit of two requests; then the run decides.
        retry_timeout: settings.timeout * 2,
    };
    let builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_access_key_id(&settings.access_key)
        .with_secret_access_key(&settings.secret_key)
        .with_virtual_hosted_style_request(!settings.path_style)
        // One object at a time: not every server knows the request for many.
        .with_disable_bulk_delete(true)
        .with_retry(retry);
    let builder = match &settings.session_token {
        Some(token) => builder.with_token(token),
        None => builder,
    };
    match endpoint {
        // object_store takes the address of a bucket with a name of its own as it is.
        Some(endpoint) if settings.path_style => builder.with_endpoint(endpoint),
        Some(endpoint) => builder.with_endpoint(settings.hosted(endpoint)),
        None => builder,
    }
}
