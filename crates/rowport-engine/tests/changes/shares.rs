//! One caller does not take all of a source's connections, and all of them together leave some for pages and counts.

use std::sync::Arc;
use std::time::Duration;

use rowport_drivers::{Limits, SourceUrl};
use rowport_engine::export::{ExportRequest, OpenExport, Tier};
use rowport_engine::settings::{EngineSettings, SourceSettings};
use rowport_engine::{CountMode, EngineError, PageRequest, Sources, on_behalf_of};
use rowport_formats::Format;
use rowport_model::{Access, Principal, SourceKind, SystemClock, View};
use rowport_testkit::Database;
use tokio::task::JoinSet;

on_every_database! {
    a_caller_who_reads_no_exports_leaves_connections_for_others,
    pages_and_counts_have_connections_that_exports_never_take,
}

/// A table that is larger than what waits between a database and a reader.
fn large(kind: SourceKind) -> Database {
    let database = Database::create(kind);
    let numbers = match kind {
        SourceKind::Postgres => "SELECT i AS n FROM generate_series(1, 60000) i",
        SourceKind::Mysql => "SELECT seq AS n FROM seq_1_to_60000",
        SourceKind::Sqlite => {
            "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 60000) SELECT n FROM s"
        }
    };
    let text = match kind {
        SourceKind::Sqlite => "hex(zeroblob(150))",
        SourceKind::Postgres | SourceKind::Mysql => "repeat('x', 300)",
    };
    database.execute(&format!(
        "CREATE TABLE big (id integer PRIMARY KEY, body varchar(300));
         INSERT INTO big SELECT n, {text} FROM ({numbers}) AS numbers;"
    ));
    database
}

/// A desk with eight connections: two for each caller, and six for what is neither page nor count.
fn desk(database: &Database) -> Arc<Sources> {
    let source = SourceSettings {
        name: "shop".to_owned(),
        label: "Shop".to_owned(),
        url: SourceUrl::parse(database.url()).unwrap(),
        datasets: Default::default(),
    };
    let settings = EngineSettings { sources: vec![source], ..EngineSettings::default() };
    let limits = Limits { connections: 8, connect: Duration::from_secs(5), ..Limits::default() };
    Arc::new(Sources::new(settings, limits, Arc::new(SystemClock)).unwrap())
}

fn person(name: &str) -> Principal {
    Principal::new(format!("user:{name}"), name, Access::everything())
}

/// Opens so many exports on behalf of a caller, and keeps those that were opened without reading them.
async fn hoard(desk: &Arc<Sources>, caller: &Principal, many: usize) -> (Vec<OpenExport>, Vec<EngineError>) {
    let mut tasks = JoinSet::new();
    for _ in 0..many {
        let (desk, caller) = (Arc::clone(desk), caller.clone());
        tasks.spawn(async move {
            let request = ExportRequest {
                view: View::default(),
                keys: None,
                format: Format::Ndjson,
                options: Default::default(),
                limit: None,
                tier: Tier::Streamed,
                file_name: None,
            };
            let open = async { desk.prepare_export(&caller, "shop", "big", &request).await?.open().await };
            on_behalf_of(&caller, open).await
        });
    }
    let (mut open, mut refused) = (Vec::new(), Vec::new());
    while let Some(task) = tasks.join_next().await {
        match task.unwrap() {
            Ok(export) => open.push(export),
            Err(error) => refused.push(error),
        }
    }
    (open, refused)
}

/// Another caller looks at a page and has the rows counted.
async fn looks(desk: &Sources, caller: &Principal) {
    let request = PageRequest { view: View::default(), cursor: None, limit: 1 };
    let page = on_behalf_of(caller, desk.page(caller, "shop", "big", &request)).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let view = View::default();
    let count = desk.count(caller, "shop", "big", &view, CountMode::Exact);
    assert_eq!(on_behalf_of(caller, count).await.unwrap().count, 60_000);
}

async fn a_caller_who_reads_no_exports_leaves_connections_for_others(kind: SourceKind) {
    let database = large(kind);
    let desk = desk(&database);
    let (open, refused) = hoard(&desk, &person("hoarder"), 20).await;
    assert_eq!((open.len(), refused.len()), (2, 18), "a quarter of the connections is one caller's");
    for error in &refused {
        assert_eq!(error.code().as_str(), "source_busy", "{error}");
        assert!(error.to_string().contains("your share"), "{error}");
    }
    looks(&desk, &person("other")).await;
    let (others, _) = hoard(&desk, &person("other"), 1).await;
    assert_eq!(others.len(), 1);
    // What was taken comes back with what it was taken for.
    drop(open);
    assert_eq!(hoard(&desk, &person("hoarder"), 2).await.0.len(), 2);
}

async fn pages_and_counts_have_connections_that_exports_never_take(kind: SourceKind) {
    let database = large(kind);
    let desk = desk(&database);
    let mut open = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        open.extend(hoard(&desk, &person(name), 2).await.0);
    }
    assert_eq!(open.len(), 6);
    looks(&desk, &person("other")).await;
}
