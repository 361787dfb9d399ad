use std::path::{Path, PathBuf};
use std::process::Command;

use rowport_model::SourceKind;
use tempfile::TempDir;

use crate::databases::Database;

/// A database server of a test's own: one that may be stopped, or that speaks TLS only. It takes seconds to make, so
/// whoever only needs a database takes one on the servers that all tests share.
///
/// Its databases have to be dropped before it.
#[derive(Debug)]
pub struct Server {
    kind: SourceKind,
    url: String,
    folder: TempDir,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// As an administrator does: sessions are ended, and what was committed is written down.
    Fast,
    /// As if it had been killed: whatever stands in its log is recovered at the next start.
    Immediate,
}

impl Server {
    /// A server without TLS.
    pub fn start(kind: SourceKind) -> Self {
        Self::started(kind, &[])
    }

    /// A MariaDB with Spider, whose `ha_spider.so` is in that folder.
    pub fn start_with_spider(plugins: &Path) -> Self {
        Self::started(SourceKind::Mysql, &[("ROWPORT_TEST_SPIDER", plugins)])
    }

    /// A server that refuses whoever does not encrypt.
    pub fn start_with_tls(kind: SourceKind, certificate: &Certificates) -> Self {
        Self::started(kind, &[("ROWPORT_TEST_TLS", certificate.folder())])
    }

    fn started(kind: SourceKind, variables: &[(&str, &Path)]) -> Self {
        let which = match kind {
            SourceKind::Postgres => "postgres",
            SourceKind::Mysql => "mariadb",
            SourceKind::Sqlite => panic!("SQLite has no server"),
        };
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut server = Self { kind, url: String::new(), folder };
        let mut start = server.script(&["start", which]);
        start.envs(variables.iter().copied());
        said_by(start);
        let variables = said_by(server.script(&["env"]));
        let url = variables.trim().split_once('=').map(|(_, url)| url.to_owned());
        server.url = url.unwrap_or_else(|| panic!("no server in {variables}"));
        server
    }

    /// A fresh, empty database on this server.
    pub fn create(&self) -> Database {
        Database::on(self.kind, &self.url)
    }

    /// Stops a PostgreSQL server and ends every session.
    pub fn stop(&self, how: Stop) {
        let mode = if how == Stop::Fast { "fast" } else { "immediate" };
        said_by(self.script(&["halt", mode]));
    }

    /// Starts a PostgreSQL server that was stopped, on the same port with the same data.
    pub fn resume(&self) {
        said_by(self.script(&["resume"]));
    }

    fn script(&self, arguments: &[&str]) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/databases.sh");
        let mut command = Command::new(script);
        command.args(arguments).env("ROWPORT_TEST_DATABASES", self.folder.path().join("servers"));
        command.env_remove("ROWPORT_TEST_TLS").env_remove("ROWPORT_TEST_SPIDER");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A second panic while a failing test unwinds would hide the first.
        let stopped = self.script(&["stop"]).output();
        assert!(std::thread::panicking() || stopped.is_ok_and(|output| output.status.success()));
    }
}

/// A certificate authority of a test's own, and a certificate that it gave to a server. Both last a day.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// Certificates for the server of this name: `IP:127.0.0.1` or `DNS:localhost`.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let openssl = |arguments: &str| {
            let mut command = Command::new("openssl");
            said_by({
                command.current_dir(folder.path()).args(arguments.split(' '));
                command
            });
        };
        let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        openssl(&format!("req -x509 {curve} -days 1 -subj /CN=authority -keyout ca.key -out ca.pem"));
        openssl(&format!("req {curve} -subj /CN=server -keyout server.key -out server.csr"));
        std::fs::write(folder.path().join("names"), format!("subjectAltName={name}\n"))
            .expect("a file can be written in a temporary folder");
        openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile names -out server.crt",
        );
        Self { folder }
    }

    /// The authority's own certificate, which clients are to trust.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Where `server.crt` and `server.key` are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn said_by(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
