//! Running the binary.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rowport_testkit::{Database, PATIENCE};
pub use rowport_testkit::{cases, soak};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub const FORMATS: [&str; 7] = ["csv", "tsv", "json", "ndjson", "xlsx", "parquet", "text"];

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Answer {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

/// Which binary is run: another build of it where `ROWPORT_BINARY` names one, such as the release build.
pub fn program() -> String {
    std::env::var("ROWPORT_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rowport").to_owned())
}

/// The binary, without what the tester's own surroundings would put in.
pub fn rowport() -> Command {
    let mut command = Command::new(program());
    for variable in ["ROWPORT_SOURCE", "ROWPORT_LOG", "RUST_BACKTRACE"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Answer {
    finished(rowport().args(arguments).output().unwrap())
}

/// What a process that has ended left behind. A panic is never an answer.
pub fn finished(output: Output) -> Answer {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
    Answer { code: output.status.code(), stdout: output.stdout, stderr }
}

/// Waits for the end of a child, and fails rather than waiting for ever.
pub fn wait(mut child: Child) -> Answer {
    let deadline = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
            panic!("still running after {PATIENCE:?}: {:?}", finished(child.wait_with_output().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    finished(child.wait_with_output().unwrap())
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// An export into a file, and its manifest.
pub struct Exported {
    pub path: PathBuf,
    pub manifest: Value,
    _folder: tempfile::TempDir,
}

/// Exports, or gives back what was said instead. A file that is there is what its manifest says, and is alone.
pub fn export(database: &Database, dataset: &str, format: &str, more: &[&str]) -> Result<Exported, Answer> {
    let folder = tempfile::tempdir().unwrap();
    let (path, manifest) = (folder.path().join("out"), folder.path().join("manifest"));
    let answer = finished(
        rowport()
            .args(["export", "--source", database.url(), "--dataset", dataset, "--format", format])
            .arg("--output")
            .arg(&path)
            .arg("--manifest")
            .arg(&manifest)
            .args(more)
            .output()
            .unwrap(),
    );
    if answer.code != Some(0) {
        assert!(left_in(folder.path()).is_empty(), "{answer:?} left {:?}", left_in(folder.path()));
        return Err(answer);
    }
    assert_eq!(
        (answer.stderr.as_str(), answer.stdout.len()),
        ("", 0),
        "an export to a file is silent in a pipe"
    );
    assert_eq!(left_in(folder.path()), ["manifest", "out"]);
    let manifest: Value = serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(manifest["bytes"], bytes.len(), "{manifest}");
    assert_eq!(manifest["sha256"].as_str().unwrap(), sha256(&bytes), "{manifest}");
    assert_eq!(manifest["format"], format);
    Ok(Exported { path, manifest, _folder: folder })
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names in a folder, hidden ones too, in order.
pub fn left_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
