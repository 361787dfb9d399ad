//! Exports while another client inserts, updates and deletes at full speed: each is exactly one state of the database.
//!
//! Every transaction keeps three promises, and a file that mixed two states would break one of them: all amounts
//! together are zero, row 0 says how many others there are, and it says how many transactions there have been, which is
//! also the sum of the column `step`.

use std::sync::atomic::{AtomicBool, Ordering};

use rowport_model::SourceKind;
use rowport_testkit::Database;

use crate::binary::{cases, export};
use crate::cells::records;

const ROWS: i64 = 20_000;

fn fill(database: &Database) {
    let ids = match database.kind() {
        SourceKind::Postgres => format!("SELECT n FROM generate_series(1, {ROWS}) AS g(n)"),
        SourceKind::Mysql => format!("SELECT seq AS n FROM seq_1_to_{ROWS}"),
        SourceKind::Sqlite => {
            // Readers and a writer side by side need the write-ahead log.
            database.execute("PRAGMA journal_mode = WAL");
            format!(
                "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {ROWS}) SELECT n FROM s"
            )
        }
    };
    database.execute(&format!(
        "CREATE TABLE ledger (id bigint NOT NULL PRIMARY KEY, amount bigint NOT NULL, others bigint NOT NULL,
            transactions bigint NOT NULL, step bigint NOT NULL, note varchar(80));
         INSERT INTO ledger VALUES (0, 0, {ROWS}, 0, 0, 'what the others must add up to');
         INSERT INTO ledger SELECT n * 1000, 0, 0, 0, 0, 'a row, \"quoted\" and with some width to it' FROM ({ids}) AS ids;"
    ));
    if database.kind() == SourceKind::Postgres {
        database.execute("VACUUM ANALYZE ledger");
    }
}

/// One transaction: a transfer between two rows, two rows more or less, and the books kept. `n` counts them.
const TRANSACTION: [&str; 4] = [
    "UPDATE ledger SET amount = amount - 7, step = step + 1 WHERE id = (1 + (n * 7919) % 20000) * 1000",
    "UPDATE ledger SET amount = amount + 7 WHERE id = (1 + (n * 104729) % 20000) * 1000",
    // Fresh keys land all over the table, before and behind where a reader is.
    "INSERT INTO ledger VALUES ((n * 7907) % 20000 * 1000 + 1 + n % 900, 50 + n, 0, 0, 0, 'one of two'), \
     ((n * 6101) % 20000 * 1000 + 901 + n % 90, -50 - n, 0, 0, 0, 'the other')",
    "UPDATE ledger SET others = others + 2, transactions = transactions + 1 WHERE id = 0",
];

/// Takes the pair away again, sometime later.
const REMOVAL: [&str; 2] = [
    "DELETE FROM ledger WHERE id IN ((n * 7907) % 20000 * 1000 + 1 + n % 900, (n * 6101) % 20000 * 1000 + 901 + n % 90)",
    "UPDATE ledger SET others = others - 2, transactions = transactions + 1, step = step + 1 WHERE id = 0",
];

/// Writes for a while. The loop runs in the server where it can, so that nothing but the database limits its speed.
fn write(database: &Database, from: i64, count: i64) {
    let adding = TRANSACTION.join(";\n");
    let removing = REMOVAL.join(";\n");
    match database.kind() {
        SourceKind::Postgres => {
            let body = format!(
                "DO $$ DECLARE m bigint; n bigint; BEGIN FOR m IN {from}..{} LOOP n := m; {adding}; COMMIT; \
                 IF m > {from} THEN n := m - 1; {removing}; COMMIT; END IF; END LOOP; n := {}; {removing}; COMMIT; END $$",
                from + count - 1,
                from + count - 1
            );
            database.execute(&body);
        }
        SourceKind::Mysql => {
            let (adding, removing) = (
                adding.replace("n ", "@n ").replace("+ n", "+ @n").replace("- n", "- @n"),
                removing.replace("n ", "@n "),
            );
            let procedure = format!(
                "CREATE OR REPLACE PROCEDURE fire() BEGIN DECLARE m bigint DEFAULT {from}; WHILE m < {} DO \
                 SET @n = m; START TRANSACTION; {adding}; COMMIT; START TRANSACTION; {removing}; COMMIT; \
                 SET m = m + 1; END WHILE; END",
                from + count
            );
            database.execute(&procedure);
            database.execute("CALL fire()");
        }
        SourceKind::Sqlite => {
            let connection = rusqlite::Connection::open(database.path()).unwrap();
            connection.busy_timeout(rowport_testkit::PATIENCE).unwrap();
            connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
            let bound = |statements: &[&str]| -> Vec<String> {
                statements
                    .iter()
                    .map(|it| it.replace("n ", "?1 ").replace("+ n", "+ ?1").replace("- n", "- ?1"))
                    .collect()
            };
            let (adding, removing) = (bound(&TRANSACTION), bound(&REMOVAL));
            for n in from..from + count {
                for statements in [&adding, &removing] {
                    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                    for statement in statements {
                        let mut prepared = connection.prepare(statement).unwrap();
                        let binds = prepared.parameter_count();
                        prepared.execute(rusqlite::params_from_iter((0..binds).map(|_| n))).unwrap();
                    }
                    connection.execute_batch("COMMIT").unwrap();
                }
            }
        }
    }
}

