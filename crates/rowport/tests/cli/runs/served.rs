//! A process that serves, and its API.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rowport_testkit::{Database, PATIENCE, Postgres, S3, Sqlite};
use serde_json::{Value, json};

pub use super::place::Files;
use super::place::Place;
use crate::binary::{rowport, signal};

/// What several processes share: a source with rows in it, a folder, and the state.
pub struct Site {
    pub source: Database,
    pub folder: tempfile::TempDir,
    state: Option<Database>,
    /// Where the files are.
    pub place: Place,
    /// Variables of the processes' environment.
    variables: Mutex<BTreeMap<String, String>>,
    /// Whether people have to sign in.
    closed: bool,
}

/// Where the state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sqlite,
    Postgres,
}

/// A serving process. It is killed when it is dropped.
pub struct Served {
    child: Option<Child>,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Site {
    /// A site whose dataset `records` has so many rows. Runs are given to another process after `lease`.
    pub fn new(state: State, rows: u32, lease: &str) -> Self {
        Self::with(state, Files::Folder, rows, lease)
    }

    /// The same with its files where one likes.
    pub fn with(state: State, files: Files, rows: u32, lease: &str) -> Self {
        let source = Sqlite::create();
        source.execute(&format!(
            "CREATE TABLE records (id integer PRIMARY KEY, name text NOT NULL, amount integer, at text);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             INSERT INTO records SELECT i, 'a name, \"quoted\" ' || i, i * 7919 % 100003, '2026-01-31' FROM n"
        ));
        Self::placed(source, (state == State::Postgres).then(Postgres::create), files, lease)
    }

    /// A site for this source, whose state is in this database, or else in a file.
    pub fn of(source: Database, state: Option<Database>, lease: &str) -> Self {
        Self::placed(source, state, Files::Folder, lease)
    }

    fn placed(source: Database, state: Option<Database>, files: Files, lease: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config =
            format!("[runs]\nlease = \"{lease}\"\nconcurrency = 2\nper_principal = 8\ndrain = \"10m\"\n");
        let place = Place::new(files, folder.path().join("data/artifacts"));
        config.push_str(&place.section());
        std::fs::write(folder.path().join("rowport.toml"), config).unwrap();
        let variables = Mutex::default();
        Self { source, folder, state, place, variables, closed: false }
    }

    pub fn serve(&self) -> Served {
        self.try_serve().unwrap_or_else(|said| panic!("it said: {said}"))
    }

    /// A process that is told more than usual.
    pub fn serve_with(&self, arguments: &[&str]) -> Served {
        self.start(arguments).unwrap_or_else(|said| panic!("it said: {said}"))
    }

    /// A process that serves, or what it said instead.
    pub fn try_serve(&self) -> Result<Served, String> {
        self.start(&[])
    }

    /// Puts something before the rest of the configuration.
    pub fn configure(&self, text: &str) {
        let path = self.folder.path().join("rowport.toml");
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}\n{before}")).unwrap();
    }

    /// Gives the processes that are started from now on a variable.
    pub fn lend(&self, name: &str, value: &str) {
        self.variables.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    /// People sign in from now on.
    pub fn people_sign_in(&mut self) {
        self.closed = true;
    }

    fn start(&self, arguments: &[&str]) -> Result<Served, String> {
        let mut command = rowport();
        command.args(["serve", "--source", &format!("db={}", self.source.url())]);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if !self.closed {
            command.arg("--no-sign-in");
        }
        command.arg("--config").arg(self.folder.path().join("rowport.toml"));
        command.arg("--data-dir").arg(self.folder.path().join("data"));
        self.lend_keys(&mut command);
        self.lend_variables(&mut command);
        if let Some(state) = &self.state {
            command.args(["--state", state.url()]);
        }
        let mut child = command.args(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut first = String::new();
        lines.read_line(&mut first).unwrap();
        let Some((_, address)) = first.split_once("http://").filter(|_| first.contains("Rowport")) else {
            child.wait().unwrap();
            return Err(first);
        };
        let address = address.trim_end_matches(['"', '}', '\n']).to_owned();
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut heard = heard.lock().unwrap();
                heard.push_str(&line);
                heard.push('\n');
            }
        });
        Ok(Served { child: Some(child), address, said })
    }

    /// Gives a process the keys of the bucket.
    pub fn lend_keys<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let (id, secret) = self.place.keys();
        command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret)
    }

    /// Gives a process the variables of this site.
    pub fn lend_variables(&self, command: &mut Command) {
        command.envs(self.variables.lock().unwrap().iter());
    }

    /// The database that the state is in, where it is one.
    pub fn state(&self) -> &Database {
        self.state.as_ref().unwrap()
    }

    /// Where the artifacts are.
    /// Whether the state is on a server.
    pub fn has_state(&self) -> bool {
        self.state.is_some()
    }

    pub fn artifacts_folder(&self) -> PathBuf {
        self.folder.path().join("data/artifacts")
    }

    /// Every file of the artifacts, as `run/attempt/name`, and what is left of uploads that were not finished.
    pub fn artifacts(&self) -> Vec<String> {
        self.place.artifacts()
    }

    /// The server of a bucket that is this site's own.
    pub fn s3(&self) -> &S3 {
        match &self.place {
            Place::Own(s3) => s3,
            other => panic!("its files are in {other}"),
        }
    }
}

