//! A served desk, and a client that sees what is on the wire.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::Sources;
use rowport_engine::accounts::{Accounts, SignInMode};
use rowport_engine::changes::{Changes, Relay};
use rowport_engine::notify::{Notifier, NotifySettings};
use rowport_engine::periodic::{Driver, run_tasks};
use rowport_engine::runs::{Runner, RunnerSettings, Watcher};
use rowport_engine::settings::{
    DatasetSettings, EngineSettings, ExportSettings, SourceSettings, SubjectSettings,
};
use rowport_model::Clock;
use rowport_server::{AppState, ConnectionSettings, LimitSettings, Links, Site};
use rowport_store::{Folder, Ids, Storage, Store};
use rowport_testkit::{Database, PATIENCE};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A clock that stands still, so that two exports say the same, until a test turns it.
#[derive(Default)]
pub struct HandClock(AtomicI64);

impl HandClock {
    pub fn turn(&self, by: jiff::SignedDuration) {
        self.0.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> jiff::Timestamp {
        let start: jiff::Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        start + jiff::SignedDuration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// A server that stops when it is dropped.
pub struct Served {
    pub address: SocketAddr,
    pub store: Arc<Store>,
    pub accounts: Accounts,
    pub clock: Arc<HandClock>,
    relay: Relay,
    _shutdown: DropGuard,
    pub runtime: tokio::runtime::Runtime,
    _files: Option<tempfile::TempDir>,
}

/// How a desk is served.
#[derive(Clone)]
pub struct Serving {
    pub datasets: BTreeMap<String, DatasetSettings>,
    pub exports: ExportSettings,
    pub subjects: Vec<SubjectSettings>,
    pub sign_in_mode: SignInMode,
    pub limits: LimitSettings,
    pub connections: ConnectionSettings,
    pub site: Site,
    /// The file of the state; in memory without one.
    pub state: Option<PathBuf>,
    /// The PostgreSQL database of the state, instead of a file.
    pub state_url: Option<String>,
    /// Where the files of background exports are; in a folder of their own without one.
    pub storage: Option<Storage>,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            datasets: BTreeMap::new(),
            exports: ExportSettings::default(),
            subjects: Vec::new(),
            sign_in_mode: SignInMode::Disabled,
            limits: LimitSettings::default(),
            connections: ConnectionSettings::default(),
            site: Site::default(),
            state: None,
            state_url: None,
            storage: None,
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    pub trailers: BTreeMap<String, String>,
    /// Whether the answer ended as HTTP says it must, rather than being broken off.
    pub complete: bool,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Serves one database as the source `db`.
pub fn serve(database: &Database) -> Served {
    serve_with(database, BTreeMap::new(), ExportSettings::default())
}

pub fn serve_with(
    database: &Database,
    datasets: BTreeMap<String, DatasetSettings>,
    exports: ExportSettings,
) -> Served {
    serve_as(database, Serving { datasets, exports, ..Serving::default() })
}

pub fn serve_as(database: &Database, serving: Serving) -> Served {
    let Serving {
        datasets,
        exports,
        subjects,
        sign_in_mode,
        limits,
        connections,
        site,
        state,
        state_url,
        storage,
    } = serving;
    let files = storage.is_none().then(|| tempfile::tempdir().unwrap());
    let folder = || Storage::Folder(Folder::open(files.as_ref().unwrap().path()).unwrap());
    let storage = storage.unwrap_or_else(folder);
    let url = SourceUrl::parse(database.url()).unwrap();
    let source = SourceSettings { name: "db".to_owned(), label: "Database".to_owned(), url, datasets };
    let workspace = Some("test".to_owned());
    let settings =
        EngineSettings { sources: vec![source], workspace, exports, subjects, ..EngineSettings::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let clock = Arc::new(HandClock::default());
    let ticking = Arc::clone(&clock);
    let (address, store, accounts, relay) = runtime.block_on(async move {
        let sources = Sources::new(settings, Limits::default(), ticking).unwrap();
        let store = match (state_url, state) {
            (Some(url), _) => Store::connect(&url).await.unwrap(),
            (None, Some(file)) => Store::open(&file).await.unwrap(),
            (None, None) => Store::in_memory().await.unwrap(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sources, store) = (Arc::new(sources), Arc::new(store));
        let accounts = Accounts::new(Arc::clone(&store), Arc::clone(sources.clock()), sign_in_mode);
        let links = Links::open(&store).await.unwrap();
        let settings = RunnerSettings { heartbeat: Duration::from_millis(100), ..RunnerSettings::default() };
        let runner = Runner::new(
            Arc::clone(&sources),
            accounts.clone(),
            Arc::clone(&store),
            storage,
            "test".to_owned(),
            settings,
        );
        let notifier =
            Notifier::new(NotifySettings::default(), Arc::clone(&store), Arc::clone(sources.clock()));
        let watcher = Watcher::start(Arc::clone(&store), stop.clone()).await.unwrap();
        tokio::spawn({
            let (runner, stop) = (runner.clone(), stop.clone());
            let driver = Driver::new(Arc::clone(sources.clock()), run_tasks(&runner));
            async move { driver.work(stop.clone(), runner.work(stop)).await }
        });
        let (store, accounts) = (Arc::clone(&store), accounts.clone());
        let changes = Changes::new(Arc::clone(&sources), vec![7; 32], Arc::new(Ids::default()));
        let relay = Relay::new(Arc::clone(&sources), Arc::clone(&store));
        let state = AppState {
            sources,
            changes,
            store: Arc::clone(&store),
            runner,
            notifier,
            watcher,
            links,
            accounts: accounts.clone(),
            anchors: PathBuf::new(),
            site: Arc::new(site),
            limits,
            connections,
            draining: stop.clone(),
        };
        tokio::spawn(rowport_server::serve(listener, state, stop));
        (address, store, accounts, relay)
    });
    Served {
        address,
        store,
        accounts,
        clock,
        relay,
        _shutdown: shutdown.drop_guard(),
        runtime,
        _files: files,
    }
}

impl Served {
    /// The path of a dataset's route.
    pub fn path(dataset: &str, route: &str) -> String {
        format!("/api/v1/sources/db/datasets/{dataset}/{route}")
    }

    /// Tells the audit of the rows that were changed, and how many chunks there were.
    pub fn relay(&self) -> u64 {
        let never = CancellationToken::new();
        self.runtime.block_on(self.relay.source("db", &never)).unwrap()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn post(&self, path: &str, body: &serde_json::Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.open(method, path, headers, body);
        let mut bytes = Vec::new();
        // A reset is one way of being broken off; what came before it still counts.
        let _ = stream.read_to_end(&mut bytes);
        parse(&bytes)
    }

    /// What a client of the first HTTP gets, for whom a closed connection is an ordinary end.
    pub fn get_by_http_1_0(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nhost: {}\r\n\r\n", self.address).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Follows a redirect to another server, as a browser does.
    pub fn follow(answer: &Answer, method: &str, headers: &[(&str, &str)]) -> Answer {
        assert_eq!(answer.status, 307, "{answer:?}");
        let address = answer.headers["location"].strip_prefix("http://").unwrap();
        let (host, path) = address.split_at(address.find('/').unwrap());
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        parse(&bytes)
    }

    /// Sends a request and leaves the reading to the caller.
    pub fn open(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        // The same for all, so that answers which should be the same are.
        if !headers.iter().any(|(name, _)| *name == "x-request-id") {
            request.push_str("x-request-id: test\r\n");
        }
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }
}

/// Reads an answer as RFC 9112 says, taking nothing for granted about its end.
pub fn parse(bytes: &[u8]) -> Answer {
    let (head, mut rest) = split(bytes, b"\r\n\r\n").unwrap_or_else(|| panic!("no head: {bytes:?}"));
    let head = String::from_utf8_lossy(head).into_owned();
    let (status, lines) = head.split_once("\r\n").unwrap_or((&head, ""));
    let headers = fields(lines);
    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, headers, body: Vec::new(), trailers: BTreeMap::new(), complete: false };
    if answer.headers.get("transfer-encoding").is_none_or(|coding| coding != "chunked") {
        let length =
            answer.headers.get("content-length").map_or(0, |length| length.parse::<usize>().unwrap());
        answer.complete = rest.len() == length;
        answer.body = rest.to_vec();
        return answer;
    }
    loop {
        let Some((size, after)) = split(rest, b"\r\n") else { return answer };
        let size = usize::from_str_radix(std::str::from_utf8(size).unwrap(), 16).unwrap();
        if size == 0 {
            answer.complete = after.ends_with(b"\r\n");
            answer.trailers = fields(&String::from_utf8_lossy(after));
            return answer;
        }
        let Some(chunk) = after.get(..size) else { return answer };
        answer.body.extend_from_slice(chunk);
        let Some(next) = after.get(size + 2..) else { return answer };
        rest = next;
    }
}

fn fields(lines: &str) -> BTreeMap<String, String> {
    let field =
        |line: &str| line.split_once(':').map(|(n, v)| (n.trim().to_lowercase(), v.trim().to_owned()));
    lines.lines().filter_map(field).collect()
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}
