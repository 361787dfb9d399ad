use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use rowport_engine::settings::DeskSettings;
use rowport_engine::{Desk, EngineError};
use rowport_model::{DatasetKind, Principal};
use rowport_store::{Bucket, BucketSettings, Storage};
use serde::Serialize;

use crate::config;
use crate::failure::Failure;
use crate::sources;

/// Look whether everything that Rowport needs is there.
#[derive(Args)]
pub struct Doctor {
    /// Sources to look at, as for `serve`.
    #[arg(long)]
    source: Vec<String>,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
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
        let implied = Path::new("rowport.toml");
        let file = self.config.clone().or_else(|| implied.is_file().then(|| implied.to_owned()));
        let mut findings = Vec::new();
        let mut settings = DeskSettings::default();
        let mut data_dir = PathBuf::from("rowport-data");
        let mut bucket = None;
        if let Some(file) = file {
            let what = format!("configuration {}", file.display());
            match config::load(&file) {
                Ok(loaded) => {
                    findings.push(good(what, "no mistakes"));
                    settings = loaded.desk;
                    bucket = loaded.server.bucket;
                    data_dir = loaded.server.data_dir.unwrap_or(data_dir);
                }
                Err(error) => findings.push(bad(what, error.to_string(), None)),
            }
        }
        for url in &self.source {
            let source = sources::from_url(url, &settings.sources)?;
            settings.sources.push(source);
        }
        findings.push(folder(&data_dir));
        if let Some(bucket) = bucket {
            findings.push(storage(&bucket).await);
        }
        let desk = sources::desk(settings)?;
        for source in desk.sources(&Principal::local()) {
            examine(&desk, &source.name, &mut findings).await;
        }
        let healthy = findings.iter().all(|finding| finding.ok);
        self.print(&findings).map_err(|error| Failure::output("the findings", &error))?;
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
                finding.what,
                finding.detail
            )?;
            if let Some(hint) = &finding.hint {
                writeln!(out, "      hint: {hint}")?;
            }
        }
        Ok(())
    }
}

/// Connects, describes, and looks for what people stumble over.
async fn examine(desk: &Desk, source: &str, findings: &mut Vec<Finding>) {
    let what = format!("source {source}");
    match desk.check(source).await {
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
    let catalog = match desk.catalog(&Principal::local(), source).await {
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
    if let Ok(problems) = desk.setting_problems(source).await {
        findings.extend(problems.into_iter().map(|problem| {
            let what = format!("setting {}", problem.path.join("."));
            bad(what, problem.message, problem.hint.map(|hint| format!("did you mean `{hint}`?")))
        }));
    }
}

/// Whether Rowport could keep its state there. Looks without leaving anything behind.
fn folder(path: &Path) -> Finding {
    let what = format!("data folder {}", path.display());
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
            let hint = match error.code() {
                "storage_refused" => {
                    "the key needs s3:GetObject, PutObject, DeleteObject and AbortMultipartUpload on the keys, and \
                     ListBucket and ListBucketMultipartUploads on the bucket; region and path_style have to fit the server"
                }
                "storage_full" => "make room there, or use another bucket",
                _ => "look at `endpoint` in `[storage]`, and whether the server is reached from here",
            };
            bad(what, error.to_string(), Some(hint.to_owned()))
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
