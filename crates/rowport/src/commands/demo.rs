use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rowport_drivers::{Limits, SourceUrl, connect};
use rowport_engine::accounts::SignInMode;
use rowport_model::{Clock, SystemClock};

use super::serve::{Role, Serving, announce, check_listen, default_listen};
use crate::config;
use crate::demo::{Summary, generate};
use crate::failure::Failure;

/// The example is the same for everybody.
const SEED: u64 = 7;

/// The configuration that goes with the example workspace.
const CONFIG: &str = include_str!("../demo/rowport.toml");

/// Make the example workspace and serve it.
#[derive(Args)]
pub struct Demo {
    /// How many records; the other datasets grow with them.
    #[arg(long, default_value_t = 50_000)]
    rows: u64,
    /// The address, on loopback [default: 127.0.0.1:7878].
    #[arg(long, value_parser = crate::config::parse_listen)]
    listen: Option<SocketAddr>,
    /// The folder for the example.
    #[arg(long, default_value = "rowport-demo")]
    data_dir: PathBuf,
    /// Make the workspace, and do not serve it.
    #[arg(long)]
    only_generate: bool,
}

impl Demo {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let listen = self.listen.unwrap_or_else(default_listen);
        // Before minutes are spent on a workspace that cannot be served.
        check_listen(listen, SignInMode::Demo)?;
        let folder = format!("the folder {}", self.data_dir.display());
        std::fs::create_dir_all(&self.data_dir).map_err(|error| Failure::output(&folder, &error))?;
        let data_dir = self.data_dir.canonicalize().map_err(|error| Failure::output(&folder, &error))?;
        let database = data_dir.join(format!("demo-{}.sqlite", self.rows));
        if !database.exists() {
            let (path, rows) = (database.clone(), self.rows);
            let today = SystemClock.now().to_zoned(TimeZone::UTC).date();
            let made = tokio::task::spawn_blocking(move || make(&path, rows, today)).await;
            made.map_err(Failure::other)??;
        }
        // The example is for trying everything out.
        let source = SourceUrl::parse(&format!("sqlite:{}", database.display()))?;
        connect(&source, Limits::default())?.make_journal().await?;
        if self.only_generate {
            announce(&format!("The example workspace is in {}", database.display()));
            return Ok(ExitCode::SUCCESS);
        }
        let url = toml::Value::String(format!("sqlite:{}", database.display())).to_string();
        let file = data_dir.join("rowport.toml");
        let loaded =
            config::parse(&CONFIG.replace("\"sqlite:demo.sqlite\"", &url), &file).map_err(Failure::config)?;
        let serving = Serving {
            settings: loaded.engine,
            listen,
            data_dir,
            state: None,
            audit_key: None,
            sign_in_mode: SignInMode::Demo,
            role: Role::All,
            chatty: false,
            server: loaded.server,
        };
        serving.run().await
    }
}

fn make(path: &Path, rows: u64, today: Date) -> Result<(), Failure> {
    let bar = ProgressBar::new(Summary::of(rows).total());
    let template = "Making the example workspace  {human_pos} of {human_len} rows  {bar:24}";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    generate(path, rows, SEED, today, &mut |done| bar.set_position(done))
        .map_err(|error| Failure::output("the example workspace", &error))?;
    bar.finish_and_clear();
    Ok(())
}
