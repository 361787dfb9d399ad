//! The published schema and the reference page say what the program does.

use rowport_engine::settings::ExportSettings;
use serde_json::Value;

use super::read;
use crate::config::json_schema;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/");

#[test]
fn the_published_schema_is_the_one_that_is_enforced() {
    let path = format!("{REFERENCE}rowport.schema.json");
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var_os("ROWPORT_UPDATE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).is_ok_and(|published| published == schema),
        "docs/reference/rowport.schema.json is stale. Write it anew with\n    \
        ROWPORT_UPDATE=1 cargo test -p rowport config::\nand tell of new keys in docs/reference/config.md."
    );
}

#[test]
fn every_key_of_the_schema_is_documented_in_the_section_of_its_table() {
    let page = std::fs::read_to_string(format!("{REFERENCE}config.md")).unwrap();
    let mut tables = Vec::new();
    tables_of(&json_schema(), String::new(), &mut tables);
    assert_eq!(tables.len(), 16, "{tables:?}");
    for (table, keys) in tables {
        let heading = if table.is_empty() { "## The top".to_owned() } else { format!("## `[{table}]`") };
        let (_, section) =
            page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no `{heading}`"));
        let section = section.split("\n## ").next().unwrap();
        for key in keys {
            assert!(section.contains(&format!("| `{key}` |")), "`{key}` is missing under `{heading}`");
        }
    }
}

/// Every table, as its header is written, with its keys. A map of names to anything but tables is a key.
fn tables_of(schema: &Value, path: String, tables: &mut Vec<(String, Vec<String>)>) {
    let mut keys = Vec::new();
    let mut inner = Vec::new();
    for (name, schema) in schema["properties"].as_object().unwrap() {
        let dot = if path.is_empty() { "" } else { "." };
        if schema["properties"].is_object() {
            inner.push((schema, format!("{path}{dot}{name}")));
        } else if schema["additionalProperties"]["properties"].is_object() {
            inner.push((&schema["additionalProperties"], format!("{path}{dot}{name}.NAME")));
        } else {
            keys.push(name.clone());
        }
    }
    tables.push((path, keys));
    for (schema, path) in inner {
        tables_of(schema, path, tables);
    }
}

#[test]
fn the_examples_of_the_reference_page_have_no_mistakes() {
    let page = std::fs::read_to_string(format!("{REFERENCE}config.md")).unwrap();
    let examples: Vec<_> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!examples.is_empty());
    for example in examples {
        read(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
    }
}

#[test]
fn the_defaults_of_the_schema_are_those_of_the_program() {
    let schema = json_schema();
    let exports = &schema["properties"]["exports"]["properties"];
    let text = format!(
        "[exports]\ndirect_rows = {}\nsnapshot_patience = {}\nspool_limit = {}",
        exports["direct_rows"]["default"],
        exports["snapshot_patience"]["default"],
        exports["spool_limit"]["default"]
    );
    let (read, default) = (read(&text).unwrap().engine.exports, ExportSettings::default());
    assert_eq!(read.direct_rows, default.direct_rows);
    assert_eq!(read.snapshot_patience, default.snapshot_patience);
    assert_eq!(read.spool_bytes, default.spool_bytes);
}
