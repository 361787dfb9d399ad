//! A real database that nobody here designed: every table in every format, value by value.

use std::process::Command;

use rowport_model::SourceKind;
use rowport_testkit::{Database, chinook};

use crate::binary::{FORMATS, export};
use crate::cells::{Dialect, read, records};
use crate::compare::assert_same;
use crate::expected::{Column, Expected, datasets, rows};

fn every_table_in_every_format(database: &Database) {
    let datasets = datasets(database);
    assert_eq!(datasets.len(), 11);
    let mut cells = 0;
    for dataset in &datasets {
        let columns: Vec<&Column> = dataset.columns.iter().collect();
        let expected = rows(database, dataset, &columns, "");
        for format in FORMATS {
            let what = format!("{} {} as {format}", database.kind(), dataset.name);
            let exported = export(database, &dataset.name, format, &[])
                .unwrap_or_else(|answer| panic!("{what}: {answer:?}"));
            let table = read(format, &exported.path, &dataset.names(), Dialect::of(format));
            if format != "text" {
                assert_eq!(table.header, dataset.names(), "{what}");
            }
            assert_same(&what, format, "", true, &table, &expected);
            assert_eq!(exported.manifest["rows"], expected.len(), "{what}");
            assert_eq!(exported.manifest["order"], "total", "{what}");
            assert_eq!(exported.manifest["snapshot"], "one", "{what}");
            cells += expected.len() * columns.len();
        }
    }
    assert!(cells > 7 * 60_000, "only {cells} cells were compared");
}

#[test]
fn chinook_in_postgresql_leaves_whole_in_every_format() {
    every_table_in_every_format(&chinook::postgres());
}

#[test]
fn chinook_in_mariadb_leaves_whole_in_every_format() {
    every_table_in_every_format(&chinook::mysql());
}

#[test]
fn chinook_in_sqlite_leaves_whole_in_every_format() {
    every_table_in_every_format(&chinook::sqlite());
}

/// What the other tests take for the truth is asked through a library; the databases' own clients say the same.
#[test]
fn the_databases_own_clients_show_the_same_as_the_files() {
    for database in [chinook::postgres(), chinook::mysql(), chinook::sqlite()] {
        for dataset in datasets(&database) {
            let exported = export(&database, &dataset.name, "csv", &["--raw"])
                .unwrap_or_else(|answer| panic!("{answer:?}"));
            let ours = std::fs::read_to_string(&exported.path).unwrap();
            let ours = records(&ours, ',').into_iter().skip(1).map(|record| {
                record
                    .into_iter()
                    .map(|(field, quoted)| (quoted || !field.is_empty()).then_some(field))
                    .collect()
            });
            let ours: Vec<Vec<Option<String>>> = ours.collect();
            let query = format!("SELECT * FROM {} ORDER BY {}", dataset.table, dataset.key.join(", "));
            let theirs = by_its_client(&database, &query);
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!(ours, theirs, "{} {}", database.kind(), dataset.name);
            }
        }
    }
}

fn by_its_client(database: &Database, query: &str) -> Vec<Vec<Option<String>>> {
    let url = || url::Url::parse(database.url()).unwrap();
    let output = match database.kind() {
        SourceKind::Postgres => Command::new("psql")
            .args(["-X", "--csv", "--tuples-only", "--pset=null=\\N", "-c", query, database.url()])
            .output(),
        SourceKind::Mysql => Command::new("mariadb")
            .args(["--no-defaults", "--xml", "--default-character-set=utf8mb4", "--protocol=tcp"])
            .args(["--host", url().host_str().unwrap(), "--port", &url().port().unwrap().to_string()])
            .args(["--user", url().username(), &format!("--password={}", url().password().unwrap())])
            .args(["--execute", query, url().path().trim_start_matches('/')])
            .output(),
        SourceKind::Sqlite => Command::new("sqlite3").arg("-json").arg(database.path()).arg(query).output(),
    };
    let output = output.unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    match database.kind() {
        SourceKind::Postgres => {
            let field = |(field, quoted): (String, bool)| (quoted || field != "\\N").then_some(field);
            records(&text, ',').into_iter().map(|record| record.into_iter().map(field).collect()).collect()
        }
        SourceKind::Mysql => text
            .split("<row>")
            .skip(1)
            .map(|row| {
                let fields = row.split("<field name=\"").skip(1);
                fields
                    .map(|field| {
                        let value = field.split_once('>').unwrap().1.split_once("</field>")?.0;
                        Some(
                            value
                                .replace("&lt;", "<")
                                .replace("&gt;", ">")
                                .replace("&quot;", "\"")
                                .replace("&amp;", "&"),
                        )
                    })
                    .collect()
            })
            .collect(),
        SourceKind::Sqlite => {
            let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).unwrap();
            let value = |value: serde_json::Value| match value {
                serde_json::Value::Null => None,
                serde_json::Value::String(text) => Some(text),
                // sqlite3 writes a whole REAL as 1.0, and the text formats as 1.
                other => Some(other.to_string().trim_end_matches(".0").to_owned()),
            };
            rows.into_iter().map(|row| row.into_iter().map(|(_, it)| value(it)).collect()).collect()
        }
    }
}

#[test]
fn null_and_the_empty_text_are_different_in_every_format_that_can_say_so() {
    let database = chinook::sqlite();
    database.execute("UPDATE Customer SET Company = '' WHERE CustomerId = 1; UPDATE Customer SET Company = NULL WHERE CustomerId = 2");
    let customers = datasets(&database).into_iter().find(|dataset| dataset.name == "Customer").unwrap();
    let columns: Vec<&Column> = customers.columns.iter().filter(|column| column.name == "Company").collect();
    let expected = rows(&database, &customers, &columns, "ORDER BY CustomerId LIMIT 2");
    assert_eq!(expected, [[Expected::Text(String::new())], [Expected::Null]]);
    for format in FORMATS.into_iter().filter(|format| *format != "text") {
        let exported = export(&database, "Customer", format, &["--columns", "Company", "--limit", "2"])
            .unwrap_or_else(|answer| panic!("{answer:?}"));
        let table = read(format, &exported.path, &["Company".to_owned()], Dialect::of(format));
        assert_same(format, format, "", true, &table, &expected);
    }
}

/// Citus, as far as its catalog goes: each of its servers answers from a state of its own.
#[test]
fn an_export_of_a_distributed_source_claims_no_one_snapshot() {
    let database = Database::create(SourceKind::Postgres);
    database.execute(
        "CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1), (2); SET allow_system_table_mods = on;
         CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid oid); INSERT INTO pg_catalog.pg_dist_partition VALUES (1);
         INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
             VALUES (999999, 'citus', 10, 11, false, '12.1')",
    );
    for format in ["csv", "json"] {
        let exported = export(&database, "t", format, &["--filter", "id > 1"]).unwrap();
        assert_eq!(
            (&exported.manifest["rows"], &exported.manifest["snapshot"]),
            (&1.into(), &"per_node".into())
        );
        let said = std::fs::read_to_string(&exported.path).unwrap();
        assert_eq!(said.contains("\"snapshot\":\"per_node\""), format == "json", "{said}");
    }
}
