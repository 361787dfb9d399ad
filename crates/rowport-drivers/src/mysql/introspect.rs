//! What `information_schema` says of the connected database: one statement for each kind of thing, however many
//! tables there are.

use std::collections::HashMap;

use rowport_model::{Column, ColumnType, Dataset, DatasetKind, DatasetName, ForeignKey, OnDelete};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{Decode, MySql, Row};

use super::connections::Session;
use super::read::rows_of;
use super::types::{base, column_type};
use crate::error::DriverError;
use crate::own;
use crate::query::quoted;

/// Sequences are tables to MariaDB's catalogue, but have no rows of their own.
const TABLES: &str = "SELECT table_name, table_type, CAST(table_rows AS CHAR), e.transactions \
    FROM information_schema.tables t LEFT JOIN information_schema.engines e ON e.engine = t.engine \
    WHERE table_schema = DATABASE() AND table_type <> 'SEQUENCE' \
    ORDER BY table_name";

const COLUMNS: &str = "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, \
    character_set_name, collation_name \
    FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position";

const UNIQUE: &str = "SELECT table_name, index_name, column_name \
    FROM information_schema.statistics WHERE table_schema = DATABASE() AND non_unique = 0 \
    ORDER BY table_name, index_name, seq_in_index";

const FOREIGN: &str = "SELECT u.table_name, u.constraint_name, u.column_name, u.referenced_table_name, \
    u.referenced_column_name, r.delete_rule FROM information_schema.key_column_usage u \
    JOIN information_schema.referential_constraints r ON r.constraint_schema = u.constraint_schema \
    AND r.constraint_name = u.constraint_name AND r.table_name = u.table_name \
    WHERE u.table_schema = DATABASE() AND u.referenced_table_schema = DATABASE() \
    ORDER BY u.table_name, u.constraint_name, u.ordinal_position";

/// MariaDB's JSON is a LONGTEXT with this check.
const JSON_CHECKS: &str = "SELECT table_name, check_clause FROM information_schema.check_constraints \
    WHERE constraint_schema = DATABASE() AND check_clause LIKE 'json\\_valid(%'";

pub(super) async fn datasets(session: &mut Session) -> Result<Vec<Dataset>, DriverError> {
    let tables = texts(session, TABLES).await?;
    let columns = texts(session, COLUMNS).await?;
    let unique = texts(session, UNIQUE).await?;
    let foreign = texts(session, FOREIGN).await?;
    let mariadb = session.is_mariadb();
    let checks = if mariadb { texts(session, JSON_CHECKS).await? } else { Vec::new() };

    let mut columns = by_table(columns, |row| column(row, mariadb));
    for check in checks {
        let [Some(table), Some(clause)] = check.as_slice() else { continue };
        for column in columns.get_mut(table).into_iter().flatten() {
            if *clause == format!("json_valid({})", quoted(&column.name, '`')) {
                column.column_type = ColumnType::Json;
            }
        }
    }
    let mut unique = by_table(unique, |row| Some((row.next()??, row.next()?)));
    let mut foreign = by_table(foreign, reference);
    let names: Vec<String> = tables.iter().filter_map(|row| row.first().cloned().flatten()).collect();
    let datasets = tables.into_iter().filter_map(|row| {
        let mut row = row.into_iter();
        let (name, kind, estimate) = (row.next()??, row.next()??, row.next()?);
        let transactions = row.next()?;
        // A view whose tables are gone has none; it must not hide the rest of the database.
        let columns = columns.remove(&name).or_else(|| {
            tracing::warn!(dataset = %name, "left out: it cannot be described");
            None
        })?;
        let is_view = kind.contains("VIEW");
        let Keys { key, unique, unique_but_null } = keys(unique.remove(&name).unwrap_or_default(), &columns);
        Some(Dataset {
            label: name.clone(),
            kind: if is_view { DatasetKind::View } else { DatasetKind::Table },
            columns,
            key,
            unique,
            unique_but_null,
            foreign_keys: foreign_keys(foreign.remove(&name).unwrap_or_default(), &names),
            estimated_rows: estimate.and_then(|rows| rows.parse().ok()),
            without_transactions: !is_view && transactions.as_deref() != Some("YES"),
            inherited: false,
            loosely_typed: false,
            computed: Vec::new(),
            lookups: Vec::new(),
            name: DatasetName { schema: None, table: name },
        })
    });
    Ok(own::leave_out(datasets.collect(), &[]))
}

type Texts = std::vec::IntoIter<Option<String>>;

/// Groups rows by their first column, which is the table's name, and reads the rest of each.
fn by_table<T>(
    rows: Vec<Vec<Option<String>>>,
    read: impl Fn(&mut Texts) -> Option<T>,
) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        let mut row = row.into_iter();
        if let Some(table) = row.next().flatten()
            && let Some(value) = read(&mut row)
        {
            groups.entry(table).or_default().push(value);
        }
    }
    groups
}

