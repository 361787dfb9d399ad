//! Background exports over HTTP: started, watched, fetched in pieces, cancelled, repeated, deleted.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rowport_engine::accounts::SignInMode;
use rowport_server::Site;
use rowport_testkit::{Database, PATIENCE, Sqlite, within};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::access::people::{grant, person};
use crate::desk::{Answer, Served, Serving, serve, serve_as};

pub(crate) fn database(rows: u32) -> Database {
    let database = Sqlite::create();
    database.execute(&format!(
        "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO items SELECT i, 'größe, \"' || i || '\"' FROM n"
    ));
    database
}

pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

pub(crate) fn start(served: &Served, body: &Value) -> String {
    let answer = served.post(&Served::path("items", "exports"), body);
    assert_eq!(answer.status, 202, "{:?}", String::from_utf8_lossy(&answer.body));
    let run = json(&answer);
    let id = run["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.headers["location"], format!("/api/v1/runs/{id}"));
    assert_eq!((&run["state"], &run["attempt"]), (&json!("queued"), &json!(0)));
    id
}

pub(crate) fn wait(served: &Served, id: &str, state: &str) -> Value {
    let started = Instant::now();
    loop {
        let run = json(&served.get(&format!("/api/v1/runs/{id}")));
        if run["state"] == state {
            return run;
        }
        assert!(started.elapsed() < PATIENCE, "not {state}: {run}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn link(served: &Served, id: &str) -> String {
    let answer = served.send("POST", &format!("/api/v1/runs/{id}/link"), &[], b"");
    assert_eq!(answer.status, 200, "{:?}", String::from_utf8_lossy(&answer.body));
    json(&answer)["url"].as_str().unwrap().to_owned()
}

#[test]
fn the_file_is_the_one_that_a_download_gives() {
    let (database, body) = (
        database(3_000),
        json!({"format": "csv", "file_name": "Größe 1/2", "view": {"sort": [{"column": "id", "descending": true}]}}),
    );
    let served = serve(&database);
    let id = start(&served, &body);
    let run = wait(&served, &id, "completed");
    let direct = served.post(&Served::path("items", "export"), &body);
    let answer = served.get(&link(&served, &id));
    assert_eq!((answer.status, answer.complete), (200, true));
    assert_eq!(answer.body, direct.body);
    for header in ["content-type", "content-disposition", "content-length"] {
        assert_eq!(answer.headers[header], direct.headers[header], "{header}");
    }
    let sum: String = Sha256::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(run["artifact"]["sha256"], sum);
    assert_eq!(answer.headers["etag"], format!("\"{sum}\""));
    assert_eq!(
        (&run["progress"]["rows"], &run["artifact"]["manifest"]["rows"]),
        (&json!(3000), &json!(3000))
    );
}

#[test]
fn a_download_that_was_cut_anywhere_resumes() {
    let database = database(2_000);
    let served = serve(&database);
    let id = start(&served, &json!({"format": "csv"}));
    wait(&served, &id, "completed");
    let url = link(&served, &id);
    let whole = served.get(&url);
    let tag = whole.headers["etag"].clone();
    let length = whole.body.len();
    for cut in [1, 2, 1_000, length / 2, length - 1] {
        let range = format!("bytes={cut}-");
        let rest = served.send("GET", &url, &[("range", &range), ("if-range", &tag)], b"");
        assert_eq!((rest.status, rest.complete), (206, true));
        assert_eq!(rest.headers["content-range"], format!("bytes {cut}-{}/{length}", length - 1));
        assert_eq!([&whole.body[..cut], &rest.body].concat(), whole.body);
        // Of another file nothing may be appended.
        let other = served.send("GET", &url, &[("range", &range), ("if-range", "\"another\"")], b"");
        assert_eq!((other.status, other.body == whole.body), (200, true));
    }
    let beyond = served.send("GET", &url, &[("range", &format!("bytes={length}-"))], b"");
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.headers["content-range"], format!("bytes */{length}"));
    assert_eq!(served.send("GET", &url, &[("if-none-match", &tag)], b"").status, 304);
}

#[test]
fn every_link_that_leads_nowhere_says_the_same() {
    let database = database(10);
    let served = serve(&database);
    let id = start(&served, &json!({"format": "csv"}));
    wait(&served, &id, "completed");
    let url = link(&served, &id);
    let (place, query) = url.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let moment: i64 = expires.strip_prefix("expires=").unwrap().parse().unwrap();
    let artifact = place.split('/').nth(4).unwrap();
    assert_eq!(artifact.len(), 32, "128 bits");
    let mut altered = signature.to_owned();
    let last = altered.pop().unwrap();
    altered.push(if last == '0' { '1' } else { '0' });
    let wrong = [
        format!("{place}?{expires}&{altered}"),
        format!("{place}?expires={}&{signature}", moment + 1),
        format!("{place}?expires=1&{signature}"),
        format!("{place}?{expires}&signature="),
        url.replace(artifact, &"0".repeat(32)),
    ];
    let unknown: Vec<Answer> = wrong.iter().map(|url| served.get(url)).collect();
    // The name is for people.
    assert_eq!(served.get(&url.replace("csv", "txt")).status, 200);
    assert_eq!(served.send("DELETE", &format!("/api/v1/runs/{id}"), &[], b"").status, 204);
    let revoked = served.get(&url);
    for answer in unknown.iter().chain([&revoked]) {
        assert_eq!((answer.status, &answer.body), (404, &revoked.body));
        assert_eq!(json(answer)["code"], "unknown_artifact");
    }
    assert_eq!(served.get(&format!("/api/v1/runs/{id}")).status, 404);
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let database = database(10);
    let served = serve(&database);
    let answer = served.post(&Served::path("items", "exports"), &json!({"view": {"columns": ["nothing"]}}));
    assert_eq!((answer.status, json(&answer)["code"].clone()), (400, json!("unknown_column")));
    let answer = served.post(&Served::path("nothing", "exports"), &json!({}));
    assert_eq!((answer.status, json(&answer)["code"].clone()), (404, json!("unknown_dataset")));
    assert_eq!(json(&served.get("/api/v1/runs"))["runs"], json!([]));
    let path = Served::path("items", "export?tier=background");
    assert_eq!(json(&served.get(&path))["code"], "bad_export");
}

#[test]
fn a_run_is_cancelled_and_repeated() {
    let database = database(300_000);
    let served = serve(&database);
    let id = start(&served, &json!({"format": "xlsx"}));
    wait(&served, &id, "running");
    let deleting = served.send("DELETE", &format!("/api/v1/runs/{id}"), &[], b"");
    assert_eq!((deleting.status, json(&deleting)["code"].clone()), (409, json!("still_running")));
    let asked = Instant::now();
    let cancelling = served.send("POST", &format!("/api/v1/runs/{id}/cancel"), &[], b"");
    assert_eq!((cancelling.status, json(&cancelling)["state"].clone()), (200, json!("cancelling")));
    let run = wait(&served, &id, "cancelled");
    assert!(asked.elapsed() < within(Duration::from_secs(2)), "{:?}", asked.elapsed());
    assert!(run["artifact"].is_null());
    assert_eq!(served.send("POST", &format!("/api/v1/runs/{id}/link"), &[], b"").status, 404);
    let again = served.send("POST", &format!("/api/v1/runs/{id}/rerun"), &[], b"");
    assert_eq!((again.status, json(&again)["rerun_of"].clone()), (202, json!(id)));
    let run = wait(&served, json(&again)["id"].as_str().unwrap(), "completed");
    assert_eq!(run["progress"]["rows"], 300_000);
    let listed = json(&served.get("/api/v1/runs?state=cancelled&source=db&dataset=items&kind=export"));
    assert_eq!(listed["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn whoever_listens_hears_every_change_and_what_was_missed() {
    let database = database(100);
    let served = serve(&database);
    let mut events = Events::listen(&served, None);
    assert_eq!(events.next().0, "ready");
    let id = start(&served, &json!({"format": "csv"}));
    let last = loop {
        let (name, version, run) = events.next();
        assert_eq!((name.as_str(), run["id"].as_str()), ("run", Some(id.as_str())));
        if run["state"] == "completed" {
            assert_eq!(
                run["artifact"]["bytes"],
                json(&served.get(&format!("/api/v1/runs/{id}")))["artifact"]["bytes"]
            );
            break version;
        }
    };
    drop(events);
    let missed = start(&served, &json!({"format": "json"}));
    wait(&served, &missed, "completed");
    served.send("DELETE", &format!("/api/v1/runs/{id}"), &[], b"");
    let mut events = Events::listen(&served, Some(&last));
    assert_eq!(events.next().0, "ready");
    let mut told = [events.next(), events.next()].map(|(_, _, run)| run);
    told.sort_by_key(|run| run["deleted"].as_bool());
    assert_eq!((&told[0]["id"], &told[0]["state"]), (&json!(missed), &json!("completed")));
    assert_eq!((&told[1]["id"], &told[1]["deleted"]), (&json!(id), &json!(true)));
    let wrong = served.send("GET", "/api/v1/events", &[("last-event-id", "x")], b"");
    assert_eq!(wrong.status, 400);
}

#[test]
fn whoever_signs_out_hears_no_more() {
    let database = database(10);
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..Serving::default() });
    let me = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let other = me.again(&served);
    let mut leaving = Events::listen_as(&served, &[("cookie", &other)]);
    let mut staying = Events::listen_as(&served, &[("cookie", &me.cookie)]);
    assert_eq!((leaving.next().0, staying.next().0), ("ready".to_owned(), "ready".to_owned()));
    assert_eq!(served.send("DELETE", "/api/v1/session", &[("cookie", &other)], b"").status, 204);
    // That somebody may listen is believed for a few seconds.
    std::thread::sleep(Duration::from_millis(5_100));
    me.send(&served, "POST", &Served::path("items", "exports"), &json!({"format": "csv"}));
    assert_eq!(staying.next().0, "run");
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut leaving.0, &mut rest).unwrap();
    assert!(!rest.contains("event: run"), "{rest}");
}

struct Events(BufReader<TcpStream>);

impl Events {
    fn listen(served: &Served, last: Option<&str>) -> Self {
        Self::listen_as(served, &last.map(|last| ("last-event-id", last)).into_iter().collect::<Vec<_>>())
    }

    fn listen_as(served: &Served, headers: &[(&str, &str)]) -> Self {
        let mut lines = BufReader::new(served.open("GET", "/api/v1/events", headers, b""));
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            lines.read_line(&mut line).unwrap();
        }
        Self(lines)
    }

    /// Name, id and data of the next one.
    fn next(&mut self) -> (String, String, Value) {
        let (mut name, mut id, mut data) = (String::new(), String::new(), None::<Value>);
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < PATIENCE, "nothing but keep-alives");
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream ended");
            // The sizes of chunks stand between; no field looks like one.
            match line.trim_end().split_once(": ") {
                Some(("event", text)) => name = text.to_owned(),
                Some(("id", text)) => id = text.to_owned(),
                Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                _ => {}
            }
            if let (false, true, Some(data)) = (name.is_empty(), line.trim().is_empty(), &data) {
                return (name, id, data.clone());
            }
        }
    }
}

