use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::patience::PATIENCE;
use crate::server::Certificates;

/// A mail server (RFC 5321) that keeps what it is sent.
#[derive(Debug)]
pub struct Smtp {
    port: u16,
    shared: Arc<Shared>,
}

/// What a mail server took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and text, as they were sent.
    pub text: String,
    /// Whether it came over TLS.
    pub encrypted: bool,
}

#[derive(Debug)]
struct Shared {
    tls: Option<Arc<ServerConfig>>,
    /// The one login that may send, where one is needed.
    login: Option<(String, String)>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Mail>,
    /// What recipients are answered next, instead of being taken.
    refusals: Vec<&'static str>,
    /// How often somebody connected.
    met: usize,
}

/// What becomes of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Encrypt,
    End,
}

impl Smtp {
    /// A server that takes mail from everybody, in the open.
    pub fn start() -> Self {
        Self::started(None, None)
    }

    /// A server that takes mail only over STARTTLS, from whoever logs in as `name` with `password`.
    pub fn start_with_tls(certificates: &Certificates, name: &str, password: &str) -> Self {
        let folder = certificates.folder();
        let chain = vec![CertificateDer::from_pem_file(folder.join("server.crt")).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("its key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the usual versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("certificate and key belong together");
        Self::started(Some(Arc::new(config)), Some((name.to_owned(), password.to_owned())))
    }

    fn started(tls: Option<Arc<ServerConfig>>, login: Option<(String, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of loopback can be listened on");
        let port = listener.local_addr().expect("a listener has an address").port();
        let shared = Arc::new(Shared { tls, login, kept: Mutex::default() });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || shared.talk(stream));
            }
        });
        Self { port, shared }
    }

    /// The port, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers the next recipients with these lines, such as `550 5.1.1 nobody of that name`.
    pub fn refuse_next(&self, lines: &[&'static str]) {
        self.shared.kept().refusals = lines.to_vec();
    }

    /// How often somebody connected.
    pub fn met(&self) -> usize {
        self.shared.kept().met
    }

    /// Everything that it took so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.kept().mails.clone()
    }

    /// Waits until it took so many.
    pub fn wait(&self, count: usize) -> Vec<Mail> {
        let started = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(started.elapsed() < PATIENCE, "{} mails in {PATIENCE:?}", mails.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Shared {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("no test panicked in here")
    }

    fn talk(&self, mut stream: TcpStream) {
        self.kept().met += 1;
        let _ = stream.write_all(b"220 test ESMTP\r\n");
        if self.converse(&mut stream, false) == Some(Next::Encrypt) {
            let config = self.tls.clone().expect("it was offered");
            let connection = ServerConnection::new(config).expect("the configuration is good");
            let _ = self.converse(&mut StreamOwned::new(connection, stream), true);
        }
    }

    /// Until the connection ends or is to be encrypted. `None` is a connection that broke.
    fn converse(&self, stream: &mut (impl Read + Write), encrypted: bool) -> Option<Next> {
        let mut known = self.login.is_none();
        let mut mail = Mail { from: String::new(), to: Vec::new(), text: String::new(), encrypted };
        loop {
            let line = line(stream)?;
            let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" if self.tls.is_some() && !encrypted => "250-test\r\n250 STARTTLS",
                "EHLO" if self.login.is_some() => "250-test\r\n250 AUTH PLAIN",
                "EHLO" | "HELO" => "250 test",
                "STARTTLS" => {
                    stream.write_all(b"220 go ahead\r\n").ok()?;
                    return Some(Next::Encrypt);
                }
                "AUTH" => {
                    known = self.is_known(line.rsplit(' ').next().unwrap_or_default());
                    if known { "235 2.7.0 welcome" } else { "535 5.7.8 no such login" }
                }
                "NOOP" => "250 nothing",
                "QUIT" => {
                    let _ = stream.write_all(b"221 bye\r\n");
                    return Some(Next::End);
                }
                _ if !known => "530 5.7.0 log in first",
                "MAIL" => {
                    mail.from = address(&line);
                    "250 go on"
                }
                "RCPT" => match self.refusal() {
                    Some(refusal) => refusal,
                    None => {
                        mail.to.push(address(&line));
                        "250 go on"
                    }
                },
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").ok()?;
                    mail.text = text(stream)?;
                    self.kept().mails.push(mail.clone());
                    mail.to.clear();
                    "250 2.0.0 taken"
                }
                "RSET" => "250 forgotten",
                _ => "500 what",
            };
            write!(stream, "{answer}\r\n").ok()?;
            stream.flush().ok()?;
        }
    }

    fn refusal(&self) -> Option<&'static str> {
        let mut kept = self.kept();
        (!kept.refusals.is_empty()).then(|| kept.refusals.remove(0))
    }

    /// `AUTH PLAIN`: name and password, each after a NUL, in base64.
    fn is_known(&self, credentials: &str) -> bool {
        let Some((name, password)) = &self.login else { return true };
        BASE64_STANDARD
            .decode(credentials)
            .is_ok_and(|bytes| bytes == format!("\0{name}\0{password}").into_bytes())
    }
}

/// A line without its end. Read byte by byte: what follows it may be for another layer.
fn line(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).ok().map(|line| line.trim_end().to_owned())
}

/// A message up to the line that is a dot, with the dots that lines were given taken away.
fn text(stream: &mut impl Read) -> Option<String> {
    let mut text = String::new();
    loop {
        match line(stream)?.as_str() {
            "." => return Some(text),
            line => text = text + line.strip_prefix('.').unwrap_or(line) + "\n",
        }
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
