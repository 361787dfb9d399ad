use rowport_model::{Column, Dataset, DatasetKind, DatasetName, ForeignKey, OnDelete};
use rusqlite::{Connection, Result};

use super::types::column_type;
use crate::own;
use crate::query::quoted;

pub(super) fn datasets(connection: &Connection) -> Result<Vec<Dataset>> {
    let mut tables = connection.prepare(
        "SELECT name, type FROM pragma_table_list \
         WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY name",
    )?;
    let names: Vec<(String, String)> =
        tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
    // A broken view (its table is gone, say) must not hide the rest of the database.
    let datasets = names
        .into_iter()
        .filter_map(|(name, kind)| match dataset(connection, &name, kind != "view") {
            Ok(dataset) => Some(dataset),
            Err(error) => {
                tracing::warn!(dataset = %name, %error, "left out: it cannot be described");
                None
            }
        })
        .collect();
    Ok(own::leave_out(datasets, &[]))
}

fn dataset(connection: &Connection, name: &str, is_table: bool) -> Result<Dataset> {
    let (mut columns, primary_key) = columns(connection, name)?;
    let mut unique = if is_table { unique_keys(connection, name)? } else { Vec::new() };
    if is_table {
        settle_primary_key(connection, name, &mut columns, &primary_key)?;
    }
    let solid = |names: &Vec<String>| {
        names.iter().all(|name| columns.iter().any(|column| column.name == *name && !column.nullable))
    };
    let (solid_keys, unique_but_null): (Vec<_>, Vec<_>) = unique.into_iter().partition(solid);
    unique = solid_keys;
    unique.retain(|names| *names != primary_key);
    let key = if primary_key.is_empty() || !solid(&primary_key) {
        unique.sort_by_key(Vec::len);
        if unique.is_empty() { Vec::new() } else { unique.remove(0) }
    } else {
        primary_key
    };
    Ok(Dataset {
        name: DatasetName { schema: None, table: name.to_owned() },
        label: name.to_owned(),
        kind: if is_table { DatasetKind::Table } else { DatasetKind::View },
        foreign_keys: if is_table { foreign_keys(connection, name)? } else { Vec::new() },
        estimated_rows: if is_table { estimated_rows(connection, name) } else { None },
        columns,
        key,
        unique,
        unique_but_null,
        without_transactions: false,
        inherited: false,
        loosely_typed: true,
        computed: Vec::new(),
        lookups: Vec::new(),
    })
}

/// The columns, and the names of those in the primary key, in its order.
fn columns(connection: &Connection, table: &str) -> Result<(Vec<Column>, Vec<String>)> {
    let mut statement = connection.prepare(
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden IN (2, 3) FROM pragma_table_xinfo(?1) \
         WHERE hidden <> 1 ORDER BY cid",
    )?;
    let mut columns = Vec::new();
    let mut primary_key: Vec<(i64, String)> = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let (name, native_type): (String, String) = (row.get(0)?, row.get(1)?);
        let ordinal: i64 = row.get(4)?;
        if ordinal > 0 {
            primary_key.push((ordinal, name.clone()));
        }
        columns.push(Column {
            label: name.clone(),
            name,
            column_type: column_type(&native_type),
            native_type,
            compared_as: String::new(),
            nullable: !row.get::<_, bool>(2)?,
            default: row.get(3)?,
            currency: None,
            computed: false,
            generated: row.get(5)?,
            masked: false,
        });
    }
    primary_key.sort();
    Ok((columns, primary_key.into_iter().map(|(_, name)| name).collect()))
}

/// SQLite lets NULL into a primary key that was not declared NOT NULL, unless it is the row id. Where none has
/// come in, the key is as good as any.
fn settle_primary_key(
    connection: &Connection,
    table: &str,
    columns: &mut [Column],
    primary_key: &[String],
) -> Result<()> {
    for column in columns.iter_mut().filter(|column| column.nullable && primary_key.contains(&column.name)) {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} WHERE {} IS NULL)",
            quoted(table, '"'),
            quoted(&column.name, '"')
        );
        column.nullable = connection.query_row(&sql, [], |row| row.get(0))?;
    }
    Ok(())
}

/// The columns of every unique index that covers all rows.
fn unique_keys(connection: &Connection, table: &str) -> Result<Vec<Vec<String>>> {
    let mut indexes = connection.prepare(
        "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1 AND partial = 0 ORDER BY seq",
    )?;
    let names: Vec<String> = indexes.query_map([table], |row| row.get(0))?.collect::<Result<_>>()?;
    let mut keys = Vec::new();
    let mut statement = connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
    for name in names {
        let columns: Vec<Option<String>> =
            statement.query_map([name], |row| row.get(0))?.collect::<Result<_>>()?;
        // An expression has no name; an index on one is no key of columns.
        keys.extend(columns.into_iter().collect::<Option<Vec<String>>>());
    }
    Ok(keys)
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    let mut statement = connection.prepare(
        "SELECT id, \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list(?1) ORDER BY id DESC, seq",
    )?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let (id, parent): (i64, String) = (row.get(0)?, row.get(1)?);
        let Some(parent) = exact_table_name(connection, &parent)? else { continue };
        let (from, to): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        if keys.last().is_none_or(|(last, _)| *last != id) {
            let references = DatasetName { schema: None, table: parent.clone() };
            let on_delete = OnDelete::from_words(&row.get::<_, String>(4)?);
            let key =
                ForeignKey { columns: Vec::new(), references, referenced_columns: Vec::new(), on_delete };
            keys.push((id, key));
        }
        let Some((_, key)) = keys.last_mut() else { continue };
        let (parent_columns, parent_key) = columns(connection, &parent)?;
        let to = to.or_else(|| parent_key.get(key.columns.len()).cloned()).unwrap_or_default();
        key.columns.push(exact_column(&columns(connection, table)?.0, &from));
        key.referenced_columns.push(exact_column(&parent_columns, &to));
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}

/// Names in a REFERENCES clause may be written in another case than the table's own.
fn exact_table_name(connection: &Connection, name: &str) -> Result<Option<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?1)";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

fn exact_column(columns: &[Column], name: &str) -> String {
    let found = columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
    found.map_or_else(|| name.to_owned(), |column| column.name.clone())
}

/// The largest row id: an upper bound that costs one step, and is exact for a table that only grew.
fn estimated_rows(connection: &Connection, table: &str) -> Option<u64> {
    let sql = format!("SELECT max(rowid) FROM {}", quoted(table, '"'));
    let largest: rusqlite::Result<Option<i64>> = connection.query_row(&sql, [], |row| row.get(0));
    match largest {
        Ok(largest) => u64::try_from(largest.unwrap_or(0)).ok(),
        // A table without row ids is counted: its size is not known in another way.
        Err(_) => {
            let sql = format!("SELECT count(*) FROM {}", quoted(table, '"'));
            connection
                .query_row(&sql, [], |row| row.get::<_, i64>(0))
                .ok()
                .and_then(|n| u64::try_from(n).ok())
        }
    }
}
