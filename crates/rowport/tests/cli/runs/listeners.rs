//! A thousand people listen to events. Some of them never read, and some have vanished without a word. The others are
//! told in time, the server stays small, and the vanished are forgotten.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rowport_testkit::{PATIENCE, within};
use serde_json::Value;
use socket2::{Domain, SockFilter, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::served::{Served, Site, State};
use crate::binary::cases;

/// What nobody may take longer for than one of a hundred.
const IN_TIME: Duration = Duration::from_secs(1);
/// How long a vanished listener may be held, and so long events go on.
const REAPED_WITHIN: Duration = Duration::from_secs(60);
/// What one listener may cost the server, in KiB.
const EACH: u64 = 64;

#[tokio::test(flavor = "multi_thread")]
async fn listeners_that_never_read_or_have_vanished_harm_nobody() {
    allow_many_files();
    let site = Site::new(State::Sqlite, 10, "30s");
    let served = site.serve();
    let count = cases(1000);
    let (few, address) = (count.div_ceil(10), served.address());
    // What exports take by themselves is no cost of listeners.
    for _ in 0..3 {
        let id = served.export("csv")["id"].as_str().unwrap().to_owned();
        served.wait_for(&id, "completed", |run| run["state"] == "completed");
    }
    let empty = resident(&served);
    let mut silent = Vec::new();
    let mut vanished = Vec::new();
    let mut readers = Vec::new();
    let told = Told::default();
    let stop = CancellationToken::new();
    for number in 0..count {
        let listener = listen(address).await;
        if number < few {
            silent.push(listener);
        } else if number < 2 * few {
            vanish(&listener);
            vanished.push(listener);
        } else {
            told.lock().unwrap().insert(number, HashMap::new());
            readers.push(tokio::spawn(read(listener, stop.clone(), number, Arc::clone(&told))));
        }
    }
    let ports: HashSet<u16> = vanished.iter().map(|it| it.local_addr().unwrap().port()).collect();
    let gone_at = Instant::now();
    let mut reaped = None;
    let mut asked = Vec::new();
    let mut peak = resident(&served);
    while gone_at.elapsed() < within(REAPED_WITHIN) && (reaped.is_none() || asked.len() < 100) {
        asked.push(served.export("csv")["id"].as_str().unwrap().to_owned());
        tokio::time::sleep(Duration::from_millis(200)).await;
        peak = peak.max(resident(&served));
        if reaped.is_none() && connected(address).is_disjoint(&ports) {
            reaped = Some(gone_at.elapsed());
        }
    }
    for id in &asked {
        served.wait_for(id, "completed", |run| run["state"] == "completed");
    }
    let all_told =
        || told.lock().unwrap().values().all(|of_one| asked.iter().all(|id| of_one.contains_key(id)));
    let waiting = Instant::now();
    while !all_told() {
        assert!(waiting.elapsed() < PATIENCE, "some listeners were not told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    let mut delays = Vec::new();
    for reader in readers {
        reader.await.unwrap();
    }
    for of_one in told.lock().unwrap().values() {
        delays.extend(asked.iter().map(|id| of_one[id]));
    }
    delays.sort_unstable();
    let late = delays[delays.len() * 99 / 100];
    let reaped = reaped.unwrap_or_else(|| panic!("vanished listeners are held after {REAPED_WITHIN:?}"));
    eprintln!(
        "{count} listeners, {few} of which never read and {few} vanished: {} events told, {late:?} at the 99th percentile; \
         the vanished were gone after {reaped:?}; {empty} KiB alone, {peak} KiB at most",
        delays.len()
    );
    assert!(late < within(IN_TIME), "{late:?}");
    let grown = peak.saturating_sub(empty);
    assert!(grown < 16 * 1024 + EACH * count as u64, "{grown} KiB for {count} listeners");
    drop(silent);
    assert!(!served.said().contains("panicked"), "{}", served.said());
}

/// A listener that has been told that it is one.
async fn listen(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // What nobody reads should not all lie in this end's system.
    socket.set_recv_buffer_size(8 << 10).unwrap();
    socket.connect(&address.into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from_std(socket.into()).unwrap();
    let request = format!("GET /api/v1/events HTTP/1.0\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("event: ready\n") {
        assert!(stream.read_buf(&mut heard).await.unwrap() > 0, "{}", String::from_utf8_lossy(&heard));
    }
    stream
}

/// From now on nothing that is sent to it arrives, and nothing is answered: as if the cable had been pulled.
fn vanish(listener: &TcpStream) {
    const RETURN: u16 = 0x06;
    let nothing = SockFilter::new(RETURN, 0, 0, 0);
    socket2::SockRef::from(listener).attach_filter(&[nothing]).unwrap();
}

/// When each listener was told of the end of each run, counted from the end.
type Told = Arc<Mutex<HashMap<usize, HashMap<String, Duration>>>>;

/// Reads what a listener is told, until `stop`.
async fn read(mut stream: TcpStream, stop: CancellationToken, number: usize, told: Told) {
    let mut heard = Vec::new();
    loop {
        tokio::select! {
            read = stream.read_buf(&mut heard) => assert!(read.unwrap() > 0, "a listener that reads was sent away"),
            () = stop.cancelled() => return,
        }
        while let Some(end) = heard.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = heard.drain(..end + 2).collect();
            let event = String::from_utf8(event).unwrap();
            assert!(!event.starts_with("event: reset"), "a listener that reads missed something");
            let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
            let run: Value = serde_json::from_str(data).unwrap();
            if run["state"] == "completed" {
                let ended: jiff::Timestamp = run["finished_at"].as_str().unwrap().parse().unwrap();
                let delay = now().duration_since(ended).try_into().unwrap_or_default();
                let mut told = told.lock().unwrap();
                let of_this = told.entry(number).or_default();
                of_this.entry(run["id"].as_str().unwrap().to_owned()).or_insert(delay);
            }
        }
    }
}

/// The clock that the server has too.
#[allow(clippy::disallowed_methods)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The ports of those who are connected to a server, as the server's end sees it.
fn connected(address: SocketAddr) -> HashSet<u16> {
    const ESTABLISHED: &str = "01";
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port = |field: &str| u16::from_str_radix(field.rsplit(':').next().unwrap(), 16).unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| port(row[1]) == address.port() && row[3] == ESTABLISHED)
        .map(|row| port(row[2]))
        .collect()
}

/// The memory that the server has now, in KiB.
fn resident(served: &Served) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Each listener is a file here too.
fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}
