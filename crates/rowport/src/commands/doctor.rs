mod tasks;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use rowport_engine::changes::Changes;
use rowport_engine::notify::{EmailSettings, check_email};
use rowport_engine::settings::EngineSettings;
use rowport_engine::{EngineError, Sources};
use rowport_fetch::{FetchError, Fetcher, Reach};
use rowport_model::{DatasetKind, ErrorCode, Principal};
use rowport_store::{Bucket, BucketSettings, Ids, StateVersion, Storage, Store};
use serde::Serialize;

use super::config::secret_words;
use crate::config;
use crate::failure::Failure;
use crate::sources;
use crate::state::Place;
use crate::terminal::plain;

/// Look whether everything that Rowport needs is there.
#[derive(Args)]
pub struct Doctor {
    /// Sources to look at, as for `serve`.
    #[arg(long, env = "ROWPORT_SOURCE", hide_env_values = true)]
    source: Vec<String>,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The folder for Rowport's own state and files, as for `serve`.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Where the state is, as for `serve`.
    #[arg(long, env = "ROWPORT_STATE", hide_env_values = true)]
    state: Option<String>,
    /// The file of the key that the audit is sealed with, as for `serve`.
    #[arg(long, env = "ROWPORT_AUDIT_KEY", value_name = "FILE")]
    audit_key: Option<PathBuf>,
    /// Only ask a Rowport that serves there whether it is ready: `http://127.0.0.1:7878`.
    #[arg(long, value_name = "URL")]
    ready: Option<String>,
    /// Only ask a Rowport whose metrics are there how its periodic tasks do: `http://127.0.0.1:9464`.
    #[arg(long, value_name = "URL", conflicts_with = "ready")]
    metrics: Option<String>,
    /// The findings as JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    what: String,
    ok: bool,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Doctor {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        if let Some(url) = &self.ready {
            return self.conclude(&[ask(url).await]);
        }
        if let Some(url) = &self.metrics {
            return self.conclude(&tasks::ask(url).await);
        }
        let mut findings = Vec::new();
        let mut settings = EngineSettings::default();
        let mut data_dir = PathBuf::from("rowport-data");
        let (mut bucket, mut email) = (None, None);
        if let Some(file) = sources::config_file(self.config.as_deref()) {
            let what = format!("configuration {}", file.display());
            match config::load(&file) {
                Ok(loaded) => {
                    findings.push(good(what, "no mistakes"));
                    settings = loaded.engine;
                    bucket = loaded.server.bucket;
                    email = loaded.server.notify.email;
                    data_dir = loaded.server.data_dir.unwrap_or(data_dir);
                }
                Err(error) => findings.push(bad(what, error.to_string(), None)),
            }
        }
        sources::add(&self.source, &mut settings)?;
        let data_dir = self.data_dir.clone().unwrap_or(data_dir);
        findings.push(folder("data folder", &data_dir));
        match bucket {
            Some(bucket) => findings.push(storage(&bucket).await),
            None => findings.push(folder("folder of files", &data_dir.join("artifacts"))),
        }
        findings.push(state(self.state.as_deref(), &data_dir).await);
        let (url, key) = (self.state.as_deref(), self.audit_key.as_deref());
        findings.push(audit_key(&Place { data_dir: &data_dir, url, key }));
        if let Some(email) = &email {
            findings.push(mail(email).await);
        }
        let sources = Arc::new(sources::build(settings)?);
        for source in sources.sources(&Principal::local()) {
            examine(&sources, &source.name, &mut findings).await;
        }
        self.conclude(&findings)
    }

    fn conclude(&self, findings: &[Finding]) -> Result<ExitCode, Failure> {
        let healthy = findings.iter().all(|finding| finding.ok);
        self.print(findings).map_err(|error| Failure::output("the findings", &error))?;
        Ok(ExitCode::from(u8::from(!healthy)))
    }

