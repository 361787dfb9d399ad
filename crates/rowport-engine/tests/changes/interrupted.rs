//! Columns that are dropped and connections that are lost while a large change is under way: each row is changed and in
//! the journal, or neither, and the rest is done when it goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rowport_engine::EngineError;
use rowport_engine::changes::{BulkAction, Confirmed, Outcome, OutcomeState, Request, UndoRequest};
use rowport_model::SourceKind;
use rowport_store::Actor;
use rowport_testkit::{Database, cases, wait_until};
use serde_json::json;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::desk::{Shop, delete, set};

on_every_database! {
    a_column_that_is_dropped_in_the_middle_ends_it_between_two_chunks,
}

const ROWS: u64 = 30_000;

async fn filled(kind: SourceKind) -> Shop {
    let database = Database::create(kind);
    let rows = match kind {
        SourceKind::Postgres => format!("SELECT i AS n FROM generate_series(1, {ROWS}) i"),
        SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{ROWS}"),
        SourceKind::Sqlite => format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) SELECT n FROM s"
        ),
    };
    database.execute(&format!(
        "CREATE TABLE posts (id integer PRIMARY KEY, likes integer NOT NULL, note varchar(20));
         INSERT INTO posts SELECT n, 0, CONCAT('note ', n) FROM ({rows}) AS numbers"
    ));
    Shop::of(database, &[]).await
}

fn like() -> Request {
    set("", "likes", json!(1))
}

/// Works on it, and does something on a thread once the first chunk is done.
async fn work(
    shop: &Shop,
    confirmed: &Confirmed,
    attempt: u32,
    mut meanwhile: impl FnMut() + Send,
) -> Result<Outcome, EngineError> {
    let never = CancellationToken::new();
    shop.changes.work(shop.on("posts"), &confirmed.change_set, attempt, &never, |_| meanwhile()).await
}

async fn a_column_that_is_dropped_in_the_middle_ends_it_between_two_chunks(kind: SourceKind) {
    for (request, changed) in [(delete(""), "30000 - count(*)"), (like(), "coalesce(sum(likes), 0)")] {
        let shop = filled(kind).await;
        let confirmed = shop.confirm("posts", &request).await.unwrap();
        let dropping = AtomicBool::new(false);
        let worked = thread::scope(|scope| {
            let drop_column = || {
                let drop_it = || shop.database.execute("ALTER TABLE posts DROP COLUMN note");
                match (dropping.swap(true, Ordering::Relaxed), kind) {
                    (true, _) => {}
                    (false, SourceKind::Sqlite) => drop_it(),
                    // The other worker's chunk is not to wait for this one, and the next is to wait for the column.
                    (false, _) => {
                        let dropped = scope.spawn(drop_it);
                        let waits = || !shop.database.rows(waiting(kind)).is_empty();
                        wait_until("the column's turn is next", || dropped.is_finished() || waits());
                    }
                }
            };
            tokio::task::block_in_place(|| {
                Handle::current().block_on(work(&shop, &confirmed, 1, drop_column))
            })
        });
        assert_eq!(worked.map_err(|error| error.code().as_str()), Err("dataset_changed"), "{request:?}");
        let count = so_far(&shop, &confirmed, changed);
        assert!(count > 0 && count < ROWS, "{count} of {ROWS} rows were changed");

        let whole = work(&shop, &confirmed, 2, || {}).await.unwrap();
        assert_eq!((whole.state, whole.done, whole.failures), (OutcomeState::Done, ROWS, Vec::new()));
        // What has lost a value does not come back without it; where it was not set, it is not put back either.
        let back = shop.undo("posts", &confirmed.change_set).await;
        let lost = if request.action == BulkAction::Delete { count } else { 0 };
        assert_eq!((back.done, back.failed, back.skipped), (ROWS - lost, lost, 0));
        assert!(back.failures.iter().all(|failure| failure.code.as_str() == "column_changed"));
    }
}

