//! The query compiler against a plain evaluation of the same view: random rows, random views, three databases, and
//! each must answer with the same rows in the same order as `interpreter`, which knows nothing of queries or SQL.
//!
//! `ROWPORT_CASES` says how many views are tried; a failure names its seed, and `ROWPORT_SEED` tries that one alone.

mod data;
mod interpreter;
mod views;

use rowport_model::{SourceKind, View};
use rowport_testkit::{cases, seed};

pub use self::data::Dice;
use self::data::Table;
use crate::source::{Source, driver};

/// Views for each set of tables, which take longer to make.
const VIEWS: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn every_database_answers_a_view_as_plain_evaluation_does() {
    let seeds = match seed() {
        Some(seed) => seed..seed + 1,
        None => 0..(cases(1_000) as u64).div_ceil(VIEWS),
    };
    let (mut tried, mut shown) = (0, 0);
    for seed in seeds.clone() {
        let mut dice = Dice::new(seed);
        let table = Table::random(&mut dice);
        let sources = [
            source(SourceKind::Postgres, &table).await,
            source(SourceKind::Mysql, &table).await,
            source(SourceKind::Sqlite, &table).await,
        ];
        for _ in 0..VIEWS {
            let (view, limit) = views::random(&mut dice, &table);
            for source in &sources {
                shown += agree(source, &table, &view, limit, seed).await;
                tried += 1;
            }
        }
    }
    assert!(shown > tried, "views that show nothing prove nothing: {shown} rows in {tried} answers");
    eprintln!("{tried} answers to generated views (seeds {seeds:?}) with {shown} rows, each as it should be");
}

/// Fills a database and adds the computed columns, as a configuration would.
async fn source(kind: SourceKind, table: &Table) -> Source {
    let mut source = Source::new(kind, &data::script(kind, table)).await;
    let mut datasets =
        driver(&source.database, rowport_drivers::Limits::default()).introspect().await.unwrap();
    for dataset in &mut datasets {
        if dataset.name.table == "item" {
            data::add_computed(dataset);
        }
    }
    source.catalog = crate::source::catalog(datasets);
    source
}

/// How many rows there were, all of them right.
async fn agree(source: &Source, table: &Table, view: &View, limit: Option<u64>, seed: u64) -> usize {
    let told = || {
        let view = serde_json::to_string_pretty(view).unwrap();
        format!("{} with ROWPORT_SEED={seed}, limit {limit:?}:\n{view}", source.kind)
    };
    let expected = interpreter::rows(table, view, limit, source.kind);
    let mut query = source.try_query("item", view).unwrap_or_else(|error| panic!("{error}\n{}", told()));
    query.limit = limit;
    let columns = view.columns.as_ref().unwrap();
    let found = source.try_read(query.clone()).await.unwrap_or_else(|error| panic!("{error}\n{}", told()));
    let found: Vec<Vec<String>> = found
        .iter()
        .map(|row| row.iter().zip(columns).map(|(cell, name)| interpreter::canonical(name, cell)).collect())
        .collect();
    for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "row {row} of {columns:?} on {}", told());
    }
    assert_eq!(found.len(), expected.len(), "{}", told());
    let count = source.read(query.count(None)).await;
    assert_eq!(count, [[expected.len().to_string()]], "count on {}", told());
    found.len()
}
