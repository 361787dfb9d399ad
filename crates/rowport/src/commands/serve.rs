use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use rowport_engine::Desk;
use rowport_engine::accounts::{Accounts, Door};
use rowport_engine::runs::{Runner, RunnerSettings, Watcher};
use rowport_engine::settings::DeskSettings;
use rowport_model::Principal;
use rowport_server::{AppState, LimitSettings, Links, Site};
use rowport_store::{Bucket, BucketSettings, Folder, Storage, Store, StoreError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{self, ServerSettings};
use crate::failure::Failure;
use crate::sources;

/// Where the page is unless said otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7878";
/// Where Rowport keeps its own state unless said otherwise.
const DEFAULT_DATA_DIR: &str = "rowport-data";

/// Serve the page and the API.
#[derive(Args)]
pub struct Serve {
    /// `postgres://…`, `mysql://…` or `sqlite:PATH`, with `NAME=` before it if you like. May be given several times.
    #[arg(long)]
    source: Vec<String>,
    /// The configuration; `rowport.toml` in this folder is used if it is there.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The address [default: 127.0.0.1:7878].
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// The folder for Rowport's own state and the files of background exports [default: rowport-data].
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// `postgres://…`: keep the state in the schema `rowport` there, which several processes can share.
    #[arg(long, env = "ROWPORT_STATE", hide_env_values = true)]
    state: Option<String>,
    /// Nobody signs in, and whoever reaches the port may do everything: for one person on their own machine. On
    /// loopback only.
    #[arg(long)]
    no_sign_in: bool,
}

impl Serve {
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let implied = Path::new("rowport.toml");
        let file = self.config.clone().or_else(|| implied.is_file().then(|| implied.to_owned()));
        let (mut desk, server) = match file {
            Some(file) => {
                let loaded = config::load(&file).map_err(Failure::config)?;
                (loaded.desk, loaded.server)
            }
            None => Default::default(),
        };
        for url in &self.source {
            let source = sources::from_url(url, &desk.sources)?;
            desk.sources.push(source);
        }
        if desk.sources.is_empty() {
            let hint = "rowport serve --source postgres://user@host/database, or write a rowport.toml";
            return Err(Failure::usage("there is no source to serve").with_hint(hint));
        }
        let listen = self.listen.or(server.listen).unwrap_or_else(default_listen);
        let data_dir = self
            .data_dir
            .or_else(|| server.data_dir.clone())
            .unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR));
        let door = if self.no_sign_in { Door::Open } else { Door::Closed };
        let ServerSettings { runs, limits, site, bucket, .. } = server;
        let serving = Serving { listen, data_dir, state: self.state, bucket, door, runs, limits, site };
        serve(desk, serving).await
    }
}

/// The default address.
pub fn default_listen() -> SocketAddr {
    // The text is our own.
    DEFAULT_LISTEN.parse().unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 7878)))
}

/// Refuses addresses that others could reach where nobody need sign in.
pub fn check_listen(listen: SocketAddr, door: Door) -> Result<(), Failure> {
    if rowport_server::may_listen(listen, door) {
        return Ok(());
    }
    let message = format!("{listen} is not on loopback, and nobody need sign in");
    let hint =
        "everybody who reaches the port could do everything: listen on 127.0.0.1, or have people sign in";
    Err(Failure::usage(message).with_hint(hint))
}

/// How a desk is served.
pub struct Serving {
    /// The address.
    pub listen: SocketAddr,
    /// The folder of Rowport's own state.
    pub data_dir: PathBuf,
    /// The database of the state, where it is not in the folder.
    pub state: Option<String>,
    /// The bucket of the artifacts, where they are not in the folder.
    pub bucket: Option<BucketSettings>,
    /// Who may come in without signing in.
    pub door: Door,
    /// How background work is done.
    pub runs: RunnerSettings,
    /// How often something may be done.
    pub limits: LimitSettings,
    /// Where the page is, as browsers see it.
    pub site: Site,
}

/// Where artifacts are: in the bucket if there is one, else in a folder of the data folder.
pub fn storage(bucket: Option<&BucketSettings>, data_dir: &Path) -> Result<Storage, StoreError> {
    match bucket {
        Some(bucket) => Bucket::open(bucket).map(Storage::Bucket),
        None => Folder::open(&data_dir.join("artifacts")).map(Storage::Folder),
    }
}

