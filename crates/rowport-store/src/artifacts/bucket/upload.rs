//! A file on its way into the bucket: bytes come from a thread that may block, parts go out beside it.

use std::io::{Error, ErrorKind, Write};
use std::time::Duration;

use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, MultipartId, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions,
    PutPayload,
};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lengths::{MOST_PARTS, PartLengths};
use super::{Bucket, UNFINISHED};
use crate::artifacts::expected::Expected;
use crate::artifacts::key;
use crate::artifacts::object::ObjectMetadata;
use crate::error::StoreError;

/// An attempt's file while it is written. What is in memory is one part that is being filled and a few on their way.
#[derive(Debug)]
pub struct Upload {
    bucket: Bucket,
    run: String,
    attempt: u32,
    key: String,
    attributes: Attributes,
    cancel: CancellationToken,
    runtime: Handle,
    filling: Vec<u8>,
    written: u64,
    expected: Expected,
    /// None until the first part is as long as the shortest may be.
    lengths: Option<PartLengths>,
    /// None until the first part is full: what is shorter goes up in one piece.
    parts: Option<Parts>,
}

#[derive(Debug)]
struct Parts {
    path: Path,
    id: MultipartId,
    sent: usize,
    sent_bytes: u64,
    under_way: JoinSet<object_store::Result<(usize, PartId)>>,
    done: Vec<(usize, PartId)>,
}

/// How long an upload waits to learn how long its file will be, once there is more than one part of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long whoever waits for a failed upload waits for its remains to be removed. The sweep removes the rest.
const TIDY: Duration = Duration::from_secs(1);

impl Upload {
    pub(super) fn new(
        bucket: Bucket,
        run: &str,
        attempt: u32,
        metadata: &ObjectMetadata,
        expected: Expected,
        cancel: CancellationToken,
    ) -> Result<Self, StoreError> {
        let (run, key) = (run.to_owned(), key::key(run, attempt, key::FILE)?);
        let attributes = Attributes::from_iter([
            (Attribute::ContentType, metadata.media_type.clone()),
            (Attribute::ContentDisposition, metadata.disposition.clone()),
            // Whoever has a link has it for a while; nobody in between should keep the file for longer.
            (Attribute::CacheControl, "private, no-cache".to_owned()),
        ]);
        let runtime = Handle::current();
        Ok(Self {
            bucket,
            run,
            attempt,
            key,
            attributes,
            cancel,
            runtime,
            filling: Vec::new(),
            written: 0,
            expected,
            lengths: None,
            parts: None,
        })
    }

    /// The key under which the file is found.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Sends what is left, completes the object, and asks the server for its length. Only after this is there a file.
    pub async fn finish(&mut self) -> Result<(), StoreError> {
        let last = std::mem::take(&mut self.filling);
        let path = self.bucket.path(&self.key)?;
        let completed = match &mut self.parts {
            None => {
                let options = PutOptions { attributes: self.attributes.clone(), ..PutOptions::default() };
                let put = self.bucket.inner.s3.put_opts(&path, last.into(), options).await;
                put.map(drop).map_err(|error| self.bucket.failure(&error))
            }
            Some(parts) => {
                if !last.is_empty() {
                    parts.send(&self.bucket, last)?;
                }
                parts.wait(&self.bucket, 0).await?;
                parts.complete(&self.bucket).await
            }
        };
        self.verify(completed).await?;
        // The file is whole all the same; the sweep takes the mark away.
        if self.parts.is_some()
            && let Err(error) = self.bucket.tidy_attempt(&self.run, self.attempt).await
        {
            tracing::info!(key = self.key, %error, "the mark of an upload is left to the sweep");
        }
        Ok(())
    }

