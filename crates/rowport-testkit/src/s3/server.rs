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
    /// Whether parts may be shorter than 5 MiB.
    short_parts: bool,
}

impl Server {
    pub(super) fn new(root: &Path, short_parts: bool) -> Self {
        let files = FileSystem::new(root).expect("the folder can be served");
        Self { files: Arc::new(files), root: root.to_owned(), short_parts }
    }

    /// Makes one part of all, which is the last and so may have any length.
    fn join_parts(&self, input: &mut CompleteMultipartUploadInput) -> std::io::Result<()> {
        let parts = input.multipart_upload.as_mut().and_then(|upload| upload.parts.as_mut());
        let Some(parts) = parts.filter(|parts| parts.len() > 1) else { return Ok(()) };
        let file = |number: usize| self.root.join(format!(".upload_id-{}.part-{number}", input.upload_id));
        let mut first = std::fs::File::options().append(true).open(file(1))?;
        for number in 2..=parts.len() {
            std::io::copy(&mut std::fs::File::open(file(number))?, &mut first)?;
            std::fs::remove_file(file(number))?;
        }
        parts.truncate(1);
        Ok(())
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

/// An upload has no more parts than this.
const MOST_PARTS: i32 = 10_000;

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
                    // As S3 does.
                    if part > MOST_PARTS {
                        return Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000"));
                    }
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
                mut request: S3Request<CompleteMultipartUploadInput>,
            ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
                self.knows(&request.input.upload_id)?;
                let server = self.clone();
                detached(async move {
                    if server.short_parts {
                        server.join_parts(&mut request.input).map_err(|error| s3_error!(error, InternalError))?;
                    }
                    server.files.complete_multipart_upload(request).await
                })
                .await
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