/// Serves until interrupted, and says where.
pub async fn serve(mut settings: DeskSettings, serving: Serving) -> Result<ExitCode, Failure> {
    let Serving { listen, data_dir, state, bucket, door, runs, limits, mut site } = serving;
    check_listen(listen, door)?;
    allow_many_files();
    std::fs::create_dir_all(&data_dir)
        .map_err(|error| Failure::output(&format!("the folder {}", data_dir.display()), &error))?;
    let in_store = |error: StoreError| Failure::output("the store", &error);
    let store = match &state {
        Some(url) => Store::connect(url).await.map_err(in_store)?,
        None => Store::open(&data_dir.join("rowport.sqlite")).await.map_err(in_store)?,
    };
    let storage = storage(bucket.as_ref(), &data_dir).map_err(in_store)?;
    match store.artifacts().own(&storage).await {
        Ok(_) => {}
        Err(error @ StoreError::StorageForeign { .. }) => return Err(in_store(error)),
        // Much can be done without it, and it may come back.
        Err(error) => tracing::warn!(%error, "the storage cannot be used now"),
    }
    settings.exports.spool_folder = Some(data_dir.clone());
    let desk = Arc::new(sources::desk(settings)?);
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::output(&format!("cannot listen on {listen}"), &error)
            .with_hint("choose another port with --listen")
    })?;
    let address = listener.local_addr().map_err(|error| Failure::output("the address", &error))?;
    site.listen = Some(address).filter(|address| !address.ip().is_loopback());
    announce(&format!("Rowport is at http://{address}"));
    let shutdown = CancellationToken::new();
    tokio::spawn(shut_down_on_signal(shutdown.clone()));
    tokio::spawn(warn_of_settings(Arc::clone(&desk)));
    let store = Arc::new(store);
    let accounts = Accounts::new(Arc::clone(&store), Arc::clone(desk.clock()), door);
    welcome(&accounts, &site, address).await.map_err(in_store)?;
    let links = Links::open(&store).await.map_err(in_store)?;
    let runner = Runner::new(
        Arc::clone(&desk),
        accounts.clone(),
        Arc::clone(&store),
        storage,
        store.process_name(),
        runs,
    );
    let watcher = Watcher::start(Arc::clone(&store), shutdown.clone()).await.map_err(in_store)?;
    let working = tokio::spawn({
        let (runner, shutdown) = (runner.clone(), shutdown.clone());
        async move { runner.work(shutdown).await }
    });
    let state = AppState { desk, store, runner, watcher, links, accounts, site: Arc::new(site), limits };
    let served = rowport_server::serve(listener, state, shutdown.clone()).await;
    // However serving ended, nobody is left to ask for more.
    shutdown.cancel();
    let _ = working.await;
    served.map_err(|error| Failure::output("the server", &error))?;
    Ok(ExitCode::SUCCESS)
}

/// Says how the first administrator comes in, where there is none, and readies the demo's.
async fn welcome(accounts: &Accounts, site: &Site, address: SocketAddr) -> Result<(), StoreError> {
    match accounts.door() {
        Door::Open => {}
        Door::Demo => accounts.prepare_demo().await?,
        Door::Closed => {
            if let Some(token) = accounts.first_admin().await? {
                let page = match &site.host {
                    Some(host) => format!("{}://{host}", if site.secure { "https" } else { "http" }),
                    None => format!("http://{address}"),
                };
                announce(
                    "Nobody can sign in yet. This link makes the first administrator, once, within a day:",
                );
                announce(&format!("{page}/join#{}", token.secret()));
            }
        }
    }
    Ok(())
}

/// Lets this process have as many files open as the system's administrator allows. The limit that a process is born
/// with, mostly 1,024, is for programs that use `select`; a thousand people who listen need one connection each.
fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit on open files stays as it is");
    }
}

/// A line for the person who started it.
pub fn announce(line: &str) {
    use std::io::Write;
    // Whoever closed standard error does not want to know.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Settings that do not fit a database have no effect; whoever wrote them should hear of it without asking.
async fn warn_of_settings(desk: Arc<Desk>) {
    for source in desk.sources(&Principal::local()) {
        // A source that cannot be reached says so in the page.
        for problem in desk.setting_problems(&source.name).await.unwrap_or_default() {
            tracing::warn!(
                setting = problem.path.join("."),
                "{}; `rowport config check` says more",
                problem.message
            );
        }
    }
}

/// The first signal lets requests and runs end; thirty seconds later, or at the second one, the process ends anyway.
async fn shut_down_on_signal(shutdown: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    shutdown.cancel();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = tokio::time::sleep(std::time::Duration::from_secs(30)) => {}
    }
    std::process::exit(130);
}
