//! Connections that keep the server waiting, and too many of them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rowport_engine::accounts::SignInMode;
use rowport_server::{ConnectionSettings, Site};
use rowport_testkit::{Database, PATIENCE, Sqlite, wait_until};

use crate::access::people::person;
use crate::desk::{Served, Serving, parse, serve_as};

/// So long that nothing in these tests ends by it.
const NEVER: Duration = Duration::from_secs(3_600);
/// So short that waiting for it takes no time.
const SOON: Duration = Duration::from_millis(100);

fn database() -> Database {
    let database = Sqlite::create();
    database.execute("CREATE TABLE items (id integer PRIMARY KEY); INSERT INTO items VALUES (1), (2)");
    database
}

fn patient() -> ConnectionSettings {
    ConnectionSettings {
        head: NEVER,
        body: NEVER,
        idle: NEVER,
        stuck: NEVER,
        ..ConnectionSettings::default()
    }
}

fn with(database: &Database, connections: ConnectionSettings) -> Served {
    serve_as(database, Serving { connections, ..Serving::default() })
}

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A connection on which this was sent.
fn said(served: &Served, text: &str) -> TcpStream {
    let mut stream = connect(served);
    stream.write_all(text.replace("HOST", &served.address.to_string()).as_bytes()).unwrap();
    stream
}

/// All that comes until the server closes the connection. A reset is one way of closing it.
fn until_closed(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection is still open: {error}"),
    }
    bytes
}

/// Reads one answer with a length from a connection that stays.
fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap().to_lowercase();
    let length = head.split_once("content-length: ").unwrap().1.split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    head
}

/// A stream of events that has begun.
fn listening(served: &Served, headers: &[(&str, &str)]) -> TcpStream {
    let mut stream = served.open("GET", "/api/v1/events", headers, b"");
    let mut heard = Vec::new();
    let mut some = [0; 512];
    while !String::from_utf8_lossy(&heard).contains("event: ready") {
        let read = stream.read(&mut some).unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&some[..read]);
    }
    stream
}

#[test]
fn a_connection_that_keeps_the_server_waiting_is_closed() {
    let database = database();
    let post = "POST /api/v1/session HTTP/1.1\r\nhost: HOST\r\ncontent-type: application/json\r\n";
    let silent = ConnectionSettings { head: SOON, ..patient() };
    let served = with(&database, silent);
    assert_eq!(until_closed(connect(&served)), b"");
    assert_eq!(until_closed(said(&served, "GET /healthz HTTP/1.1\r\nhost: HOST\r\nx-half: ")), b"");
    let served = with(&database, ConnectionSettings { body: SOON, ..patient() });
    for rest in [
        "content-length: 100\r\n\r\n{\"email\":",
        "transfer-encoding: chunked\r\n\r\n5\r\n{\"em",
        "content-length: 9\r\n\r\n",
    ] {
        let told = parse(&until_closed(said(&served, &format!("{post}{rest}"))));
        assert_eq!((told.status, told.code().as_str()), (408, "body_too_slow"), "{rest}");
    }
    let served = with(&database, ConnectionSettings { idle: SOON, ..patient() });
    let mut kept = said(&served, "GET /healthz HTTP/1.1\r\nhost: HOST\r\n\r\n");
    assert!(answer(&mut kept).starts_with("http/1.1 200"));
    assert_eq!(until_closed(kept), b"");
}

#[test]
fn an_answer_that_its_reader_takes_nothing_of_is_given_up() {
    let database = Sqlite::create();
    database.execute(
        "CREATE TABLE items (id integer PRIMARY KEY, text text);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO items SELECT i, printf('%.*c', 2000, 'x') FROM n;",
    );
    let path = Served::path("items", "export?tier=streamed");
    let served = with(&database, ConnectionSettings { stuck: SOON, ..patient() });
    let stream = served.open("GET", &path, &[], b"");
    // It is closed with bytes on their way, so what comes then is less than all of it.
    wait_until("closed", || !is_established(&served, &stream));
    assert!(!parse(&until_closed(stream)).complete);
    let served = with(&database, patient());
    let whole = served.get(&path);
    assert!(whole.complete && whole.body.len() > 40_000_000);
}

/// Whether the server's end of the connection is there.
fn is_established(served: &Served, stream: &TcpStream) -> bool {
    let port = |port: u16| format!(":{port:04X}");
    let (ours, theirs) = (port(stream.local_addr().unwrap().port()), port(served.address.port()));
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().any(|row| row[1].ends_with(&theirs) && row[2].ends_with(&ours) && row[3] == "01")
}

