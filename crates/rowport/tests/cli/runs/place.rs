//! Where the files of background exports are.

use std::fmt;
use std::path::{Path, PathBuf};

use rowport_testkit::{NamedBucket, S3};

/// What a test asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    Folder,
    /// A bucket of the server that the environment names, or else of one in this process.
    Bucket,
    /// A bucket whose server is this process, so that it can be told to misbehave and be looked into.
    OwnBucket,
}

/// What it gets. Nobody kills the server of a bucket.
pub enum Place {
    Folder(PathBuf),
    Own(S3),
    Named(NamedBucket),
}

/// What the keys begin with in a bucket that is a test's own.
const PREFIX: &str = "exports";

impl Place {
    /// The place, in `folder` if it is a folder.
    pub fn new(files: Files, folder: PathBuf) -> Self {
        match (files, NamedBucket::find()) {
            (Files::Folder, _) => Self::Folder(folder),
            (Files::Bucket, Some(named)) => Self::Named(named),
            (Files::Bucket | Files::OwnBucket, _) => Self::Own(S3::start()),
        }
    }

    /// What the configuration says of it.
    pub fn section(&self) -> String {
        let (endpoint, bucket, region, prefix) = match self {
            Self::Folder(_) => return String::new(),
            Self::Own(s3) => (s3.endpoint(), S3::BUCKET, "us-east-1", PREFIX),
            Self::Named(named) => {
                (named.endpoint().to_owned(), named.bucket(), named.region(), named.prefix())
            }
        };
        // Whoever has no client that follows redirects gets its files through Rowport. Short parts make many.
        format!(
            "[storage]\nbucket = \"{bucket}\"\nendpoint = \"{endpoint}\"\nregion = \"{region}\"\nallow_http = true\n\
             presign = false\nprefix = \"{prefix}\"\npart_size = \"5MiB\"\ntimeout = \"5s\"\n"
        )
    }

    /// The key's id and its secret.
    pub fn keys(&self) -> (&str, &str) {
        match self {
            Self::Named(named) => (named.access_key(), named.secret_key()),
            Self::Folder(_) | Self::Own(_) => (S3::ACCESS_KEY, S3::SECRET_KEY),
        }
    }

    /// Every file, as `run/attempt/name`, and what is left of uploads that were not finished.
    pub fn artifacts(&self) -> Vec<String> {
        let (mut found, unfinished) = match self {
            Self::Folder(root) => {
                let mut found = Vec::new();
                collect(root, root, &mut found);
                found.sort();
                (found, 0)
            }
            Self::Own(s3) => (beneath(PREFIX, &s3.objects()), s3.unfinished()),
            Self::Named(named) => (beneath(named.prefix(), &named.objects()), named.unfinished()),
        };
        found.retain(|key| key != "owner");
        found.extend(std::iter::repeat_n("unfinished".to_owned(), unfinished));
        found
    }
}

impl fmt::Display for Place {
    /// What a line about a test calls it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(_) => f.write_str("a folder"),
            Self::Own(_) => f.write_str("a bucket of the test's own"),
            Self::Named(named) => write!(f, "a bucket at {}", named.endpoint()),
        }
    }
}

fn beneath(prefix: &str, keys: &[String]) -> Vec<String> {
    let own = |key: &String| Some(key.strip_prefix(prefix)?.strip_prefix('/')?.to_owned());
    keys.iter().filter_map(own).collect()
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.map_while(Result::ok) {
        let path: PathBuf = entry.path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}
