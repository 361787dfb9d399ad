//! Sources of several servers: what is read says that it is of no one state, and values reach every server. Citus is what its
//! catalog says here, in a plain PostgreSQL; Spider is MariaDB's own, in the soak.

use std::process::Command;

use rowport_drivers::ReadOptions;
use rowport_model::{Snapshot, SourceKind, View};
use rowport_testkit::{Server, soak};

use crate::cancelling::ENDLESS;
use crate::source::{Source, batches, view};

/// Makes Citus of a PostgreSQL, as far as its catalog goes.
pub const CITUS: &str = "SET allow_system_table_mods = on;
    CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid oid);
    INSERT INTO pg_catalog.pg_dist_partition VALUES (1);
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        VALUES (999999, 'citus', 10, 11, false, '12.1')";

on_every_database!(a_plain_source_is_of_one_state);

async fn a_plain_source_is_of_one_state(kind: SourceKind) {
    let source = Source::new(kind, "CREATE TABLE t (id integer NOT NULL PRIMARY KEY)").await;
    assert_eq!(snapshot_of(&source, "t").await, Snapshot::One, "{kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_citus_answers_is_of_a_state_for_each_node() {
    let source =
        Source::new(SourceKind::Postgres, &format!("CREATE TABLE t (id integer PRIMARY KEY); {CITUS}")).await;
    assert_eq!(snapshot_of(&source, "t").await, Snapshot::PerNode);
    // Without a distributed table it is a PostgreSQL like any other, which is seen with the next introspection.
    source.database.execute("SET allow_system_table_mods = on; DELETE FROM pg_catalog.pg_dist_partition");
    source.driver.introspect().await.unwrap();
    assert_eq!(snapshot_of(&source, "t").await, Snapshot::One);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_reach_the_workers_of_citus() {
    let sent = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'";
    for (script, bare) in [(format!("{ENDLESS} {CITUS}"), 0), (ENDLESS.to_owned(), 3)] {
        let source = Source::new(SourceKind::Postgres, &script).await;
        let filter =
            r#"n >= 0 and s = "some text" and s contains "TEXT" and n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)"#;
        let stream =
            source.driver.read(source.query("endless", &view("", filter, "")), ReadOptions::EXPORT).await;
        let mut stream = stream.unwrap();
        assert!(stream.next().await.unwrap().unwrap().num_rows() > 0);
        let statement = source.database.text(sent);
        let (all, hidden) = (
            statement.matches("current_setting(").count(),
            statement.matches("(SELECT current_setting(").count(),
        );
        assert_eq!((all > 3, all - hidden), (true, bare), "{statement}");
    }
}

/// Two servers with half of the rows each, and one before them that has none.
#[tokio::test(flavor = "multi_thread")]
async fn what_spider_answers_is_of_a_state_for_each_node_in_the_soak() {
    if !soak() {
        return;
    }
    let nodes = [Server::start(SourceKind::Mysql), Server::start(SourceKind::Mysql)];
    let databases = nodes.each_ref().map(Server::create);
    for database in &databases {
        database.execute("CREATE TABLE t (id integer NOT NULL PRIMARY KEY, v integer)");
    }
    let servers: Vec<_> =
        databases.iter().enumerate().map(|(number, database)| server(number, database.url())).collect();
    let head = Server::start_with_spider(&unpacked());
    let source = Source::of({
        let database = head.create();
        database.execute(&format!(
            "{}; CREATE TABLE t (id integer NOT NULL PRIMARY KEY, v integer) ENGINE = SPIDER COMMENT = 'wrapper \"mysql\", table \"t\"'
             PARTITION BY HASH (id) (PARTITION p0 COMMENT = 'srv \"s0\"', PARTITION p1 COMMENT = 'srv \"s1\"');
             INSERT INTO t VALUES (1, 1), (2, 2), (3, 3), (4, 4); CREATE VIEW w AS SELECT * FROM t;
             CREATE TABLE plain (id integer NOT NULL PRIMARY KEY)",
            servers.join("; ")
        ));
        database
    })
    .await;
    let halves = databases.each_ref().map(|database| database.text("SELECT CAST(COUNT(*) AS CHAR) FROM t"));
    assert_eq!(halves, ["2", "2"]);
    assert_eq!(source.rows("t", &view("", "v > 1", "-v")).await.len(), 3);
    assert_eq!(snapshot_of(&source, "t").await, Snapshot::PerNode);
    assert_eq!(snapshot_of(&source, "w").await, Snapshot::PerNode);
    assert_eq!(snapshot_of(&source, "plain").await, Snapshot::One);
    eprintln!("Spider: 2 nodes, 3 reads, each said what it is");
    // Databases go before their servers.
    drop(source);
    drop(databases);
}

async fn snapshot_of(source: &Source, dataset: &str) -> Snapshot {
    let stream =
        source.driver.read(source.query(dataset, &View::default()), ReadOptions::EXPORT).await.unwrap();
    let snapshot = stream.snapshot;
    batches(stream).await.unwrap();
    snapshot
}

/// The statement that names a data node.
fn server(number: usize, url: &str) -> String {
    let (_, place) = url.rsplit_once('@').unwrap();
    let (host, database) = place.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap();
    format!(
        "CREATE OR REPLACE SERVER s{number} FOREIGN DATA WRAPPER mysql OPTIONS (HOST '{host}', PORT {port}, \
         USER 'rowport', PASSWORD 'rowport', DATABASE '{database}')"
    )
}

/// The folder with the plugin, from Debian's package, which is unpacked and not installed: installed, it would be loaded by
/// every MariaDB of the machine.
fn unpacked() -> std::path::PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(root.join("scripts/spider.sh")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().into()
}