#[test]
fn the_first_use_of_a_link_is_in_the_audit_whatever_part_of_the_file_is_asked_for() {
    let database = database(50);
    let site = Site { behind_proxy: true, ..Site::default() };
    let served =
        serve_as(&database, Serving { sign_in_mode: SignInMode::Required, site, ..Serving::default() });
    let me = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let begun =
        me.send(&served, "POST", &Served::path("items", "exports"), &json!({ "format": "csv" })).json();
    let id = begun["id"].as_str().unwrap().to_owned();
    let started = Instant::now();
    while me.get(&served, &format!("/api/v1/runs/{id}")).json()["state"] != "completed" {
        assert!(started.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
    let link = || {
        let link = me.send(&served, "POST", &format!("/api/v1/runs/{id}/link"), &json!({})).json();
        link["url"].as_str().unwrap().to_owned()
    };
    let seen = || {
        let wanted = rowport_store::EventsWanted {
            action: Some("artifact.downloaded"),
            limit: 100,
            ..Default::default()
        };
        served.runtime.block_on(served.store.audit().list(wanted)).unwrap().len()
    };
    let ask = |url: &str, method: &str, address: &str, range: &str| {
        let headers = [("x-forwarded-for", address), ("range", range)];
        served.send(method, url, &headers, b"").status
    };
    // All but the first byte is the file, for a reader who knows how it begins.
    let ranges = ["bytes=1-", "bytes=-1", "bytes=40-41", "bytes=0-", "bytes=9-3"];
    for (number, first) in ranges.into_iter().enumerate() {
        served.clock.turn(jiff::SignedDuration::from_secs(1));
        let url = link();
        let address = format!("10.0.0.{number}");
        assert_eq!(ask(&url, "HEAD", &address, "bytes=0-"), 206);
        assert_eq!(ask(&url, "GET", &address, "bytes=999999-"), 416);
        assert_eq!(seen(), 3 * number, "nothing of the file was given out by this link");
        assert!([200, 206].contains(&ask(&url, "GET", &address, first)), "{first}");
        assert_eq!(seen(), 3 * number + 1, "{first}");
        // A download that goes on is the same one; another address and another person are others.
        for range in ranges {
            ask(&url, "GET", &address, range);
        }
        assert_eq!(seen(), 3 * number + 1, "{first}");
        ask(&url, "GET", "10.0.1.1", "bytes=5-");
        assert_eq!(seen(), 3 * number + 2, "{first}");
        assert_eq!(me.get(&served, &url).status, 200);
        assert_eq!(me.get(&served, &url).status, 200);
        assert_eq!(seen(), 3 * number + 3, "{first}");
    }
}
