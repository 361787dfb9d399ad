use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;

/// s3s-fs with what it lacks: it does not list unfinished uploads, takes parts of an upload that is over, answers that
/// access is denied where S3 says that there is no such upload, and makes a bucket of whatever is put somewhere. And what
/// it was doing for a client that vanishes stays half done, which no upload could be cleaned up after: here each request
/// that has come is carried out.
#[derive(Debug, Clone)]
pub(super) struct Server {
    files: Arc<FileSystem>,
    root: PathBuf,
}

impl Server {
    pub(super) fn new(root: &Path) -> Self {
        let files = FileSystem::new(root).expect("the folder can be served");
        Self { files: Arc::new(files), root: root.to_owned() }
    }

    fn knows(&self, upload: &str) -> S3Result<()> {
        match self.root.join(format!(".upload-{upload}.json")).exists() {
            true => Ok(()),
            false => Err(s3_error!(NoSuchUpload)),
        }
    }

    fn has(&self, bucket: &str) -> S3Result<()> {
        match self.root.join(bucket).is_dir() {
            true => Ok(()),
            false => Err(s3_error!(NoSuchBucket)),
        }
    }

    /// The uploads of a key, by the files in which s3s-fs remembers them.
    fn uploads(&self, bucket: &str, key: &str) -> Vec<String> {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let before = format!(".bucket-{}.object-{}.upload-", encode(bucket), encode(key));
        let files = std::fs::read_dir(&self.root).expect("the folder can be read");
        let names = files.map_while(Result::ok).map(|file| file.file_name().to_string_lossy().into_owned());
        let id = |name: String| Some(name.strip_prefix(&before)?.strip_suffix(".metadata.json")?.to_owned());
        names.filter_map(id).filter(|id| self.knows(id).is_ok()).collect()
    }
}

/// Goes on when nobody waits for the answer any more.
async fn detached<T: Send + 'static>(
    doing: impl Future<Output = S3Result<S3Response<T>>> + Send + 'static,
) -> S3Result<S3Response<T>> {
    tokio::spawn(doing).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

macro_rules! server {
    ($($name:ident: $input:ident -> $output:ident;)+) => {
        #[async_trait::async_trait]
        impl S3 for Server {
            $(async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                self.has(&request.input.bucket)?;
                let files = Arc::clone(&self.files);
                detached(async move { files.$name(request).await }).await
            })+

            async fn list_multipart_uploads(
                &self,
                request: S3Request<ListMultipartUploadsInput>,
            ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
                let (bucket, key) = (request.input.bucket, request.input.prefix.unwrap_or_default());
                let upload = |id| MultipartUpload { key: Some(key.clone()), upload_id: Some(id), ..Default::default() };
                let uploads = self.uploads(&bucket, &key).into_iter().map(upload).collect();
                Ok(S3Response::new(ListMultipartUploadsOutput {
                    bucket: Some(bucket),
                    uploads: Some(uploads),
                    ..Default::default()
                }))
            }

            async fn upload_part(
                &self,
                request: S3Request<UploadPartInput>,
            ) -> S3Result<S3Response<UploadPartOutput>> {
                let server = self.clone();
                detached(async move {
                    let (upload, part) = (request.input.upload_id.clone(), request.input.part_number);
                    server.knows(&upload)?;
                    let answer = server.files.upload_part(request).await?;
                    if let Err(error) = server.knows(&upload) {
                        // Abandoned meanwhile; the part goes the same way.
                        let _ = std::fs::remove_file(server.root.join(format!(".upload_id-{upload}.part-{part}")));
                        return Err(error);
                    }
                    Ok(answer)
                })
                .await
            }

            async fn complete_multipart_upload(
                &self,
                request: S3Request<CompleteMultipartUploadInput>,
            ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
                self.knows(&request.input.upload_id)?;
                let files = Arc::clone(&self.files);
                detached(async move { files.complete_multipart_upload(request).await }).await
            }

            async fn abort_multipart_upload(
                &self,
                request: S3Request<AbortMultipartUploadInput>,
            ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
                self.knows(&request.input.upload_id)?;
                let files = Arc::clone(&self.files);
                detached(async move { files.abort_multipart_upload(request).await }).await
            }
        }
    };
}

server! {
    create_multipart_upload: CreateMultipartUploadInput -> CreateMultipartUploadOutput;
    delete_object: DeleteObjectInput -> DeleteObjectOutput;
    get_object: GetObjectInput -> GetObjectOutput;
    head_object: HeadObjectInput -> HeadObjectOutput;
    list_objects_v2: ListObjectsV2Input -> ListObjectsV2Output;
    put_object: PutObjectInput -> PutObjectOutput;
}
