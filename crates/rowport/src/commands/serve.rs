use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use rowport_engine::Sources;
use rowport_engine::accounts::{Accounts, SignInMode};
use rowport_engine::audit::Anchors;
use rowport_engine::changes::{Changes, Relay};
use rowport_engine::notify::Notifier;
use rowport_engine::periodic::{self, Background, Driver};
use rowport_engine::runs::{Runner, Watcher};
use rowport_engine::settings::EngineSettings;
use rowport_model::Principal;
use rowport_server::{AppState, Links, Readiness, Site};
use rowport_store::{Bucket, BucketSettings, Folder, Ids, Storage, Store, StoreError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::config::secret_words;
use crate::config::{Loaded, ServerSettings};
use crate::failure::Failure;
use crate::shutdown::{Shutdown, ShutdownTimes};
use crate::sources;
use crate::state::{self, Place, in_store};
use crate::telemetry::{self, LogFormat, Metrics, Traces};

/// Where the page is unless said otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7878";
/// Where Rowport keeps its own state unless said otherwise.
pub const DEFAULT_DATA_DIR: &str = "rowport-data";

/// Serve the page and the API.
#[derive(Args)]
pub struct Serve {
    /// `postgres://…`, `mysql://…` or `sqlite:PATH`, with `NAME=` before it if you like. May be given several times,
    /// beside
    /// the sources of the configuration.
    #[arg(long, env = "ROWPORT_SOURCE", hide_env_values = true)]
    source: Vec<String>,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The address, or a port of this machine alone [default: 127.0.0.1:7878].
    #[arg(long, value_parser = crate::config::parse_listen)]
    listen: Option<SocketAddr>,
    /// The folder for Rowport's own state and the files of background exports [default: rowport-data].
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// `postgres://…`: keep the state in the schema `rowport` there, which several processes can share.
    #[arg(long, env = "ROWPORT_STATE", hide_env_values = true)]
    state: Option<String>,
    /// The file of the key that the audit is sealed with, the same for all processes [default: `audit.key` in the folder,
    /// which is made, unless the state is on a server].
    #[arg(long, env = "ROWPORT_AUDIT_KEY", value_name = "FILE")]
    audit_key: Option<PathBuf>,
    /// Nobody signs in, and whoever reaches the port may do everything: for one person on their own machine. On
    /// loopback only.
    #[arg(long)]
    no_sign_in: bool,
    /// What this process does: `all`, only `web` (the page and the API), or only `worker` (background work).
    #[arg(long, value_enum, default_value_t, hide_possible_values = true, env = "ROWPORT_ROLE")]
    role: Role,
    /// How log lines are written: `text` or `json` [default: text].
    #[arg(long, value_enum, hide_possible_values = true, env = "ROWPORT_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// The address where Prometheus finds `/metrics`, without signing in; nowhere unless given.
    #[arg(long, env = "ROWPORT_METRICS")]
    metrics: Option<SocketAddr>,
    /// The collector that traces are sent to, by OTLP over HTTP; nowhere unless given.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    traces: Option<String>,
}

impl Serve {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let Loaded { engine: mut settings, mut server, .. } =
            sources::configured(self.config.as_deref())?.unwrap_or_default();
        sources::add(&self.source, &mut settings)?;
        if settings.sources.is_empty() {
            let hint = "rowport serve --source postgres://user@host/database, or write a rowport.toml";
            return Err(Failure::usage("there is no source to serve").with_hint(hint));
        }
        let listen = self.listen.or(server.listen).unwrap_or_else(default_listen);
        let data_dir = self.data_dir.or_else(|| server.data_dir.clone());
        let data_dir = data_dir.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR));
        let telemetry = &mut server.telemetry;
        telemetry.log_format = self.log_format.unwrap_or(telemetry.log_format);
        telemetry.metrics = self.metrics.or(telemetry.metrics);
        telemetry.traces = self.traces.or(telemetry.traces.take());
        let sign_in_mode = if self.no_sign_in { SignInMode::Disabled } else { SignInMode::Required };
        let (state, audit_key, role) = (self.state, self.audit_key, self.role);
        Serving { settings, listen, data_dir, state, audit_key, sign_in_mode, role, chatty: true, server }
            .run()
            .await
    }
}

/// The default address.
pub fn default_listen() -> SocketAddr {
    // The text is our own.
    DEFAULT_LISTEN.parse().unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 7878)))
}

/// Refuses addresses that others could reach where nobody need sign in.
pub fn check_listen(listen: SocketAddr, sign_in_mode: SignInMode) -> Result<(), Failure> {
    if rowport_server::may_listen(listen, sign_in_mode) {
        return Ok(());
    }
    let message = format!("{listen} is not on loopback, and nobody need sign in");
    let hint =
        "everybody who reaches the port could do everything: listen on 127.0.0.1, or have people sign in";
    Err(Failure::usage(message).with_hint(hint))
}

