//! The audit is told of every row that was changed, once, however often whoever tells it is killed.

use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::{Database, Sqlite};

use crate::binary::{cases, run};
use crate::changes::{ROWS, filled};
use crate::runs::served::Site;

/// The journal's chunks, in each database's words.
fn chunks(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Postgres => "rowport_journal.change_chunks",
        _ => "_rowport_change_chunks",
    }
}

struct Relayed {
    site: Site,
    dice: u64,
}

impl Relayed {
    fn change(&self, words: &[&str]) {
        let of = ["--source", self.site.source.url(), "--dataset", "posts"];
        let answer = run(&[words, &of].concat());
        assert_eq!(answer.code, Some(0), "{answer:?}");
    }

    /// Chunks that the audit was not told of.
    fn left(&self) -> u64 {
        let chunks = chunks(self.site.source.kind());
        let sql = format!("SELECT count(*) FROM {chunks} WHERE relayed = 0 AND state = 'done'");
        self.site.source.text(&sql).parse().unwrap()
    }

    fn next(&mut self, below: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % below.max(1)
    }

    /// What the journal and the audit say of each chunk: its id, and how many rows it changed.
    fn compare(&self) -> usize {
        let journal = format!(
            "SELECT change_set, chunk, done_count FROM {} WHERE done_count > 0",
            chunks(self.site.source.kind())
        );
        let text = |value: Option<Vec<u8>>| String::from_utf8(value.unwrap()).unwrap();
        let journal = self.site.source.rows(&journal).into_iter().map(|row| {
            let [set, chunk, rows] = row.into_iter().map(text).collect::<Vec<_>>().try_into().unwrap();
            (format!("{set}/{chunk}"), rows)
        });
        let state = rusqlite::Connection::open(self.site.folder.path().join("data/rowport.sqlite")).unwrap();
        let audit = "SELECT id, (SELECT count(*) FROM row_events WHERE row_events.seq = audit.seq) \
                     FROM audit WHERE action LIKE 'chunk.%'";
        let mut audit = state.prepare(audit).unwrap();
        let audit =
            audit.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.to_string())));
        let mut audit: Vec<_> = audit.unwrap().map(Result::unwrap).collect();
        let mut journal: Vec<_> = journal.collect();
        journal.sort();
        audit.sort();
        assert_eq!(audit, journal);
        let keys: i64 =
            state.query_row("SELECT count(DISTINCT row_key) FROM row_events", [], |row| row.get(0)).unwrap();
        assert_eq!(keys, i64::from(ROWS), "each row has a key of its own");
        journal.len()
    }
}

fn killed(kind: SourceKind) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut relayed = Relayed { site: Site::of(filled(kind), None, "30s"), dice: seed };
    let all = ROWS.to_string();
    relayed.change(&["bulk", "delete", "--confirm", &all]);
    let began = Instant::now();
    let served = relayed.site.serve();
    served.wait_until("told", || relayed.left() == 0);
    let usual = began.elapsed().as_millis() as u64;
    served.kill();
    let last = run(&["changes", "--json", "--source", relayed.site.source.url(), "--dataset", "posts"]);
    let last: serde_json::Value = serde_json::from_slice(&last.stdout).unwrap();
    relayed.change(&["undo", last[0]["id"].as_str().unwrap()]);
    let kills = cases(100);
    let mut hit = 0;
    for _ in 0..kills {
        if relayed.left() == 0 {
            relayed.change(&["bulk", "set", "--add", "likes=1", "--confirm", &all]);
        }
        let before = relayed.left();
        let served = relayed.site.serve();
        std::thread::sleep(Duration::from_millis(relayed.next(usual)));
        served.kill();
        hit += u32::from((1..before).contains(&relayed.left()));
    }
    let served = relayed.site.serve();
    served.wait_until("told", || relayed.left() == 0);
    served.signal("TERM");
    assert_eq!(served.wait().0, Some(0));
    let chunks = relayed.compare();
    let data = relayed.site.folder.path().join("data");
    let verified = run(&["audit", "verify", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    eprintln!(
        "{kills} kills (seed {seed}) while the audit was told of {chunks} chunks on {kind}: {hit} in the middle"
    );
}

#[test]
fn rows_of_postgres_are_told_once_through_kills() {
    killed(SourceKind::Postgres);
}

#[test]
fn rows_of_mysql_are_told_once_through_kills() {
    killed(SourceKind::Mysql);
}

#[test]
fn rows_of_sqlite_are_told_once_through_kills() {
    killed(SourceKind::Sqlite);
}

#[test]
fn a_source_without_a_journal_is_left_alone() {
    let source: Database = Sqlite::create();
    source.execute("CREATE TABLE posts (id integer PRIMARY KEY)");
    let site = Site::of(source, None, "30s");
    let served = site.serve();
    assert_eq!(
        served.get("/api/v1/sources/db/datasets/posts/history?key=1")["changes"],
        serde_json::json!([])
    );
    served.signal("TERM");
    let (code, said) = served.wait();
    assert_eq!(code, Some(0));
    assert!(!said.contains("changed rows"), "{said}");
}
