//! Prints the API's document: `cargo run -p rowport-server --example openapi > web/openapi.json`.
#![expect(clippy::print_stdout, reason = "printing is all it does")]

fn main() {
    let document = rowport_server::document();
    println!("{}", document.to_pretty_json().unwrap_or_default());
}
