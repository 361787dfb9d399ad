//! Changing rows from the command line, and being killed at random instants while it is done: each row is changed and in
//! the journal, or neither, and whoever goes on brings it to its end.

use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;

use crate::binary::{cases, finished, rowport, run, sha256};

pub const ROWS: u32 = 30_000;

/// Rows of some types, in each database's words.
pub fn filled(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    database.execute(
        "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(60), likes integer, rate double precision)",
    );
    fill(&database);
    let prepared = run(&["prepare", "--source", database.url()]);
    assert_eq!(prepared.code, Some(0), "{prepared:?}");
    database
}

fn fill(database: &Database) {
    let rows = match database.kind() {
        SourceKind::Postgres => format!("SELECT i AS n FROM generate_series(1, {ROWS}) i"),
        SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{ROWS}"),
        SourceKind::Sqlite => format!(
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) SELECT n FROM s"
        ),
    };
    database.execute(&format!(
        "INSERT INTO posts SELECT n, CONCAT('Post number ', n), n % 97, n / 7.0 FROM ({rows}) AS numbers"
    ));
}

struct Posts {
    database: Database,
    dice: u64,
    hit: u32,
    kills: u32,
}

impl Posts {
    fn arguments(&self, words: &[&str]) -> Vec<String> {
        let of = ["--source", self.database.url(), "--dataset", "posts", "--json"];
        words.iter().chain(&of).map(|word| (*word).to_owned()).collect()
    }

