use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::process::{Command, Stdio};

/// A place of its own in a bucket that the environment names (`scripts/garage.sh env`), whoever's server that is. What is
/// in it is asked with curl, which is not the client that is tested. Nothing is removed when it is dropped: the bucket is
/// a throwaway.
#[derive(Debug)]
pub struct NamedBucket {
    endpoint: String,
    bucket: String,
    region: String,
    access_key: String,
    secret_key: String,
    prefix: String,
}

/// The SHA-256 of nothing, which each request without a body has to be signed with.
const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl NamedBucket {
    /// The bucket of the environment; `None` where `ROWPORT_TEST_S3_ENDPOINT` is not set.
    ///
    /// # Panics
    ///
    /// Panics if that is set and its companions are not.
    pub fn find() -> Option<Self> {
        let endpoint = std::env::var("ROWPORT_TEST_S3_ENDPOINT").ok()?;
        let variable = |name: &str| {
            let name = format!("ROWPORT_TEST_S3_{name}");
            std::env::var(&name)
                .unwrap_or_else(|_| panic!("{name} is not set: scripts/garage.sh env says it"))
        };
        Some(Self {
            endpoint,
            bucket: variable("BUCKET"),
            region: variable("REGION"),
            access_key: variable("KEY_ID"),
            secret_key: variable("SECRET"),
            prefix: format!("exports-{:016x}", RandomState::new().build_hasher().finish()),
        })
    }

    /// Where the server is, as `endpoint` has it.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// What signatures have to name.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The key's id.
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The key's secret.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// What the keys of this place begin with, before a slash. Nobody else's do.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The keys of all objects of this place, in order.
    pub fn objects(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        loop {
            let after = found.last().map_or(String::new(), |last| format!("&start-after={}", encoded(last)));
            let page = self.ask(&format!("list-type=2&prefix={}%2F{after}", self.prefix));
            found.extend(texts(&page, "Key"));
            if !is_cut(&page) {
                return found;
            }
        }
    }

    /// How many uploads of this place were neither completed nor abandoned.
    ///
    /// # Panics
    ///
    /// Panics if there are more than one answer holds, which is a thousand.
    pub fn unfinished(&self) -> usize {
        let page = self.ask(&format!("prefix={}%2F&uploads=", self.prefix));
        assert!(!is_cut(&page), "more unfinished uploads than anybody should leave: {page}");
        texts(&page, "UploadId").count()
    }

    /// Asks for a list. The parameters are in the order of their names, as they are signed.
    fn ask(&self, query: &str) -> String {
        let Self { endpoint, bucket, region, access_key, secret_key, .. } = self;
        let config = format!(
            "url = \"{endpoint}/{bucket}?{query}\"\naws-sigv4 = \"aws:amz:{region}:s3\"\n\
             user = \"{access_key}:{secret_key}\"\nheader = \"x-amz-content-sha256: {OF_NOTHING}\"\n"
        );
        // By its standard input: an argument of a process is everybody's to see.
        let mut curl = Command::new("curl")
            .args(["--silent", "--show-error", "--fail-with-body", "--config", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("curl is installed");
        curl.stdin.take().expect("it is piped").write_all(config.as_bytes()).expect("curl reads it");
        let output = curl.wait_with_output().expect("curl ends");
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{endpoint}/{bucket}?{query} answers {answer} {said}");
        answer
    }
}

/// Keys of artifacts need nothing else.
fn encoded(key: &str) -> String {
    key.replace('/', "%2F")
}

fn is_cut(page: &str) -> bool {
    texts(page, "IsTruncated").any(|text| text == "true")
}

/// What the elements of a name hold. Nothing in these lists needs to be unescaped.
fn texts(page: &str, name: &str) -> impl Iterator<Item = String> {
    let (opens, closes) = (format!("<{name}>"), format!("</{name}>"));
    let parts = page.split(&opens).skip(1);
    parts
        .filter_map(|part| part.split_once(&closes).map(|(text, _)| text.to_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}
