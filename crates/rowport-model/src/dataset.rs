use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Names;
use crate::column::Column;
use crate::expression::ComputedColumn;

/// The kinds of database that can be a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// PostgreSQL 13 or newer.
    Postgres,
    /// MySQL 8 or MariaDB 10.6, or newer.
    Mysql,
    /// SQLite 3.35 or newer.
    Sqlite,
}

impl SourceKind {
    /// How it compares the names of columns, and of tables where the file system does not say otherwise.
    pub fn names(self) -> Names {
        match self {
            Self::Postgres => Names::Exact,
            Self::Mysql | Self::Sqlite => Names::AnyCase,
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        })
    }
}

/// The name of a table or view within its source. `schema` is empty where the database has none, or where it is
/// the default one (`public` on PostgreSQL).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct DatasetName {
    /// The schema, if it is not the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub schema: Option<String>,
    /// The table or view.
    pub table: String,
}

/// No two names of a source are written alike: PostgreSQL's driver names the schema of a table with a dot in its name, even
/// the default one, so that `public."c.d"` is not `c.d`.
impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{}.{}", part(schema), part(&self.table)),
            None => f.write_str(&self.table),
        }
    }
}

/// A part of a name that has several, in quotes where it could be taken for more than one.
fn part(name: &str) -> Cow<'_, str> {
    match name.contains('.') || name.starts_with('"') {
        true => format!("\"{}\"", name.replace('"', "\"\"")).into(),
        false => name.into(),
    }
}

/// The schemas that are Rowport's own: its state and its journal.
const OWN_SCHEMAS: [&str; 2] = ["rowport", "rowport_journal"];

/// What Rowport's own tables begin with where a database has no schemas.
const OWN_PREFIX: &str = "_rowport_";

impl DatasetName {
    /// Whether it is one of Rowport's own tables, which are no dataset for anyone. Capitals make no difference: some
    /// databases tell no case apart.
    pub fn is_rowports_own(&self) -> bool {
        let schema = self.schema.as_deref().unwrap_or_default();
        let begins = self.table.get(..OWN_PREFIX.len());
        OWN_SCHEMAS.iter().any(|own| schema.eq_ignore_ascii_case(own))
            || begins.is_some_and(|begins| begins.eq_ignore_ascii_case(OWN_PREFIX))
    }
}

/// Whether rows are stored or computed by the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatasetKind {
    /// A stored table.
    Table,
    /// A view or materialised view: it can be read and exported, never changed.
    View,
}

/// A table or view of a source, as introspected and then refined by the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Dataset {
    /// The name within the source.
    pub name: DatasetName,
    /// The name for people.
    pub label: String,
    /// Stored or computed.
    pub kind: DatasetKind,
    /// The columns, in the database's order.
    pub columns: Vec<Column>,
    /// The columns whose values name one row: the primary key, or else the smallest unique key without nullable
    /// columns. Empty when there is none: such a dataset has no total order and can be read but not changed.
    pub key: Vec<String>,
    /// Other unique keys.
    pub unique: Vec<Vec<String>>,
    /// Unique keys with columns that may be NULL, as it may be in any number of rows: they name no row, but lead to one row
    /// at most.
    #[serde(skip)]
    pub unique_but_null: Vec<Vec<String>>,
    /// References to other datasets of the same source.
    pub foreign_keys: Vec<ForeignKey>,
    /// How many rows the database believes there are, without counting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub estimated_rows: Option<u64>,
    /// Whether the database changes it outside of transactions: what is changed there cannot be journalled with it.
    #[serde(skip)]
    pub without_transactions: bool,
    /// Whether other tables inherit from it: their rows are among its own, and not stored in it.
    #[serde(skip)]
    pub inherited: bool,
    /// Whether a column may hold values of other types than its own, as on SQLite.
    #[serde(skip)]
    pub loosely_typed: bool,
    /// Columns computed by the configuration; they also stand in `columns`, marked `computed`.
    #[serde(skip)]
    pub computed: Vec<ComputedColumn>,
    /// Columns reached through foreign keys under a name of their own, from the configuration.
    #[serde(skip)]
    pub lookups: Vec<Lookup>,
}

/// A reference from columns of this dataset to a unique key of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForeignKey {
    /// The columns here.
    pub columns: Vec<String>,
    /// The dataset referred to.
    pub references: DatasetName,
    /// The columns there, in the same order.
    pub referenced_columns: Vec<String>,
    /// What the database does with the rows here when the row that they refer to is deleted.
    #[serde(default)]
    pub on_delete: OnDelete,
}

/// What becomes of rows whose parent is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The parent cannot be deleted while they refer to it.
    #[default]
    Refuse,
    /// They are deleted with it.
    Cascade,
    /// They refer to nothing afterwards.
    SetNull,
    /// They refer to the column's default afterwards.
    SetDefault,
}

impl OnDelete {
    /// What SQL's catalogues call it.
    pub fn from_words(words: &str) -> Self {
        match words.to_ascii_uppercase().as_str() {
            "CASCADE" => Self::Cascade,
            "SET NULL" => Self::SetNull,
            "SET DEFAULT" => Self::SetDefault,
            _ => Self::Refuse,
        }
    }
}

/// A column reached through a foreign key, under a name of its own: `album_title = "AlbumId.Title"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The name that views use.
    pub name: String,
    /// The path: foreign key columns, then the column at the end, joined by dots.
    pub path: String,
}

impl Dataset {
    /// The column of that name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_are_written_alike() {
        let name = |schema: Option<&str>, table: &str| {
            DatasetName { schema: schema.map(str::to_owned), table: table.to_owned() }.to_string()
        };
        assert_eq!(name(None, "orders"), "orders");
        assert_eq!(name(None, "a.b"), "a.b");
        assert_eq!(name(Some("c"), "d"), "c.d");
        assert_eq!(name(Some("public"), "c.d"), "public.\"c.d\"");
        assert_eq!(name(Some("public.c"), "d"), "\"public.c\".d");
        assert_eq!(name(Some("a"), "b.\"c"), "a.\"b.\"\"c\"");
        assert_eq!(name(Some("\"a"), "b"), "\"\"\"a\".b");
    }
}