/// A process that serves.
pub struct Serving {
    /// The sources, and what is done with them.
    pub settings: EngineSettings,
    /// Where the page, the API or the probes are.
    pub listen: SocketAddr,
    /// The folder for its own state and for files.
    pub data_dir: PathBuf,
    /// The URL of its own state, where that is not in the folder.
    pub state: Option<String>,
    /// The file of the key that the audit is sealed with, where it was named.
    pub audit_key: Option<PathBuf>,
    /// Whether people sign in, and what a request without a session may do.
    pub sign_in_mode: SignInMode,
    /// What it does.
    pub role: Role,
    /// What it says on its way: one that somebody tries out says little.
    pub chatty: bool,
    /// The rest of its configuration.
    pub server: ServerSettings,
}

/// Where artifacts are: in the bucket if there is one, else in a folder of the data folder.
pub fn storage(bucket: Option<&BucketSettings>, data_dir: &Path) -> Result<Storage, StoreError> {
    match bucket {
        Some(bucket) => Bucket::open(bucket).map(Storage::Bucket),
        None => Folder::open(&data_dir.join("artifacts")).map(Storage::Folder),
    }
}

/// What of Rowport a process is, so that the parts can be scaled apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The page, the API and background work.
    #[default]
    All,
    /// The page and the API; works on no runs.
    Web,
    /// Works on runs; answers nothing but probes.
    Worker,
}

/// What is always answered within, and how long runs may take to be written down after they were drained.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

impl Serving {
    /// Serves until it is asked to end, and says where.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let telemetry = &self.server.telemetry;
        let traces = telemetry.traces.as_deref().map(Traces::start).transpose()?;
        telemetry::start(telemetry.log_format, self.chatty, traces.as_ref());
        let ended = self.serve().await;
        if let Some(traces) = traces {
            let _ = tokio::task::spawn_blocking(|| traces.finish()).await;
        }
        ended
    }

    async fn serve(mut self) -> Result<ExitCode, Failure> {
        if self.role != Role::Worker {
            check_listen(self.listen, self.sign_in_mode)?;
        }
        let files = allow_many_files();
        make_folder(&self.data_dir)
            .map_err(|error| Failure::output(&format!("the folder {}", self.data_dir.display()), &error))?;
        let place =
            Place { data_dir: &self.data_dir, url: self.state.as_deref(), key: self.audit_key.as_deref() };
        let (anchors, (store, sealing)) = (place.anchors(), place.open().await?);
        let storage = storage(self.server.bucket.as_ref(), &self.data_dir).map_err(in_store)?;
        match store.artifacts().own(&storage).await {
            Ok(_) => {}
            Err(error @ StoreError::StorageForeign { .. }) => return Err(in_store(error)),
            // Much can be done without it, and it may come back.
            Err(error) => tracing::warn!(%error, "the storage cannot be used now"),
        }
        let store = Arc::new(store.telling(self.server.notify.channels()));
        let runs = self.server.runs;
        self.settings.exports.spool_folder = Some(self.data_dir.clone());
        let sources = Arc::new(sources::build(self.settings)?);
        let listener = bind(self.listen, "--listen").await?;
        let shutdown = Shutdown::on_signals(ShutdownTimes {
            delay: self.server.shutdown_delay.unwrap_or_default(),
            limit: runs.drain + LAST_ANSWERS,
        });
        let accounts = Accounts::new(Arc::clone(&store), Arc::clone(sources.clock()), self.sign_in_mode);
        let runner = Runner::new(
            Arc::clone(&sources),
            accounts.clone(),
            Arc::clone(&store),
            storage,
            store.process_name(),
            runs,
        );
        let notifier =
            Notifier::new(self.server.notify.clone(), Arc::clone(&store), Arc::clone(sources.clock()));
        let dropped = Anchors::new(Arc::clone(&store), Arc::clone(sources.clock()), anchors.clone());
        let address = announce_at(&listener, self.role, self.server.telemetry.log_format)?;
        state::tell(sealing);
        let scraping = match self.server.telemetry.metrics {
            Some(address) => Some(scraped(address, &store, &sources, &shutdown).await?),
            None => None,
        };
        let key = store.secret("confirmations-1").await.map_err(in_store)?;
        let changes = Changes::new(Arc::clone(&sources), key, Arc::new(Ids::default()));
        let working = (self.role != Role::Web).then(|| {
            tokio::spawn(warn_of_settings(Arc::clone(&sources)));
            let tasks = periodic::tasks(Background {
                runner: runner.clone(),
                notifier: notifier.clone(),
                relay: Relay::new(Arc::clone(&sources), Arc::clone(&store)),
                changes: changes.clone(),
                store: Arc::clone(&store),
                anchors: dropped,
            });
            let driver = Driver::new(Arc::clone(sources.clock()), tasks);
            let (runner, stop) = (runner.clone(), shutdown.draining.clone());
            // What ends with the runs is below the last anchor of the audit.
            tokio::spawn(async move { driver.work(stop.clone(), runner.work(stop)).await })
        });
        let served = match self.role {
            Role::Worker => {
                let readiness = Readiness::new(store, runner.storage().clone(), shutdown.draining.clone());
                rowport_server::serve_probes(listener, readiness, shutdown.closing.clone()).await
            }
            Role::All | Role::Web => {
                let ServerSettings { limits, connections, mut site, .. } = self.server;
                site.listen = Some(address).filter(|address| !address.ip().is_loopback());
                site.port = site.port.or(Some(address.port()));
                warn_of_names(&site);
                welcome(&accounts, &site, address).await.map_err(in_store)?;
                let site = Arc::new(site);
                let links = Links::open(&store).await.map_err(in_store)?;
                let watcher = Watcher::start(Arc::clone(&store), shutdown.closing.clone()).await;
                let watcher = watcher.map_err(in_store)?;
                let draining = shutdown.draining.clone();
                let state = AppState {
                    sources,
                    changes,
                    store,
                    runner,
                    notifier,
                    watcher,
                    links,
                    accounts,
                    anchors,
                    site,
                    limits,
                    connections: connections.for_files(files),
                    draining,
                };
                rowport_server::serve(listener, state, shutdown.closing.clone()).await
            }
        };
        // However serving ended, nobody is left to ask for more.
        shutdown.now();
        for task in [working, scraping].into_iter().flatten() {
            let _ = task.await;
        }
        served.map_err(|error| Failure::output("the server", &error))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::output(&format!("cannot listen on {address}"), &error)
            .with_hint(format!("choose another port with {option}"))
    })
}

