//! The same command given again with the same idempotency key, after its process was killed at random instants: what it asks
//! for is done once.

use std::time::{Duration, Instant};

use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;

use crate::binary::{cases, finished, rowport, run};
use crate::changes::{ROWS, filled};

struct Posts {
    database: Database,
    dice: u64,
    kills: u32,
    /// How many of them hit a command that had put its change set down and not ended it.
    hit: u32,
}

impl Posts {
    fn arguments(&self, words: &[&str]) -> Vec<String> {
        let of = ["--source", self.database.url(), "--dataset", "posts", "--json"];
        words.iter().chain(&of).map(|word| (*word).to_owned()).collect()
    }

    fn changes(&self) -> Vec<Value> {
        let answer = run(&self.arguments(&["changes", "--limit", "1000"]));
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    /// How often something was added to each row.
    fn likes(&self) -> [String; 2] {
        ["min", "max"].map(|of| self.database.text(&format!("SELECT {of}(likes) FROM posts")))
    }

    /// Gives a command, is killed, and gives it again, until it says that it is done.
    fn until_done(&mut self, words: &[&str], usual: Duration) -> Value {
        for _ in 0..2 {
            let before = self.changes().len();
            let mut child = rowport().args(self.arguments(words)).spawn().unwrap();
            self.dice =
                self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(usual.mul_f64(((self.dice >> 33) % 1_000) as f64 / 1_000.0));
            child.kill().unwrap();
            finished(child.wait_with_output().unwrap());
            self.kills += 1;
            let changes = self.changes();
            self.hit += u32::from(changes.len() > before && changes[0]["state"] == "open");
        }
        let done = run(&self.arguments(words));
        assert_eq!(done.code, Some(0), "{words:?}: {done:?}");
        let again = run(&self.arguments(words));
        assert_eq!((again.code, &again.stdout), (Some(0), &done.stdout), "{words:?}");
        serde_json::from_slice(&done.stdout).unwrap()
    }
}

fn again_and_again(kind: SourceKind) {
    let seed = rowport_testkit::seed().unwrap_or(42);
    let mut posts = Posts { database: filled(kind), dice: seed, kills: 0, hit: 0 };
    posts.database.execute("UPDATE posts SET likes = 0");
    let all = ROWS.to_string();
    let began = Instant::now();
    let add = ["bulk", "set", "--add", "likes=1", "--confirm", &all, "--idempotency-key"];
    assert_eq!(run(&posts.arguments(&[&add[..], &["first"]].concat())).code, Some(0));
    let usual = began.elapsed();
    let rounds = cases(20);
    for round in 0.. {
        // As many more as it takes: on some machines most kills come before or after a change.
        if round >= rounds && posts.hit > 0 {
            break;
        }
        assert!(round < rounds + 20, "nothing was hit");
        let (key, back) = (format!("add-{round}"), format!("back-{round}"));
        let added = posts.until_done(&[&add[..], &[&key]].concat(), usual);
        assert_eq!((&added["done"], posts.likes()), (&ROWS.into(), ["2", "2"].map(str::to_owned)));
        let id = added["change_set"].as_str().unwrap();
        let undone = posts.until_done(&["undo", id, "--idempotency-key", &back], usual);
        assert_eq!((&undone["done"], posts.likes()), (&ROWS.into(), ["1", "1"].map(str::to_owned)));
        assert_eq!(posts.changes().len(), 1 + 2 * (round + 1), "each command made one change set");
    }
    let other = run(&posts.arguments(&["undo", "none", "--idempotency-key", "first"]));
    assert_eq!(other.code, Some(4), "{other:?}");
    assert!(other.stderr.contains("another request"), "{other:?}");
    eprintln!("{} kills (seed {seed}) on {kind}: {} hit a change in the middle", posts.kills, posts.hit);
}

#[test]
fn a_command_given_again_on_postgres_is_done_once() {
    again_and_again(SourceKind::Postgres);
}

#[test]
fn a_command_given_again_on_mysql_is_done_once() {
    again_and_again(SourceKind::Mysql);
}

#[test]
fn a_command_given_again_on_sqlite_is_done_once() {
    again_and_again(SourceKind::Sqlite);
}