#[test]
fn a_thousand_idle_connections_leave_probes_and_the_pages_of_others_alive() {
    allow_many_files();
    let database = database();
    for most_per_address in [None, Some(48)] {
        let served = with(&database, ConnectionSettings { most: 64, most_per_address, ..patient() });
        // This one is in use all along.
        let mut used = listening(&served, &[]);
        let mut idle = Vec::new();
        for number in 0..1_000 {
            idle.push(match number % 3 {
                0 => connect(&served),
                1 => said(&served, "GET /api/v1/sources HTTP/1.1\r\nhost: "),
                _ => said(&served, "GET /healthz HTTP/1.1\r\nhost: HOST\r\n\r\n"),
            });
            if number % 100 == 99 {
                assert_eq!(served.get("/healthz").status, 200, "after {number}");
                assert_eq!(served.get(&Served::path("items", "rows")).status, 200, "after {number}");
            }
        }
        assert_eq!(served.get("/readyz").status, 200);
        used.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let still = used.read(&mut [0; 64]);
        assert!(
            !matches!(still, Ok(0)),
            "a connection with a request on it gave way to one without: {still:?}"
        );
    }
}

#[test]
fn where_every_connection_has_a_request_on_it_probes_are_answered_and_nothing_else() {
    let database = database();
    let served = with(&database, ConnectionSettings { most: 4, ..patient() });
    let mut streams: Vec<_> = (0..4).map(|_| listening(&served, &[])).collect();
    let refused = served.get("/api/v1/sources");
    assert_eq!((refused.status, refused.code().as_str()), (503, "too_many_connections"));
    assert!(refused.headers.contains_key("retry-after"));
    let waiting: Vec<_> = (0..40).map(|_| connect(&served)).collect();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    drop((waiting, streams.pop()));
    wait_until("there is room", || served.get("/api/v1/sources").status == 200);
}

#[test]
fn one_address_behind_a_proxy_has_its_share_of_requests_and_others_have_theirs() {
    let database = database();
    let site = Site { behind_proxy: true, ..Site::default() };
    let connections = ConnectionSettings { most_per_address: Some(2), ..patient() };
    let served = serve_as(&database, Serving { site, connections, ..Serving::default() });
    let from = |address: &'static str| [("x-forwarded-for", address)];
    let mut streams: Vec<_> = (0..2).map(|_| listening(&served, &from("192.0.2.1"))).collect();
    let ask = |address| served.send("GET", "/api/v1/sources", &from(address), b"");
    assert_eq!(ask("192.0.2.1").code(), "too_many_connections");
    assert_eq!(
        ask("198.51.100.9, 192.0.2.1").code(),
        "too_many_connections",
        "what a client claims is not its address"
    );
    assert_eq!(ask("192.0.2.2").status, 200);
    assert_eq!(served.send("GET", "/healthz", &from("192.0.2.1"), b"").status, 200);
    drop(streams.pop());
    wait_until("there is room", || ask("192.0.2.1").status == 200);
}

#[test]
fn one_person_has_so_many_streams_of_events_and_others_have_theirs() {
    let database = database();
    let connections = ConnectionSettings { most_streams: 3, ..patient() };
    let served = serve_as(
        &database,
        Serving { sign_in_mode: SignInMode::Required, connections, ..Serving::default() },
    );
    let (one, other) =
        (person(&served, Vec::new(), Vec::new(), None), person(&served, Vec::new(), Vec::new(), None));
    let mut streams: Vec<_> =
        (0..3).map(|_| listening(&served, &[("cookie", one.cookie.as_str())])).collect();
    let again = one.again(&served);
    let refused = served.send("GET", "/api/v1/events", &[("cookie", &again)], b"");
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_streams"));
    drop(listening(&served, &[("cookie", other.cookie.as_str())]));
    drop(streams.pop());
    wait_until("there is room", || {
        let mut stream = served.open("GET", "/api/v1/events", &[("cookie", &again)], b"");
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        head.ends_with(b"200")
    });
}

#[test]
fn only_http_1_is_spoken() {
    let database = database();
    let served = with(&database, ConnectionSettings::default());
    let told = until_closed(said(&served, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"));
    assert!(
        told.is_empty() || told.starts_with(b"HTTP/1.1 4") || told.starts_with(b"HTTP/1.1 5"),
        "{told:?}"
    );
}

/// Each connection is a file here, and on the server's side too.
fn allow_many_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}
