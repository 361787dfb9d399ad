use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::patience::PATIENCE;

/// An HTTP listener that keeps what it is sent, and answers each request as it was told to.
#[derive(Debug)]
pub struct Hooks {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    asked: Vec<Hook>,
    /// The answers to the next requests; 200 when there are none. 0 is no answer at all.
    answers: Vec<u16>,
}

/// A request that a listener was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// `POST /path HTTP/1.1`.
    pub line: String,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Hooks {
    /// A listener on loopback.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of loopback can be listened on");
        let address = listener.local_addr().expect("a listener has an address");
        let kept = Arc::new(Mutex::new(Kept::default()));
        let keeping = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&keeping);
                std::thread::spawn(move || answer(stream, &kept));
            }
        });
        Self { address, kept }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next requests with these statuses, and those after them with 200. A status of 0 is silence.
    pub fn answer_next(&self, statuses: &[u16]) {
        self.kept.lock().expect("no test panicked in here").answers = statuses.to_vec();
    }

    /// Everything that it was sent so far.
    pub fn asked(&self) -> Vec<Hook> {
        self.kept.lock().expect("no test panicked in here").asked.clone()
    }

    /// Waits until it was asked so often.
    pub fn wait(&self, count: usize) -> Vec<Hook> {
        let started = Instant::now();
        loop {
            let asked = self.asked();
            if asked.len() >= count {
                return asked;
            }
            assert!(started.elapsed() < PATIENCE, "asked {} times in {PATIENCE:?}", asked.len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn answer(mut stream: TcpStream, kept: &Mutex<Kept>) {
    // Whoever only connects sends nothing.
    let Some(hook) = read(&mut stream) else { return };
    let status = {
        let mut kept = kept.lock().expect("no test panicked in here");
        kept.asked.push(hook);
        if kept.answers.is_empty() { 200 } else { kept.answers.remove(0) }
    };
    if status == 0 {
        // Until whoever asked gives up.
        let _ = stream.read(&mut [0]);
        return;
    }
    let location = if (300..400).contains(&status) { "location: /elsewhere\r\n" } else { "" };
    let _ = write!(
        stream,
        "HTTP/1.1 {status} As told\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n"
    );
}

fn read(stream: &mut TcpStream) -> Option<Hook> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end + 4);
    let (line, fields) = head.split_once("\r\n")?;
    let field =
        |text: &str| text.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: BTreeMap<_, _> = fields.lines().filter_map(field).collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while body.len() < length {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => body.extend_from_slice(&piece[..read]),
        }
    }
    Some(Hook { line: line.to_owned(), headers, body })
}
