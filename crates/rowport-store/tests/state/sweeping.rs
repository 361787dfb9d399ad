//! What the sweep removes and what it leaves.

use rowport_model::Principal;
use rowport_store::{Actor, Folder, RunProgress, Store};
use std::sync::LazyLock;

use crate::runs::{Hand, artifact, claim, enqueue};

on_every_state!(only_what_is_nobodys_is_swept);

static ME: LazyLock<Principal> = LazyLock::new(Principal::local);

async fn only_what_is_nobodys_is_swept(store: Store) {
    let (clock, root) = (Hand::new(), tempfile::tempdir().unwrap());
    let folder = Folder::open(root.path()).unwrap();
    let write = |run: &str, attempt| {
        let (key, path) = folder.place(run, attempt, "data").unwrap();
        std::fs::write(&path, "x").unwrap();
        (key, path)
    };
    let published = claim_new(&store, &clock).await;
    let (_, kept) = write(&published.run.id, 1);
    let file = artifact(&clock, &published);
    store.runs().complete(&clock, &published, RunProgress::default(), &file).await.unwrap();
    let (_, abandoned) = write(&published.run.id, 7);
    let running = claim_new(&store, &clock).await;
    let (_, under_way) = write(&running.run.id, 1);
    let (_, strange) = write("nobody", 1);
    let unrelated = root.path().join("README");
    std::fs::write(&unrelated, "not ours").unwrap();

    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 2);
    assert!(kept.is_file() && under_way.is_file() && unrelated.is_file());
    assert!(!abandoned.exists() && !strange.exists());
    // A worker that went away leaves its file behind; its next attempt has another place.
    clock.forward(31);
    store.runs().recover(&clock).await.unwrap();
    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 1);
    assert!(!under_way.exists());
    // Deleted by its owner, it goes at the next sweep.
    store.runs().delete(&ME, &Actor::system(), &clock, &published.run.id).await.unwrap();
    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 1);
    assert!(!kept.exists());
    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 0);

    let expiring = claim_new(&store, &clock).await;
    let (_, file) = write(&expiring.run.id, expiring.run.attempt);
    let new = artifact(&clock, &expiring);
    store.runs().complete(&clock, &expiring, RunProgress::default(), &new).await.unwrap();
    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 0);
    clock.forward(24 * 3600);
    assert_eq!(store.artifacts().sweep(&clock, &folder).await.unwrap(), 1);
    assert!(!file.exists());
    for key in ["../x/1", "a/../b", "/etc/passwd", "a/1", "a/1/.hidden"] {
        assert_eq!(folder.path(key).unwrap_err().code(), "unknown_artifact", "{key}");
    }
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
