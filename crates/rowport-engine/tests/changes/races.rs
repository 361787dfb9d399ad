//! Purge against restore of the same rows, at the same time: a row that was restored lives.

use std::collections::HashSet;

use rowport_engine::changes::{BulkAction, Outcome};
use rowport_model::SourceKind;
use rowport_testkit::{cases, seed};

use crate::desk::{Shop, delete, with_keys, with_text};
use crate::trash::marking;

on_every_database! {
    a_row_of_the_journal_that_was_restored_lives,
    a_marked_row_that_was_restored_lives,
}

/// So many rows are fought for in one race.
const ROWS: i64 = 25;

const TABLE: &str = "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40))";
const MARKED: &str = "CREATE TABLE posts (id integer PRIMARY KEY, title varchar(40),
    deleted_at timestamp NULL, deleted_by varchar(40))";

async fn a_row_of_the_journal_that_was_restored_lives(kind: SourceKind) {
    fight(Shop::new(kind, TABLE).await, "journal", "").await;
}

async fn a_marked_row_that_was_restored_lives(kind: SourceKind) {
    fight(marking(kind, MARKED).await, "table", " WHERE deleted_at IS NULL").await;
}

async fn fight(shop: Shop, place: &str, alive: &str) {
    let seed = seed().unwrap_or(42);
    let mut dice = Dice(seed);
    // Three databases and two kinds of trash have their part of the ten thousand each.
    let wanted = cases(10_000) / 6 + 1;
    let (mut fought, mut lived) = (0, 0);
    while fought < wanted {
        shop.database.execute("DELETE FROM posts");
        let values: Vec<_> = (1..=ROWS).map(|id| format!("({id}, 'title {id}')")).collect();
        shop.database.execute(&format!("INSERT INTO posts (id, title) VALUES {}", values.join(", ")));
        shop.bulk("posts", &delete("")).await;
        let (restored, purged) = (dice.some(ROWS), dice.some(ROWS));
        let both = restored.iter().filter(|id| purged.contains(id)).count();
        let restore = with_keys(BulkAction::Restore, restored.iter().copied());
        let purge = with_keys(BulkAction::Purge, purged.iter().copied());
        let restore = shop.confirm("posts", &restore).await.unwrap();
        let purge = shop.confirm("posts", &purge).await.unwrap();
        let pause = |turns: u64| async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        };
        let (first, second) = (dice.next() % 40, dice.next() % 40);
        let (restore, purge) = tokio::join!(
            async {
                pause(first).await;
                shop.work("posts", &restore).await.unwrap()
            },
            async {
                pause(second).await;
                shop.work("posts", &purge).await.unwrap()
            }
        );
        let told = format!("{place} {:?}, seed {seed}: {restore:?} {purge:?}", shop.database.kind());
        let alive = ids(&shop, alive);
        let back = done(&restored, &restore);
        let gone = done(&purged, &purge);
        assert_eq!(back, alive, "what was restored lives, and nothing else: {told}");
        assert!(back.is_disjoint(&gone), "no row is both: {told}");
        for id in restored.iter().filter(|id| purged.contains(id)) {
            assert!(back.contains(id) || gone.contains(id), "row {id} is neither: {told}");
        }
        fought += both;
        lived += restored.iter().filter(|id| purged.contains(id) && back.contains(id)).count();
        let rest = shop.confirm("posts", &with_text(BulkAction::Purge, None)).await;
        if let Ok(rest) = rest {
            shop.work("posts", &rest).await.unwrap();
        }
    }
    eprintln!("{place}, {:?}, seed {seed}: {fought} races, {lived} restored", shop.database.kind());
    // Whoever is quicker with a few rows is quicker with all of them.
    let one_sided = lived == 0 || lived == fought;
    assert!(fought < 100 || !one_sided, "there was no race: {lived} of {fought} lived");
}

/// The rows that were changed: those that were confirmed, without those that were not changed.
fn done(confirmed: &[i64], outcome: &Outcome) -> HashSet<i64> {
    let failed: HashSet<i64> =
        outcome.failures.iter().map(|failure| failure.key[0].as_str().unwrap().parse().unwrap()).collect();
    let done: HashSet<i64> = confirmed.iter().copied().filter(|id| !failed.contains(id)).collect();
    assert_eq!(done.len() as u64, outcome.done);
    done
}

fn ids(shop: &Shop, condition: &str) -> HashSet<i64> {
    let rows = shop.database.rows(&format!("SELECT id FROM posts{condition}"));
    rows.into_iter().map(|row| String::from_utf8(row[0].clone().unwrap()).unwrap().parse().unwrap()).collect()
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// About three of four numbers up to this one, one at least.
    fn some(&mut self, up_to: i64) -> Vec<i64> {
        let some: Vec<i64> = (1..=up_to).filter(|_| !self.next().is_multiple_of(4)).collect();
        if some.is_empty() { vec![1] } else { some }
    }
}
