use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;

use crate::runs::served::{Site, State};

/// A collector that answers everything with 200, and what it was sent.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            let mut piece = [0; 4096];
            let (head, length) = loop {
                let read = stream.read(&mut piece).unwrap();
                bytes.extend_from_slice(&piece[..read]);
                let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
                let length: usize = length.parse().unwrap();
                bytes.drain(..end + 4);
                break (head, length);
            };
            while bytes.len() < length {
                let read = stream.read(&mut piece).unwrap();
                bytes.extend_from_slice(&piece[..read]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            let _ = told.send((head, bytes));
        }
    });
    (address, heard)
}

#[test]
fn a_request_is_a_span_of_its_callers_trace_and_an_attempt_is_one_of_its_own() {
    let (endpoint, heard) = collector();
    let site = Site::new(State::Sqlite, 1_000, "2s");
    let served = site.serve_with(&["--traces", &endpoint, "--log-format", "json"]);
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let traceparent = format!("traceparent: 00-{trace}-{parent}-01");
    served.exchange("GET", "/api/v1/sources/db/datasets/records/rows?search=secret", &[&traceparent], "");
    let run = served.export("csv");
    let id = run["id"].as_str().unwrap().to_owned();
    served.wait_for(&id, "completed", |run| run["state"] == "completed");
    served.signal("TERM");
    let (code, said) = served.wait(Duration::from_secs(30));
    assert_eq!(code, Some(0), "{said}");
    let line = said.lines().find(|line| line.contains("/rows") && line.contains("answered")).unwrap();
    assert!(line.contains(&format!("\"trace_id\":\"{trace}\"")), "{line}");
    let mut spans = Vec::new();
    while let Ok((head, body)) = heard.try_recv() {
        assert!(
            head.starts_with("post /v1/traces http/1.1\r\n") && head.contains("application/x-protobuf"),
            "{head}"
        );
        assert!(
            !String::from_utf8_lossy(&body).contains("secret"),
            "what people look for is nobody's business"
        );
        let request = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
        for of_resource in request.resource_spans {
            let resource = format!("{:?}", of_resource.resource);
            assert!(resource.contains("service.name") && resource.contains("rowport"), "{resource}");
            spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    let rows = "GET /api/v1/sources/{source}/datasets/{dataset}/rows";
    let request = find(&spans, rows);
    assert_eq!((hex(&request.trace_id), hex(&request.parent_span_id)), (trace.to_owned(), parent.to_owned()));
    assert_eq!(request.kind, SpanKind::Server as i32);
    let attributes = format!("{:?}", request.attributes);
    assert!(
        attributes.contains("http.response.status_code") && attributes.contains("IntValue(200)"),
        "{attributes}"
    );
    let attempt = find(&spans, "run export");
    assert_eq!((attempt.kind, attempt.parent_span_id.len()), (SpanKind::Consumer as i32, 0));
    let attributes = format!("{:?}", attempt.attributes);
    assert!(
        attributes.contains(&id) && attributes.contains("completed") && attributes.contains("IntValue(1000)"),
        "{attributes}"
    );
}

#[test]
fn a_collector_that_is_away_costs_nothing_but_its_traces() {
    let site = Site::new(State::Sqlite, 10, "2s");
    let served = site.serve_with(&["--traces", "http://127.0.0.1:9"]);
    served.exchange("GET", "/api/v1/sources", &[], "");
    served.signal("TERM");
    let (code, said) = served.wait(Duration::from_secs(20));
    assert_eq!(code, Some(0), "{said}");
}

fn find<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}` among {names:?}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
