//! Every type of each database at its edges, in every format: the value, or a clear refusal. Never another value.

use std::fmt::Write;

use rowport_testkit::{Database, edges};

use crate::binary::{Answer, FORMATS, export};
use crate::cells::{Dialect, read};
use crate::compare::assert_same;
use crate::expected::{Column, Dataset, datasets, rows};
use crate::snapshot::assert_said;

/// A list has no quotes that could set an empty text apart from NULL, so here NULL is said.
const NULL_IN_LISTS: &str = "∅";

/// Exports the whole table; where a format refuses it, every column by itself, so that one does not hide the others.
fn every_edge(name: &str, database: &Database) {
    let (mut said, mut same) = (String::new(), 0);
    for dataset in datasets(database) {
        for format in FORMATS {
            let what = format!("{} as {format}", dataset.name);
            let all: Vec<&Column> = dataset.columns.iter().collect();
            let Err(answer) = holds(database, &dataset, &all, format) else {
                same += dataset.columns.len();
                continue;
            };
            writeln!(said, "### {what}\n{}", refusal(&what, &answer)).unwrap();
            for column in all {
                match holds(database, &dataset, &[column], format) {
                    Ok(()) => same += 1,
                    Err(answer) => {
                        let refused = refusal(&what, &answer);
                        assert!(
                            refused.contains(&column.name),
                            "{what}: {refused} does not name {}",
                            column.name
                        );
                        writeln!(said, "{}: {refused}", column.name).unwrap();
                    }
                }
            }
        }
    }
    assert!(same > 400, "only {same} columns were compared");
    assert_said(name, &said);
}

fn holds(database: &Database, dataset: &Dataset, columns: &[&Column], format: &str) -> Result<(), Answer> {
    let what = format!("{} {} as {format}", database.kind(), dataset.name);
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let list: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let list = list.join(",");
    let null = if format == "text" { NULL_IN_LISTS } else { "" };
    let mut more = vec!["--null", null];
    // A table without columns has none to name.
    if !names.is_empty() {
        more.extend(["--columns", &list]);
    }
    let exported = export(database, &dataset.name, format, &more)?;
    let dialect = Dialect { null, ..Dialect::of(format) };
    let table = read(format, &exported.path, &names, dialect);
    if names.is_empty() {
        assert_eq!(exported.manifest["rows"], 1, "{what}");
        return Ok(());
    }
    let expected = rows(database, dataset, columns, "");
    if format != "text" {
        assert_eq!(table.header, names, "{what}");
    }
    let ordered = dataset.key.len() == 1 && dataset.key[0] == "id";
    assert_same(&what, format, null, ordered, &table, &expected);
    Ok(())
}

fn refusal(what: &str, answer: &Answer) -> String {
    assert!(matches!(answer.code, Some(3 | 4)), "{what}: {answer:?}");
    assert!(answer.stderr.starts_with("error: "), "{what}: {answer:?}");
    format!("exit {}, {}", answer.code.unwrap(), answer.stderr.trim_end())
}

#[test]
fn edges_of_postgresql_leave_as_they_are_or_not_at_all() {
    every_edge("edges_of_postgresql", &edges::postgres());
}

#[test]
fn edges_of_mariadb_leave_as_they_are_or_not_at_all() {
    every_edge("edges_of_mariadb", &edges::mysql());
}

#[test]
fn edges_of_sqlite_leave_as_they_are_or_not_at_all() {
    every_edge("edges_of_sqlite", &edges::sqlite());
}
