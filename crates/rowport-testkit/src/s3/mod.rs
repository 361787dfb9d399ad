//! A bucket in a temporary folder, served by s3s over a socket on loopback; or one that the environment names.

mod faults;
mod named;
mod server;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub use faults::{Asked, Fault};
pub use named::NamedBucket;

use faults::Faults;
use server::Server;

/// An S3 server with one empty bucket. It stops, and the bucket goes, when it is dropped. It runs on a thread of its
/// own, so that it outlives whatever process is killed around it.
#[derive(Debug)]
pub struct S3 {
    address: SocketAddr,
    folder: TempDir,
    faults: Arc<Faults>,
    // Dropping it ends the thread.
    _stop: oneshot::Sender<()>,
}

impl S3 {
    /// The bucket's name.
    pub const BUCKET: &'static str = "artifacts";
    /// The key's id.
    pub const ACCESS_KEY: &'static str = "rowport-test";
    /// The key's secret.
    pub const SECRET_KEY: &'static str = "a secret of the tests";

    /// Starts a server on a free port.
    ///
    /// # Panics
    ///
    /// Panics if that is not possible.
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// The same with parts of any length, so that ten thousand of them are no long file.
    ///
    /// # Panics
    ///
    /// Panics if that is not possible.
    pub fn start_with_short_parts() -> Self {
        Self::start_with(true)
    }

    fn start_with(short_parts: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join(Self::BUCKET)).expect("a folder can be made in it");
        let mut service = S3ServiceBuilder::new(Server::new(folder.path(), short_parts));
        service.set_auth(SimpleAuth::from_single(Self::ACCESS_KEY, Self::SECRET_KEY));
        let service = service.build();
        let (faults, (stop, stopped)) = (Arc::new(Faults::default()), oneshot::channel());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let listening = tokio::net::TcpListener::bind("127.0.0.1:0");
        let listener = std::thread::scope(|scope| scope.spawn(|| runtime.block_on(listening)).join());
        let listener = listener.expect("it does not panic").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let misbehaving = Arc::clone(&faults);
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let accepting = async {
                    while let Ok((socket, _)) = listener.accept().await {
                        let service = faults::Misbehaving {
                            service: service.clone(),
                            faults: Arc::clone(&misbehaving),
                        };
                        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
                    }
                };
                tokio::select! { () = accepting => {}, _ = stopped => {} }
            });
            runtime.shutdown_background();
        });
        Self { address, folder, faults, _stop: stop }
    }

    /// Where it is, as `endpoint` has it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on each request meets the fault that this says.
    pub fn misbehave(&self, how: impl Fn(&Asked) -> Fault + Send + Sync + 'static) {
        self.faults.set(Box::new(how));
    }

    /// From now on every request is answered as it should be.
    pub fn behave(&self) {
        self.misbehave(|_| Fault::None);
    }

    /// How many requests came so far.
    pub fn requests(&self) -> u64 {
        self.faults.asked()
    }

    /// The keys of all objects, in order.
    pub fn objects(&self) -> Vec<String> {
        let root = self.folder.path().join(Self::BUCKET);
        let mut found = Vec::new();
        collect(&root, &root, &mut found);
        found.sort();
        found
    }

    /// The bytes of an object; `None` where there is none.
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(key)).ok()
    }

    /// Puts an object there without asking anybody.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be written.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        let path = self.path(key);
        std::fs::create_dir_all(path.parent().expect("a key has a folder")).expect("a folder can be made");
        std::fs::write(path, bytes).expect("an object can be written");
    }

    /// How many uploads and parts of uploads there are that were neither completed nor abandoned.
    ///
    /// # Panics
    ///
    /// Panics if the folder cannot be read.
    pub fn unfinished(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).expect("the folder can be read");
        let names = files.map_while(Result::ok).map(|file| file.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with(".upload")).count()
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join(Self::BUCKET).join(key)
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map_while(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            collect(root, &path, found);
        } else if let Ok(key) = path.strip_prefix(root) {
            // What is still being written has a name of its own.
            let key = key.display().to_string();
            found.extend((!key.contains(".tmp.")).then_some(key));
        }
    }
}