/// Counts from now on, and tells it at the address.
async fn scraped(
    address: SocketAddr,
    store: &Arc<Store>,
    sources: &Arc<Sources>,
    shutdown: &Shutdown,
) -> Result<JoinHandle<()>, Failure> {
    let listener = bind(address, "--metrics").await?;
    let metrics = Metrics::start(shutdown.closing.clone())?;
    let at = listener.local_addr().map_err(|error| Failure::output("the address", &error))?;
    tracing::info!("the metrics are at http://{at}/metrics");
    let (store, sources) = (Arc::clone(store), Arc::clone(sources));
    let scrape = move || metrics.clone().scrape(Arc::clone(&store), Arc::clone(&sources));
    let serving = rowport_server::serve_metrics(listener, scrape, shutdown.closing.clone());
    Ok(tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "the metrics cannot be served");
        }
    }))
}

/// Says where it is, in the way in which the log says everything else.
fn announce_at(listener: &TcpListener, role: Role, format: LogFormat) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::output("the address", &error))?;
    let line = match role {
        Role::Worker => format!("Rowport works; its probes are at http://{}", openable(address)),
        Role::All | Role::Web => format!("Rowport is at http://{}", openable(address)),
    };
    match format {
        LogFormat::Text => announce(&line),
        LogFormat::Json => tracing::info!("{line}"),
    }
    Ok(address)
}

/// Says how the first administrator comes in, where there is none, and readies the demo's.
async fn welcome(accounts: &Accounts, site: &Site, address: SocketAddr) -> Result<(), StoreError> {
    match accounts.sign_in_mode() {
        SignInMode::Disabled => {}
        SignInMode::Demo => accounts.prepare_demo().await?,
        SignInMode::Required => {
            if let Some(token) = accounts.first_admin().await? {
                let page = site.address().unwrap_or_else(|| format!("http://{}", openable(address)));
                announce(
                    "Nobody can sign in yet. This link makes the first administrator, once, within a day:",
                );
                announce(&format!("{page}/join#{}", token.secret()));
            }
        }
    }
    Ok(())
}

/// Lets this process have as many files open as the system's administrator allows, and says how many. The limit that a
/// process is born with, mostly 1,024, is for programs that use `select`; a thousand listeners need one connection each.
fn allow_many_files() -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    let maximum = limit.maximum;
    let files = match setrlimit(Resource::Nofile, limit) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit on open files stays as it is");
            before
        }
    };
    // None is no limit.
    files.unwrap_or(u64::MAX)
}

/// Other machines are refused by the name that they know this one by, unless it is configured.
fn warn_of_names(site: &Site) {
    if let (Some(address), None) = (site.listen, &site.host) {
        tracing::warn!(
            "{address} is reached from other machines, and they are refused by every name of this one: set `public_url` in \
             rowport.toml to the address that people open"
        );
    }
}

/// An address that can be opened in a browser on this machine: `0.0.0.0` is none.
pub fn openable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port()),
        _ => address,
    }
}

/// A line for the person who started it.
pub fn announce(line: &str) {
    use std::io::Write;
    // Whoever closed standard error does not want to know.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Settings that do not fit a database have no effect; whoever wrote them should hear of it without asking.
async fn warn_of_settings(sources: Arc<Sources>) {
    for source in sources.sources(&Principal::local()) {
        // A source that cannot be reached says so in the page.
        for problem in sources.setting_problems(&source.name).await.unwrap_or_default() {
            tracing::warn!(
                setting = problem.path.join("."),
                "{}; `rowport config check` says more",
                problem.message
            );
        }
        for secrets in sources.secret_columns(&source.name).await.unwrap_or_default() {
            tracing::warn!(source = source.name, "{}", secret_words(&secrets));
        }
    }
}

/// Makes a folder that nobody but its owner may look into. One that is there stays as it is.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
