//! Random sequences of everything that is done with rows, beside a model of what should come of it.

mod desk;
mod legal;
mod rows;
mod steps;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rowport_model::SourceKind;
use rowport_testkit::{Database, cases, seed};
use tokio::runtime::Handle;

use crate::desk::Shop;
use desk::Sources;

on_every_database! {
    every_sequence_ends_as_the_model_says,
    undoing_everything_in_any_legal_order_brings_back_the_start,
}

async fn every_sequence_ends_as_the_model_says(kind: SourceKind) {
    let shop = Shop::of(Database::create_in_memory(kind), &[]).await;
    let sequences = vec(steps::step(), 4..24);
    let tried = tried(&shop, &sequences, async |desk, steps| {
        for step in steps {
            desk.step(step).await;
            desk.is_as_the_model().await;
        }
    });
    eprintln!("{tried} {kind}: rows, trash and outcomes as the model has them after each step");
}

async fn undoing_everything_in_any_legal_order_brings_back_the_start(kind: SourceKind) {
    let shop = Shop::of(Database::create_in_memory(kind), &[]).await;
    let sequences = (vec(steps::step(), 4..16), proptest::num::u64::ANY);
    let tried = tried(&shop, &sequences, async |desk, (steps, dice)| {
        let start = desk.rows();
        let mut legal = legal::Legal::default();
        for step in steps {
            legal.step(desk, step).await;
        }
        legal.undo_everything(desk, *dice).await;
        assert_eq!(desk.rows(), start, "everything was taken back");
    });
    eprintln!("{tried} {kind}: all rows taken back, newest first for each");
}

/// Tries sequences, each on a table of its own, and says how many.
fn tried<S: Strategy>(
    shop: &Shop,
    sequences: &S,
    sequence: impl AsyncFn(&mut Sources<'_>, &S::Value),
) -> String {
    let seed = seed().unwrap_or(42);
    let count = match shop.database.kind() {
        SourceKind::Sqlite => cases(1_000),
        // A step takes several times as long on a server.
        _ => cases(100),
    };
    let config = Config {
        cases: u32::try_from(count).unwrap(),
        failure_persistence: None,
        // Each try of a shorter sequence does all of it again.
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut bytes = *b"rowport: changes by a model 0000";
    bytes[24..].copy_from_slice(&seed.to_be_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let table = std::cell::Cell::new(0);
    let steps = std::cell::Cell::new(0);
    tokio::task::block_in_place(|| {
        let tried = runner.run(sequences, |values| {
            table.set(table.get() + 1);
            Handle::current().block_on(async {
                let mut desk = Sources::new(shop, table.get()).await;
                sequence(&mut desk, &values).await;
                steps.set(steps.get() + desk.steps);
            });
            Ok(())
        });
        tried.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
    });
    format!("{count} sequences of {} changes (seed {seed}) on", steps.get())
}
