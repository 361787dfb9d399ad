//! What is in an archive.

use std::collections::BTreeMap;

use rowport_model::SourceKind;
use rowport_testkit::Sqlite;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{archive, database, files, known_by, manifest, serving};
use crate::desk::{Served, Serving, serve_as};
use crate::runs::wait;

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn each_file_is_the_export_of_its_dataset(kind: SourceKind) {
    let database = database(kind);
    let served = serve_as(&database, serving());
    let by = |columns: &[&str]| {
        let each: Vec<_> = columns.iter().map(|column| format!("{column} = 42")).collect();
        each.join(" or ")
    };
    for format in ["csv", "ndjson"] {
        let (run, bytes) =
            archive(&served, &json!({ "subject": "customer", "value": "42", "format": format }));
        assert_eq!(run["artifact"]["sha256"], sha256(&bytes));
        assert_eq!(run["artifact"]["file_name"], "test-customer-2026-01-31.zip");
        assert_eq!((&run["source"], &run["dataset"]), (&json!(""), &json!("")));
        let files = files(&bytes);
        let manifest = manifest(&files);
        assert_eq!(run["artifact"]["manifest"], manifest);
        assert_eq!((&manifest["subject"], &manifest["value"]), (&json!("customer"), &json!("42")));
        assert_eq!(files.len(), 4, "{:?}", files.keys());
        let mut rows = 0;
        for (dataset, columns, count) in [
            ("customers", vec!["id"], 1),
            ("orders", vec!["customer", "given_to"], 4),
            ("order_lines", vec!["order_no.customer", "order_no.given_to"], 4),
        ] {
            let file = &files[&format!("db/{dataset}.{format}")];
            let view = json!({ "filter": by(&columns) });
            let direct =
                served.post(&Served::path(dataset, "export"), &json!({ "format": format, "view": view }));
            assert_eq!(direct.status, 200, "{direct:?}");
            assert_eq!(String::from_utf8_lossy(file), String::from_utf8_lossy(&direct.body), "{dataset}");
            let said = manifest["files"].as_array().unwrap();
            let said = said.iter().find(|it| it["dataset"] == dataset).unwrap();
            assert_eq!(said["file"], format!("db/{dataset}.{format}"));
            assert_eq!(said["sha256"], sha256(file), "{dataset}");
            assert_eq!((&said["bytes"], &said["rows"]), (&json!(file.len()), &json!(count)), "{dataset}");
            assert_eq!(said["found_by"], json!(columns));
            assert!(said["snapshot_at"].is_string(), "{said}");
            assert_eq!(said["hidden_columns"], u32::from(dataset == "customers"), "{dataset}");
            assert_eq!(said["leaves_out_deleted"], dataset == "orders");
            rows += count;
        }
        assert_eq!((&manifest["rows"], &run["progress"]["rows"]), (&json!(rows), &json!(rows)));
    }
    // Nobody knows 99, and the archive says so.
    let (run, bytes) = archive(&served, &json!({ "subject": "customer", "value": "99" }));
    assert_eq!(run["progress"]["rows"], 0);
    let files = files(&bytes);
    let manifest = manifest(&files);
    let counts: Vec<_> = manifest["files"].as_array().unwrap().iter().map(|file| &file["rows"]).collect();
    assert_eq!((&manifest["rows"], counts), (&json!(0), vec![&json!(0); 3]));
    assert_eq!(files["db/orders.ndjson"], b"");
    // The same again is an archive again.
    let again = served.post(&format!("/api/v1/runs/{}/rerun", run["id"].as_str().unwrap()), &json!({}));
    let again = wait(&served, again.json()["id"].as_str().unwrap(), "completed");
    assert_eq!((&again["kind"], &again["rerun_of"]), (&json!("subject_export"), &run["id"]));
}

#[test]
fn each_file_is_the_export_of_its_dataset_on_postgres() {
    each_file_is_the_export_of_its_dataset(SourceKind::Postgres);
}

#[test]
fn each_file_is_the_export_of_its_dataset_on_mysql() {
    each_file_is_the_export_of_its_dataset(SourceKind::Mysql);
}

#[test]
fn each_file_is_the_export_of_its_dataset_on_sqlite() {
    each_file_is_the_export_of_its_dataset(SourceKind::Sqlite);
}

#[test]
fn tables_whose_names_differ_in_what_no_file_system_knows_have_files_of_their_own() {
    let database = Sqlite::create();
    database.execute(
        r#"CREATE TABLE "a/b" (id integer PRIMARY KEY); CREATE TABLE "a:b" (id integer PRIMARY KEY);
           CREATE TABLE "..\..\x" (id integer PRIMARY KEY);
           INSERT INTO "a/b" VALUES (1); INSERT INTO "a:b" VALUES (2);"#,
    );
    let known = |name: &str| (name.to_owned(), known_by(&["id"]));
    let datasets = BTreeMap::from([known("a/b"), known("a:b"), known(r"..\..\x")]);
    let served =
        serve_as(&database, Serving { datasets, subjects: serving().subjects, ..Serving::default() });
    let (_, bytes) = archive(&served, &json!({ "subject": "customer", "value": "1" }));
    let files = files(&bytes);
    let names: Vec<_> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["db/-..-x.ndjson", "db/a-b-2.ndjson", "db/a-b.ndjson", "manifest.json"]);
    assert_eq!(
        (files["db/a-b.ndjson"].as_slice(), files["db/a-b-2.ndjson"].as_slice()),
        (b"{\"id\":1}\n".as_slice(), b"".as_slice())
    );
}
