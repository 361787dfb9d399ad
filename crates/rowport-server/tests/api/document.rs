use crate::desk::serve;
use rowport_testkit::Sqlite;

/// The client of the page is generated from this file, so a change of the API shows in both.
#[test]
fn the_document_is_the_one_that_the_client_was_generated_from() {
    let document: serde_json::Value = serde_json::to_value(rowport_server::document()).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
    let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        document == kept,
        "the API has changed: run `cargo run -p rowport-server --example openapi > web/openapi.json`, then \
         `npm run generate` in web/, and look at the difference"
    );
}

#[test]
fn the_document_and_its_page_are_served() {
    let database = Sqlite::create();
    let served = serve(&database);
    let document = served.get("/api/v1/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let page = served.get("/api/docs");
    let html = String::from_utf8(page.body).unwrap();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(html.contains(path), "{path} is documented");
    }
    assert!(!html.contains("<script"), "the page runs nothing");
}
