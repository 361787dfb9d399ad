//! Being killed while rows go along with those that they hang on: each is changed and in the journal, or neither, and
//! whoever goes on brings all of them to their end.

use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;

use crate::binary::{cases, finished, rowport, run, sha256};

const MAKERS: u32 = 2_000;
const TABLES: [&str; 3] = ["makers", "parts", "notes"];

/// Makers with parts, which go with them, and notes, which stay.
struct Works {
    database: Database,
    dice: u64,
    kills: u32,
    hit: u32,
}

impl Works {
    fn new(kind: SourceKind, seed: u64) -> Self {
        let database = Database::create(kind);
        database.execute(
            "CREATE TABLE makers (id integer PRIMARY KEY, name varchar(40));
             CREATE TABLE parts (id integer PRIMARY KEY, maker_id integer, name varchar(40),
                 FOREIGN KEY (maker_id) REFERENCES makers (id) ON DELETE CASCADE);
             CREATE TABLE notes (id integer PRIMARY KEY, part_id integer, words varchar(40),
                 FOREIGN KEY (part_id) REFERENCES parts (id) ON DELETE SET NULL);
             CREATE INDEX parts_by_maker ON parts (maker_id);
             CREATE INDEX notes_by_part ON notes (part_id);",
        );
        let parts = MAKERS * 6;
        for (table, rows, values) in [
            ("makers", MAKERS, "n, CONCAT('Maker ', n)".to_owned()),
            ("parts", parts, format!("n, 1 + n % {MAKERS}, CONCAT('Part ', n)")),
            ("notes", parts, format!("n, 1 + (n * 7) % {parts}, 'a note'")),
        ] {
            let numbers = match kind {
                SourceKind::Postgres => format!("SELECT i AS n FROM generate_series(1, {rows}) i"),
                SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{rows}"),
                SourceKind::Sqlite => format!(
                    "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
                ),
            };
            database.execute(&format!("INSERT INTO {table} SELECT {values} FROM ({numbers}) AS numbers"));
        }
        let prepared = run(&["prepare", "--source", database.url()]);
        assert_eq!(prepared.code, Some(0), "{prepared:?}");
        Self { database, dice: seed, kills: 0, hit: 0 }
    }

    fn arguments<'a>(&'a self, words: &[&'a str], dataset: &'a str) -> Vec<&'a str> {
        let of = ["--source", self.database.url(), "--dataset", dataset, "--json"];
        words.iter().copied().chain(of).collect()
    }

    fn ask(&self, words: &[&str], dataset: &str) -> Value {
        let answer = run(&self.arguments(words, dataset));
        assert_eq!(answer.code, Some(0), "{words:?}: {answer:?}");
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    fn last_change(&self, dataset: &str) -> Option<Value> {
        self.ask(&["changes", "--limit", "1"], dataset).as_array().unwrap().first().cloned()
    }

    /// All rows, value by value, as one sum.
    fn state(&self) -> String {
        let rows = TABLES.map(|table| self.database.rows(&format!("SELECT * FROM {table} ORDER BY id")));
        sha256(format!("{rows:?}").as_bytes())
    }

    /// How many rows there are of makers and parts, and how many notes refer to a part.
    fn counts(&self) -> [u64; 3] {
        ["SELECT count(*) FROM makers", "SELECT count(*) FROM parts", "SELECT count(part_id) FROM notes"]
            .map(|sql| self.database.text(sql).parse().unwrap())
    }

    fn next(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.dice >> 33
    }

    /// Does something, is killed twice somewhere in the middle, and goes on until it has ended. What is not as it was
    /// before must be in the journal, in each of the tables.
    fn through_kills(&mut self, words: &[&str], usual: Duration) -> String {
        let (before, earlier) =
            (self.counts(), self.last_change("makers").map(|change| change["id"].clone()));
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for _ in 0..2 {
            let borrowed: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut child = rowport().args(self.arguments(&borrowed, "makers")).spawn().unwrap();
            let life = self.next() % (usual.as_millis() as u64).max(2);
            std::thread::sleep(Duration::from_millis(life));
            child.kill().unwrap();
            finished(child.wait_with_output().unwrap());
            self.kills += 1;
            let change = self.last_change("makers").filter(|change| Some(&change["id"]) != earlier.as_ref());
            let Some(change) = change else { continue };
            let (now, mut open) = (self.counts(), false);
            for (place, table) in TABLES.iter().enumerate() {
                let of_table = self.last_change(table).unwrap();
                open |= of_table["state"] == "open";
                assert_eq!(of_table["done"], now[place].abs_diff(before[place]), "{table}: {of_table}");
            }
            let id = change["id"].as_str().unwrap().to_owned();
            if !open {
                return id;
            }
            self.hit += 1;
            words = vec!["bulk".into(), "resume".into(), id];
        }
        let outcome = self.ask(&words.iter().map(String::as_str).collect::<Vec<_>>(), "makers");
        assert_eq!(outcome["state"], "done", "{outcome}");
        outcome["change_set"].as_str().unwrap().to_owned()
    }
}

fn kill(kind: SourceKind) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut works = Works::new(kind, seed);
    // Each maker has six parts, and as many notes refer to them.
    let (start, all) = (works.state(), (MAKERS * 13).to_string());
    let delete = ["bulk", "delete", "--cascade", "--confirm", &all];
    let began = Instant::now();
    let first = works.ask(&delete, "makers");
    let usual = began.elapsed();
    assert_eq!(works.counts(), [0, 0, 0]);
    works.ask(&["undo", first["change_set"].as_str().unwrap()], "makers");
    assert_eq!(works.state(), start);
    let rounds = cases(8).div_ceil(4);
    for round in 0.. {
        // As many more as it takes: on some machines most kills come before or after a change.
        if round >= rounds && works.hit > 0 {
            break;
        }
        assert!(round < rounds + 50, "nothing was hit");
        let gone = works.through_kills(&delete, usual);
        assert_eq!(works.counts(), [0, 0, 0]);
        works.through_kills(&["undo", &gone], usual);
        assert_eq!(works.state(), start);
    }
    let Works { kills, hit, .. } = works;
    eprintln!(
        "{kills} kills (seed {seed}) on {kind} while rows went along: {hit} hit a change in the middle"
    );
}

#[test]
fn rows_that_go_along_on_postgres_survive_being_killed() {
    kill(SourceKind::Postgres);
}

#[test]
fn rows_that_go_along_on_mysql_survive_being_killed() {
    kill(SourceKind::Mysql);
}

#[test]
fn rows_that_go_along_on_sqlite_survive_being_killed() {
    kill(SourceKind::Sqlite);
}