    /// Takes back what was sent. What cannot be removed now is left to the sweep.
    pub async fn abandon(mut self) {
        let Ok(path) = self.bucket.path(&self.key) else { return };
        let parts = self.parts.take();
        let removal = async {
            if let Some(mut parts) = parts {
                parts.under_way.shutdown().await;
                self.bucket.abandon(&path, &parts.id).await?;
            }
            self.bucket.delete(&path).await
        };
        match tokio::time::timeout(TIDY, removal).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(key = self.key, %error, "an upload is left to the sweep"),
            Err(_) => tracing::warn!(key = self.key, "an upload is left to the sweep: the server is slow"),
        }
    }

    /// A reply that was lost may be that of a completion that was done, so what is there decides: S3 shows an object whole
    /// or not at all, and nobody else writes under this key.
    async fn verify(&self, completed: Result<(), StoreError>) -> Result<(), StoreError> {
        let found = self.bucket.length(&self.key).await;
        match (completed, found?) {
            (Ok(()), Some(length)) if length == self.written => Ok(()),
            (Err(error), Some(length)) if length == self.written => {
                tracing::info!(key = self.key, %error, "an upload was completed although the server said otherwise");
                Ok(())
            }
            (Err(error), _) => Err(error),
            (Ok(()), Some(length)) => Err(self
                .bucket
                .unfit(format!("the object has {length} bytes, and {} were written", self.written))),
            (Ok(()), None) => Err(self.bucket.unfit("the object that was written is not there")),
        }
    }

    /// The length of the part that is being filled.
    fn length(&self) -> usize {
        let sent = self.parts.as_ref().map_or(0, |parts| parts.sent);
        self.lengths.map_or(self.bucket.inner.part_bytes, |lengths| lengths.after(sent))
    }

    /// Sends the part that is full, unless it turns out that it should be longer.
    async fn part_is_full(&mut self) -> Result<(), StoreError> {
        if self.lengths.is_none() {
            let expected = self.expected.within(PATIENCE).await;
            self.lengths = Some(PartLengths::new(self.bucket.inner.part_bytes, expected));
        }
        match self.filling.len() < self.length() {
            true => Ok(()),
            false => self.send_part().await,
        }
    }

    async fn send_part(&mut self) -> Result<(), StoreError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(Parts::begin(&self.bucket, &self.run, self.attempt, &self.attributes).await?),
        };
        parts.wait(&self.bucket, PartLengths::under_way(self.filling.len()) - 1).await?;
        let full = std::mem::take(&mut self.filling);
        parts.send(&self.bucket, full)
    }
}

impl Write for Upload {
    /// For a thread that may block: it waits while enough parts are on their way.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let part = self.length();
        if self.filling.capacity() < part {
            self.filling.reserve_exact(part - self.filling.len());
        }
        let taken = bytes.len().min(part - self.filling.len());
        self.filling.extend_from_slice(&bytes[..taken]);
        self.written += taken as u64;
        if self.filling.len() == part {
            let (runtime, cancel) = (self.runtime.clone(), self.cancel.clone());
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    // Nobody wants it any more, which is no failure of the storage.
                    () = cancel.cancelled() => Err(ErrorKind::BrokenPipe.into()),
                    sent = self.part_is_full() => sent.map_err(Error::other),
                }
            })?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl Parts {
    /// The mark first: an upload that is begun has it beside its place, whatever happens next.
    async fn begin(
        bucket: &Bucket,
        run: &str,
        attempt: u32,
        attributes: &Attributes,
    ) -> Result<Self, StoreError> {
        let path = bucket.path(&key::key(run, attempt, key::FILE)?)?;
        let mark = bucket.path(&key::key(run, attempt, UNFINISHED)?)?;
        let marked = bucket.inner.s3.put(&mark, PutPayload::new()).await;
        marked.map_err(|error| bucket.failure(&error))?;
        let options =
            PutMultipartOptions { attributes: attributes.clone(), ..PutMultipartOptions::default() };
        let begun = bucket.inner.s3.create_multipart_opts(&path, options).await;
        let id = begun.map_err(|error| bucket.failure(&error))?;
        Ok(Self { path, id, sent: 0, sent_bytes: 0, under_way: JoinSet::new(), done: Vec::new() })
    }

    /// Waits until at most so many are on their way.
    async fn wait(&mut self, bucket: &Bucket, most: usize) -> Result<(), StoreError> {
        while self.under_way.len() > most {
            match self.under_way.join_next().await {
                Some(Ok(Ok(part))) => self.done.push(part),
                Some(Ok(Err(error))) => return Err(bucket.failure(&error)),
                Some(Err(_)) => return Err(bucket.unfit("the task that sends a part ended early")),
                None => break,
            }
        }
        Ok(())
    }

    fn send(&mut self, bucket: &Bucket, bytes: Vec<u8>) -> Result<(), StoreError> {
        if self.sent == MOST_PARTS {
            return Err(StoreError::TooManyParts { limit: self.sent_bytes, parts: MOST_PARTS });
        }
        self.sent_bytes += bytes.len() as u64;
        let (bucket, path, id, number) = (bucket.clone(), self.path.clone(), self.id.clone(), self.sent);
        self.sent += 1;
        self.under_way.spawn(async move {
            let sent = bucket.inner.s3.put_part(&path, &id, number, bytes.into()).await;
            sent.map(|part| (number, part))
        });
        Ok(())
    }

    async fn complete(&mut self, bucket: &Bucket) -> Result<(), StoreError> {
        self.done.sort_by_key(|(number, _)| *number);
        let parts = self.done.iter().map(|(_, part)| part.clone()).collect();
        let completed = bucket.inner.s3.complete_multipart(&self.path, &self.id, parts).await;
        completed.map(drop).map_err(|error| bucket.failure(&error))
    }
}