    fn print(&self, findings: &[Finding]) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, findings)?;
            return writeln!(out);
        }
        for finding in findings {
            writeln!(
                out,
                "{:4}  {}: {}",
                if finding.ok { "ok" } else { "FAIL" },
                plain(&finding.what),
                plain(&finding.detail)
            )?;
            if let Some(hint) = &finding.hint {
                writeln!(out, "      hint: {}", plain(hint))?;
            }
        }
        Ok(())
    }
}

/// Connects, describes, and looks for what people stumble over.
async fn examine(sources: &Arc<Sources>, source: &str, findings: &mut Vec<Finding>) {
    let what = format!("source {source}");
    match sources.check(source).await {
        Ok(server) => {
            let encrypted = match server.encrypted {
                Some(true) => ", encrypted",
                Some(false) => ", not encrypted",
                None => "",
            };
            findings.push(good(what.clone(), &format!("{}{encrypted}", server.version)));
        }
        Err(error) => {
            findings.push(failed(what, &error));
            return;
        }
    }
    let catalog = match sources.catalog(&Principal::local(), source).await {
        Ok(catalog) => catalog,
        Err(error) => {
            findings.push(failed(what, &error));
            return;
        }
    };
    let datasets: Vec<_> = catalog.datasets().map(|dataset| dataset.visible()).collect();
    let keyless: Vec<_> = datasets
        .iter()
        .filter(|dataset| dataset.kind == DatasetKind::Table && dataset.key.is_empty())
        .map(|dataset| dataset.name.to_string())
        .collect();
    findings.push(good(what.clone(), &format!("{} datasets", datasets.len())));
    if !keyless.is_empty() {
        let detail = format!("tables without a key can be read but not changed: {}", keyless.join(", "));
        findings.push(good(what.clone(), &detail));
    }
    findings.push(changing(sources, source).await);
    for secrets in sources.secret_columns(source).await.unwrap_or_default() {
        findings.push(good(what.clone(), &secret_words(&secrets)));
    }
    if let Ok(problems) = sources.check_settings(source).await {
        findings.extend(problems.into_iter().map(|problem| {
            let what = format!("setting {}", problem.path.join("."));
            bad(what, problem.message, problem.hint.map(|hint| format!("did you mean `{hint}`?")))
        }));
    }
}

/// Whether rows can be changed. A source that is only read is well, too; one whose journal does not fit is not.
async fn changing(sources: &Arc<Sources>, source: &str) -> Finding {
    let what = format!("source {source}");
    let ids = Arc::new(Ids::default());
    let changes = Changes::new(Arc::clone(sources), ids.secret().to_vec(), ids);
    let error = match changes.may_write_journal(source).await {
        Ok(()) => {
            let version = rowport_drivers::journal::VERSION;
            return good(what, &format!("rows can be changed; the journal has version {version}"));
        }
        Err(error) => error,
    };
    let unfit = !matches!(error.code(), ErrorCode::NoJournal | ErrorCode::JournalRefused);
    let detail = format!("rows cannot be changed: {error}");
    Finding { what, ok: !unfit, detail, hint: error.hint().map(str::to_owned) }
}

/// Whether a process that serves says that it is ready.
async fn ask(url: &str) -> Finding {
    let what = format!("readiness of {url}");
    let hint = || Some("the log of that process says more".to_owned());
    match readiness(url).await {
        Ok(answer) if answer.status().is_success() => good(what, "ready"),
        Ok(answer) => bad(what, String::from_utf8_lossy(answer.body()).into_owned(), hint()),
        Err(error) => bad(what, error.to_string(), hint()),
    }
}

async fn readiness(url: &str) -> Result<http::Response<Bytes>, FetchError> {
    let address = format!("{}/readyz", url.trim_end_matches('/'));
    let request = http::Request::get(address).body(Bytes::new());
    let request = request.map_err(|_| FetchError::BadAddress { message: "it is not a URL" })?;
    Fetcher::new(Reach::Anywhere, Duration::from_secs(4), 64 << 10)?.send(request).await
}

