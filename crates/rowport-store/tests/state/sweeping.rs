//! What the sweep removes and what it leaves.

use std::sync::LazyLock;

use rowport_model::Principal;
use rowport_store::{Actor, Bucket, BucketSettings, Expected, RunProgress, Storage, Store};
use rowport_testkit::S3;

use crate::depot::{Depot, PART, settings};
use crate::runs::{Hand, artifact, claim, enqueue};

on_every_state!(
    only_what_is_nobodys_is_swept_from_a_folder,
    only_what_is_nobodys_is_swept_from_a_bucket,
    uploads_that_were_never_finished_are_swept,
    a_bucket_that_is_another_states_is_not_swept,
    a_folder_that_is_another_states_is_not_swept,
);

static ME: LazyLock<Principal> = LazyLock::new(Principal::local);

async fn only_what_is_nobodys_is_swept_from_a_folder(store: Store) {
    let depot = Depot::folder();
    assert!(!store.artifacts().own(&depot.storage()).await.unwrap(), "the folder was nobody's");
    only_what_is_nobodys_is_swept(&store, &depot).await;
    let Storage::Folder(folder) = depot.storage() else { panic!() };
    for key in ["../x/1", "a/../b", "/etc/passwd", "a/1", "a/1/.hidden"] {
        assert_eq!(folder.path(key).unwrap_err().code().as_str(), "unknown_artifact", "{key}");
    }
}

async fn only_what_is_nobodys_is_swept_from_a_bucket(store: Store) {
    let depot = Depot::bucket();
    assert!(!store.artifacts().own(&depot.storage()).await.unwrap(), "the bucket was nobody's");
    only_what_is_nobodys_is_swept(&store, &depot).await;
}

async fn only_what_is_nobodys_is_swept(store: &Store, depot: &Depot) {
    let (clock, storage) = (Hand::new(), depot.storage());
    let sweep = || async { store.artifacts().sweep(&clock, &storage).await.unwrap() };
    let write =
        |run: String, attempt| async move { depot.write(&run, attempt, b"x".to_vec()).await.unwrap() };
    let published = claim_new(store, &clock).await;
    let kept = write(published.run.id.clone(), 1).await;
    let file = artifact(&clock, &published);
    store.runs().complete(&clock, &published, RunProgress::default(), Some(&file)).await.unwrap();
    let abandoned = write(published.run.id.clone(), 7).await;
    let running = claim_new(store, &clock).await;
    let under_way = write(running.run.id.clone(), 1).await;
    let strange = write("nobody".to_owned(), 1).await;
    match depot {
        Depot::Folder(root) => std::fs::write(root.path().join("README"), "not ours").unwrap(),
        Depot::Bucket(s3) => s3.put("README/1/x", b"not under the prefix"),
    }
    assert!(depot.keys().contains(&abandoned) && depot.keys().contains(&strange));

    assert_eq!(sweep().await, 2);
    let mut left = vec![kept.clone(), under_way];
    left.sort();
    assert_eq!(depot.keys(), left);
    match depot {
        Depot::Folder(root) => assert!(root.path().join("README").is_file()),
        Depot::Bucket(s3) => assert!(s3.object("README/1/x").is_some()),
    }
    // A worker that went away leaves its file behind; its next attempt has another place.
    clock.forward(31);
    store.runs().recover(&clock).await.unwrap();
    assert_eq!(sweep().await, 1);
    assert_eq!(depot.keys(), [kept]);
    // Deleted by its owner, it goes at the next sweep.
    store.runs().delete(&ME, &Actor::system(), &clock, &published.run.id).await.unwrap();
    assert_eq!(sweep().await, 1);
    assert!(depot.keys().is_empty());
    assert_eq!(sweep().await, 0);

    let expiring = claim_new(store, &clock).await;
    write(expiring.run.id.clone(), expiring.run.attempt).await;
    let new = artifact(&clock, &expiring);
    store.runs().complete(&clock, &expiring, RunProgress::default(), Some(&new)).await.unwrap();
    assert_eq!(sweep().await, 0);
    clock.forward(24 * 3600);
    assert_eq!(sweep().await, 1);
    assert!(depot.keys().is_empty());
}