impl Served {
    /// Starts an export of all records in the background.
    pub fn export(&self, format: &str) -> Value {
        let answer =
            self.request("POST", "/api/v1/sources/db/datasets/records/exports", &json!({"format": format}));
        assert_eq!(answer["state"], "queued", "{answer}");
        answer
    }

    /// Asks for an export, and takes no for an answer.
    pub fn try_export(&self, format: &str) -> Option<String> {
        let answer =
            self.request("POST", "/api/v1/sources/db/datasets/records/exports", &json!({"format": format}));
        answer["id"].as_str().map(str::to_owned)
    }

    pub fn run(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/runs/{id}"))
    }

    pub fn runs(&self) -> Vec<Value> {
        self.get("/api/v1/runs?limit=200")["runs"].as_array().unwrap().clone()
    }

    /// Waits until a run is as wanted.
    pub fn wait_for(&self, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let run = self.run(id);
            if wanted(&run) {
                return run;
            }
            assert!(started.elapsed() < PATIENCE, "not {what} after {PATIENCE:?}: {run}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The bytes of a completed run's file, by a link.
    pub fn download(&self, id: &str) -> Vec<u8> {
        let link = self.request("POST", &format!("/api/v1/runs/{id}/link"), &Value::Null);
        self.send("GET", link["url"].as_str().unwrap_or_else(|| panic!("{link}")), b"")
    }

    pub fn get(&self, path: &str) -> Value {
        serde_json::from_slice(&self.send("GET", path, b"")).unwrap()
    }

    pub fn request(&self, method: &str, path: &str, body: &Value) -> Value {
        serde_json::from_slice(&self.send(method, path, body.to_string().as_bytes())).unwrap()
    }

    fn send(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // By the first HTTP: the answer is not cut into pieces, and ends with the connection.
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        bytes.split_off(head + 4)
    }

    pub fn address(&self) -> SocketAddr {
        self.address.parse().unwrap()
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// A request as it is: the head of the answer in lower case, and its body.
    pub fn exchange(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (String, String) {
        exchange(&self.address, method, path, headers, body)
    }

    pub fn signal(&self, name: &str) {
        signal(self.child.as_ref().unwrap(), name);
    }

    /// What it has said since it began to serve.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until something is so.
    pub fn wait_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let started = Instant::now();
        while !is_so() {
            assert!(started.elapsed() < PATIENCE, "not {what} after {PATIENCE:?}: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it says something, and answers the line that has it.
    pub fn wait_to_hear(&self, what: &str) -> String {
        let started = Instant::now();
        loop {
            if let Some(line) = self.said().lines().find(|line| line.contains(what)) {
                return line.to_owned();
            }
            assert!(started.elapsed() < PATIENCE, "it never said `{what}`: {}", self.said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for its end.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let mut child = self.child.take().unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return (status.code(), self.said());
            }
            if Instant::now() > deadline {
                child.kill().unwrap();
                panic!("still there after {PATIENCE:?}: {}", self.said());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// At once, whatever it is doing.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
            assert!(!self.said().contains("panicked"), "{}", self.said());
        }
    }
}

/// As [`Served::exchange`], with whoever is at the address. Without a Host among the headers the address is it.
pub fn exchange(address: &str, method: &str, path: &str, headers: &[&str], body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let named = headers.iter().any(|header| header.to_lowercase().starts_with("host:"));
    let host = if named { String::new() } else { format!("host: {address}\r\n") };
    let lines: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    let request = format!("{method} {path} HTTP/1.0\r\n{host}{lines}content-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
