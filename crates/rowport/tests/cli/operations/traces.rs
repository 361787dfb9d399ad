use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;
use rowport_testkit::Hooks;

use crate::runs::served::{Site, State};

#[test]
fn a_request_is_a_span_of_its_callers_trace_and_an_attempt_is_one_of_its_own() {
    let collector = Hooks::start();
    let endpoint = format!("http://{}", collector.address());
    let site = Site::new(State::Sqlite, 1_000, "2s");
    let served = site.serve_with(&["--traces", &endpoint, "--log-format", "json"]);
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let traceparent = format!("traceparent: 00-{trace}-{parent}-01");
    served.exchange("GET", "/api/v1/sources/db/datasets/records/rows?search=secret", &[&traceparent], "");
    let run = served.export("csv");
    let id = run["id"].as_str().unwrap().to_owned();
    served.wait_for(&id, "completed", |run| run["state"] == "completed");
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
    let line = said.lines().find(|line| line.contains("/rows") && line.contains("answered")).unwrap();
    assert!(line.contains(&format!("\"trace_id\":\"{trace}\"")), "{line}");
    let mut spans = Vec::new();
    for told in collector.asked() {
        assert_eq!(told.line, "POST /v1/traces HTTP/1.1");
        assert_eq!(told.headers["content-type"], "application/x-protobuf");
        assert!(
            !String::from_utf8_lossy(&told.body).contains("secret"),
            "what people look for is nobody's business"
        );
        let request = ExportTraceServiceRequest::decode(told.body.as_slice()).unwrap();
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
    let (code, said) = served.wait();
    assert_eq!(code, Some(0), "{said}");
}

fn find<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}` among {names:?}"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
