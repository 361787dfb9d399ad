use std::fmt;
use std::time::Duration;

/// Where a bucket is, and how it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketSettings {
    /// The server, such as `https://s3.example.org`; `None` for Amazon's.
    pub endpoint: Option<String>,
    /// The server's address as browsers reach it, where that is another one.
    pub public_endpoint: Option<String>,
    /// The bucket's name.
    pub bucket: String,
    /// The region, which is part of every signature.
    pub region: String,
    /// What all keys begin with; empty for nothing.
    pub prefix: String,
    /// The key's id.
    pub access_key: String,
    /// The key's secret.
    pub secret_key: String,
    /// The token of a key that was given out for a while.
    pub session_token: Option<String>,
    /// Whether the bucket's name stands in the path, rather than in the host's name.
    pub path_style: bool,
    /// Whether the server may be spoken to without TLS.
    pub allow_http: bool,
    /// Whether downloads are sent to the bucket, rather than passed on.
    pub presign: bool,
    /// The length of the parts of an upload; 5 MiB at least. Four of them are on their way at most, and one is filled.
    pub part_bytes: usize,
    /// How long a request may take, and how long a download may be silent.
    pub timeout: Duration,
}

impl BucketSettings {
    /// What messages call it.
    pub(super) fn name(&self) -> String {
        match self.prefix.as_str() {
            "" => format!("the bucket {}", self.bucket),
            prefix => format!("the bucket {}/{prefix}", self.bucket),
        }
    }

    /// `https://s3.example.org` as the bucket's own host, `https://BUCKET.s3.example.org`.
    pub(super) fn hosted(&self, endpoint: &str) -> String {
        match endpoint.split_once("://") {
            Some((scheme, host)) => format!("{scheme}://{}.{}", self.bucket, host.trim_end_matches('/')),
            None => endpoint.to_owned(),
        }
    }
}

impl fmt::Debug for BucketSettings {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BucketSettings")
            .field("endpoint", &self.endpoint)
            .field("bucket", &self.bucket)
            .field("prefix", &self.prefix)
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}