/// The connections that wait for a table to themselves.
fn waiting(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => {
            "SELECT pid FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        }
        SourceKind::Mysql => {
            "SELECT id FROM information_schema.processlist \
             WHERE db = database() AND state LIKE 'Waiting for table metadata lock%'"
        }
        SourceKind::Sqlite => "SELECT 1 WHERE false",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_survives_postgresql_ending_its_connections() {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    lose_connections(SourceKind::Postgres, |database| drop(database.rows(end))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_survives_mariadb_ending_its_connections() {
    let others = "SELECT concat('KILL ', id) FROM information_schema.processlist \
                  WHERE db = database() AND id <> connection_id()";
    lose_connections(SourceKind::Mysql, |database| {
        for kill in database.rows(others) {
            let kill = String::from_utf8(kill[0].clone().unwrap()).unwrap();
            // It may have ended by itself meanwhile.
            database.execute(&format!(
                "BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; {kill}; END"
            ));
        }
    })
    .await;
}

/// Changes whose connections end at some moment.
struct Lost<'a> {
    shop: &'a Shop,
    end: &'a (dyn Fn(&Database) + Sync),
    dice: u64,
    /// How long a change takes that nothing happens to.
    usual: Duration,
    tried: u32,
    hit: u32,
}

async fn lose_connections(kind: SourceKind, end: impl Fn(&Database) + Sync) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let shop = filled(kind).await;
    let start = shop.rows("posts", "id");
    let mut lost = Lost { shop: &shop, end: &end, dice: seed, usual: Duration::ZERO, tried: 0, hit: 0 };
    for round in 0.. {
        // As many more as it takes: on some machines most connections end before or after a change.
        if round > cases(40) && lost.hit > 0 {
            break;
        }
        assert!(round < cases(40) + 50, "none was hit");
        for (request, changed, back) in [
            (delete(""), "30000 - count(*)", "count(*)"),
            (like(), "coalesce(sum(likes), 0)", "30000 - sum(likes)"),
        ] {
            let confirmed = shop.confirm("posts", &request).await.unwrap();
            lost.through(&confirmed, changed).await;
            let all = UndoRequest { keys: None, force: false };
            let on = shop.on("posts");
            let back_again =
                shop.changes.undo(on, &Actor::default(), &confirmed.change_set, &all, None).await;
            lost.through(&back_again.unwrap(), back).await;
            assert!(shop.rows("posts", "id") == start, "everything is as it was");
        }
    }
    let Lost { tried, hit, .. } = lost;
    eprintln!(
        "{tried} changes on {kind} (seed {seed}) whose connections were ended: {hit} were hit, and went on"
    );
}

impl Lost<'_> {
    /// Works on a change set whose connections end at some moment, and goes on until it has ended. The first time
    /// nothing happens, so that it is known how long it takes.
    async fn through(&mut self, confirmed: &Confirmed, changed: &str) {
        let (began, shop, end) = (Instant::now(), self.shop, self.end);
        let life =
            (self.tried > 0).then(|| Duration::from_micros(self.next() % self.usual.as_micros() as u64));
        let worked = thread::scope(|scope| {
            if let Some(life) = life {
                scope.spawn(move || {
                    thread::sleep(life);
                    end(&shop.database);
                });
            }
            tokio::task::block_in_place(|| Handle::current().block_on(work(shop, confirmed, 1, || {})))
        });
        if life.is_none() {
            self.usual = began.elapsed();
        }
        self.tried += 1;
        if let Err(error) = worked {
            assert_eq!(error.code().as_str(), "source_lost", "{error}");
            self.hit += 1;
            so_far(shop, confirmed, changed);
            let whole = work(shop, confirmed, 2, || {}).await.unwrap();
            assert_eq!((whole.state, whole.done), (OutcomeState::Done, ROWS));
        }
        assert_eq!(so_far(shop, confirmed, changed), ROWS);
    }

    fn next(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.dice >> 33
    }
}

/// How many rows were changed: as many as the journal says, at every moment.
fn so_far(shop: &Shop, confirmed: &Confirmed, changed: &str) -> u64 {
    let sets = match shop.database.kind() {
        SourceKind::Postgres => "rowport_journal.change_sets",
        _ => "_rowport_change_sets",
    };
    let id = &confirmed.change_set;
    let rows = shop.database.rows(&format!(
        "SELECT (SELECT {changed} FROM posts), (SELECT done_count FROM {sets} WHERE id = '{id}')"
    ));
    let number = |value: &Option<Vec<u8>>| -> u64 {
        String::from_utf8(value.clone().unwrap()).unwrap().parse().unwrap()
    };
    let (changed, journalled) = (number(&rows[0][0]), number(&rows[0][1]));
    assert_eq!(changed, journalled, "what was changed is in the journal, and nothing else");
    changed
}
