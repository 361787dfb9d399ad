//! Files in a bucket, whatever the server does.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use http::Method;
use rowport_store::{
    Bucket, BucketSettings, Expected, Forecast, ObjectMetadata, Storage, Store, StoreError, Target,
};
use rowport_testkit::{Asked, Fault, S3, wait_until, within};
use tokio_util::sync::CancellationToken;

use crate::depot::{PART, settings, write};
use crate::runs::Hand;

/// Bytes that are no two places alike.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(next).collect()
}

fn open(s3: &S3) -> Bucket {
    Bucket::open(&settings(s3)).unwrap()
}

async fn up(bucket: &Bucket, run: &str, bytes: Vec<u8>) -> Result<String, StoreError> {
    write(&Storage::Bucket(bucket.clone()), run, 1, bytes, &CancellationToken::new()).await
}

async fn down(bucket: &Bucket, key: &str, length: u64, from: u64, to: u64) -> Result<Vec<u8>, StoreError> {
    let pieces: Vec<_> = bucket.read(key, length, from..to).await?.try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_any_length_arrives_as_it_was_written() {
    let s3 = S3::start();
    let bucket = open(&s3);
    for length in [0, 1, PART - 1, PART, PART + 1, 2 * PART, 6 * PART + 77] {
        let (run, file) = (format!("run-{length}"), bytes(length));
        let key = up(&bucket, &run, file.clone()).await.unwrap();
        assert_eq!(key, format!("{run}/1/data"));
        assert!(s3.object(&format!("some/where/{key}")).unwrap() == file, "{length}");
        let length = length as u64;
        for (from, to) in [(0, length), (length / 2, length), (length / 3, length / 2), (length, length)] {
            let part = down(&bucket, &key, length, from, to).await.unwrap();
            assert!(part == file[from as usize..to as usize], "{length}: {from}..{to}");
        }
    }
    assert_eq!(s3.unfinished(), 0);
    assert!(s3.objects().iter().all(|key| key.ends_with("/data")), "{:?}", s3.objects());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_memory_is_bounded_by_the_parts_on_their_way() {
    let s3 = S3::start();
    // The parts go nowhere.
    let stalled = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&stalled);
    s3.misbehave(move |asked| {
        let part = asked.query.contains("partNumber");
        counted.fetch_add(usize::from(part), Ordering::Relaxed);
        if part { Fault::Stall } else { Fault::None }
    });
    let metadata = ObjectMetadata { media_type: "text/csv".to_owned(), disposition: "attachment".to_owned() };
    let cancel = CancellationToken::new();
    let bucket = Bucket::open(&BucketSettings { timeout: Duration::from_secs(60), ..settings(&s3) }).unwrap();
    let target = Storage::Bucket(bucket).target("run", 1, &metadata, Expected::unknown(), &cancel).unwrap();
    let Target::Object(mut upload) = target else { panic!() };
    let taken = Arc::new(AtomicUsize::new(0));
    let taking = Arc::clone(&taken);
    let writing = tokio::task::spawn_blocking(move || {
        let chunk = vec![0; PART];
        while upload.write_all(&chunk).is_ok() {
            taking.fetch_add(1, Ordering::Relaxed);
        }
        upload
    });
    let full = || stalled.load(Ordering::Relaxed) >= 4 && taken.load(Ordering::Relaxed) >= 4;
    tokio::task::block_in_place(|| wait_until("four parts are on their way", full));
    // Time for one more, if it were taken.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!writing.is_finished(), "it waits");
    let asked = Instant::now();
    cancel.cancel();
    let upload = writing.await.unwrap();
    s3.behave();
    upload.abandon().await;
    assert!(asked.elapsed() < within(Duration::from_secs(2)), "cancelled in {:?}", asked.elapsed());
    assert_eq!(taken.load(Ordering::Relaxed), 4, "four are on their way, and the fifth waits");
    assert_eq!(s3.unfinished(), 0);
}

/// Uploads a file in parts that are very short unless more is expected, and says how many parts it had.
async fn up_in_parts(shortest: usize, length: usize, expected: Option<u64>) -> usize {
    let s3 = S3::start_with_short_parts();
    let parts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&parts);
    s3.misbehave(move |asked| {
        counted.fetch_add(usize::from(asked.query.contains("partNumber")), Ordering::Relaxed);
        Fault::None
    });
    let bucket = Bucket::open(&BucketSettings {
        part_bytes: shortest,
        timeout: Duration::from_secs(60),
        ..settings(&s3)
    });
    let metadata = ObjectMetadata { media_type: "text/csv".to_owned(), disposition: "attachment".to_owned() };
    let (forecast, told) = Forecast::new();
    match expected {
        Some(bytes) => forecast.expect(bytes),
        None => forecast.never(),
    }
    let storage = Storage::Bucket(bucket.unwrap());
    let target = storage.target("run", 1, &metadata, told, &CancellationToken::new()).unwrap();
    let Target::Object(mut upload) = target else { panic!() };
    let file = bytes(length);
    let writing = tokio::task::spawn_blocking(move || {
        upload.write_all(&file).unwrap();
        (upload, file)
    });
    let (mut upload, file) = writing.await.unwrap();
    upload.finish().await.unwrap();
    assert!(s3.object("some/where/run/1/data").unwrap() == file);
    assert_eq!(s3.unfinished(), 0);
    parts.load(Ordering::Relaxed)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_length_of_parts_follows_from_what_is_expected() {
    assert_eq!(up_in_parts(64, 64 * 20, None).await, 20);
    assert_eq!(up_in_parts(64, 64 * 20, Some(64 * 8_000)).await, 20, "what fits stays as it is configured");
    assert_eq!(up_in_parts(64, 64 * 20, Some(64 * 8_001)).await, 10);
    assert_eq!(up_in_parts(64, 64 * 20, Some(64 * 8_000 * 5)).await, 4);
    assert_eq!(up_in_parts(64, 64 * 20, Some(u64::MAX)).await, 0, "it goes up in one piece");
}

/// The server refuses part 10,001. What 200 GB are to parts of 8 MiB, 1.5 MB are to parts of 64 bytes.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_longer_than_was_expected_goes_up_all_the_same() {
    let length = 64 * 23_842;
    let parts = up_in_parts(64, length, None).await;
    assert!((8_000..=10_000).contains(&parts), "{parts} parts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_for_one_object_one_method_and_a_while() {
    let s3 = S3::start();
    let bucket = open(&s3);
    let key = up(&bucket, "run", b"abc".to_vec()).await.unwrap();
    let link = bucket.link(&key, 3, Method::GET, Duration::from_secs(60)).await.unwrap();
    assert!(link.starts_with(&format!("{}/artifacts/some/where/run/1/data?", s3.endpoint())), "{link}");
    assert!(link.contains("X-Amz-Expires=60"), "{link}");
    let secret = settings(&s3).secret_key;
    assert!(!link.contains(&secret) && !format!("{bucket:?} {:?}", settings(&s3)).contains(&secret));
    // What is there is not what was published.
    let altered = bucket.link(&key, 4, Method::GET, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(altered.code().as_str(), "storage_unavailable", "{altered}");
    assert_eq!(down(&bucket, &key, 4, 0, 3).await.unwrap_err().code().as_str(), "storage_unavailable");
    let gone = bucket.link("run/2/data", 3, Method::GET, Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(gone.code().as_str(), "unknown_artifact", "{gone}");
    for key in ["../x/1", "a/../b", "a/1", "a/1/.hidden", "a//b"] {
        let strange = down(&bucket, key, 1, 0, 1).await.unwrap_err();
        assert_eq!(strange.code().as_str(), "unknown_artifact", "{key}");
    }
    let public = Some("https://files.example.org".to_owned());
    let elsewhere = Bucket::open(&BucketSettings { public_endpoint: public, ..settings(&s3) }).unwrap();
    let link = elsewhere.link(&key, 3, Method::GET, Duration::from_secs(60)).await.unwrap();
    assert!(link.starts_with("https://files.example.org/artifacts/some/where/run/1/data?"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_silences_are_told_apart() {
    let s3 = S3::start();
    let checked = |settings: BucketSettings| async move {
        let storage = Storage::Bucket(Bucket::open(&settings).unwrap());
        storage.check().await.map_err(|error| (error.code().as_str(), error.to_string()))
    };
    checked(settings(&s3)).await.unwrap();
    assert_eq!((s3.unfinished(), s3.objects()), (0, Vec::new()), "nothing is left behind");
    let wrong = BucketSettings { secret_key: "hunter2".to_owned(), ..settings(&s3) };
    let (code, message) = checked(wrong).await.unwrap_err();
    assert_eq!(code, "storage_refused", "{message}");
    assert!(
        message.contains("403") && !message.contains("hunter2") && !message.contains("http"),
        "{message}"
    );
    let none = BucketSettings { bucket: "no-such-bucket".to_owned(), ..settings(&s3) };
    assert_eq!(checked(none).await.unwrap_err().0, "storage_refused");
    for (fault, code) in [
        (Fault::Status(503), "storage_unavailable"),
        (Fault::Status(507), "storage_full"),
        (Fault::Stall, "storage_unavailable"),
        (Fault::CutRequest, "storage_unavailable"),
    ] {
        let asked = Instant::now();
        s3.misbehave(move |_| fault);
        let (said, message) = checked(settings(&s3)).await.unwrap_err();
        assert_eq!(said, code, "{fault:?}: {message}");
        assert!(asked.elapsed() < within(Duration::from_secs(15)), "{fault:?} took {:?}", asked.elapsed());
    }
    let nobody = BucketSettings { endpoint: Some("http://127.0.0.1:9".to_owned()), ..settings(&s3) };
    let (code, message) = checked(nobody).await.unwrap_err();
    assert_eq!(code, "storage_unavailable", "{message}");
}

/// A name, and what goes wrong with each request.
type Schedule = (&'static str, fn(&Asked) -> Fault);

/// What a server may do to a request, as often as it likes.
fn schedules() -> Vec<Schedule> {
    vec![
        ("503 now and then", |asked| if asked.number % 3 == 0 { Fault::Status(503) } else { Fault::None }),
        ("500 now and then", |asked| if asked.number % 4 == 1 { Fault::Status(500) } else { Fault::None }),
        ("503 always", |_| Fault::Status(503)),
        (
            "requests cut now and then",
            |asked| if asked.number % 3 == 1 { Fault::CutRequest } else { Fault::None },
        ),
        ("requests cut always", |_| Fault::CutRequest),
        ("stalls now and then", |asked| if asked.number % 5 == 3 { Fault::Stall } else { Fault::None }),
        (
            "parts stall always",
            |asked| if asked.query.contains("partNumber") { Fault::Stall } else { Fault::None },
        ),
        (
            "answers cut now and then",
            |asked| if asked.number % 3 == 2 { Fault::CutResponse } else { Fault::None },
        ),
        (
            "replies lost now and then",
            |asked| if asked.number % 3 == 0 { Fault::LoseReply } else { Fault::None },
        ),
        (
            "every second reply lost",
            |asked| if asked.number % 2 == 0 { Fault::LoseReply } else { Fault::None },
        ),
        ("the first reply to a completion lost", |asked| {
            let completion = asked.method == "POST" && asked.query.contains("uploadId");
            if completion { Fault::LoseReply } else { Fault::None }
        }),
        ("completions refused", |asked| {
            let completion = asked.method == "POST" && asked.query.contains("uploadId");
            if completion { Fault::Status(500) } else { Fault::None }
        }),
        ("uploads begun twice", |asked| {
            let begin = asked.query.contains("uploads") && asked.method == "POST";
            if begin && asked.number % 2 == 0 { Fault::LoseReply } else { Fault::None }
        }),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_misbehaves_costs_a_failure_and_never_a_wrong_file() {
    let (s3, clock, store) = (S3::start(), Hand::new(), Store::in_memory().await.unwrap());
    let bucket = open(&s3);
    let storage = Storage::Bucket(bucket.clone());
    store.artifacts().own(&storage).await.unwrap();
    let (short, long) = (bytes(1_000), bytes(3 * PART + 5));
    let (mut whole, mut failed) = (0, 0);
    for (number, (name, schedule)) in schedules().into_iter().enumerate() {
        for file in [&short, &long] {
            let run = format!("run-{number}-{}", file.len());
            s3.misbehave(schedule);
            let (began, length) = (Instant::now(), file.len() as u64);
            let written = up(&bucket, &run, file.clone()).await;
            assert!(began.elapsed() < within(Duration::from_secs(30)), "{name}: {:?}", began.elapsed());
            match written {
                Ok(key) => {
                    whole += 1;
                    assert!(s3.object(&format!("some/where/{key}")).as_ref() == Some(file), "{name}");
                    // Read while it misbehaves: the right bytes, or an error.
                    if let Ok(read) = down(&bucket, &key, length, 1, length).await {
                        assert!(read == file[1..], "{name}");
                    }
                    s3.behave();
                    assert!(down(&bucket, &key, length, 0, length).await.unwrap() == *file, "{name}");
                }
                Err(error) => {
                    failed += 1;
                    assert_eq!(error.code().as_str(), "storage_unavailable", "{name}: {error}");
                }
            }
        }
    }
    assert!(whole > 10 && failed > 4, "{whole} whole and {failed} failed");
    s3.behave();
    // Whoever they were of, nobody has a row for them.
    store.artifacts().sweep(&clock, &storage).await.unwrap();
    assert_eq!((s3.unfinished(), s3.objects()), (0, vec!["some/where/owner".to_owned()]));
}
