//! A whole table is deleted, looked at in the trash, and brought back value by value: a million rows in the soak, with a
//! column that marks them as deleted and without one.

use rowport_model::SourceKind;
use rowport_testkit::Database;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::binary::{cases, run};

/// So many rows are read at once to sum them up.
const PIECE: usize = 50_000;

struct Table {
    database: Database,
    rows: usize,
    configuration: tempfile::TempDir,
}

impl Table {
    fn filled(kind: SourceKind, marks: bool) -> Self {
        let database = Database::create(kind);
        let rows = cases(1_000_000);
        let (numbers, moment) = match kind {
            SourceKind::Postgres => {
                (format!("SELECT i AS n FROM generate_series(1, {rows}) i"), "timestamptz")
            }
            SourceKind::Mysql => (format!("SELECT seq AS n FROM seq_1_to_{rows}"), "datetime(6)"),
            SourceKind::Sqlite => (
                format!(
                    "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows}) SELECT n FROM s"
                ),
                "text",
            ),
        };
        let mark = if marks { "gone timestamp NULL" } else { "note varchar(10)" };
        database.execute(&format!(
            "CREATE TABLE events (id integer PRIMARY KEY, name varchar(60), amount decimal(20, 4), rate double precision,
                at {moment}, {mark});
             INSERT INTO events (id, name, amount, rate, at) SELECT n,
                CASE WHEN n % 11 = 0 THEN NULL ELSE CONCAT('Ünïcode ''', n, ''' \"', n % 7) END,
                n * 12345.6789, n / 7.0, '2024-02-29 23:59:59.123456' FROM ({numbers}) AS numbers"
        ));
        let configuration = tempfile::tempdir().unwrap();
        let of_dataset = if marks { "[sources.many.datasets.events]\ndeleted_at = \"gone\"\n" } else { "" };
        let text = format!("[sources.many]\nurl = \"{}\"\n{of_dataset}", database.url());
        std::fs::write(configuration.path().join("rowport.toml"), text).unwrap();
        let table = Self { database, rows, configuration };
        let prepared = run(&["prepare", "--source", table.database.url()]);
        assert_eq!(prepared.code, Some(0), "{prepared:?}");
        table
    }

    fn ask(&self, words: &[&str]) -> Value {
        let path = self.configuration.path().join("rowport.toml");
        let of = ["--source", "many", "--config", path.to_str().unwrap(), "--dataset", "events", "--json"];
        let answer = run(&[words, &of].concat());
        assert_eq!(answer.code, Some(0), "{words:?}: {answer:?}");
        serde_json::from_slice(&answer.stdout).unwrap()
    }

    /// All rows, value by value, as one sum.
    fn sum(&self) -> Vec<u8> {
        let mut sum = Sha256::new();
        for first in (0..=self.rows).step_by(PIECE) {
            let last = first + PIECE;
            let rows = self
                .database
                .rows(&format!("SELECT * FROM events WHERE id >= {first} AND id < {last} ORDER BY id"));
            sum.update(format!("{rows:?}"));
        }
        sum.finalize().to_vec()
    }

    fn living(&self, marks: bool) -> usize {
        let condition = if marks { " WHERE gone IS NULL" } else { "" };
        self.database.text(&format!("SELECT count(*) FROM events{condition}")).parse().unwrap()
    }
}

fn come_back(kind: SourceKind) {
    for marks in [false, true] {
        let table = Table::filled(kind, marks);
        let (start, all) = (table.sum(), table.rows.to_string());
        let gone = table.ask(&["bulk", "delete", "--confirm", &all]);
        assert_eq!((gone["done"].as_u64(), table.living(marks)), (Some(table.rows as u64), 0));
        let trash = table.ask(&["trash", "list", "--limit", "10"]);
        assert_eq!(trash["rows"].as_array().unwrap().len(), 10);
        if !marks {
            assert_eq!(trash["all"]["rows"].as_u64(), Some(table.rows as u64));
        }
        let back = table.ask(&["trash", "restore", "--confirm", &all]);
        assert_eq!((back["done"].as_u64(), table.living(marks)), (Some(table.rows as u64), table.rows));
        assert_eq!(table.sum(), start, "the same rows, value by value ({kind}, marks: {marks})");
    }
    eprintln!("{} rows on {kind}, marked and not", cases(1_000_000));
}

#[test]
fn a_whole_table_comes_back_on_postgres() {
    come_back(SourceKind::Postgres);
}

#[test]
fn a_whole_table_comes_back_on_mysql() {
    come_back(SourceKind::Mysql);
}

#[test]
fn a_whole_table_comes_back_on_sqlite() {
    come_back(SourceKind::Sqlite);
}
