use serde_json::{Value, json};

use crate::runs::served::{Served, Site, State};

/// What stands for the people in the tables and for what somebody looks for.
const PERSONAL: &str = "Lovelace";

const ROWS: &str = "/api/v1/sources/db/datasets/records";

fn site() -> Site {
    let site = Site::new(State::Sqlite, 100, "2s");
    site.source.execute(&format!(
        "CREATE TABLE people (id integer PRIMARY KEY, name text);
         INSERT INTO people VALUES (1, '{PERSONAL}'), (2, '{}')",
        PERSONAL.repeat(5_000)
    ));
    site
}

fn lines(served: Served) -> Vec<Value> {
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    said.lines().map(line).collect()
}

#[test]
fn each_request_has_a_line_under_its_name_with_the_route_and_not_the_address() {
    let site = site();
    let served = site.serve_with(&["--log-format", "json"]);
    let (head, body) =
        served.exchange("GET", &format!("{ROWS}/rows?limit=3"), &["x-request-id: 4f2a.b-C_7"], "");
    assert!(head.starts_with("http/1.0 200") && head.contains("\r\nx-request-id: 4f2a.b-c_7\r\n"), "{head}");
    let (head, problem) = served.exchange("GET", &format!("{ROWS}/rows?filter=nonsense"), &[], "");
    let named = head.split("x-request-id: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let problem: Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(problem["request_id"], named, "{problem}");
    let lines = lines(served);
    let access = |id: &str| {
        lines.iter().find(|line| line["request_id"] == id && line["message"] == "answered").unwrap()
    };
    let line = access("4f2a.b-C_7");
    let expected = json!({
        "level": "INFO", "target": "rowport::access", "method": "GET", "status": 200, "bytes": body.len(),
        "route": "/api/v1/sources/{source}/datasets/{dataset}/rows", "complete": true
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&line[name], value, "{name} of {line}");
    }
    assert!(
        line["duration_ms"].as_f64() >= line["head_ms"].as_f64() && line["head_ms"].as_f64() > Some(0.0),
        "{line}"
    );
    assert_eq!(access(&named)["status"], 400);
}

#[test]
fn no_line_has_anything_of_people_in_it() {
    let site = site();
    let served = site.serve_with(&["--log-format", "json"]);
    let people = "/api/v1/sources/db/datasets/people";
    let json = "content-type: application/json";
    let mut statuses = Vec::new();
    let mut ask = |method: &str, path: &str, headers: &[&str], body: &str| {
        let (head, answer) = served.exchange(method, path, headers, body);
        statuses.push(head[9..12].to_owned());
        answer
    };
    ask("GET", &format!("{people}/rows?filter=name%20=%20%22{PERSONAL}%22&search={PERSONAL}"), &[], "");
    ask("GET", &format!("{people}/rows?filter={PERSONAL}%20=%201"), &[], "");
    ask("GET", &format!("{people}/rows?cursor={PERSONAL}"), &[], "");
    ask("GET", &format!("/api/v1/sources/db/datasets/{PERSONAL}/rows"), &[], "");
    ask(
        "GET",
        &format!("/assets/{PERSONAL}?q={PERSONAL}"),
        &["user-agent: Lovelace/1", "referer: http://Lovelace/"],
        "",
    );
    ask("GET", &format!("/api/v1/{PERSONAL}"), &["x-request-id: Lovelace <a@b.c>", "cookie: a=Lovelace"], "");
    ask(PERSONAL, "/api/v1/sources", &[], "");
    ask("POST", &format!("{people}/rows"), &[json], &format!("{{\"view\": {{\"search\": \"{PERSONAL}\"}}}}"));
    ask("POST", &format!("{people}/rows"), &[json], &format!("{{\"view\": \"{PERSONAL}\"}}"));
    // The second row does not fit into a cell of XLSX.
    ask("GET", &format!("{people}/export?format=xlsx&tier=direct&file_name={PERSONAL}"), &[], "");
    ask(
        "POST",
        &format!("{people}/views"),
        &[json],
        &format!("{{\"name\": \"{PERSONAL}\", \"view\": {{}}}}"),
    );
    let export = format!("{{\"format\": \"xlsx\", \"view\": {{\"search\": \"{PERSONAL}\"}}}}");
    let run: Value =
        serde_json::from_str(&ask("POST", &format!("{people}/exports"), &[json], &export)).unwrap();
    assert_eq!(
        statuses,
        ["200", "400", "400", "404", "404", "404", "405", "200", "400", "422", "201", "202"],
        "the requests did not go the ways that they were made for"
    );
    let failed = served.wait_for(run["id"].as_str().unwrap(), "failed", |run| run["state"] == "failed");
    assert_eq!(failed["error"]["code"], "cell_too_long");
    // One that is streamed is broken off; HTTP/1.0 would get a direct one.
    streamed(&served, &format!("{people}/export?format=xlsx&tier=streamed"));
    let lines = lines(served);
    for line in &lines {
        let text = line.to_string().to_lowercase();
        assert!(!text.contains("lovelace") && !text.contains("people"), "{line}");
    }
    for message in ["answered", "an attempt failed", "an attempt ended", "a streamed export was broken off"] {
        assert!(lines.iter().any(|line| line["message"] == message), "no line `{message}` was looked at");
    }
    let broken = lines.iter().find(|line| line["message"] == "a streamed export was broken off").unwrap();
    assert!(broken["request_id"].is_string() && broken["code"] == "cell_too_long", "{broken}");
    let attempt = lines.iter().find(|line| line["message"] == "an attempt failed").unwrap();
    assert_eq!(
        (&attempt["run"], &attempt["attempt"], &attempt["code"]),
        (&run["id"], &1.into(), &"cell_too_long".into())
    );
}

/// Takes what comes of an answer until it is broken off.
fn streamed(served: &Served, path: &str) {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(served.address()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", served.address()).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!bytes.ends_with(b"0\r\n\r\n"), "it ended as if it were whole");
}

#[test]
fn text_is_for_people_and_says_the_same() {
    let site = site();
    let served = site.serve();
    served.exchange("GET", "/api/v1/sources", &["x-request-id: r-1"], "");
    served.exchange("GET", "/healthz", &["x-request-id: r-2"], "");
    served.signal("TERM");
    let (_, said) = served.wait();
    let line = said.lines().find(|line| line.contains("answered")).unwrap_or_else(|| panic!("{said}"));
    assert!(
        line.contains("INFO") && line.contains("request_id=\"r-1\"") && line.contains("status=200"),
        "{line}"
    );
    assert!(!line.contains("otel.") && !line.contains("http.route"), "{line}");
    assert!(!said.contains("r-2"), "probes come too often to be told of: {said}");
}
