use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use rowport_engine::audit::read_anchors;
use rowport_store::{SealCheck, SealCompared, Verified};

use super::serve::DEFAULT_DATA_DIR;
use crate::failure::Failure;
use crate::sources;
use crate::state::{Place, in_store};
use crate::terminal::plain;

/// Work with the audit.
#[derive(Subcommand)]
pub enum Audit {
    /// Read all of the audit, and say what somebody has altered, removed or put in.
    Verify(Verify),
}

/// Read all of the audit, and say what somebody has altered, removed or put in.
#[derive(Args)]
pub struct Verify {
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
    /// Anchors that were kept elsewhere, one on each line [default: `audit-anchors.ndjson` in the folder].
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// The outcome as JSON.
    #[arg(long)]
    json: bool,
}

/// The audit is not what was written down.
const TAMPERED: u8 = 8;

impl Audit {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Verify(verify) => verify.run().await,
        }
    }
}

impl Verify {
    async fn run(self) -> Result<ExitCode, Failure> {
        let configured =
            sources::configured(self.config.as_deref())?.and_then(|loaded| loaded.server.data_dir);
        let data_dir = self.data_dir.clone().or(configured).unwrap_or_else(|| DEFAULT_DATA_DIR.into());
        let place = Place { data_dir: &data_dir, url: self.state.as_deref(), key: self.audit_key.as_deref() };
        // Before the events: an anchor that is dropped meanwhile would know of more than is read here.
        let anchors = self.anchors.clone().unwrap_or_else(|| place.anchors());
        let anchors = read_anchors(&anchors)
            .map_err(|error| Failure::other(format!("the anchors in {}: {error}", anchors.display())))?;
        let store = place.present("there is no state, and so no audit").await?;
        let key = place.key()?;
        let verified = store.audit().verify(key.as_ref(), &anchors).await.map_err(in_store)?;
        let text = match self.json {
            true => serde_json::to_string_pretty(&verified).map_err(Failure::other)? + "\n",
            false => told(&verified),
        };
        match std::io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                return Err(Failure::output("the outcome cannot be written", &error));
            }
            _ => {}
        }
        Ok(if verified.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(TAMPERED) })
    }
}

/// The outcome for people.
fn told(verified: &Verified) -> String {
    let Verified { events, unchained, chains, rows, anchors, .. } = verified;
    let mut text = format!("{events} events in {chains} chains, {rows} changed rows, {anchors} anchors\n");
    if *unchained > 0 {
        text.push_str(&format!(
            "{unchained} of the events are older than the chains: nothing is known of them\n"
        ));
    }
    match verified.seal {
        SealCheck::Compared(SealCompared { since: 0 }) | SealCheck::OfEverybody => {}
        SealCheck::Compared(SealCompared { since }) => {
            text.push_str(&format!("sealed after event {since}\n"))
        }
        SealCheck::NoKey => text.push_str("the seal was not looked at: the key is not here (--audit-key)\n"),
        SealCheck::Unsealed => {
            text.push_str("not sealed: whoever can write to the database can chain it anew\n")
        }
    }
    for finding in &verified.findings {
        let place = finding.seq.map(|seq| format!("event {seq}: ")).unwrap_or_default();
        text.push_str(&format!("FAIL  {place}{}\n", plain(&finding.message)));
    }
    match (verified.findings.len(), verified.more) {
        (0, _) => text.push_str("nothing is wrong\n"),
        (_, 0) => {}
        (_, more) => text.push_str(&format!("and {more} more\n")),
    }
    text
}
