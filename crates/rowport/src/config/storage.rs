use std::time::Duration;

use rowport_store::BucketSettings;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::Checks;
use super::exports::checked;
use super::quantities::{bytes, duration};
use super::sources::{Held, variable};

/// A bucket of an S3-compatible server for the files of background exports, which are in a folder otherwise. Several
/// processes that share their state can share it; anything else needs a bucket or a `prefix` of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StorageSection {
    /// The name of the bucket. It has to be there.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["rowport"]))]
    bucket: Spanned<String>,
    /// The server, unless it is Amazon's.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["https://s3.example.org"]))]
    #[serde(default)]
    endpoint: Option<Spanned<String>>,
    /// The server as browsers reach it, where that is another address.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["https://files.example.org"]))]
    #[serde(default)]
    public_endpoint: Option<Spanned<String>>,
    /// The region, which is part of every signature.
    #[schemars(with = "String", length(min = 1), extend("default" = REGION, "examples" = ["eu-central-1"]))]
    #[serde(default)]
    region: Option<String>,
    /// What all keys begin with.
    #[schemars(with = "String", length(min = 1), extend("examples" = ["rowport/exports"]))]
    #[serde(default)]
    prefix: Option<Spanned<String>>,
    /// The environment variable that holds the access key.
    #[schemars(with = "String", length(min = 1), extend("default" = ACCESS_KEY, "examples" = ["ROWPORT_S3_KEY"]))]
    #[serde(default)]
    access_key_env: Option<Spanned<String>>,
    /// The environment variable that holds the access key's secret.
    #[schemars(with = "String", length(min = 1), extend("default" = SECRET_KEY, "examples" = ["ROWPORT_S3_SECRET"]))]
    #[serde(default)]
    secret_key_env: Option<Spanned<String>>,
    /// Whether the bucket's name stands in the path of addresses, rather than in the host's name. The default is `true`
    /// with an `endpoint`, and `false` without.
    #[schemars(with = "bool", extend("examples" = [true]))]
    #[serde(default)]
    path_style: Option<bool>,
    /// Whether the server may be spoken to without TLS.
    #[schemars(with = "bool", extend("default" = false, "examples" = [true]))]
    #[serde(default)]
    allow_http: Option<bool>,
    /// Whether downloads are sent to the bucket by an address that is good for a minute. Otherwise Rowport passes them
    /// on, for browsers that cannot reach the bucket.
    #[schemars(with = "bool", extend("default" = true, "examples" = [false]))]
    #[serde(default)]
    presign: Option<bool>,
    /// The shortest part in which a file goes up. Longer files have longer parts, as there are 10,000 at most.
    #[schemars(with = "String", length(min = 1), extend("default" = "8MiB", "examples" = ["8MiB", "64MiB"]))]
    #[serde(default)]
    part_size: Option<Spanned<String>>,
    /// How long one request may take, and how long a download may be silent. What fails is tried again for twice as long.
    #[schemars(with = "String", length(min = 1), extend("default" = "60s", "examples" = ["60s"]))]
    #[serde(default)]
    timeout: Option<Spanned<String>>,
}

const REGION: &str = "us-east-1";
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";

/// S3 takes no shorter parts.
const SHORTEST_PART: u64 = 5 << 20;
/// Five of them are in memory.
const LONGEST_PART: u64 = 1 << 30;

