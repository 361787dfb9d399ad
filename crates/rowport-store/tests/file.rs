//! The file: made, reopened, shared between writers, and refused when it is not ours.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;

use rowport_model::{Principal, SystemClock, View};
use rowport_store::{DatasetRef, MAX_PER_DATASET, Store, StoreError};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

const ORDERS: DatasetRef<'_> = DatasetRef { source: "shop", dataset: "orders" };
static ME: LazyLock<Principal> = LazyLock::new(Principal::local);

/// Runs statements on a file, as another program would.
async fn run(path: &Path, statements: &'static str) {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn names(store: &Store) -> Vec<String> {
    store.views().list(&ME, ORDERS).await.unwrap().into_iter().map(|view| view.name).collect()
}

#[tokio::test]
async fn what_is_saved_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    // The folder is made too.
    let path = folder.path().join("data/state/rowport.db");

    let store = Store::open(&path).await.unwrap();
    let made = store.views().create(&ME, &SystemClock, ORDERS, "Paid", &View::default()).await.unwrap();
    assert_eq!(store.path(), Some(path.clone()));
    store.close().await;

    let store = Store::open(&path).await.unwrap();
    store.check().await.unwrap();
    assert_eq!(store.views().list(&ME, ORDERS).await.unwrap(), [made]);
    // Without being closed, as after a kill.
    std::mem::forget(store);
    assert_eq!(names(&Store::open(&path).await.unwrap()).await, ["Paid"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.db");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;

    let store = Store::open(&path).await.unwrap();
    store.views().create(&ME, &SystemClock, ORDERS, "Paid", &View::default()).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    for beside in ["rowport.db-wal", "rowport.db-shm"] {
        assert_eq!(mode(&folder.path().join(beside)), 0o600, "{beside}");
    }
    store.close().await;

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    Store::open(&path).await.unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_once_lose_nothing_and_pass_no_limit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.db");
    // Eight stores on one file stand for eight processes; even making the file is left to chance.
    let opening: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Store::open(&path).await.unwrap() })
        })
        .collect();
    let mut stores = Vec::new();
    for store in opening {
        stores.push(Arc::new(store.await.unwrap()));
    }

    let writing: Vec<_> = stores
        .iter()
        .cloned()
        .enumerate()
        .map(|(writer, store)| {
            tokio::spawn(async move {
                let (mut made, mut taken, mut full) = (0, 0, 0);
                for number in 0..70 {
                    // Half of the names are the writer's own, half are fought over.
                    let name =
                        if number % 2 == 0 { format!("{writer}/{number}") } else { format!("{number}") };
                    match store.views().create(&ME, &SystemClock, ORDERS, &name, &View::default()).await {
                        Ok(_) => made += 1,
                        Err(StoreError::NameTaken { .. }) => taken += 1,
                        Err(StoreError::TooMany { .. }) => full += 1,
                        Err(other) => panic!("{other}"),
                    }
                }
                (made, taken, full)
            })
        })
        .collect();
    let (mut made, mut taken) = (0, 0);
    for writer in writing {
        let (m, t, full) = writer.await.unwrap();
        made += m;
        taken += t;
        assert_eq!(full, 0);
    }
    // 8 × 35 names of their own, and 35 that one of them got each.
    assert_eq!((made, taken), (8 * 35 + 35, 7 * 35));
    assert_eq!(names(&stores[0]).await.len(), made);

    let filling: Vec<_> = stores
        .iter()
        .cloned()
        .enumerate()
        .map(|(writer, store)| {
            tokio::spawn(async move {
                for number in 0..30 {
                    let name = format!("more {writer}/{number}");
                    match store.views().create(&ME, &SystemClock, ORDERS, &name, &View::default()).await {
                        Ok(_) | Err(StoreError::TooMany { .. }) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        })
        .collect();
    for writer in filling {
        writer.await.unwrap();
    }
    assert_eq!(names(&stores[0]).await.len(), MAX_PER_DATASET as usize);
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but longer than the header of one; ".repeat(20)).unwrap();
    let other = folder.path().join("shop.db");
    run(&other, "CREATE TABLE orders (id INTEGER PRIMARY KEY)").await;
    let marked = folder.path().join("marked.db");
    run(&marked, "PRAGMA application_id = 7; CREATE TABLE saved (id TEXT)").await;

    for path in [text, other, marked] {
        let before = std::fs::read(&path).unwrap();
        let error = Store::open(&path).await.unwrap_err();
        assert_eq!(error.code().as_str(), "store_foreign", "{error}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "{}", path.display());
    }
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.db");
    Store::open(&path).await.unwrap().close().await;
    run(&path, "PRAGMA user_version = 99").await;

    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, known: 6, .. }), "{error}");
    assert_eq!(error.code().as_str(), "store_newer");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for path in [folder.path().join("file/rowport.db"), folder.path().to_owned()] {
        let error = Store::open(&path).await.unwrap_err();
        assert_eq!(error.code().as_str(), "store_unavailable", "{error}");
        let path = path.display().to_string();
        assert!(
            error.to_string().starts_with(&format!("Rowport's own state in {path} cannot be used: ")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_damaged_row_says_which_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rowport.db");
    let store = Store::open(&path).await.unwrap();
    let made = store.views().create(&ME, &SystemClock, ORDERS, "Paid", &View::default()).await.unwrap();
    run(&path, "UPDATE saved SET body = '{\"colums\": []}'").await;
    let error = store.views().list(&ME, ORDERS).await.unwrap_err();
    assert_eq!(error.code().as_str(), "store_damaged");
    assert!(error.to_string().contains(&made.id), "{error}");
}
