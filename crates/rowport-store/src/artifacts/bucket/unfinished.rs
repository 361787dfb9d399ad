//! Uploads that were begun and not finished. No list of objects shows them, and the bucket's owner pays for their parts.
//! `object_store` does not ask for them, so the request is made here.

use std::time::Duration;

use http::{Method, StatusCode};
use object_store::client::HttpRequestBody;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use serde::Deserialize;

use super::Bucket;
use super::failure::transport;
use crate::error::StoreError;

/// The part of the answer that is of interest.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListMultipartUploadsResult {
    #[serde(default)]
    upload: Vec<UnfinishedUpload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnfinishedUpload {
    key: String,
    upload_id: String,
}

impl Bucket {
    /// Abandons every upload of this key that was not finished, and with it what was sent of it.
    pub(super) async fn abandon_uploads(&self, key: &str) -> Result<(), StoreError> {
        let path = self.path(key)?;
        for id in self.uploads_of(&path).await? {
            self.abandon(&path, &id).await?;
        }
        Ok(())
    }

    pub(super) async fn abandon(&self, path: &Path, id: &String) -> Result<(), StoreError> {
        match self.inner.s3.abort_multipart(path, id).await {
            // Finished or abandoned already.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// Begins an upload, finds it in the list and abandons it.
    pub(super) async fn try_an_upload(&self, path: &Path) -> Result<(), StoreError> {
        let id = self.inner.s3.create_multipart(path).await.map_err(|error| self.failure(&error))?;
        let listed = self.uploads_of(path).await;
        self.abandon(path, &id).await?;
        match listed?.contains(&id) {
            true => Ok(()),
            false => Err(self.unfit("the server does not list the uploads that were not finished")),
        }
    }

    /// Asked for one key, which is what every server understands; some ignore a prefix that is shorter.
    async fn uploads_of(&self, path: &Path) -> Result<Vec<String>, StoreError> {
        let options = SignedUrlOptions::default().with_query([("uploads", ""), ("prefix", path.as_ref())]);
        let (bucket, lasting) = (Path::default(), Duration::from_secs(300));
        let url = self.inner.s3.signed_url_opts(Method::GET, &bucket, lasting, &options).await;
        let url = url.map_err(|error| self.failure(&error))?;
        let mut request = http::Request::new(HttpRequestBody::empty());
        *request.uri_mut() = url.as_str().parse().map_err(|_| self.unfit("its address cannot be used"))?;
        let response =
            self.inner.http.execute(request).await.map_err(|error| self.unfit(transport(&error)))?;
        let status = response.status();
        if !status.is_success() {
            let message = format!("the server does not list unfinished uploads: it answered {status}");
            let location = self.inner.name.clone();
            return Err(match status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED {
                true => StoreError::StorageRefused { location, message },
                false => StoreError::Storage { location, message },
            });
        }
        let body = response.into_body().bytes().await.map_err(|error| self.unfit(transport(&error)))?;
        let found: ListMultipartUploadsResult = quick_xml::de::from_reader(body.as_ref())
            .map_err(|_| self.unfit("the server's list of unfinished uploads cannot be read"))?;
        let own = found.upload.into_iter().filter(|upload| upload.key == path.as_ref());
        Ok(own.map(|upload| upload.upload_id).collect())
    }
}