impl StorageSection {
    pub(super) fn settings(self, checks: &mut Checks<'_>) -> Option<BucketSettings> {
        let allow_http = self.allow_http.unwrap_or(false);
        let mut address =
            |text: Option<Spanned<String>>| text.map(|text| endpoint(&text, allow_http, checks)).transpose();
        let endpoint = address(self.endpoint);
        let public_endpoint = address(self.public_endpoint);
        let bucket = named(&self.bucket, checks);
        let prefix = self.prefix.map_or(Some(String::new()), |prefix| prefixed(&prefix, checks));
        // A token belongs to the key that it was given out with.
        let session_token = match self.access_key_env {
            None => (checks.environment)(SESSION_TOKEN).filter(|token| !token.trim().is_empty()),
            Some(_) => None,
        };
        let mut secret = |name: Option<Spanned<String>>, default: &str, what| {
            let name = name.unwrap_or_else(|| Spanned::new(self.bucket.span(), default.to_owned()));
            variable(&name, what, checks)
        };
        let access_key = secret(self.access_key_env, ACCESS_KEY, KEY);
        let secret_key = secret(self.secret_key_env, SECRET_KEY, SECRET);
        let part_bytes = self.part_size.map_or(Some(8 << 20), |text| part_size(&text, checks));
        let timeout = self
            .timeout
            .map_or(Some(Duration::from_secs(60)), |text| checked(duration(text.get_ref()), &text, checks));
        let endpoint = endpoint.ok()?;
        Some(BucketSettings {
            path_style: self.path_style.unwrap_or(endpoint.is_some()),
            endpoint,
            public_endpoint: public_endpoint.ok()?,
            bucket: bucket?,
            region: self.region.unwrap_or_else(|| REGION.to_owned()),
            prefix: prefix?,
            access_key: access_key?,
            secret_key: secret_key?,
            session_token,
            allow_http,
            presign: self.presign.unwrap_or(true),
            part_bytes: part_bytes?,
            timeout: timeout?,
        })
    }
}

/// What the variables hold, and an example of their names.
const KEY: Held =
    Held { what: "the access key", key: "access_key_env", example: "ROWPORT_S3_KEY", value: "…" };
const SECRET: Held =
    Held {
        what: "the access key's secret", key: "secret_key_env", example: "ROWPORT_S3_SECRET", value: "…"
    };

/// A mistake that was told already.
struct Reported;

/// The address without a slash at its end.
fn endpoint(text: &Spanned<String>, allow_http: bool, checks: &mut Checks<'_>) -> Result<String, Reported> {
    let hint = "the server alone, such as `https://s3.example.org` or `http://127.0.0.1:9000`";
    let url = match Url::parse(text.get_ref()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            checks.wrong(text.span(), "this is not the address of a server", hint);
            return Err(Reported);
        }
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        checks.wrong(text.span(), "there is more than a server in this address", hint);
        return Err(Reported);
    }
    if url.scheme() == "http" && !allow_http {
        let hint = "use `https://`, or write `allow_http = true` if nobody can listen on the way";
        checks.wrong(text.span(), "everybody on the way to this server could read the files", hint);
        return Err(Reported);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn named(bucket: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let name = bucket.get_ref();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if !(3..=63).contains(&name.len()) || !name.chars().all(fits) {
        let message = "this cannot be the name of a bucket";
        checks.wrong(bucket.span(), message, "3 to 63 lower-case letters, digits, `-` and `.`");
        return None;
    }
    Some(name.clone())
}

fn prefixed(prefix: &Spanned<String>, checks: &mut Checks<'_>) -> Option<String> {
    let plain = |part: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(fits)
    };
    if !prefix.get_ref().split('/').all(plain) {
        let message = "this cannot begin a key";
        let hint = "letters, digits, `-`, `_` and `.`, with `/` between and not at the ends";
        checks.wrong(prefix.span(), message, hint);
        return None;
    }
    Some(prefix.get_ref().clone())
}

fn part_size(text: &Spanned<String>, checks: &mut Checks<'_>) -> Option<usize> {
    let size = checked(bytes(text.get_ref()), text, checks)?;
    if !(SHORTEST_PART..=LONGEST_PART).contains(&size) {
        let message = "this is too short or too long for a part";
        checks.wrong(text.span(), message, "`5MiB` to `1GiB`; five parts are in memory for each export");
        return None;
    }
    usize::try_from(size).ok()
}
