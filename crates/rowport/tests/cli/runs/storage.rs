//! What is said of a bucket before anything is kept there.

use rowport_testkit::{Fault, Postgres, Sqlite};

use super::served::{Files, Site, State};
use crate::binary::rowport;

fn doctor(site: &Site) -> (Option<i32>, String) {
    let mut command = rowport();
    site.lend_keys(&mut command).arg("doctor").arg("--config").arg(site.folder.path().join("rowport.toml"));
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_doctor_tries_the_bucket_and_leaves_nothing_there() {
    let site = Site::with(State::Sqlite, Files::OwnBucket, 1, "1s");
    let s3 = site.s3();
    let (code, said) = doctor(&site);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("ok    storage, the bucket artifacts: can be written, read, listed and tidied"),
        "{said}"
    );
    assert_eq!((s3.objects(), s3.unfinished()), (Vec::new(), 0));
    // A key that may do everything but look for what was never finished.
    s3.misbehave(|asked| match asked.method == "GET" && asked.query.contains("uploads") {
        true => Fault::Status(403),
        false => Fault::None,
    });
    let (code, said) = doctor(&site);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("does not list unfinished uploads") && said.contains("ListBucketMultipart"),
        "{said}"
    );
    s3.misbehave(|_| Fault::Status(403));
    let (code, said) = doctor(&site);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("refuses") && said.contains("PutObject"), "{said}");
}

#[test]
fn a_bucket_that_is_another_states_is_not_served_from() {
    let site = Site::with(State::Sqlite, Files::OwnBucket, 10, "1s");
    let first = site.serve();
    let run = first.export("csv");
    let id = run["id"].as_str().unwrap();
    first.wait_for(id, "completed", |run| run["state"] == "completed");
    let other = Site::new(State::Sqlite, 10, "1s");
    std::fs::copy(site.folder.path().join("rowport.toml"), other.folder.path().join("rowport.toml")).unwrap();
    let said = other.try_serve().err().unwrap();
    assert!(said.contains("belongs to another Rowport"), "{said}");
    first.kill();
    // Its own is taken up again.
    let again = site.serve();
    assert_eq!(again.download(id).iter().filter(|byte| **byte == b'\n').count(), 11);
}

#[test]
fn a_folder_that_is_another_states_is_not_served_from() {
    let site = Site::new(State::Sqlite, 10, "1s");
    let first = site.serve();
    let run = first.export("csv");
    let id = run["id"].as_str().unwrap();
    first.wait_for(id, "completed", |run| run["state"] == "completed");
    // The same data folder, and a state elsewhere that knows nothing of its files.
    let other = Site::of(Sqlite::create(), Some(Postgres::create()), "1s");
    std::os::unix::fs::symlink(site.folder.path().join("data"), other.folder.path().join("data")).unwrap();
    let said = other.try_serve().err().unwrap();
    assert!(said.contains("artifacts belongs to another Rowport"), "{said}");
    assert_eq!(first.download(id).iter().filter(|byte| **byte == b'\n').count(), 11);
    assert_eq!(site.artifacts().len(), 1);
}