fn column(row: &mut Texts, mariadb: bool) -> Option<Column> {
    let (name, mut native_type, nullable) = (row.next()??, row.next()??, row.next()??);
    let (default, extra) = (row.next()?, row.next()?.unwrap_or_default());
    let (charset, collation) = (row.next()?, row.next()?);
    let column_type = column_type(&native_type);
    let default = default.and_then(|default| match mariadb {
        true => (default != "NULL").then_some(default),
        false => Some(mysql_default(default, &column_type, &extra)),
    });
    let mut compared_as = String::new();
    if let (Some(charset), Some(collation)) = (charset, collation) {
        // Enums and sets are compared as texts in Unicode, whatever they are stored in.
        if !matches!(base(&native_type), "enum" | "set") {
            compared_as = format!("{charset} {collation}");
        }
        let unicode = ["utf8", "ucs2", "utf16", "utf32"].iter().any(|known| charset.starts_with(known));
        if !unicode && column_type.is_text() {
            native_type.push_str(&format!(" character set {charset} collate {collation}"));
        }
    }
    Some(Column {
        label: name.clone(),
        name,
        column_type,
        native_type,
        compared_as,
        nullable: nullable == "YES",
        default,
        currency: None,
        computed: false,
        generated: extra.contains("GENERATED") && !extra.contains("DEFAULT_GENERATED"),
        masked: false,
    })
}

/// MySQL leaves the quotes of a default out, MariaDB does not.
fn mysql_default(default: String, column_type: &ColumnType, extra: &str) -> String {
    let plain = column_type.is_numeric() || *column_type == ColumnType::Boolean;
    let expression = extra.contains("DEFAULT_GENERATED") || default.starts_with("b'");
    match plain || expression {
        true => default,
        false => quoted(&default, '\''),
    }
}

/// The key, which is the primary key or else the smallest unique key without nullable columns, and the other keys.
/// An index on an expression has no column name there, and is no key of columns.
fn keys(rows: Vec<(String, Option<String>)>, columns: &[Column]) -> Keys {
    let mut indexes: Vec<(String, Option<Vec<String>>)> = Vec::new();
    for (index, column) in rows {
        if indexes.last().is_none_or(|(last, _)| *last != index) {
            indexes.push((index, Some(Vec::new())));
        }
        if let Some((_, names)) = indexes.last_mut() {
            *names = names.take().zip(column).map(|(mut names, column)| {
                names.push(column);
                names
            });
        }
    }
    let solid = |name: &String| columns.iter().any(|column| column.name == *name && !column.nullable);
    let (mut keys, others): (Vec<(bool, Vec<String>)>, Vec<_>) = indexes
        .into_iter()
        .filter_map(|(index, names)| Some((index == "PRIMARY", names?)))
        .partition(|(_, names)| names.iter().all(solid));
    let unique_but_null = others.into_iter().map(|(_, names)| names).collect();
    keys.sort_by_key(|(primary, names)| (!primary, names.len()));
    let mut keys: Vec<_> = keys.into_iter().map(|(_, names)| names).collect();
    let key = if keys.is_empty() { Vec::new() } else { keys.remove(0) };
    keys.retain(|other| *other != key);
    Keys { key, unique: keys, unique_but_null }
}

/// The keys of a table.
struct Keys {
    key: Vec<String>,
    unique: Vec<Vec<String>>,
    unique_but_null: Vec<Vec<String>>,
}

struct Reference {
    constraint: String,
    column: String,
    table: String,
    referenced_column: String,
    on_delete: OnDelete,
}

fn reference(row: &mut Texts) -> Option<Reference> {
    Some(Reference {
        constraint: row.next()??,
        column: row.next()??,
        table: row.next()??,
        referenced_column: row.next()??,
        on_delete: OnDelete::from_words(&row.next()??),
    })
}

fn foreign_keys(references: Vec<Reference>, names: &[String]) -> Vec<ForeignKey> {
    let mut keys: Vec<(String, ForeignKey)> = Vec::new();
    for reference in references {
        if keys.last().is_none_or(|(last, _)| *last != reference.constraint) {
            // Where the file system does not tell case apart, the reference may be in another than the table.
            let exact = names.iter().find(|name| **name == reference.table);
            let table =
                exact.or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(&reference.table)));
            let references = DatasetName { schema: None, table: table.cloned().unwrap_or(reference.table) };
            let on_delete = reference.on_delete;
            let key =
                ForeignKey { columns: Vec::new(), references, referenced_columns: Vec::new(), on_delete };
            keys.push((reference.constraint, key));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(reference.column);
            key.referenced_columns.push(reference.referenced_column);
        }
    }
    keys.into_iter().map(|(_, key)| key).collect()
}

/// The rows of a statement whose columns are all texts.
async fn texts(session: &mut Session, sql: &str) -> Result<Vec<Vec<Option<String>>>, DriverError> {
    let rows = rows_of(&mut session.connection, sql.to_owned(), MySqlArguments::default()).await?;
    Ok(rows.iter().map(|row| (0..row.len()).map(|index| text(row, index)).collect()).collect())
}

/// A text, which MySQL's catalogue gives as bytes in some places.
pub(super) fn text(row: &MySqlRow, index: usize) -> Option<String> {
    let value = row.try_get_raw(index).ok()?;
    let bytes = <&[u8] as Decode<MySql>>::decode(value).ok()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}
