//! Background exports whose files are in a bucket: sent on to it, or passed on from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rowport_store::{Bucket, BucketSettings, Storage};
use rowport_testkit::{Fault, S3, wait_until, within};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::desk::{Served, Serving, serve_as};
use crate::runs::{database, json, link, start, wait};

fn settings(s3: &S3, presign: bool) -> BucketSettings {
    BucketSettings {
        endpoint: Some(s3.endpoint()),
        public_endpoint: None,
        bucket: S3::BUCKET.to_owned(),
        region: "us-east-1".to_owned(),
        prefix: String::new(),
        access_key: S3::ACCESS_KEY.to_owned(),
        secret_key: S3::SECRET_KEY.to_owned(),
        session_token: None,
        path_style: true,
        allow_http: true,
        presign,
        part_bytes: 5 << 20,
        timeout: Duration::from_secs(5),
    }
}

fn serve(database: &rowport_testkit::Database, s3: &S3, presign: bool) -> Served {
    let storage = Storage::Bucket(Bucket::open(&settings(s3, presign)).unwrap());
    serve_as(database, Serving { storage: Some(storage), ..Serving::default() })
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_download_is_sent_on_to_the_bucket_which_knows_name_and_type() {
    let (database, s3) = (database(3_000), S3::start());
    let served = serve(&database, &s3, true);
    let body = json!({"format": "csv", "file_name": "Größe 1/2"});
    let id = start(&served, &body);
    let run = wait(&served, &id, "completed");
    let direct = served.post(&Served::path("items", "export"), &body);
    let url = link(&served, &id);
    let answer = served.get(&url);
    assert_eq!((answer.headers["cache-control"].as_str(), answer.body.len()), ("no-store", 0));
    let file = Served::follow(&answer, "GET", &[]);
    assert_eq!((file.status, file.complete), (200, true));
    assert!(file.body == direct.body);
    assert_eq!(run["artifact"]["sha256"], sha256(&file.body));
    for header in ["content-type", "content-disposition", "content-length"] {
        assert_eq!(file.headers[header], direct.headers[header], "{header}");
    }
    let head = served.send("HEAD", &url, &[], b"");
    let head = Served::follow(&head, "HEAD", &[]);
    assert_eq!(head.headers["content-length"], direct.headers["content-length"]);
    // Resumed with what the bucket said of the file.
    let tag = file.headers["etag"].clone();
    for cut in [1, 1_000, file.body.len() - 1] {
        let headers = [("range", &*format!("bytes={cut}-")), ("if-range", &*tag)];
        let rest = Served::follow(&served.send("GET", &url, &headers, b""), "GET", &headers);
        assert_eq!(rest.status, 206);
        assert!([&file.body[..cut], &rest.body].concat() == file.body, "{cut}");
    }
    // What is taken back is sent nowhere.
    assert_eq!(served.send("DELETE", &format!("/api/v1/runs/{id}"), &[], b"").status, 204);
    let gone = served.get(&url);
    assert_eq!((gone.status, json(&gone)["code"].clone()), (404, json!("unknown_artifact")));
}

#[test]
fn a_download_that_is_passed_on_resumes_at_any_byte() {
    let (database, s3) = (database(300_000), S3::start());
    let served = serve(&database, &s3, false);
    let id = start(&served, &json!({"format": "csv"}));
    let run = wait(&served, &id, "completed");
    let url = link(&served, &id);
    let whole = served.get(&url);
    assert_eq!((whole.status, whole.complete), (200, true));
    assert_eq!(run["artifact"]["sha256"], sha256(&whole.body));
    let tag = whole.headers["etag"].clone();
    let length = whole.body.len();
    for cut in [1, 2, 65_537, length / 2, length - 1] {
        let range = format!("bytes={cut}-");
        let rest = served.send("GET", &url, &[("range", &range), ("if-range", &tag)], b"");
        assert_eq!((rest.status, rest.complete), (206, true));
        assert_eq!(rest.headers["content-range"], format!("bytes {cut}-{}/{length}", length - 1));
        assert!([&whole.body[..cut], &rest.body].concat() == whole.body, "{cut}");
    }
    let other = served.send("GET", &url, &[("range", "bytes=5-"), ("if-range", "\"another\"")], b"");
    assert_eq!((other.status, other.body == whole.body), (200, true));
    assert_eq!(served.send("GET", &url, &[("range", &format!("bytes={length}-"))], b"").status, 416);
    assert_eq!(served.send("GET", &url, &[("if-none-match", &tag)], b"").status, 304);
    let head = served.send("HEAD", &url, &[], b"");
    assert_eq!((head.status, head.headers["content-length"].as_str()), (200, &*length.to_string()));
}

#[test]
fn a_bucket_that_breaks_off_never_makes_a_wrong_download() {
    let (database, s3) = (database(300_000), S3::start());
    let served = serve(&database, &s3, false);
    let id = start(&served, &json!({"format": "csv"}));
    let run = wait(&served, &id, "completed");
    let url = link(&served, &id);
    // The first answer is cut, and the rest is asked for again.
    let first = std::sync::atomic::AtomicBool::new(true);
    s3.misbehave(move |asked| {
        let cut = asked.method == "GET" && first.swap(false, std::sync::atomic::Ordering::Relaxed);
        if cut { Fault::CutResponse } else { Fault::None }
    });
    let mended = served.get(&url);
    assert!(mended.complete);
    assert_eq!(run["artifact"]["sha256"], sha256(&mended.body));
    for fault in [Fault::Stall, Fault::Status(503), Fault::LoseReply] {
        s3.misbehave(move |_| fault);
        let began = Instant::now();
        let answer = served.get(&url);
        assert_eq!(
            (answer.status, json(&answer)["code"].clone()),
            (503, json!("storage_unavailable")),
            "{fault:?}"
        );
        assert!(began.elapsed() < within(Duration::from_secs(40)), "{fault:?}: {:?}", began.elapsed());
    }
    // An object that is not the one that was published is never given out.
    s3.behave();
    let key = s3.objects().into_iter().find(|key| key.starts_with(&id)).unwrap();
    s3.put(&key, &vec![b'x'; mended.body.len() - 1]);
    assert_eq!(served.get(&url).status, 503);
    assert_eq!(served.send("GET", &url, &[("range", "bytes=1-5")], b"").status, 503);
}

#[test]
fn an_export_into_a_bucket_that_stalls_is_cancelled_within_two_seconds() {
    let (database, s3) = (database(400_000), S3::start());
    let served = serve(&database, &s3, true);
    let stalled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&stalled);
    s3.misbehave(move |asked| {
        let part = asked.query.contains("partNumber");
        counted.fetch_add(usize::from(part), Ordering::Relaxed);
        if part { Fault::Stall } else { Fault::None }
    });
    let id = start(&served, &json!({"format": "csv"}));
    wait_until("a part is on its way", || stalled.load(Ordering::Relaxed) > 0);
    let asked = Instant::now();
    served.send("POST", &format!("/api/v1/runs/{id}/cancel"), &[], b"");
    wait(&served, &id, "cancelled");
    assert!(asked.elapsed() < within(Duration::from_secs(2)), "{:?}", asked.elapsed());
}
