use rowport_engine::accounts::SignInMode;
use rowport_testkit::{Database, Sqlite};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::access::people::{grant, person};
use crate::desk::{Served, Serving, serve, serve_as};

const FORMATS: [&str; 7] = ["csv", "tsv", "json", "ndjson", "xlsx", "parquet", "text"];

fn table(rows: u32) -> Database {
    let database = Sqlite::create();
    database.execute(&format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC, seen DATETIME);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         INSERT INTO t SELECT i, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE '=name, \"' || i || '\" 😀' END,
                              i / 8.0, '2026-01-01 10:00:00' FROM n;"
    ));
    database
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The JSON envelope says when its snapshot was taken, which no two exports share.
fn without_moment(format: &str, body: &[u8]) -> Vec<u8> {
    if format != "json" {
        return body.to_vec();
    }
    let mut json: Value = serde_json::from_slice(body).unwrap();
    json.as_object_mut().unwrap().remove("snapshot_at");
    json.to_string().into_bytes()
}

#[test]
fn the_tiers_send_identical_bytes_and_a_manifest_that_is_true() {
    let database = table(3_000);
    let served = serve(&database);
    for format in FORMATS {
        for compress in ["", "&compress=gzip", "&compress=zstd"] {
            let path = |tier| Served::path("t", &format!("export?format={format}{compress}&tier={tier}"));
            let direct = served.get(&path("direct"));
            let streamed = served.send("GET", &path("streamed"), &[("te", "trailers")], b"");
            assert!(direct.complete && streamed.complete, "{format}");
            assert_eq!(direct.headers["content-length"], direct.body.len().to_string());
            if compress.is_empty() {
                assert_eq!(
                    without_moment(format, &direct.body),
                    without_moment(format, &streamed.body),
                    "{format}"
                );
            }
            for (answer, manifest) in [(&direct, &direct.headers), (&streamed, &streamed.trailers)] {
                let manifest: Value = serde_json::from_str(&manifest["rowport-manifest"]).unwrap();
                assert_eq!(manifest["rows"], 3_000);
                assert_eq!(manifest["bytes"], answer.body.len());
                assert_eq!(manifest["sha256"], sha256(&answer.body));
                assert_eq!(manifest["order"], "total");
                assert_eq!(manifest["snapshot"], "one");
            }
        }
    }
}

#[test]
fn the_row_count_chooses_the_tier() {
    let database = table(10_001);
    let served = serve(&database);
    let small = served.get(&Served::path("t", "export?filter=id+%3C%3D+10000"));
    let large = served.get(&Served::path("t", "export"));
    assert!(small.headers.contains_key("content-length"));
    assert_eq!(large.headers["transfer-encoding"], "chunked");
    let plan = served.get(&Served::path("t", "export/plan?format=xlsx")).json();
    assert_eq!(
        (&plan["rows"], &plan["tier"], &plan["exact"]),
        (&json!(10_001), &json!("streamed"), &json!(true))
    );
    let size = plan["estimated_bytes"].as_f64().unwrap();
    let real = served.get(&Served::path("t", "export?format=xlsx")).body.len() as f64;
    assert!((0.5..2.0).contains(&(size / real)), "estimated {size}, found {real}");
}

#[test]
fn an_export_that_fails_half_way_is_broken_off() {
    let database = table(20_000);
    // No cell of a workbook may be so long, and this one comes late.
    database.execute("UPDATE t SET name = printf('%.*c', 40000, 'x') WHERE id = 19000");
    let served = serve(&database);
    let streamed = served.get(&Served::path("t", "export?format=xlsx&tier=streamed"));
    assert_eq!(streamed.status, 200);
    assert!(!streamed.complete, "a stream that failed must not end as if it had not");
    let direct = served.get(&Served::path("t", "export?format=xlsx&tier=direct"));
    assert_eq!(direct.status, 422, "{:?}", direct.json());
    let detail = direct.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("19000") && detail.contains("name"), "{detail}");
}

#[test]
fn http_1_0_gets_the_whole_file_or_a_problem() {
    let database = table(20_000);
    let served = serve(&database);
    let path = Served::path("t", "export?tier=streamed");
    let whole = served.get_by_http_1_0(&path);
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    database.execute("UPDATE t SET name = printf('%.*c', 40000, 'x') WHERE id = 19000");
    let failed = served.get_by_http_1_0(&Served::path("t", "export?format=xlsx&tier=streamed"));
    assert!(failed.contains("422 Unprocessable"), "{}", &failed[..200.min(failed.len())]);
}

#[test]
fn names_types_and_forms_are_as_browsers_need_them() {
    let database = table(3);
    let served = serve(&database);
    let answer = served.get(&Served::path("t", "export?file_name=M%C3%A4rz"));
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"M_rz.csv\"; filename*=UTF-8''M%C3%A4rz.csv"
    );
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let request = json!({ "format": "ndjson", "keys": [[3], [1]], "view": { "columns": ["id"] } });
    let posted = served.post(&Served::path("t", "export"), &request);
    assert_eq!(posted.body, b"{\"id\":1}\n{\"id\":3}\n");
    let form =
        format!("request={}", "%7B%22limit%22%3A1%2C%22view%22%3A%7B%22columns%22%3A%5B%22id%22%5D%7D%7D");
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let formed = served.send("POST", &Served::path("t", "export"), &kind, form.as_bytes());
    assert_eq!(formed.body, b"id\n1\n");
    let wrong = json!({ "keys": [[1, 2]] });
    assert_eq!(served.post(&Served::path("t", "export"), &wrong).code(), "bad_export");
}

#[test]
fn a_link_takes_no_formula_guard_off_and_no_marker_of_null_is_a_formula() {
    let database = table(5);
    let served = serve_as(&database, Serving { sign_in_mode: SignInMode::Required, ..Serving::default() });
    let me = person(&served, vec![grant(&["records.*"], &["*"])], Vec::new(), None);
    let body = json!({ "name": "k", "scopes": [grant(&["records.*"], &["*"])] });
    let key = me.send(&served, "POST", "/api/v1/keys", &body).json()["secret"].as_str().unwrap().to_owned();
    let path = |query: &str| Served::path("t", &format!("export?{query}"));
    for format in ["csv", "tsv", "xlsx"] {
        let linked = me.get(&served, &path(&format!("format={format}&raw=true")));
        assert_eq!((linked.status, linked.code().as_str()), (400, "bad_export"), "{format}");
    }
    let bearer = format!("Bearer {key}");
    let by_key = served.send("GET", &path("raw=true"), &[("authorization", &bearer)], b"");
    assert_eq!(by_key.status, 200, "a program says what it wants");
    let posted = me.send(&served, "POST", &path(""), &json!({ "options": { "raw": true } }));
    assert!(posted.status == 200 && String::from_utf8_lossy(&posted.body).contains(",\"=name"), "{posted:?}");
    for null in ["%2Bcmd%7C'%2FC%20calc'!A0", "%3D1%2B1", "%40SUM(A1)", "%09%3D1"] {
        let linked = me.get(&served, &path(&format!("null={null}")));
        assert_eq!((linked.status, linked.code().as_str()), (422, "invalid_option"), "{null}");
    }
    assert_eq!(me.get(&served, &path("null=NULL")).status, 200);
    // Where nobody signs in, a link is followed all the same.
    let open = serve(&database);
    assert_eq!(open.get(&path("raw=true")).code(), "bad_export");
}
