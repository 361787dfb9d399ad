//! Others change rows between a preview, its confirmation and the rows' turn: it is refused, or a row is left out, and no
//! row is touched that was not shown.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rowport_engine::EngineError;
use rowport_engine::changes::Request;
use rowport_model::{Filter, Selection, SourceKind, View};
use rowport_store::Actor;
use rowport_testkit::{Database, cases, seed};
use serde_json::json;
use tokio::runtime::Handle;

use crate::desk::{Shop, delete, key, set};

on_every_database! {
    a_confirmation_is_never_widened,
}

const SCRIPT: &str =
    "CREATE TABLE items (id integer PRIMARY KEY, state integer NOT NULL, note integer NOT NULL)";

/// The rows with their states.
type States = BTreeMap<i64, i64>;

/// A row gets this state, whether it was there or not, or goes away.
type Edit = (i64, Option<i64>);

#[derive(Debug, Clone)]
struct Interleaving {
    start: States,
    which: Which,
    deletes: bool,
    before_the_confirmation: Vec<Edit>,
    before_its_turn: Vec<Edit>,
}

#[derive(Debug, Clone)]
enum Which {
    Keys(BTreeSet<i64>),
    View { state: i64, except: BTreeSet<i64> },
}

/// What became of the interleavings.
#[derive(Debug, Default)]
struct Met {
    empty: u32,
    refused: u32,
    whole: u32,
    left_out: u32,
}

impl Which {
    fn has(&self, id: i64, state: i64) -> bool {
        match self {
            Self::Keys(keys) => keys.contains(&id),
            Self::View { state: wanted, except } => state == *wanted && !except.contains(&id),
        }
    }

    /// The keys of those that are chosen.
    fn of(&self, rows: &States) -> BTreeSet<i64> {
        rows.iter().filter(|(id, state)| self.has(**id, **state)).map(|(id, _)| *id).collect()
    }

    fn selection(&self) -> Selection {
        let keys = |keys: &BTreeSet<i64>| keys.iter().map(|id| key(*id)).collect();
        match self {
            Self::Keys(chosen) => Selection::Keys(keys(chosen)),
            Self::View { state, except } => {
                let filter = Some(Filter::parse(&format!("state = {state}")).unwrap());
                Selection::View { view: View { filter, ..View::default() }, except: keys(except) }
            }
        }
    }
}

fn interleaving() -> impl Strategy<Value = Interleaving> {
    let which = prop_oneof![
        btree_set(1..10_i64, 1..6).prop_map(Which::Keys),
        (0..2_i64, btree_set(1..10_i64, 0..3)).prop_map(|(state, except)| Which::View { state, except }),
    ];
    let edits = |most: usize| vec((1..10_i64, proptest::option::weighted(0.7, 0..2_i64)), 1..=most);
    // What is refused never comes to its turn.
    let first = prop_oneof![Just(Vec::new()), edits(2)];
    let then = prop_oneof![1 => Just(Vec::new()), 3 => edits(4)];
    (btree_map(1..10_i64, 0..2_i64, 3..9), which, any::<bool>(), first, then).prop_map(
        |(start, which, deletes, before_the_confirmation, before_its_turn)| Interleaving {
            start,
            which,
            deletes,
            before_the_confirmation,
            before_its_turn,
        },
    )
}