fn stays_one_state(database: &Database) {
    fill(database);
    let stop = AtomicBool::new(false);
    let committed = || database.text("SELECT transactions FROM ledger WHERE id = 0").parse::<i64>().unwrap();
    let exports = cases(100);
    let (mut meanwhile, mut hit) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut next = 1;
            while !stop.load(Ordering::Relaxed) {
                write(database, next, 200);
                next += 200;
            }
        });
        // However this ends, the writer must not go on.
        let _stopped = Stop(&stop);
        rowport_testkit::wait_until("something is written", || committed() > 0);
        // Those count that had a transaction beside them.
        for number in 0..20 * exports {
            if hit == exports {
                break;
            }
            let before = committed();
            let exported =
                export(database, "ledger", "csv", &[]).unwrap_or_else(|answer| panic!("{answer:?}"));
            let during = committed() - before;
            meanwhile += during;
            hit += usize::from(during > 0);
            let text = std::fs::read_to_string(&exported.path).unwrap();
            check(&text, exported.manifest["rows"].as_u64().unwrap(), before, number);
        }
    });
    eprintln!(
        "{}: {meanwhile} transactions during exports, of which {hit} had one beside them",
        database.kind()
    );
    assert_eq!(hit, exports, "too few exports had a transaction beside them");
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn check(text: &str, rows_said: u64, before: i64, number: usize) {
    let rows: Vec<Vec<i64>> = records(text, ',')
        .into_iter()
        .skip(1)
        .map(|record| record[..5].iter().map(|(field, _)| field.parse().unwrap()).collect())
        .collect();
    let sum = |column: usize| rows.iter().map(|row| row[column]).sum::<i64>();
    assert_eq!(rows.len() as u64, rows_said, "export {number}");
    assert!(
        rows.windows(2).all(|pair| pair[0][0] < pair[1][0]),
        "export {number}: a key twice or out of order"
    );
    assert_eq!(sum(1), 0, "export {number}: the amounts");
    assert_eq!(rows[0][0], 0);
    assert_eq!(rows[0][2] + 1, rows.len() as i64, "export {number}: how many rows");
    assert_eq!(sum(4), rows[0][3], "export {number}: the steps");
    assert!(rows[0][3] >= before, "export {number} shows a state older than its beginning");
}

#[test]
fn an_export_from_postgresql_under_fire_is_one_state() {
    stays_one_state(&rowport_testkit::Postgres::create());
}

#[test]
fn an_export_from_mariadb_under_fire_is_one_state() {
    stays_one_state(&rowport_testkit::Mysql::create());
}

#[test]
fn an_export_from_sqlite_under_fire_is_one_state() {
    stays_one_state(&rowport_testkit::Sqlite::create());
}

/// The checks themselves: half of one state and half of another, a row twice, a row missing.
#[test]
fn a_file_of_two_states_would_be_noticed() {
    let database = rowport_testkit::Sqlite::create();
    fill(&database);
    let file = || {
        let exported = export(&database, "ledger", "csv", &[]).unwrap_or_else(|answer| panic!("{answer:?}"));
        std::fs::read_to_string(&exported.path).unwrap()
    };
    let before = file();
    write(&database, 1, 3);
    let after = file();
    let middle = |text: &str| text.find("\n10000000,").unwrap();
    let torn = format!("{}{}", &before[..middle(&before)], &after[middle(&after)..]);
    let twice = before.replacen("\n5000,", "\n5000,0,0,0,0,twice\n5000,", 1);
    let missing =
        before.replacen("\n5000,0,0,0,0,\"a row, \"\"quoted\"\" and with some width to it\"", "", 1);
    for (broken, rows) in [(torn, ROWS + 1), (twice, ROWS + 2), (missing, ROWS)] {
        assert_eq!(broken.lines().count() as i64, rows + 1);
        assert!(std::panic::catch_unwind(|| check(&broken, rows as u64, 0, 0)).is_err());
    }
    check(&before, ROWS as u64 + 1, 0, 0);
    check(&after, ROWS as u64 + 1, 1, 0);
}
