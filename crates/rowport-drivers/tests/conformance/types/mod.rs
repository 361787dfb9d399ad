//! Every type of each database at its edges, read back exactly. What is expected is written by hand, from what the
//! scripts in the testkit put in; `cells` says how values are written.

mod mysql;
mod postgres;
mod sqlite;

use crate::source::{Source, view};

/// Reads columns of a table in the order of its `id` and compares them with rows written as `1 | 'a' | NULL`.
async fn holds(source: &Source, table: &str, columns: &str, expected: &[&str]) {
    let rows = source.rows(table, &view(columns, "", "id")).await;
    let found: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{}: {table} ({columns}), row {}", source.kind, index + 1);
    }
    assert_eq!(found.len(), expected.len(), "{}: {table} ({columns})", source.kind);
}

/// The words of the types of a table's columns, and their native types.
fn types(source: &Source, table: &str) -> Vec<String> {
    let columns = source.dataset(table).columns;
    columns
        .iter()
        .map(|column| {
            format!("{}: {} {}", column.name, column.column_type.word(), column.column_type.arrow())
        })
        .collect()
}

/// A table with one column of each name, all of that type.
fn have(source: &Source, table: &str, expected: &[&str]) {
    assert_eq!(types(source, table), expected, "{}: {table}", source.kind);
}