async fn uploads_that_were_never_finished_are_swept(store: Store) {
    let (clock, s3) = (Hand::new(), S3::start());
    let storage = Storage::Bucket(Bucket::open(&settings(&s3)).unwrap());
    store.artifacts().own(&storage).await.unwrap();
    let running = claim_new(&store, &clock).await;
    for (number, run) in (1..).zip(["killed", running.run.id.as_str()]) {
        let metadata = rowport_store::ObjectMetadata {
            media_type: "text/csv".to_owned(),
            disposition: "attachment".to_owned(),
        };
        let never = tokio_util::sync::CancellationToken::new();
        let rowport_store::Target::Object(mut upload) =
            storage.target(run, 1, &metadata, Expected::unknown(), &never).unwrap()
        else {
            panic!()
        };
        // As if its process had been killed: nothing is taken back.
        let upload = tokio::task::spawn_blocking(move || {
            std::io::Write::write_all(&mut upload, &vec![7; 2 * PART + 1]).unwrap();
            upload
        });
        let upload = upload.await.unwrap();
        // The upload and its two parts have arrived.
        let started = std::time::Instant::now();
        while s3.unfinished() < 3 * number {
            assert!(started.elapsed() < rowport_testkit::PATIENCE, "{} have arrived", s3.unfinished());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        drop(upload);
    }
    let both = s3.unfinished();
    assert_eq!(store.artifacts().sweep(&clock, &storage).await.unwrap(), 1);
    assert_eq!(s3.unfinished(), both / 2, "the upload of an attempt that is under way stays");
    // A file that is given out has no use for the mark of its upload, which could not be removed in time.
    let published = claim_new(&store, &clock).await;
    let place = format!("some/where/{}/1", published.run.id);
    s3.put(&format!("{place}/data"), b"x");
    s3.put(&format!("{place}/unfinished"), b"");
    let file = artifact(&clock, &published);
    store.runs().complete(&clock, &published, RunProgress::default(), Some(&file)).await.unwrap();
    store.artifacts().sweep(&clock, &storage).await.unwrap();
    assert!(s3.object(&format!("{place}/data")).is_some());
    assert!(s3.object(&format!("{place}/unfinished")).is_none());
    clock.forward(24 * 3600);
    store.runs().recover(&clock).await.unwrap();
    assert_eq!(store.artifacts().sweep(&clock, &storage).await.unwrap(), 2);
    assert_eq!((s3.unfinished(), s3.objects()), (0, vec!["some/where/owner".to_owned()]));
}

async fn a_bucket_that_is_another_states_is_not_swept(store: Store) {
    let (clock, depot) = (Hand::new(), Depot::bucket());
    let other = Store::in_memory().await.unwrap();
    let storage = depot.storage();
    assert!(!other.artifacts().own(&storage).await.unwrap());
    assert!(other.artifacts().own(&storage).await.unwrap());
    depot.write("theirs", 1, b"x".to_vec()).await.unwrap();
    let refused = store.artifacts().sweep(&clock, &storage).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "storage_foreign", "{refused}");
    assert_eq!(depot.keys(), ["theirs/1/data"]);
    // Beside it there is room for another.
    let Depot::Bucket(s3) = &depot else { panic!() };
    let beside = BucketSettings { prefix: "some/where-else".to_owned(), ..settings(s3) };
    let beside = Storage::Bucket(Bucket::open(&beside).unwrap());
    store.artifacts().own(&beside).await.unwrap();
    assert_eq!(store.artifacts().sweep(&clock, &beside).await.unwrap(), 0);
    assert_eq!(depot.keys(), ["theirs/1/data"]);
}

async fn a_folder_that_is_another_states_is_not_swept(store: Store) {
    let (clock, depot) = (Hand::new(), Depot::folder());
    let (other, storage) = (Store::in_memory().await.unwrap(), depot.storage());
    let Depot::Folder(root) = &depot else { panic!() };
    // Somebody had no room for their name.
    std::fs::write(root.path().join("owner"), "").unwrap();
    assert!(!other.artifacts().own(&storage).await.unwrap());
    assert!(other.artifacts().own(&storage).await.unwrap());
    depot.write("theirs", 1, b"x".to_vec()).await.unwrap();
    let refused = store.artifacts().sweep(&clock, &storage).await.unwrap_err();
    assert_eq!(refused.code().as_str(), "storage_foreign", "{refused}");
    assert_eq!(depot.keys().len(), 1);
}

async fn claim_new(store: &Store, clock: &Hand) -> rowport_store::Claim {
    let run = enqueue(store, clock, 1).await;
    loop {
        let claim = claim(store, clock, "a").await.unwrap();
        if claim.run.id == run.id {
            return claim;
        }
        store.runs().cancelled(clock, &claim).await.unwrap();
    }
}