async fn a_confirmation_is_never_widened(kind: SourceKind) {
    let database = Database::create_in_memory(kind);
    database.execute(SCRIPT);
    let shop = Shop::of(database, &[]).await;
    let seed = seed().unwrap_or(42);
    let count = match kind {
        SourceKind::Sqlite => cases(10_000),
        _ => cases(1_000),
    };
    let config = Config {
        cases: u32::try_from(count).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    let mut bytes = *b"rowport: interleavings      0000";
    bytes[24..].copy_from_slice(&seed.to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let met = std::cell::RefCell::new(Met::default());
    tokio::task::block_in_place(|| {
        let tried = TestRunner::new_with_rng(config, rng).run(&interleaving(), |interleaving| {
            Handle::current().block_on(try_one(&shop, &interleaving, &mut met.borrow_mut()));
            Ok(())
        });
        tried.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    });
    let Met { empty, refused, whole, left_out } = met.into_inner();
    eprintln!(
        "{count} interleavings (seed {seed}) on {kind}: {refused} refused, {whole} done whole, {left_out} with rows left \
         out, {empty} of no rows"
    );
    let least = u32::try_from(count / 20).unwrap();
    assert!(refused > least && whole > least && left_out > least, "not all of it was met");
}

async fn try_one(shop: &Shop, interleaving: &Interleaving, met: &mut Met) {
    let Interleaving { start, which, deletes, before_the_confirmation, before_its_turn } = interleaving;
    let mut rows = start.clone();
    let inserts = start.iter().map(|(id, state)| format!("INSERT INTO items VALUES ({id}, {state}, 0);"));
    shop.database.execute(&format!("BEGIN; DELETE FROM items; {} COMMIT", inserts.collect::<String>()));
    let action = if *deletes { delete("") } else { set("", "note", json!(1)) };
    let request = Request { selection: which.selection(), ..action };

    let shown = which.of(&rows);
    let preview = shop.changes.preview(shop.on("items"), &request).await;
    if shown.is_empty() {
        assert_eq!(preview.unwrap_err().code().as_str(), "bad_change");
        met.empty += 1;
        return;
    }
    let preview = preview.unwrap();
    assert_eq!(preview.rows, shown.len() as u64);

    edit(shop, &mut rows, before_the_confirmation);
    let (on, actor) = (shop.on("items"), Actor::default());
    let confirmed = shop.changes.confirm(on, &actor, &request, &preview.confirmation, None).await;
    let found = which.of(&rows);
    if found != shown {
        match confirmed {
            Err(EngineError::SelectionChanged { shown: then, found: now }) => {
                assert_eq!((then, now), (shown.len() as u64, found.len() as u64));
            }
            other => panic!("{shown:?} were shown, there are {found:?}: {other:?}"),
        }
        assert_eq!(table(shop), as_they_are(&rows), "nothing was done");
        met.refused += 1;
        return;
    }
    let confirmed = confirmed.unwrap();

    edit(shop, &mut rows, before_its_turn);
    let done = shop.work("items", &confirmed).await.unwrap();
    let turn = which.of(&rows);
    let (changed, left): (BTreeSet<i64>, BTreeSet<i64>) = shown.iter().partition(|id| turn.contains(id));
    let mut expected = as_they_are(&rows);
    for id in &changed {
        match deletes {
            true => expected.remove(id),
            false => expected.insert(*id, (rows[id], 1)),
        };
    }
    assert_eq!(table(shop), expected);
    assert_eq!((done.done, done.skipped, done.failed), (changed.len() as u64, left.len() as u64, 0));
    let listed = done.failures.iter().map(|failure| {
        assert_eq!(failure.code.as_str(), "left_out");
        failure.key[0].as_str().unwrap().parse().unwrap()
    });
    assert_eq!(listed.collect::<BTreeSet<i64>>(), left);
    if left.is_empty() { met.whole += 1 } else { met.left_out += 1 }
}

/// What others do to rows.
fn edit(shop: &Shop, rows: &mut States, edits: &[Edit]) {
    let mut script = String::new();
    for (id, state) in edits {
        script.push_str(&format!("DELETE FROM items WHERE id = {id};"));
        match state {
            Some(state) => {
                script.push_str(&format!("INSERT INTO items VALUES ({id}, {state}, 0);"));
                rows.insert(*id, *state);
            }
            None => drop(rows.remove(id)),
        }
    }
    if !script.is_empty() {
        shop.database.execute(&format!("BEGIN; {script} COMMIT"));
    }
}

/// Rows that nobody has set anything in.
fn as_they_are(rows: &States) -> BTreeMap<i64, (i64, i64)> {
    rows.iter().map(|(id, state)| (*id, (*state, 0))).collect()
}

fn table(shop: &Shop) -> BTreeMap<i64, (i64, i64)> {
    let rows = shop.database.rows("SELECT id, state, note FROM items");
    let number = |value: &Option<Vec<u8>>| -> i64 {
        String::from_utf8(value.clone().unwrap()).unwrap().parse().unwrap()
    };
    rows.iter().map(|row| (number(&row[0]), (number(&row[1]), number(&row[2])))).collect()
}