    fn ask(&self, words: &[&str]) -> Value {
        let answer = run(&self.arguments(words));
        assert_eq!(answer.code, Some(0), "{words:?}: {answer:?}");
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    /// All rows, value by value, as one sum.
    fn state(&self) -> String {
        let rows = self.database.rows("SELECT id, title, likes, rate FROM posts ORDER BY id");
        sha256(format!("{rows:?}").as_bytes())
    }

    fn count(&self) -> u64 {
        self.database.text("SELECT count(*) FROM posts").parse().unwrap()
    }

    /// How many rows lie in the trash.
    fn trashed(&self) -> u64 {
        self.ask(&["trash", "list", "--limit", "1"])["all"]["rows"].as_u64().unwrap()
    }

    fn last_change(&self) -> Option<Value> {
        let changes = self.ask(&["changes", "--limit", "1"]);
        changes.as_array().unwrap().first().cloned()
    }

    fn next(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.dice >> 33
    }

    /// Does something, is killed somewhere in the middle, perhaps more than once, and goes on until it has ended.
    fn through_kills(&mut self, words: &[&str], usual: Duration, check: impl Fn(&Self, &Value)) -> Value {
        let before = self.last_change().map(|change| change["id"].clone());
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for _ in 0..2 {
            let arguments = self.arguments(&words.iter().map(String::as_str).collect::<Vec<_>>());
            let mut child = rowport().args(arguments).spawn().unwrap();
            let life = self.next() % (usual.as_millis() as u64).max(2);
            std::thread::sleep(Duration::from_millis(life));
            child.kill().unwrap();
            finished(child.wait_with_output().unwrap());
            self.kills += 1;
            let Some(change) = self.last_change().filter(|change| Some(&change["id"]) != before.as_ref())
            else {
                continue;
            };
            check(self, &change);
            if change["state"] != "open" {
                return change;
            }
            self.hit += 1;
            words = vec!["bulk".into(), "resume".into(), change["id"].as_str().unwrap().to_owned()];
        }
        let outcome = self.ask(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(outcome["state"], "done", "{outcome}");
        self.last_change().unwrap()
    }
}

fn kill(kind: SourceKind) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut posts = Posts { database: filled(kind), dice: seed, hit: 0, kills: 0 };
    let (start, all) = (posts.state(), ROWS.to_string());
    let began = Instant::now();
    let first = posts.ask(&["bulk", "delete", "--confirm", &all]);
    let usual = began.elapsed();
    posts.ask(&["undo", first["change_set"].as_str().unwrap()]);
    assert_eq!(posts.state(), start);
    let rounds = cases(24).div_ceil(12);
    for round in 0.. {
        // As many more as it takes: on some machines most kills come before or after a change.
        if round >= rounds && posts.hit > 0 {
            break;
        }
        assert!(round < rounds + 50, "nothing was hit");
        let deleted = posts.through_kills(&["bulk", "delete", "--confirm", &all], usual, |posts, change| {
            let gone = u64::from(ROWS) - posts.count();
            assert_eq!(change["done"], gone, "what is gone is in the journal, and nothing else");
        });
        assert_eq!((posts.count(), &deleted["done"]), (0, &ROWS.into()));
        let id = deleted["id"].as_str().unwrap().to_owned();
        let restored = posts.through_kills(&["undo", &id], usual, |posts, change| {
            assert_eq!(change["done"], posts.count(), "what is back is in the journal, and nothing else");
        });
        assert_eq!((posts.state(), &restored["done"]), (start.clone(), &ROWS.into()));
        let set = ["bulk", "set", "--add", "likes=1000000", "--confirm", &all];
        let likes = |posts: &Posts| -> u64 {
            posts.database.text("SELECT count(*) FROM posts WHERE likes >= 1000000").parse().unwrap()
        };
        let changed =
            posts.through_kills(&set, usual, |posts, change| assert_eq!(change["done"], likes(posts)));
        assert_eq!(likes(&posts), u64::from(ROWS));
        let id = changed["id"].as_str().unwrap().to_owned();
        posts.through_kills(&["undo", &id], usual, |posts, change| {
            assert_eq!(change["done"], u64::from(ROWS) - likes(posts));
        });
        assert_eq!(posts.state(), start);
        restore_and_purge(&mut posts, usual / 2);
        assert_eq!(posts.state(), start);
    }
    eprintln!("{} kills (seed {seed}) on {kind}: {} hit a change in the middle", posts.kills, posts.hit);
}

/// Half of the rows come back from the trash, and are deleted again and removed for good.
fn restore_and_purge(posts: &mut Posts, usual: Duration) {
    let half = ROWS / 2;
    let (filter, confirm) = (format!("id > {half}"), (ROWS - half).to_string());
    let delete = ["bulk", "delete", "--filter", &filter, "--confirm", &confirm];
    posts.ask(&delete);
    posts.through_kills(&["trash", "restore", "--confirm", &confirm], usual, |posts, change| {
        assert_eq!(change["done"], posts.count() - u64::from(half), "what is back is in the journal");
    });
    assert_eq!((posts.count(), posts.trashed()), (ROWS.into(), 0));
    posts.ask(&delete);
    posts.through_kills(&["trash", "empty", "--confirm", &confirm], usual, |posts, change| {
        assert_eq!(change["done"], u64::from(ROWS - half) - posts.trashed(), "what is not there was purged");
    });
    assert_eq!((posts.count(), posts.trashed()), (half.into(), 0));
    posts.database.execute("DELETE FROM posts");
    fill(&posts.database);
}

#[test]
fn changes_on_postgres_survive_being_killed() {
    kill(SourceKind::Postgres);
}

#[test]
fn changes_on_mysql_survive_being_killed() {
    kill(SourceKind::Mysql);
}

#[test]
fn changes_on_sqlite_survive_being_killed() {
    kill(SourceKind::Sqlite);
}

#[test]
fn nothing_is_changed_that_was_not_confirmed() {
    let database = filled(SourceKind::Sqlite);
    let of = ["--source", database.url(), "--dataset", "posts"];
    let with = |words: &[&str]| run(&[words, &of].concat());
    let asked = with(&["bulk", "delete", "--key", "1", "2"]);
    assert_eq!(asked.code, Some(2), "{asked:?}");
    assert!(asked.stderr.contains("--confirm 2"), "{asked:?}");
    let wrong = with(&["bulk", "delete", "--filter", "id <= 3", "--confirm", "4"]);
    assert_eq!(wrong.code, Some(4), "{wrong:?}");
    assert!(wrong.stderr.contains("3 rows, and --confirm says 4"), "{wrong:?}");
    let unknown = with(&["undo", "0"]);
    assert_eq!(unknown.code, Some(4), "{unknown:?}");
    assert_eq!(database.text("SELECT count(*) FROM posts"), ROWS.to_string());
    let unprepared = Database::create(SourceKind::Sqlite);
    unprepared.execute("CREATE TABLE posts (id integer PRIMARY KEY); INSERT INTO posts VALUES (1)");
    let url = unprepared.url();
    let refused = run(&["bulk", "delete", "--source", url, "--dataset", "posts", "--confirm", "1"]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(refused.stderr.contains("rowport prepare"), "{refused:?}");
    let sql = run(&["prepare", "--print", "--source", url]);
    assert!(String::from_utf8(sql.stdout).unwrap().contains("CREATE TABLE IF NOT EXISTS _rowport_journal"));
    assert_eq!(unprepared.text("SELECT count(*) FROM sqlite_schema WHERE name LIKE '%rowport%'"), "0");
}

#[test]
fn keys_with_commas_in_them_are_named_on_the_command_line() {
    for kind in [SourceKind::Sqlite, SourceKind::Postgres, SourceKind::Mysql] {
        let database = Database::create(kind);
        database.execute(
            "CREATE TABLE people (name varchar(30) PRIMARY KEY, n integer);
             CREATE TABLE pairs (a varchar(30), b varchar(30), n integer, PRIMARY KEY (a, b));
             INSERT INTO people VALUES ('Smith, John', 1), ('Smith', 2), ('\"quoted\"', 3), ('[draft', 4), ('a', 5);
             INSERT INTO pairs VALUES ('Smith, John', 'x', 1), ('Smith', 'John', 2), ('say \"hi\"', ' y', 3);",
        );
        assert_eq!(run(&["prepare", "--source", database.url()]).code, Some(0));
        for (dataset, key) in [
            ("people", "Smith, John"),
            ("people", "\"quoted\""),
            ("people", "[draft"),
            ("people", "[\"a\"]"),
            ("pairs", "\"Smith, John\",x"),
            ("pairs", "Smith, John"),
            ("pairs", "\"say \"\"hi\"\"\",\" y\""),
        ] {
            let of =
                ["--source", database.url(), "--dataset", dataset, "--key", key, "--confirm", "1", "--json"];
            for verb in [&["bulk", "delete"][..], &["trash", "restore"]] {
                let answer = run(&[verb, &of].concat());
                assert_eq!(answer.code, Some(0), "{kind}: {verb:?} {key}: {answer:?}");
                let outcome: Value = serde_json::from_slice(&answer.stdout).unwrap();
                assert_eq!(outcome["done"], 1, "{kind}: {verb:?} {key}: {outcome}");
            }
        }
        let left =
            database.text("SELECT count(*) FROM people") + &database.text("SELECT count(*) FROM pairs");
        assert_eq!(left, "53");
    }
}