/// Whether Rowport's own state is there, and of a version that this program can use.
async fn state(url: Option<&str>, data_dir: &Path) -> Finding {
    let (what, found) = match url {
        Some(url) => ("state on PostgreSQL".to_owned(), Store::look_at_server(url).await),
        None => {
            let file = data_dir.join("rowport.sqlite");
            (format!("state {}", file.display()), Store::look_at(&file).await)
        }
    };
    match found {
        Ok(StateVersion { found: 0, .. }) => {
            good(what, "not there yet; it is made when Rowport first serves")
        }
        Ok(StateVersion { found, known }) if found < known => {
            good(what, &format!("version {found}; it becomes {known} when Rowport next serves"))
        }
        Ok(StateVersion { found, .. }) => good(what, &format!("version {found}")),
        Err(error) => bad(what, error.to_string(), None),
    }
}

/// Whether the audit can be sealed.
fn audit_key(place: &Place<'_>) -> Finding {
    let what = "the audit's key";
    match place.key() {
        Ok(Some(_)) => good(what.to_owned(), &format!("{} can be read", place.key_file().display())),
        Ok(None) if place.url.is_none() => {
            good(what.to_owned(), "not there yet; it is made when Rowport first serves")
        }
        Ok(None) => Finding {
            hint: Some("make a key, and name its file to all processes with --audit-key".to_owned()),
            ..good(what.to_owned(), "none is named, so the audit is not sealed")
        },
        Err(failure) => bad(what.to_owned(), failure.message().to_owned(), failure.hint().map(str::to_owned)),
    }
}

/// Whether Rowport could write there. Looks without leaving anything behind.
fn folder(name: &str, path: &Path) -> Finding {
    let what = format!("{name} {}", path.display());
    if !path.exists() {
        return good(what, "not there yet; it is made when Rowport first serves");
    }
    match tempfile::tempfile_in(path) {
        Ok(_) => good(what, "can be written"),
        Err(error) => {
            bad(what, error.to_string(), Some("change its permissions or choose another one".to_owned()))
        }
    }
}

/// Whether files can be kept there: does once what exports and the sweep do, and takes it back.
async fn storage(settings: &BucketSettings) -> Finding {
    let what = format!("storage, the bucket {}", settings.bucket);
    let checked = match Bucket::open(settings) {
        Ok(bucket) => Storage::Bucket(bucket).check().await,
        Err(error) => Err(error),
    };
    match checked {
        Ok(()) => good(what, "can be written, read, listed and tidied"),
        Err(error) => {
            let hint = if error.code() == ErrorCode::StorageRefused {
                "the key needs s3:GetObject, PutObject, DeleteObject and AbortMultipartUpload on the keys, and \
                 ListBucket and ListBucketMultipartUploads on the bucket; region and path_style have to fit the server"
            } else if error.code() == ErrorCode::StorageFull {
                "make room there, or use another bucket"
            } else {
                "look at `endpoint` in `[storage]`, and whether the server is reached from here"
            };
            bad(what, error.to_string(), Some(hint.to_owned()))
        }
    }
}

/// Whether the mail server is there, is who it should be, and takes the login. Nobody gets mail from that.
async fn mail(settings: &EmailSettings) -> Finding {
    let what = format!("mail server {}:{}", settings.server, settings.port);
    match check_email(settings).await {
        Ok(()) if settings.login.is_some() => good(what, "takes the login"),
        Ok(()) => good(what, "answers"),
        Err(message) => {
            let hint = "look at `[notifications.email]`, and whether the server is reached from here";
            bad(what, message, Some(hint.to_owned()))
        }
    }
}

fn good(what: String, detail: &str) -> Finding {
    Finding { what, ok: true, detail: detail.to_owned(), hint: None }
}

fn bad(what: String, detail: String, hint: Option<String>) -> Finding {
    Finding { what, ok: false, detail, hint }
}

fn failed(what: String, error: &EngineError) -> Finding {
    bad(what, error.to_string(), error.hint().map(str::to_owned))
}
