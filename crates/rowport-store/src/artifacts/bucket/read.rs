use std::ops::Range;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{GetOptions, GetRange, ObjectStore};

use super::Bucket;
use crate::error::StoreError;

/// A file's bytes, at the pace of whoever takes them.
pub type Bytes = BoxStream<'static, Result<bytes::Bytes, StoreError>>;

impl Bucket {
    /// A part of an object that has to be `length` bytes long; one that is not is not the file that was published. A
    /// connection that breaks meanwhile is made again, for the rest of the same object.
    pub async fn read(&self, key: &str, length: u64, part: Range<u64>) -> Result<Bytes, StoreError> {
        // A range of nothing cannot be asked for.
        if part.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let wanted = part.end - part.start;
        let options = GetOptions { range: Some(GetRange::Bounded(part)), ..GetOptions::default() };
        let found = match self.inner.reader.get_opts(&self.path(key)?, options).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::UnknownArtifact { id: key.to_owned() });
            }
            Err(error) => return Err(self.failure(&error)),
        };
        if found.meta.size != length || found.range.end - found.range.start != wanted {
            return Err(self.unfit(format!("the object has {} bytes instead of {length}", found.meta.size)));
        }
        let bucket = self.clone();
        Ok(found.into_stream().map_err(move |error| bucket.failure(&error)).boxed())
    }
}
